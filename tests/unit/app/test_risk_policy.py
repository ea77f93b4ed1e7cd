"""The watch on the policy's file: what has changed is told once; what cannot be used changes nothing."""

import os
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from robo_trader.app.commands.risk import limits_in_force
from robo_trader.app.compiled_policy import refuse_policy_to_compile
from robo_trader.app.joining import build_engine_settings, build_limits
from robo_trader.app.risk_policy import PolicyWatch, read_actor, tell_strangers
from robo_trader.app.settings import Settings, load_settings
from robo_trader.app.settings.policy_file import read_policy_file
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import PolicyChanged
from robo_trader.core.domain.policies import NO_POLICY
from robo_trader.core.risk.policies import policy_of

TIGHT, TIGHTER = "[account]\nheat_fraction = 0.06\n", "[account]\nheat_fraction = 0.05\n"
Configured = Callable[..., Settings]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configured:
    monkeypatch.chdir(tmp_path)

    def call(policy: str | None = None, **sections: Mapping[str, Any]) -> Settings:
        if policy is not None:
            Path("policy.toml").write_text(policy)
            sections["risk"] = {**sections.get("risk", {}), "policy": "policy.toml"}
        return load_settings(config_file=None, overrides=sections, environment={}, working_directory=tmp_path)

    return call


def rewrite(text: str) -> None:
    """Write the file anew, later than any clock of the file system can tell apart."""
    path = Path("policy.toml")
    path.write_text(text)
    later = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def settled(watch: PolicyWatch, clock: Clock, *, at: int) -> PolicyChanged | None:
    """What the watch says once the file has been at rest for a second."""
    early = watch.look(at=at)
    clock.now += 1.0
    assert early is None
    return watch.look(at=at)


def test_without_a_policy_there_is_nothing_to_look_at(configured: Configured) -> None:
    watch = PolicyWatch(configured())
    assert watch.first(NO_POLICY, at=1) is None and watch.look(at=2) is None


def test_it_is_read_at_the_start_and_whenever_it_changes(configured: Configured) -> None:
    clock = Clock()
    watch = PolicyWatch(configured(TIGHT), clock=clock)
    first = watch.first(NO_POLICY, at=1)
    assert first is not None and first.actor is None and first.occurred_at == 1
    assert first.policy == policy_of({("account", "heat_fraction"): Decimal("0.06")})
    assert settled(watch, clock, at=2) is None
    rewrite(TIGHTER)
    second = settled(watch, clock, at=3)
    assert second is not None and second.policy.limits[0].value == Decimal("0.05") and second.occurred_at == 3
    assert second.reason == "policy.toml: the file has changed" and settled(watch, clock, at=4) is None


def test_what_is_in_force_already_is_not_told_again(configured: Configured) -> None:
    settings = configured(TIGHT)
    first = PolicyWatch(settings).first(NO_POLICY, at=1)
    assert first is not None and PolicyWatch(settings).first(first.policy, at=2) is None


def test_a_file_that_is_broken_or_gone_changes_nothing_and_says_so(configured: Configured) -> None:
    clock = Clock()
    watch = PolicyWatch(configured(TIGHT), clock=clock)
    rewrite("[account]\nheat_fraction = 6\n")
    with capture_logs() as logs:
        assert settled(watch, clock, at=1) is None and watch.look(at=2) is None
        Path("policy.toml").unlink()
        assert settled(watch, clock, at=3) is None and watch.look(at=4) is None
    assert [line["log_level"] for line in logs] == ["error", "error"], "each once"
    assert "did you mean 0.06" in logs[0]["reason"] and "cannot be read" in logs[1]["reason"]
    Path("policy.toml").write_text(TIGHT)
    assert settled(watch, clock, at=5) is None, "the same as before"


def test_a_file_that_is_being_written_is_waited_for(configured: Configured) -> None:
    clock = Clock()
    watch = PolicyWatch(configured(TIGHT), clock=clock)
    rewrite("")
    assert watch.look(at=1) is None
    clock.now += 0.1
    rewrite(TIGHTER + "# more")
    assert watch.look(at=2) is None
    clock.now += 0.15
    assert watch.look(at=3) is None, "a quarter of a second since the first change, and less since the last"
    clock.now += 0.1
    change = watch.look(at=4)
    assert change is not None and change.policy.limits[0].value == Decimal("0.05")


def test_a_broken_file_at_the_start_starts_nothing(configured: Configured) -> None:
    with pytest.raises(InvalidConfig, match="unknown limit"):
        PolicyWatch(configured("[account]\nheat = 1"))


def test_who_answers_is_named_at_the_start_only(configured: Configured) -> None:
    clock = Clock()
    watch = PolicyWatch(configured(TIGHT), approved_by=read_actor(" anna "), clock=clock)
    first = watch.first(NO_POLICY, at=1)
    rewrite(TIGHTER)
    second = settled(watch, clock, at=2)
    assert first is not None and second is not None and (first.actor, second.actor) == ("anna", None)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 65])
def test_who_answers_has_a_name(name: str) -> None:
    with pytest.raises(InvalidConfig, match="is no name"):
        read_actor(name)


def test_a_level_that_does_not_run_is_told() -> None:
    policy = policy_of({("strategy.trnd", "beta_max"): Decimal(1), ("symbol.AAPL", "beta_max"): Decimal(1)})
    with capture_logs() as logs:
        tell_strangers(policy, ["trend"], ["AAPL"])
    assert [(line["level"], line["did_you_mean"]) for line in logs] == [("strategy.trnd", "strategy.trend")]


@pytest.mark.parametrize(
    ("policy", "sections", "message"),
    [
        pytest.param("[account]\nbeta_max = 1", {}, "nothing to measure beta against", id="in the policy"),
        pytest.param(None, {"risk": {"beta_max": "1"}}, "nothing to measure beta against", id="in the settings"),
        pytest.param(None, {"portfolio": {"benchmark": "SPY"}}, "not among the symbols", id="no bars of it"),
        pytest.param(None, {"portfolio": {"sector_file": "none.csv"}}, "none.csv cannot be read", id="no sectors"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    configured: Configured, policy: str | None, sections: dict[str, Any], message: str
) -> None:
    settings = configured(policy, **sections)
    build: Callable[[Settings], object] = build_engine_settings if policy is None else PolicyWatch
    with pytest.raises(InvalidConfig, match=message):
        build(settings)


def test_sectors_come_from_a_file_and_the_settings(configured: Configured) -> None:
    Path("sectors.csv").write_text("symbol,group\naapl,technology\nXOM,oil\n")
    settings = configured(portfolio={"sector_file": "sectors.csv", "sectors": "XOM:energy, brk.b:banks"})
    model = build_engine_settings(settings).portfolio_model
    assert model.sectors == {"AAPL": "technology", "XOM": "energy", "BRK.B": "banks"}


def test_the_limits_in_force_at_each_level(configured: Configured) -> None:
    text = f"{TIGHT}[symbol.AAPL]\nmax_position_fraction = 0.02\n[symbol.IBM]\nheat_fraction = 0.5\n"
    settings = configured(text)
    rows = {
        (row.level, row.limit): row
        for row in limits_in_force(build_limits(settings), read_policy_file(Path("policy.toml"), Path()))
    }
    heat, position = rows["account", "heat_fraction"], rows["account", "max_position_fraction"]
    assert (heat.value, heat.from_, heat.must_be) == ("0.06", "policy.toml:2", "a fraction above 0 and at most 1")
    assert (position.value, position.from_) == ("0.10", "settings")
    assert rows["account", "beta_max"].value is None
    assert rows["symbol.AAPL", "max_position_fraction"].value == "0.02"
    looser = rows["symbol.IBM", "heat_fraction"]
    assert (looser.value, looser.from_) == ("0.06", "account, which is tighter")


def test_the_compiled_backtest_refuses_a_policy() -> None:
    with pytest.raises(InvalidConfig, match=r"^risk\.policy is set") as caught:
        refuse_policy_to_compile(policy_of({("account", "max_position_fraction"): Decimal("0.1")}))
    assert "--engine event" in caught.value.next_step
    refuse_policy_to_compile(NO_POLICY)
