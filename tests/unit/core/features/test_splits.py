"""Features live through a split: streamed over raw bars with the split told, they are what adjusted bars give.

For two shares for one every multiplication by the ratio is exact, so the values are equal to the last bit. For other
ratios a raw price times 7 and an adjusted one, divided by 7, differ in the last bit of each, which rules carry on.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.catalogue import DEFINITIONS
from robo_trader.core.features.cross_sectional import percentile, rank
from robo_trader.core.features.feature import CrossDefinition, Definition, Feature, Record
from robo_trader.core.features.momentum import roc
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.features.trend import sma
from tests.builders import AAPL, MSFT, a_bar, a_session

BARS, SPLIT_AT = 700, 600
# What is reckoned from logarithms of prices is moved by a constant instead of a factor, which rounds.
_OF_LOGARITHMS = frozenset({
    "hurst", "hedge_ratio", "cointegration_residual", "spread_zscore", "spread_half_life", "dickey_fuller",
    "kalman_hedge_ratio", "kalman_residual_zscore",
})  # fmt: skip


def raw_bars(symbol: str, seed: int, ratio: float) -> list[Bar]:
    """Bars of a random walk, whose price falls by the ratio at the split."""
    rng, price, bars = np.random.default_rng(seed), 400.0, []
    for n in range(BARS):
        if n == SPLIT_AT:
            price /= ratio
        open_, step = price, price / 200
        price = max(round(float(price + rng.normal(0, step)), 4), 1.0)
        high, low = max(open_, price) + step * float(rng.random()), min(open_, price) - step * float(rng.random())
        begun = a_session().opens_at + n * 1_000_000_000
        volume = float(rng.integers(1_000, 9_000)) * 1024
        bars.append(
            a_bar(
                symbol=symbol, started_at=begun, ended_at=begun + 1_000_000_000, open=open_, high=high, low=low,
                close=price, volume=volume if n < SPLIT_AT else volume * ratio,
            )
        )  # fmt: skip
    return bars


def adjusted(bars: list[Bar], ratio: float) -> list[Bar]:
    """The same bars, all counted in the shares of the end."""
    return [
        replace(
            bar, open=bar.open / ratio, high=bar.high / ratio, low=bar.low / ratio, close=bar.close / ratio,
            volume=bar.volume * ratio,
        )
        if n < SPLIT_AT
        else bar
        for n, bar in enumerate(bars)
    ]  # fmt: skip


def streamed(feature: Feature, series: list[list[Bar]], ratio: tuple[int, int] | None) -> list[float]:
    """The values of AAPL's feature; the other symbol never splits."""
    panel, values = FeaturePanel(lambda _: (feature,)), []
    if any("@" in name for name in feature.inputs):
        panel = FeaturePanel(lambda symbol: (feature,) if symbol == AAPL else ())
    for n, bars in enumerate(zip(*series, strict=True)):
        if n == SPLIT_AT and ratio is not None:
            panel.split(AAPL, *ratio)
        values.append(panel.update(bars, a_session())[AAPL][0])
    return values


def made(definition: Definition) -> Feature:
    return definition(other=MSFT) if definition.needs_other else definition()


def of_bars() -> list[Definition]:
    return [one for one in DEFINITIONS.values() if one.record is Record.BAR]


@pytest.mark.parametrize("definition", of_bars(), ids=lambda one: one.name)
@pytest.mark.parametrize(("new", "old"), [(2, 1), (7, 1), (1, 10), (3, 2)], ids=["2:1", "7:1", "1:10", "3:2"])
def test_a_stream_over_a_split_is_the_batch_over_adjusted_bars(definition: Definition, new: int, old: int) -> None:
    ratio, feature = new / old, made(definition)
    raw, other = raw_bars(AAPL, 1, ratio), raw_bars(MSFT, 2, 1.0)
    live = streamed(feature, [raw, other], (new, old))
    batch = streamed(feature, [adjusted(raw, ratio), other], None)
    after = slice(SPLIT_AT, None)
    is_moved = definition.name in _OF_LOGARITHMS
    exact = (new, old) == (2, 1) and not is_moved
    # where values of both signs cancel, the rounding of the large ones is left
    tolerance = (1e-9 if is_moved else 1e-12) * max(abs(value) for value in batch if not math.isnan(value))
    for ours, theirs in zip(live[after], batch[after], strict=True):
        if math.isnan(theirs):
            assert math.isnan(ours)
        elif exact:
            assert ours == theirs
        else:
            assert ours == pytest.approx(theirs, rel=1e-12, abs=tolerance)


@pytest.mark.parametrize("compare", [rank, percentile], ids=lambda one: one.name)
def test_symbols_are_compared_in_the_shares_of_today(compare: CrossDefinition) -> None:
    feature = compare(sma(20))
    raw, other = raw_bars(AAPL, 1, 2.0), raw_bars(MSFT, 2, 1.0)
    live = streamed(feature, [raw, other], (2, 1))
    batch = streamed(feature, [adjusted(raw, 2.0), other], None)
    assert live[SPLIT_AT:] == batch[SPLIT_AT:]


def test_a_second_split_counts_on_top_of_the_first() -> None:
    feature, bars = roc(1), [a_bar(started_at=n * 10, ended_at=n * 10 + 10, open=price) for n, price in enumerate(
        (400.0, 200.0, 100.0, 110.0)
    )]  # fmt: skip
    panel, values = FeaturePanel(lambda _: (feature,)), []
    for n, bar in enumerate(bars):
        if n in {1, 2}:
            panel.split(AAPL, 2, 1)
        values.append(panel.update([bar], a_session())[AAPL][0])
    assert values[1:3] == [0.0, 0.0] and values[3] == pytest.approx(10.0)


def test_history_goes_on_under_a_new_name_where_its_features_are_the_same() -> None:
    panel = FeaturePanel(lambda _: (sma(2),))
    panel.update([a_bar(open=10.0)], a_session())
    panel.rename(AAPL, MSFT)
    later = a_bar(symbol=MSFT, open=20.0)
    assert panel.update([later], a_session()) == {MSFT: (15.0,)}
    assert AAPL not in panel.states


def test_history_begins_anew_under_a_name_that_has_other_features() -> None:
    panel = FeaturePanel(lambda symbol: (sma(2),) if symbol == AAPL else (sma(3),))
    panel.update([a_bar(open=10.0)], a_session())
    panel.rename(AAPL, MSFT)
    (value,) = panel.update([a_bar(symbol=MSFT, open=20.0)], a_session())[MSFT]
    assert math.isnan(value)


def test_a_second_symbol_is_read_under_its_new_name() -> None:
    feature = DEFINITIONS["beta"](5, other=AAPL)
    panel = FeaturePanel(lambda symbol: (feature,) if symbol == MSFT else ())
    values: list[float] = []
    for n, (own, market) in enumerate(pairwise([100.0, 101.0, 103.0, 102.0, 105.0, 104.0, 106.0, 109.0, 108.0])):
        name = AAPL if n < 4 else Symbol("APLE")
        if n == 4:
            panel.rename(AAPL, name)
        bars = [a_bar(symbol=name, open=market), a_bar(symbol=MSFT, open=own)]
        values.append(panel.update(bars, a_session())[MSFT][0])
    assert not math.isnan(values[-1])
