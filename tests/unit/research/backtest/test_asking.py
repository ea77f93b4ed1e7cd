"""Changes of views, found in one pass over the bars of symbols that are taken alike, or from columns that are kept."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.momentum import bar_return
from robo_trader.core.features.trend import ema, sma
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.asking import strength_matrix
from robo_trader.research.backtest.views import SleeveViews, ViewMaker
from robo_trader.research.compiled.compiler import Compiler
from tests.builders import a_sleeve
from tests.parity.markets import NAMES, Shape, a_market


@dataclass(frozen=True)
class Mixed(Strategy):
    """Other features for the first symbol than for those that follow, and none for the fourth: it is not traded."""

    state_size: ClassVar[int] = 2

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:
        number = NAMES.index(symbol)
        return () if number == 3 else (sma(5), ema(4)) if number else (sma(90), bar_return())

    @staticmethod
    def rule(state: list[float], one: float, other: float) -> float:
        state[0] += 1.0
        state[1] = 0.5 if one > other else -1.0 if state[0] % 7.0 < 1.0 else state[1]
        return state[1]


SLEEVE = a_sleeve(Mixed(), sizer=FixedShares(quantity=1))


@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_views_are_the_same_whether_features_are_kept_or_not(gaps: float) -> None:
    table = a_market(Shape(3, 5, 8, 60, 0.01, gaps, 0.01, 5_000))
    compiler = Compiler()
    kept = ViewMaker(table, compiler).views(SLEEVE)
    quick = ViewMaker(table, compiler).views(SLEEVE, kept=False)
    assert len(kept.changes) > 100
    assert kept.changes.tolist() == quick.changes.tolist()
    assert in_order(kept)


def in_order(views: SleeveViews) -> bool:
    """By slice, then symbol."""
    keys = views.changes[:, :2].tolist()
    return keys == sorted(keys) and len(set(map(tuple, keys))) == len(keys)


def test_a_view_holds_until_it_changes() -> None:
    changes = np.array([[1.0, 0.0, 0.5], [1.0, 2.0, -1.0], [3.0, 0.0, 0.0], [4.0, 2.0, 1.0]])
    assert strength_matrix(changes, 5, 3).T.tolist() == [
        [0.0, 0.5, 0.5, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, -1.0, -1.0, -1.0, 1.0],
    ]
