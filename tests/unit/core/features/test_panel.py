"""Features bar by bar equal features over a whole history, bit for bit, also from a copy of the state.

Worked by hand: closes 1, 2, 3, 4 have the two-bar means 1.5, 2.5, 3.5.
"""

import math
import struct
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.bars import Bar
from robo_trader.core.features.definitions import atr, sma
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.panel import FeaturePanel, compute_batch
from tests.builders import HOUR, OPEN, a_bar

FEATURES = (sma(1), sma(3), sma(7), atr(1), atr(4))
PRICE = st.floats(0.01, 10_000)
TRIPLES = st.lists(st.tuples(PRICE, PRICE, PRICE), min_size=1, max_size=40)


def bars_of(triples: list[tuple[float, float, float]], symbol: str = "AAPL") -> list[Bar]:
    """Bars with these open, close and one more price, an hour apart."""
    return [
        a_bar(
            symbol=symbol, started_at=OPEN + n * HOUR, open=open_, close=close, high=max(open_, close, other),
            low=min(open_, close, other),
        )
        for n, (open_, close, other) in enumerate(triples)
    ]  # fmt: skip


def bits(value: float) -> bytes:
    """NaN equals NaN here, and 0.0 differs from -0.0."""
    return struct.pack(">d", value)


@given(TRIPLES, st.data())
@settings(deadline=None)
def test_streaming_equals_batch_bit_for_bit(triples: list[tuple[float, float, float]], data: st.DataObject) -> None:
    bars = bars_of(triples)
    restart = data.draw(st.integers(0, len(bars)), label="the panel is replaced by a copy before this bar")
    panel = FeaturePanel(FEATURES)
    streamed = []
    for number, bar in enumerate(bars):
        if number == restart:
            states, panel = deepcopy(panel.states), FeaturePanel(FEATURES)
            panel.states = states
        streamed.append(panel.update(bar))
    for column, feature in enumerate(FEATURES):
        batch = compute_batch(feature, bars)
        assert [bits(row[column]) for row in streamed] == [bits(value) for value in batch], feature.name


@given(TRIPLES, TRIPLES)
@settings(deadline=None, max_examples=50)
def test_symbols_do_not_touch_each_other(
    ours: list[tuple[float, float, float]], theirs: list[tuple[float, float, float]]
) -> None:
    alone, together = FeaturePanel(FEATURES), FeaturePanel(FEATURES)
    others = iter(bars_of(theirs, "MSFT"))
    for bar in bars_of(ours):
        for other in others:
            together.update(other)
            break
        assert list(map(bits, alone.update(bar))) == list(map(bits, together.update(bar)))


def test_sma_of_closes_as_worked_by_hand() -> None:
    values = compute_batch(sma(2), bars_of([(9.0, close, 9.0) for close in (1.0, 2.0, 3.0, 4.0)]))
    assert math.isnan(values[0])
    assert values[1:] == [1.5, 2.5, 3.5]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_warm_up_says_when_the_first_value_comes(feature: Feature) -> None:
    values = compute_batch(feature, bars_of([(2.0, 3.0, 1.0)] * 12))
    assert [math.isnan(value) for value in values] == [n + 1 < feature.warm_up for n in range(12)]


def test_names_tell_kind_and_length() -> None:
    assert [feature.name for feature in FEATURES] == ["sma_1", "sma_3", "sma_7", "atr_1", "atr_4"]
