"""A strategy is its features and a rule; its parameters are held to their bounds, and its answers to [-1, 1].

Worked by hand: 1,709,568,000 seconds after 1970 it was 16:00 on 4 March 2024 in UTC.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.errors import InvalidConfig, StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import ema, sma
from robo_trader.core.strategies.catalogue import ALL_STRATEGIES, STRATEGIES, find_strategy
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy, bounded, checked_strength
from robo_trader.core.strategies.views import StrategyViews
from tests.builders import AAPL, DAY, MSFT, OPEN, a_bar

FOUR_O_CLOCK = 1_709_568_000 * 10**9


@dataclass(frozen=True)
class SlowBand(Strategy):
    """Two lengths and a threshold, all of which may be wrong."""

    ordered: ClassVar[tuple[str, ...]] = ("short", "long")

    short: int = bounded(5, 1, 100)
    long: int = bounded(10, 2, 200)
    band: float = bounded(0.5, 0.0, 3.0, "standard deviations", "how wide")
    note: str = "not a parameter"

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:
        return (sma(self.short), ema(self.long)) if symbol == AAPL else ()

    @staticmethod
    def rule(state: list[float], short: float, long: float, *parameters: float) -> float:  # noqa: ARG004
        return 1.0 if short > long else 0.0


@dataclass(frozen=True)
class Counter(Strategy):
    """Answers how often it was asked, in tenths."""

    state_size: ClassVar[int] = 1

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (sma(1),)

    @staticmethod
    def rule(state: list[float], price: float) -> float:  # noqa: ARG004 - it only counts
        state[0] += 0.1
        return state[0]


@dataclass(frozen=True)
class Wrong(Strategy):
    """Divides by what it is given."""

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (sma(1),)

    @staticmethod
    def rule(state: list[float], price: float) -> float:  # noqa: ARG004 - it remembers nothing
        return 1.0 / (price - 100.0)


def test_its_name_is_the_class_in_snake_case() -> None:
    assert (SlowBand().name, SmaCrossover().name, Counter().name) == ("slow_band", "sma_crossover", "counter")


def test_its_parameters_are_the_bounded_fields() -> None:
    told = [(one.name, one.default, one.minimum, one.maximum, one.unit) for one in SlowBand.parameters()]
    assert told == [
        ("short", 5, 1, 100, "bars"), ("long", 10, 2, 200, "bars"), ("band", 0.5, 0.0, 3.0, "standard deviations"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        pytest.param({"short": 0}, "slow_band: short must be a whole number from 1 to 100, was 0", id="too small"),
        pytest.param({"long": 201}, "slow_band: long must be a whole number from 2 to 200, was 201", id="too large"),
        pytest.param({"short": 5.5}, "short must be a whole number from 1 to 100, was 5.5", id="half a bar"),
        pytest.param({"band": 3.1}, "slow_band: band must be a number from 0 to 3, was 3.1", id="too wide"),
        pytest.param({"band": math.nan}, "band must be a number from 0 to 3, was nan", id="no number"),
        pytest.param({"short": math.inf}, "short must be a whole number from 1 to 100, was inf", id="no end"),
        pytest.param({"short": math.nan}, "short must be a whole number from 1 to 100, was nan", id="no count"),
        pytest.param({"short": 10}, "slow_band needs short < long, was short 10, long 10", id="equal"),
        pytest.param({"short": 30}, "slow_band needs short < long, was short 30, long 10", id="the wrong way round"),
    ],
)
def test_parameters_out_of_bounds_are_refused(given_: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        SlowBand(**given_)
    assert why in str(refused.value)
    assert refused.value.next_step


def test_whole_numbers_stay_whole_and_others_become_floats() -> None:
    strategy = SlowBand(short=7.0, band=1)  # type: ignore[arg-type]  # a file may say 7.0
    assert (strategy.short, type(strategy.short)) == (7, int)
    assert (strategy.band, type(strategy.band)) == (1.0, float)


def test_the_rule_takes_all_parameters_in_the_order_of_the_fields() -> None:
    assert SlowBand(short=3, long=4, band=2.0).rule_parameters(AAPL) == (3, 4, 2.0)


def test_the_reason_names_each_feature_with_its_value() -> None:
    assert SlowBand().reason(AAPL, (101.23456789, 99.0)) == "sma_5 101.235, ema_10 99"


def test_equal_parameters_make_equal_strategies() -> None:
    assert SlowBand(short=3) == SlowBand(short=3) != SlowBand(short=4)


@pytest.mark.parametrize("strength", [-1, -0.5, 0, 1, 1.0, True])
def test_a_number_within_one_is_a_strength(strength: float) -> None:
    checked = checked_strength(strength, "any", "AAPL", FOUR_O_CLOCK)
    assert checked == strength and type(checked) is float


@pytest.mark.parametrize("strength", [1.0000001, -2, math.nan, math.inf, -math.inf, None, "1", [1.0]])
def test_anything_else_is_told_with_strategy_symbol_and_time(strength: object) -> None:
    with pytest.raises(StrategyError) as refused:
        checked_strength(strength, "slow_band", "AAPL", FOUR_O_CLOCK)
    assert str(refused.value) == (
        f"slow_band answered {strength!r} for AAPL at 2024-03-04T16:00:00+00:00: a strength is a number in [-1, 1]"
    )


@given(st.floats())
@settings(deadline=None)
def test_every_float_is_a_strength_or_refused(strength: float) -> None:
    try:
        assert -1 <= checked_strength(strength, "any", "AAPL", OPEN) <= 1
    except StrategyError:
        assert not -1 <= strength <= 1


def test_each_symbol_has_a_memory_of_its_own() -> None:
    views = StrategyViews(Counter(), signal_lifetime=DAY)
    asked = [views.look(a_bar(symbol=name), (1.0,)) for name in ("AAPL", "AAPL", "MSFT", "AAPL")]
    assert [round(signal.strength, 6) for signal in asked if signal] == [0.1, 0.2, 0.1, 0.3]
    assert views.states == {AAPL: [pytest.approx(0.3)], MSFT: [pytest.approx(0.1)]}


def test_a_rule_that_fails_is_told_with_symbol_and_time() -> None:
    views = StrategyViews(Wrong(), signal_lifetime=DAY)
    with pytest.raises(StrategyError) as failed:
        views.look(a_bar(symbol="MSFT"), (100.0,))
    assert str(failed.value) == (
        "wrong failed for MSFT at 2024-03-04T15:30:00+00:00: ZeroDivisionError: float division by zero"
    )
    assert isinstance(failed.value.__cause__, ZeroDivisionError)


def test_strategies_are_found_by_their_names() -> None:
    assert {name: find_strategy(name) for name in ALL_STRATEGIES} == ALL_STRATEGIES
    assert STRATEGIES.keys() < ALL_STRATEGIES.keys(), "those in event form are in the second only"
    assert find_strategy("sma_crossover") is SmaCrossover
    assert all(kind().name == name for name, kind in ALL_STRATEGIES.items()), "their defaults are sound"


@pytest.mark.parametrize(
    ("name", "advice"),
    [("sma_crosover", "Did you mean 'sma_crossover'?"), ("magic", "See `robo-trader strategies list`.")],
)
def test_an_unknown_name_is_told_the_nearest(name: str, advice: str) -> None:
    with pytest.raises(InvalidConfig, match=name) as refused:
        find_strategy(name)
    assert refused.value.next_step == advice
