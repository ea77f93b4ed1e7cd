"""Every mistake is listed, with its key, its place, and what was meant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from robo_trader.app.settings import Settings, load_settings
from robo_trader.core.domain.errors import InvalidConfig

Load = Callable[..., Settings]
Refused = Callable[..., list[str]]


def test_every_problem_of_every_source_is_listed(refused: Refused) -> None:
    text = """\
preset = "prod"

[risk]
max_position_fraction = 5
max_positon_fraction = 0.1

[rsk]
daily_loss_fraction = 0.01

[strategy]
atr_length = 0

[strategy.parameters]
fast = [20]

[data]
feed = "files"
"""
    problems = refused(
        text,
        environment={"ROBO_RSK__DAILY_LOSS_FRACTION": "0.01"},
        overrides={"web": {"prot": 1}, "data": {"seed": -1}},
    )
    assert problems == [
        "risk.max_positon_fraction (robo_trader.toml:5): unknown key; did you mean risk.max_position_fraction?",
        "rsk (robo_trader.toml:7): unknown section; did you mean risk?",
        (
            "rsk.daily_loss_fraction (ROBO_RSK__DAILY_LOSS_FRACTION): unknown key; "
            "did you mean ROBO_RISK__DAILY_LOSS_FRACTION?"
        ),
        "web.prot (command line): unknown key; did you mean web.port?",
        "preset = 'prod' (robo_trader.toml:1): must be development, staging or production",
        (
            "risk.max_position_fraction = 5 (robo_trader.toml:4): must be a fraction above 0 and at most 1; "
            "did you mean 0.05, which is 5 %?"
        ),
        (
            "data.feed = 'files' (robo_trader.toml:17): needs the folder of the files in data.directory, "
            "which is not set (default)"
        ),
        "data.seed = -1 (command line): must be a whole number from 0 to 4294967295",
        "strategy.parameters.fast = [20] (robo_trader.toml:14): must be a number or a name",
        "strategy.atr_length = 0 (robo_trader.toml:11): must be a whole number from 1 to 500",
    ]


def test_the_user_is_told_what_to_do(load: Load) -> None:
    with pytest.raises(InvalidConfig) as caught:
        load("web.port = -1")
    assert "docs/configuration.md" in caught.value.next_step


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("ROBO_RSK__X", "did you mean ROBO_RISK__...?"),
        ("ROBO_RISK__MAX_POSITON_FRACTION", "did you mean ROBO_RISK__MAX_POSITION_FRACTION?"),
        ("ROBO_RISK_MAX_POSITION_FRACTION", "did you mean ROBO_RISK__MAX_POSITION_FRACTION?"),
        ("ROBO_MAX_POSITION_FRACTION", "did you mean ROBO_RISK__MAX_POSITION_FRACTION?"),
        ("ROBO_PORT", "did you mean ROBO_IBKR__PORT or ROBO_WEB__PORT?"),
        ("ROBO_PRESETS", "did you mean ROBO_PRESET?"),
        ("ROBO_WEB__PORT__X", "did you mean ROBO_WEB__PORT?"),
        ("ROBO_", "the sections are execution, risk,"),
        ("ROBO_ZZZ", "the sections are execution, risk,"),
    ],
)
def test_an_unknown_variable_names_the_nearest(refused: Refused, name: str, advice: str) -> None:
    (problem,) = refused(environment={name: "1"})
    assert f"({name}): unknown key; {advice}" in problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "risk = 5", "risk (robo_trader.toml:1): is a section: set the keys in it", id="a value for a section"
        ),
        pytest.param("[[risk]]", "risk (robo_trader.toml:1): is a section: set the keys in it", id="a list of tables"),
        pytest.param("[web.port]\nx = 1", "web.port (robo_trader.toml:1): takes one value, not a table", id="a table"),
        pytest.param(
            "[web.prot]\nx = 1", "web.prot (robo_trader.toml:1): unknown key; did you mean web.port?", id="a typo"
        ),
        pytest.param(
            '\n"web.port" = 1',
            "'web.port' (robo_trader.toml:2): unknown key; did you mean web.port?",
            id="a quoted dot",
        ),
        pytest.param(
            "port = 1",
            "port (robo_trader.toml:1): unknown key; did you mean ibkr.port or web.port?",
            id="outside its section",
        ),
    ],
)
def test_values_in_the_wrong_place(refused: Refused, text: str, problem: str) -> None:
    assert refused(text) == [problem]


def test_a_section_cannot_be_one_variable(refused: Refused) -> None:
    assert refused(environment={"ROBO_RISK": "{}"}) == ["risk (ROBO_RISK): is a section: set the keys in it"]


def test_two_spellings_of_one_variable_contradict(refused: Refused) -> None:
    assert refused(environment={"ROBO_WEB__PORT": "1", "robo_web__port": "2"}) == [
        "web.port (robo_web__port): is set by ROBO_WEB__PORT as well"
    ]


def test_a_mistake_is_told_even_where_a_stronger_source_hides_it(refused: Refused) -> None:
    assert len(refused("risk = 5", environment={"ROBO_RISK__DAILY_LOSS_FRACTION": "0.01"})) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("[risk", "1: is not TOML: Expected ']'", id="a bracket is missing"),
        pytest.param("a = 1\nb = ", "2: is not TOML: Invalid value", id="a value is missing"),
        pytest.param("x = 1\n\nport = hello\n", "3, column 8: is not TOML: Invalid value", id="no quotes"),
        pytest.param("[web]\nport = 1\nport = 2", "3: web.port is written twice, first on line 2", id="a key twice"),
        pytest.param("[web]\nport = 1\n\n[web]\n", "4: web is written twice, first on line 1", id="a table twice"),
        pytest.param("web.port = 1\n[web]\n", "2: web is written twice, first on line 1", id="dotted, then a table"),
        pytest.param("web = {port = 1,\n port = 2}", "1", id="a line break in an inline table"),
        pytest.param("web = {port = 1, port = 2}", "1: web.port is written twice, first on line 1", id="inline"),
        pytest.param('web = {port = 1, port = 2, "\\1" = 3}', "1: web.port is written twice", id="and worse behind it"),
        pytest.param(
            "web.port = 1\n[web.port.x]", "2, column 12: is not TOML: Cannot", id="a value that is a table elsewhere"
        ),
        pytest.param("a = " + "[" * 9000, ": holds arrays or tables that are nested too deeply", id="nested"),
        pytest.param("a = " + "9" * 5000, ": holds a number that is too long", id="a number of 5000 digits"),
        pytest.param("\ud800", ": is not UTF-8 text", id="broken Unicode"),
        pytest.param("#" * 32_769, ": is larger than 32 KiB, which no configuration is", id="a huge file"),
    ],
)
def test_a_file_that_is_no_toml(refused: Refused, text: str, problem: str) -> None:
    (found,) = refused(text)
    colon = "" if problem.startswith(":") else ":"
    assert found.startswith(f"robo_trader.toml{colon}{problem}")


def test_a_broken_file_is_told_together_with_unknown_variables(refused: Refused) -> None:
    problems = refused("[risk", environment={"ROBO_ZZZ": "1"})
    assert [problem.split(" ")[0] for problem in problems] == ["robo_trader.toml:1:", "zzz"]


@pytest.mark.parametrize(
    ("file", "problem"),
    [("gone.toml", "gone.toml: cannot be read: No such file or directory"), (".", ".: cannot be read: Is a directory")],
)
def test_a_named_file_must_be_there(tmp_path: Path, file: str, problem: str) -> None:
    with pytest.raises(InvalidConfig) as caught:
        load_settings(config_file=Path(file), overrides={}, environment={}, working_directory=tmp_path)
    assert problem in str(caught.value)


def test_a_path_with_a_null_character_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"a\\x00b: is not a path"):
        load_settings(config_file=Path("a\0b"), overrides={}, environment={}, working_directory=tmp_path)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('execution.account = "' + "x" * 500 + '"', "'" + "x" * 59 + "..."),
        ("data.seed = 0x" + "f" * 5000, "a very large number"),
        ("web.port = [true, 'x']", "[True, 'x']"),
    ],
)
def test_values_are_shown_short(refused: Refused, text: str, shown: str) -> None:
    (problem,) = refused(text)
    assert f" = {shown} (robo_trader.toml:1)" in problem


@pytest.mark.parametrize(
    ("value", "reason"),
    [("", "is empty; leave the key out to have none"), ("~nobody-of-this-name/x", "names the home folder of somebody")],
)
def test_paths_that_lead_nowhere(refused: Refused, value: str, reason: str) -> None:
    (problem,) = refused(environment={"ROBO_STORAGE__DATABASE": value})
    assert f"(ROBO_STORAGE__DATABASE): {reason}" in problem
