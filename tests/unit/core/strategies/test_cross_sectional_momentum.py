"""The best and the worst are chosen with the first bar of a month, or every so many bars, and held in between."""

import pytest

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.strategies.cross_sectional_momentum import CrossSectionalMomentum
from tests.builders import AAPL, HOUR, MSFT, OPEN, a_bar, a_session

CALM = (1e9, 0.01)  # dollars a bar, volatility


def views(strategy: CrossSectionalMomentum, *days: tuple[float, float, float]) -> list[float]:
    """The view of each bar: place, days to the month's end, volatility."""
    state = [0.0] * strategy.state_size
    rest = strategy.rule_parameters(AAPL)
    return [strategy.rule(state, place, left, 1e9, volatility, *rest) for place, left, volatility in days]


def test_a_choice_is_held_to_the_end_of_the_month() -> None:
    days = [(1.0, 12, 0), (0.0, 5, 0), (0.5, 0, 0), (0.0, 30, 0), (1.0, 30, 0), (1.0, 2, 0), (0.5, 27, 0)]
    assert views(CrossSectionalMomentum(), *days) == [1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 0.0]


def test_or_for_so_many_bars() -> None:
    days = [(place, 9.0, 0.0) for place in (1.0, 0.0, 0.0, 0.0, 0.5, 0.5)]
    assert views(CrossSectionalMomentum(every=3), *days) == [1.0, 1.0, 1.0, -1.0, -1.0, -1.0]


def test_a_month_does_not_count_where_bars_do() -> None:
    assert views(CrossSectionalMomentum(every=5), (1.0, 1, 0), (0.0, 30, 0)) == [1.0, 1.0]


def test_the_worst_are_left_alone_without_shorts() -> None:
    assert views(CrossSectionalMomentum(shorts=0), (0.0, 9, 0)) == [0.0]


def test_a_choice_is_taken_up_again_when_the_market_has_calmed() -> None:
    days = [(1.0, 9, 0.01), (1.0, 8, 0.05), (0.5, 7, 0.01)]
    assert views(CrossSectionalMomentum(volatility_max=0.02), *days) == [1.0, 0.0, 1.0]


@pytest.mark.parametrize(("symbol", "place"), [(AAPL, 1.0), (MSFT, 0.0)])
def test_the_place_is_that_among_all_symbols_that_are_traded(symbol: Symbol, place: float) -> None:
    """AAPL doubles each hour, MSFT halves; the index of volatility does better, and takes no part."""
    strategy = CrossSectionalMomentum(lookback=2, skip=0, filter_length=2, volatility_index="VIX")
    panel = FeaturePanel(strategy.features)
    factors = {"AAPL": 2.0, "MSFT": 0.5, "VIX": 8.0}
    values: dict[Symbol, tuple[float, ...]] = {}
    for n in range(4):
        bars = [
            a_bar(symbol=name, started_at=OPEN + n * HOUR, open=100.0 * factor**n) for name, factor in factors.items()
        ]
        values = panel.update(bars, a_session())
    assert values[symbol][0] == place
    assert values[Symbol("VIX")] == ()
