"""A strategy's parameters are a table of numbers and names, whose keys are the strategy's; all sources add to it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.app.settings import ExplainedSetting, Settings, settings_schema

Load = Callable[..., Settings]
Explain = Callable[..., dict[str, ExplainedSetting]]
Refused = Callable[..., list[str]]

FILE = "[strategy.parameters]\nfast = 5\nband = 0.5\n"
VARIABLE = {"ROBO_STRATEGY__PARAMETERS__FAST": "7"}


def test_every_source_sets_single_parameters(load: Load, explain: Explain) -> None:
    sources = {"environment": VARIABLE, "overrides": {"strategy": {"parameters": {"slow": "60"}}}}
    assert load(FILE, **sources).strategy.parameters == {"fast": 7, "band": 0.5, "slow": 60}
    rows = explain(FILE, **sources)
    assert {key: (row.text, str(row.origin)) for key, row in rows.items() if "parameters" in key} == {
        "strategy.parameters.fast": ("7", "ROBO_STRATEGY__PARAMETERS__FAST"),
        "strategy.parameters.band": ("0.5", "robo_trader.toml:3"),
        "strategy.parameters.slow": ("60", "command line"),
    }


@pytest.mark.parametrize(
    "text", ["strategy.parameters.fast = 5", "[strategy]\nparameters = {fast = 5}", "[strategy]\nparameters.fast = 5"]
)
def test_a_table_may_be_written_in_each_way_of_toml(load: Load, text: str) -> None:
    assert load(text).strategy.parameters == {"fast": 5}


@pytest.mark.parametrize(
    ("written", "value"), [("5", 5), (" +5 ", 5), ("-3", -3), ("5.0", 5.0), ("1e3", 1000.0), ("0.25", 0.25)]
)
def test_whole_numbers_stay_ints(load: Load, written: str, value: float) -> None:
    (parameter,) = load(environment={"ROBO_STRATEGY__PARAMETERS__X": written}).strategy.parameters.values()
    assert parameter == value and type(parameter) is type(value)


@pytest.mark.parametrize("written", ["SPY", " SPY ", "nan", "AAPL:technology,XOM:energy", "5 bars"])
def test_what_is_no_number_is_a_name(load: Load, written: str) -> None:
    assert load(environment={"ROBO_STRATEGY__PARAMETERS__X": written}).strategy.parameters == {"x": written.strip()}


@pytest.mark.parametrize(
    "value", ["true", "nan", "inf", "[1]", '""', '"a\\nb"', "1979-05-27", "1e400", "9" * 400, '"' + "x" * 10_001 + '"']
)
def test_a_parameter_is_a_number_or_a_name(refused: Refused, value: str) -> None:
    (problem,) = refused(f"strategy.parameters.fast = {value}")
    assert problem.startswith("strategy.parameters.fast = ")
    assert problem.endswith("(robo_trader.toml:1): must be a number or a name")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("strategy.parameters = 5", "strategy.parameters (robo_trader.toml:1): is a table: set the keys in it"),
        (
            "strategy.parameters.trend.fast.x = 1",
            "strategy.parameters.trend.fast (robo_trader.toml:1): takes one value, not a table",
        ),
        (
            "[strategy.paramters]\nfast = 1",
            "strategy.paramters (robo_trader.toml:1): unknown key; did you mean strategy.parameters?",
        ),
    ],
)
def test_what_is_no_parameter_is_told(refused: Refused, text: str, problem: str) -> None:
    assert refused(text) == [problem]


@pytest.mark.parametrize("text", ["[strategy.parameters.trend]\nfast = 7", "strategy.parameters.trend.fast = 7"])
def test_one_of_several_strategies_has_a_table_of_its_own(load: Load, text: str) -> None:
    assert load(text).strategy.parameters == {"trend.fast": 7}
    assert load(text) == load(environment={"ROBO_STRATEGY__PARAMETERS__TREND__FAST": "7"})


def test_parts_of_the_account_are_fractions(load: Load, refused: Refused) -> None:
    assert load("[strategy.capital]\ntrend = 0.25").strategy.capital == {"trend": Decimal("0.25")}
    (problem,) = refused("[strategy.capital]\ntrend = 25")
    assert problem.startswith(
        "strategy.capital.trend = 25 (robo_trader.toml:2): must be a fraction above 0 and at most 1"
    )


def test_several_strategies_are_named_with_commas(load: Load, refused: Refused) -> None:
    text = "quick=sma_crossover, momentum,mine.py:Mine"
    assert load(f'strategy.name = "{text}"').strategy.name == text
    (unknown,) = refused('strategy.name = "sma_crossover, momentun"')
    assert "there is no strategy called 'momentun'" in unknown
    (twice,) = refused('strategy.name = "momentum, momentum"')
    assert "names a strategy twice; give each a name of its own" in twice


def test_a_name_that_cannot_be_a_parameters_is_told(refused: Refused) -> None:
    (problem,) = refused('[strategy.parameters]\n"my fast" = 1')
    assert problem.startswith("strategy.parameters.'my fast' (robo_trader.toml:2): unknown key")


def test_two_spellings_of_one_variable_contradict(refused: Refused) -> None:
    environment = {**VARIABLE, "robo_strategy__parameters__fast": "8"}
    assert refused(environment=environment) == [
        "strategy.parameters.fast (robo_strategy__parameters__fast): is set by ROBO_STRATEGY__PARAMETERS__FAST as well"
    ]


def test_rows_are_toml_that_loads_to_the_same_settings(load: Load, explain: Explain) -> None:
    text = "\n".join(f"{row.key} = {row.text}" for row in explain(FILE).values() if row.text)
    assert load(text) == load(FILE)


def test_the_schema_takes_numbers_and_names() -> None:
    field = settings_schema()["$defs"]["StrategySettings"]["properties"]["parameters"]
    assert field["type"] == "object" and field["additionalProperties"] == {"type": ["number", "string"]}


@pytest.mark.parametrize("name", ["mine.py:Mine", "some folder/mine.py:My_1", "../mine.py:Mine", "C:/mine.py:Mine"])
def test_ones_own_strategy_is_named_by_file_and_class(load: Load, name: str) -> None:
    assert load(f'strategy.name = "{name}"').strategy.name == name
    assert not Path(name.rpartition(":")[0]).exists(), "whether there is such a file is told when it is loaded"


@pytest.mark.parametrize(
    ("name", "advice"),
    [("sma_crosover", "Did you mean 'sma_crossover'?"), ("magic", "See `robo-trader strategies list`.")],
)
def test_an_unknown_strategy_is_told_the_nearest(refused: Refused, name: str, advice: str) -> None:
    (problem,) = refused(f'strategy.name = "{name}"')
    assert problem == (f"strategy.name = '{name}' (robo_trader.toml:1): there is no strategy called '{name}'. {advice}")
