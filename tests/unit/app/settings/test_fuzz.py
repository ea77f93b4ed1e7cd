"""Whatever is written, the answer is Settings or InvalidConfig; and no typo is ever taken for silence."""

import string
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from robo_trader.app.settings import Settings
from robo_trader.app.settings.keys import FIELDS, KeyPath, nearest_names
from robo_trader.core.domain.errors import InvalidConfig
from tests.examples import examples

Load = Callable[..., Settings]
Refused = Callable[..., list[str]]

LETTERS = string.ascii_lowercase + "_"

# The file is written anew by every example, so sharing the fixture is sound.
fuzz = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def typos(draw: st.DrawFn) -> tuple[str, str]:
    """A dotted key and the same key with one slip of a finger in it, in any place but the dot."""
    key = draw(st.sampled_from([key for key in FIELDS if "." in key]))
    at = draw(st.sampled_from([index for index, letter in enumerate(key) if letter != "."]))
    letter = draw(st.sampled_from(LETTERS))
    slips = {
        "another letter": key[:at] + letter + key[at + 1 :],
        "a letter too many": key[:at] + letter + key[at:],
        "a letter too few": key[:at] + key[at + 1 :],
        "two letters swapped": key[:at] + key[at + 1 : at + 2] + key[at] + key[at + 2 :],
    }
    slip = slips[draw(st.sampled_from(sorted(slips)))]
    assume(slip not in FIELDS and slip.count(".") == 1 and all(slip.split(".")))
    return key, slip


def distance(one: str, other: str) -> int:
    """Levenshtein: how many letters to insert, drop or change."""
    row = list(range(len(other) + 1))
    for count, letter in enumerate(one, 1):
        above, row = row, [count]
        for index, other_letter in enumerate(other):
            row.append(min(above[index + 1] + 1, row[index] + 1, above[index] + (letter != other_letter)))
    return row[-1]


@given(typos())
@example(("data.feed", "data.eed"))  # as near to data.seed: both are named
@fuzz
def test_a_typo_is_refused_and_the_nearest_key_named(refused: Refused, typo: tuple[str, str]) -> None:
    key, slip = typo
    section, name = slip.split(".")
    variable = f"ROBO_{section}__{name}".upper()
    in_file = refused(f"{slip} = 1")
    in_environment = refused(environment={variable: "1"})
    assert len(in_file) == len(in_environment) == 1
    assert "unknown" in in_file[0]
    assert variable in in_environment[0]
    named = nearest_names((section, name))
    assert min(distance(slip, candidate) for candidate in named) <= distance(slip, key)


@given(typos())
@settings(max_examples=examples(400))
def test_nearest_names_holds_the_key_that_was_meant_or_one_as_near(typo: tuple[str, str]) -> None:
    key, slip = typo
    path: KeyPath = tuple(slip.split("."))
    assert key in nearest_names(path) or any(
        distance(slip, name) <= distance(slip, key) for name in nearest_names(path)
    )


NUMBER_LIKE = [
    "1",
    "-1",
    "0",
    "0.5",
    "1e400",
    "1e-400",
    "1e99999999999999999999",
    "nan",
    "inf",
    "true",
    "1979-05-27",
    "07:32:00",
]
TEXT_LIKE = ["'x'", "''", '"AAPL"', '"\\u0000"', '"' + "9" * 5000 + '"', "0x" + "f" * 400]
VALUES = st.sampled_from([*NUMBER_LIKE, *TEXT_LIKE, "[]", "[1, 'x']", "{}", "{x = 1}"])
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, st.sampled_from([*FIELDS, "x", "risk", "web.port.x", '""', "'a.b'"]), VALUES),
    st.builds("[{}]".format, st.sampled_from(["risk", "data", "x", "web.port", "'web.port'"])),
    st.builds("[[{}]]".format, st.sampled_from(["risk", "x"])),
    st.text(alphabet="ab=.[]{}\"'#,\n\\ 1_", max_size=12),
)


def outcome(load: Load, *sources: object, **others: object) -> Settings | str:
    try:
        loaded = load(*sources, **others)
    except InvalidConfig as error:
        problems = str(error).split("\n  ")
        assert len(problems) > 1
        assert all(problem.isprintable() for problem in problems)
        return str(error)
    assert isinstance(loaded, Settings)
    return loaded


@given(st.lists(STATEMENTS, max_size=5).map("\n".join))
@fuzz
def test_toml_like_text_gives_settings_or_a_named_error(load: Load, text: str) -> None:
    outcome(load, text)


@given(st.text(max_size=80))
@fuzz
def test_any_text_gives_settings_or_a_named_error(load: Load, text: str) -> None:
    outcome(load, text)


NAMES = st.one_of(
    st.sampled_from([f"ROBO_{key.replace('.', '__').upper()}" for key in FIELDS]),
    st.text(max_size=12).map("ROBO_{}".format),
)


@given(st.dictionaries(NAMES, st.text(st.characters(), max_size=20), max_size=4))
@fuzz
def test_any_environment_gives_settings_or_a_named_error(load: Load, environment: dict[str, str]) -> None:
    outcome(load, environment=environment)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=8)
    | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from(list(FIELDS)), ANYTHING)
@fuzz
def test_any_override_gives_settings_or_a_named_error(load: Load, key: str, value: object) -> None:
    section, _, name = key.rpartition(".")
    outcome(load, overrides={section: {name: value}} if section else {name: value})


@pytest.mark.parametrize("text", ["", "# nothing", "[risk]", "risk = {}", "[web]\n[data]"])
def test_saying_nothing_changes_nothing(load: Load, text: str) -> None:
    assert load(text) == Settings()
