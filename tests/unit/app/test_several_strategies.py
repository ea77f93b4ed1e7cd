"""Several strategies in the settings: whose a parameter is, who has which part of the account, and what is told."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from robo_trader.app.joining import build_engine_settings
from robo_trader.app.settings import Settings, load_settings
from robo_trader.app.strategies import build_strategies, build_strategy, strategy_identity
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.strategies.sma_crossover import SmaCrossover


def settings(
    name: str, *, parameters: dict[str, Any] | None = None, capital: dict[str, float] | None = None
) -> Settings:
    strategy = {"name": name, "parameters": parameters or {}, "capital": capital or {}}
    return load_settings(
        config_file=None, overrides={"strategy": strategy}, environment={}, working_directory=Path.cwd()
    )  # fmt: skip


def test_each_has_its_name_its_parameters_and_an_equal_part() -> None:
    chosen = build_strategies(
        settings("quick=sma_crossover, sma_crossover,breakout", parameters={"quick": {"fast": "3", "slow": 9}})
    )
    assert [one.name for one in chosen] == ["quick", "sma_crossover", "breakout"]
    assert [one.strategy for one in chosen[:2]] == [SmaCrossover(3, 9), SmaCrossover()]
    assert {one.capital for one in chosen} == {Decimal("0.333333")}


def test_the_only_one_has_the_whole_account_and_needs_no_name() -> None:
    (one,) = build_strategies(settings("sma_crossover", parameters={"fast": 3}))
    assert one.capital == 1 and one.strategy == SmaCrossover(3)
    (named,) = build_strategies(settings("quick=sma_crossover", parameters={"quick": {"fast": 3}}))
    assert (named.name, named.strategy) == ("quick", SmaCrossover(3))


def test_the_engine_gets_a_sleeve_of_each() -> None:
    parts = {"quick": 0.25, "breakout": 0.5}
    sleeves = build_engine_settings(settings("quick=sma_crossover,breakout", capital=parts)).sleeves
    assert {sleeve.name: sleeve.capital for sleeve in sleeves} == parts
    assert len({sleeve.sizer for sleeve in sleeves}) == 1, "how a signal is sized is the same for all"


@pytest.mark.parametrize(
    ("name", "more", "told"),
    [
        ("sma_crossover,breakout", {"parameters": {"fast": 3}}, "does not say whose it is. Write strategy.parameters."),
        ("a=sma_crossover,breakout", {"parameters": {"b": {"fast": 3}}}, "no strategy is called b"),
        ("quick=sma_crossover,breakout", {"parameters": {"quik": {"fast": 3}}}, "Did you mean quick?"),
        ("a=sma_crossover,breakout", {"parameters": {"a": {"fats": 3}}}, "Did you mean strategy.parameters.fast?"),
        ("a=sma_crossover,breakout", {"capital": {"a": 0.5}}, "has no part for breakout"),
        ("a=sma_crossover,breakout", {"capital": {"a": 0.5, "breakout": 0.6}}, "more than the whole account"),
        ("a=sma_crossover,breakout", {"capital": {"a": 0.5, "c": 0.5}}, "no strategy is called c"),
    ],
)
def test_what_cannot_be_meant_is_told(name: str, more: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidConfig) as error:
        build_strategies(settings(name, **more))
    assert told in f"{error.value}. {error.value.next_step}"


def test_what_takes_one_strategy_says_so() -> None:
    with pytest.raises(InvalidConfig, match="one strategy at a time"):
        build_strategy(settings("sma_crossover,breakout"))


def test_another_part_of_the_account_is_another_session() -> None:
    def identity(part: float) -> dict[str, str]:
        return strategy_identity(settings("a=sma_crossover,breakout", capital={"a": part, "breakout": 0.5}))

    assert identity(0.5) == identity(0.5) != identity(0.4)
    assert identity(0.5)["a.name"] == "sma_crossover" and identity(0.5)["a.parameters.fast"] == "20"
