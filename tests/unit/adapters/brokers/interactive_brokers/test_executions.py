"""Of an execution's versions the last one counts, in whatever order they are told."""

from hypothesis import given
from hypothesis import strategies as st

from robo_trader.adapters.brokers.interactive_brokers.executions import ExecutionVersions, last_versions, predecessor
from robo_trader.core.domain.fills import ExecutionId
from tests.statements import stated_execution

VERSIONS = st.lists(st.tuples(st.sampled_from(["a.01", "b.01", "c"]), st.integers(1, 12)), max_size=20)


@given(VERSIONS)
def test_the_last_version_wins(told: list[tuple[str, int]]) -> None:
    ids = [f"{family}.{version:02d}" for family, version in told]
    expected = {family: max(version for other, version in told if other == family) for family, _ in told}
    last = last_versions(stated_execution(execution_id=name) for name in ids)
    assert {one.execution_id for one in last} == {f"{family}.{version:02d}" for family, version in expected.items()}
    versions, new = ExecutionVersions(), []
    for name in ids:
        if versions.is_new(name):
            versions.note(name)
            new.append(name)
    assert len(new) == len(set(new)) and {one.execution_id for one in last} <= set(new)


def test_versions_name_the_one_before() -> None:
    versions = ExecutionVersions()
    assert versions.note("0001.01.01") is None
    assert versions.note("0001.01.03") == "0001.01.01"
    assert not versions.is_new("0001.01.02") and versions.is_new("0001.02.01")
    assert predecessor("0001.01.03") == ExecutionId("0001.01.02")
    assert predecessor("0001.01.01") is None and predecessor("plain") is None
