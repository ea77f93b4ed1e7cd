"""Features that read a second symbol, and features that compare all symbols of a slice.

Worked by hand: of the closes 10, 30 and 20 the ranks are 1, 3 and 2.
"""

import math

import pytest

from robo_trader.core.features.cross_sectional import rank, sector_residual_
from robo_trader.core.features.feature import Definition, Feature, Group
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.features.statistical import beta
from robo_trader.core.features.trend import sma
from tests.builders import AAPL, HOUR, MSFT, OPEN, a_bar, a_session


def count_and_ratio(state: list[float], close: float, other: float) -> float:
    """How often it was asked, and the ratio of the two closes: 2.5 is the second time at a half."""
    state[0] += 1.0
    return state[0] + close / other


ratio = Definition(
    name="ratio",
    group=Group.STATISTICAL,
    summary="Of two closes.",
    source="This test.",
    unit="count and fraction",
    rule=count_and_ratio,
    inputs=("close", "close@other"),
    state_size=lambda: 1,
    warm_up=lambda: 1,
)


def slices(panel: FeaturePanel, *closes: dict[str, float]) -> list[dict[str, float]]:
    """The first value of each symbol after each slice, told the closes by symbol."""
    found = []
    for number, prices in enumerate(closes):
        bars = [a_bar(symbol=name, started_at=OPEN + number * HOUR, open=price) for name, price in prices.items()]
        values = panel.update(bars, a_session())
        found.append({str(symbol): row[0] for symbol, row in values.items() if row})
    return found


def of_aapl(*features: Feature) -> FeaturePanel:
    return FeaturePanel(lambda symbol: features if symbol == AAPL else ())


def test_a_second_symbol_is_read_from_the_same_slice() -> None:
    panel = of_aapl(ratio(other="SPY"))
    assert slices(panel, {"AAPL": 50.0, "SPY": 100.0}, {"AAPL": 30.0, "SPY": 40.0}) == [{"AAPL": 1.5}, {"AAPL": 2.75}]


def test_where_the_second_symbol_is_missing_there_is_no_value_and_the_memory_stays() -> None:
    panel = of_aapl(ratio(other="SPY"))
    both = {"AAPL": 50.0, "SPY": 100.0}
    first, missing, again = slices(panel, both, {"AAPL": 50.0}, both)
    assert first == {"AAPL": 1.5}
    assert math.isnan(missing["AAPL"])
    assert again == {"AAPL": 2.5}, "it was asked twice, not three times"


def test_a_symbol_may_be_measured_against_itself() -> None:
    """Every return is its own: a beta of 1."""
    panel = FeaturePanel(lambda _symbol: (beta(2, other="AAPL"),))
    values = slices(panel, *({"AAPL": price} for price in (100.0, 110.0, 99.0, 105.0)))
    assert values[-1]["AAPL"] == pytest.approx(1.0)


def test_symbols_of_a_slice_are_compared_by_their_own_values() -> None:
    panel = FeaturePanel(lambda _symbol: (rank(sma(1)),))
    assert slices(panel, {"AAPL": 10.0, "IBM": 30.0, "MSFT": 20.0}, {"IBM": 5.0, "MSFT": 6.0}) == [
        {"AAPL": 1.0, "IBM": 3.0, "MSFT": 2.0},
        {"IBM": 1.0, "MSFT": 2.0},
    ]


def test_who_has_no_value_yet_takes_no_part() -> None:
    panel = FeaturePanel(lambda _symbol: (rank(sma(2)),))
    slices(panel, {"IBM": 30.0, "MSFT": 20.0})
    (values,) = slices(panel, {"AAPL": 10.0, "IBM": 30.0, "MSFT": 20.0})
    assert math.isnan(values.pop("AAPL"))
    assert values == {"IBM": 2.0, "MSFT": 1.0}


def test_who_has_the_feature_in_another_place_is_compared() -> None:
    features = {"AAPL": (rank(sma(1)),), "MSFT": (sma(3), rank(sma(1)))}
    panel = FeaturePanel(lambda symbol: features[symbol])
    values = panel.update([a_bar(symbol="AAPL", open=10.0), a_bar(symbol="MSFT", open=20.0)], a_session())
    assert (values[AAPL][0], values[MSFT][1]) == (1.0, 2.0)


def test_who_has_another_feature_or_none_is_not_compared() -> None:
    features = {"AAPL": (rank(sma(1)),), "MSFT": (rank(sma(1)),), "IBM": (sma(1),)}
    panel = FeaturePanel(lambda symbol: features.get(symbol, ()))
    assert slices(panel, {"AAPL": 10.0, "IBM": 1.0, "MSFT": 20.0, "SPY": 15.0}) == [
        {"AAPL": 1.0, "IBM": 1.0, "MSFT": 2.0}
    ]


def test_groups_are_compared_within_themselves() -> None:
    """Technology 10 and 30 has the mean 20; IBM, in no group, is compared with itself alone."""
    residual = sector_residual_(sma(1), {"AAPL": "technology", "MSFT": "technology", "XOM": "energy"})
    panel = FeaturePanel(lambda _symbol: (residual,))
    assert slices(panel, {"AAPL": 10.0, "IBM": 7.0, "MSFT": 30.0, "XOM": 99.0}) == [
        {"AAPL": -10.0, "IBM": 0.0, "MSFT": 10.0, "XOM": 0.0}
    ]


def test_the_order_of_the_bars_does_not_matter() -> None:
    residual = sector_residual_(sma(1), dict.fromkeys("ABCDE", "one"))
    prices = {"A": 0.1, "B": 0.2, "C": 0.3, "D": 1e9, "E": 0.7}
    (one,), (other,) = (
        slices(FeaturePanel(lambda _symbol: (residual,)), dict(order))
        for order in (prices.items(), reversed(prices.items()))
    )
    assert one == other


def test_what_is_compared_keeps_its_own_memory() -> None:
    panel = FeaturePanel(lambda _symbol: (rank(sma(2)), sma(2)))
    slices(panel, {"AAPL": 10.0, "MSFT": 20.0})
    values = panel.update([a_bar(symbol="AAPL", open=40.0), a_bar(symbol="MSFT", open=20.0)], a_session())
    assert values == {AAPL: (2.0, 25.0), MSFT: (1.0, 20.0)}
