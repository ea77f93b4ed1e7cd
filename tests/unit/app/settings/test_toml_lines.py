"""find_key_lines knows the line of every key that tomllib reads, however it is written."""

import tomllib
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.app.settings.toml_lines import find_key_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("a = 1\n\n# c = 3\nb = 2", {"a": 1, "b": 4}, id="comments and blank lines"),
        pytest.param(
            "[t]\na = 1\n[u.v]\nb.c = 2", {"t": 1, "t.a": 2, "u.v": 3, "u.v.b.c": 4}, id="tables, dotted keys"
        ),
        pytest.param("[ t . u ]\n'a' . \"b\" = 1", {"t.u": 1, "t.u.a.b": 2}, id="spaces and quotes"),
        pytest.param('"\\u0061" = 1', {"a": 1}, id="an escaped letter in a key"),
        pytest.param("a = [\n 1, # ]\n '[', {x = 1},\n]\nb = 1", {"a": 1, "b": 5}, id="an array over lines"),
        pytest.param(
            "a = {b = 1, c = {d = [1, 2]}, 'e'.f = 2}\ng = 1",
            {"a": 1, "a.b": 1, "a.c": 1, "a.c.d": 1, "a.e.f": 1, "g": 2},
            id="inline tables",
        ),
        pytest.param('a = """\nb = 1\n\\"""\n"""""\nc = 1', {"a": 1, "c": 5}, id="a key inside a long string"),
        pytest.param("a = '''\nb = 1\n'''''\nc = 1", {"a": 1, "c": 4}, id="quotes before the closing ones"),
        pytest.param("a = 1979-05-27 07:32:00\nb = '#'\nc = 1 # d = 1", {"a": 1, "b": 2, "c": 3}, id="dates, hashes"),
        pytest.param("[[t]]\na = 1\n[[t]]\na = 2", {"t": 3, "t.a": 4}, id="lists of tables"),
        pytest.param("", {}, id="nothing"),
    ],
)
def test_lines(text: str, lines: dict[str, int]) -> None:
    tomllib.loads(text)
    assert {".".join(path): line for path, line in find_key_lines(text)} == lines


def test_a_broken_escape_is_left_as_it_is() -> None:
    assert find_key_lines('"\\1" = 1') == [(('"\\1"',), 1)]


def leaf_paths(values: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaf_paths(value, (*path, name))
        else:
            yield (*path, name)


SCALARS = st.sampled_from(
    [
        "1",
        "-1.5e3",
        "true",
        '"x = 1 # ] }"',
        "'[t]'",
        '"""\n[t]\na = "1"\n"""',
        "'''\n{'''",
        "[1,\n[2], '#']",
        "{}",
        "{ z = 1 }",
    ]
)
KEYS = st.sampled_from(["a", "b-1", '"c.d"', "'e ]'", '"\\u0066="', "g.h", '"#"'])
LINES = st.lists(
    st.one_of(
        st.builds("{} = {}".format, KEYS, SCALARS),
        st.builds("{} = {{ {} = {}, k = 1 }}".format, KEYS, KEYS, st.sampled_from(["1", "'}'", "[{ q = 2 }]"])),
        st.builds("[{}]".format, KEYS),
        st.builds("[[ {} . {} ]]".format, KEYS, KEYS),
        st.sampled_from(["", "# x = 1", "   "]),
    ),
    max_size=8,
)


@given(LINES)
def test_every_key_that_tomllib_reads_has_the_line_it_is_written_on(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = find_key_lines(text)
    prefixes = {path[:depth] for path, _ in found for depth in range(1, len(path) + 1)}
    assert set(leaf_paths(values)) <= prefixes
    written = text.split("\n")
    for path, line in found:
        name = path[-1].replace("f=", "\\u0066=")
        assert name.split(".")[-1] in written[line - 1]


@given(st.text(alphabet="a=.[]{}\"'#,\n\\ 1", max_size=60))
def test_any_text_is_scanned_to_its_end(text: str) -> None:
    """It is only asked about sound text; but a scanner that could loop would hang the program on a typo."""
    lines = [line for _, line in find_key_lines(text)]
    assert lines == sorted(lines)
