"""Cuts, differences and warm-ups, on a random market of two symbols with holes.

An SMA of n bars needs n bars. An EMA of 2 forgets two thirds with each bar: after 20 bars a billionth is left.
On-balance volume never forgets where it began.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
import pytest

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import ema, sma
from robo_trader.core.features.volume import on_balance_volume
from robo_trader.core.strategies.cross_sectional_momentum import CrossSectionalMomentum
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.validation.lookahead import EVERY_CUT_MAX, Subject, check_lookahead, cut_points
from robo_trader.research.validation.seen import compiled, interpreted, part_of
from robo_trader.research.validation.warm_up import measure_warm_up
from tests.parity.markets import Shape, a_market


@dataclass(frozen=True)
class Slow(Strategy):
    """Looks at a feature that forgets slowly, and at one that never does."""

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (ema(2), on_balance_volume(), sma(3))

    @staticmethod
    def rule(state: list[float], fast: float, volume: float, average: float) -> float:  # noqa: ARG004
        return 1.0 if fast > average else 0.0


FUTURE = np.zeros(0)
SHOWN = [0.0]


def future(state: list[float], close: float) -> float:
    state[0] += 1.0
    t = int(state[0])
    return float(FUTURE[t] - close) if t < len(FUTURE) else 0.0


@dataclass(frozen=True)
class Peek(Strategy):
    """Knows the next close of the first symbol from an array of its module."""

    state_size: ClassVar[int] = 0

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:
        own = Feature(name="future", inputs=("close",), parameters=(), warm_up=1, state_size=1, rule=future)
        return (own,) if symbol == "AAPL" else ()

    @staticmethod
    def rule(state: list[float], gain: float) -> float:  # noqa: ARG004
        return 0.5 if gain > 0.0 else -0.5


@pytest.fixture(scope="module")
def market() -> BarTable:
    return a_market(
        Shape(seed=5, symbols=2, sessions=10, bars_a_session=13, step=0.01, holes=0.1, swing=0.01, volume=1e6)
    )  # fmt: skip


@pytest.fixture(scope="module")
def compiler() -> Compiler:
    return Compiler()


def subject(strategy: Strategy) -> Subject:
    @contextmanager
    def sealed(_ended_at: int | None) -> Iterator[None]:
        yield

    return Subject(make=lambda: strategy, sealed=sealed)


@pytest.mark.parametrize(
    "strategy", [SmaCrossover(2, 5), Slow(), CrossSectionalMomentum(lookback=5, skip=1, top=0.5, bottom=0.5)]
)
def test_honest_strategies_pass_in_both_forms(market: BarTable, compiler: Compiler, strategy: Strategy) -> None:
    check = check_lookahead(market, subject(strategy), compiler, cuts=12)
    assert check.peek is None
    assert (check.forms, check.cuts, check.slices) == (("interpreted", "compiled"), 12, market.slices)


@pytest.mark.parametrize("strategy", [SmaCrossover(2, 5), Slow()])
def test_both_forms_see_the_same_to_the_last_bit(market: BarTable, compiler: Compiler, strategy: Strategy) -> None:
    one, other = interpreted(market, strategy), compiled(market, strategy, compiler)
    assert one.strength.tobytes() == np.ascontiguousarray(other.strength).tobytes()
    assert one.features.keys() == other.features.keys()
    for key, values in one.features.items():
        assert np.array_equal(values, other.features[key], equal_nan=True), key


def test_an_array_that_ends_with_the_bars_gives_a_peek_away(
    market: BarTable, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut after 1 bar, the next close is not known: 0, so the view is -0.5, and not +0.5 as where it rises."""
    place = market.symbols.index(Symbol("AAPL"))
    closes = market.market.close[:, place]
    here = closes[~np.isnan(closes)]

    @contextmanager
    def sealed(ended_at: int | None) -> Iterator[None]:
        known = market.ended_at <= (ended_at or market.ended_at[-1])
        monkeypatch.setitem(globals(), "FUTURE", closes[known & ~np.isnan(closes)])
        yield

    peek = check_lookahead(market, Subject(make=Peek, sealed=sealed), compiler).peek
    assert peek is not None
    rise = int(np.flatnonzero(np.diff(here) > 0.0)[0])  # the first that its successor exceeds
    first = market.ended_at[~np.isnan(closes)][rise]
    assert peek.symbol == "AAPL" and peek.form == "interpreted"
    assert peek.ended_at <= first
    if peek.ended_at == first:
        assert (peek.whole, peek.cut) == (0.5, -0.5)


def test_few_slices_are_cut_everywhere_and_many_where_the_seed_says(market: BarTable) -> None:
    assert market.slices > EVERY_CUT_MAX
    few = part_of(market, 0, 40)
    assert cut_points(few, 0, None) == list(range(1, 40))
    many = cut_points(market, 1, 20)
    assert len(many) == 20 and many[0] == 1 and many[-1] == market.slices - 1
    assert many == cut_points(market, 1, 20) != cut_points(market, 2, 20)
    assert len(cut_points(market, 0, None)) == 48
    assert len(cut_points(few, 0, 10_000)) == 39


def test_a_part_is_what_it_was(market: BarTable) -> None:
    part = part_of(market, 20, 50)
    assert part.slices == 30 and part.slice_at(0) == market.slice_at(20) and part.slice_at(29) == market.slice_at(49)


def test_features_are_warm_when_they_say_or_later(market: BarTable, compiler: Compiler) -> None:
    look = partial(compiled, compiler=compiler)
    told = {one.name: (one.declared, one.needed) for one in measure_warm_up(market, subject(Slow()), look)}
    assert told["sma_3"] == (3, 3)
    declared, needed = told["ema_2"]
    assert declared == 2 and needed is not None and 15 <= needed <= 25
    assert told["on_balance_volume"][1] is None, "never"
    assert told == {
        one.name: (one.declared, one.needed) for one in measure_warm_up(market, subject(Slow()), interpreted)
    }
