"""Features bar by bar equal their rule run over the whole history, bit for bit, also from a copy of the state.

Worked by hand: closes 1, 2, 3, 4 have the two-bar means 1.5, 2.5, 3.5.
"""

import math
import struct
from collections.abc import Sequence
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.features.trend import sma
from robo_trader.core.features.volatility import atr
from robo_trader.core.market.columns import BAR_COLUMNS, PRICE_COLUMNS
from tests.builders import AAPL, HOUR, OPEN, a_bar, a_session
from tests.examples import examples

FEATURES = (sma(1), sma(3), sma(7), atr(1), atr(4))
PRICE = st.floats(0.01, 10_000)
TRIPLES = st.lists(st.tuples(PRICE, PRICE, PRICE), min_size=1, max_size=40)


def a_panel() -> FeaturePanel:
    return FeaturePanel(lambda _symbol: FEATURES)


def bars_of(triples: list[tuple[float, float, float]], symbol: str = "AAPL") -> list[Bar]:
    """Bars with these open, close and one more price, an hour apart."""
    return [
        a_bar(
            symbol=symbol, started_at=OPEN + n * HOUR, open=open_, close=close, high=max(open_, close, other),
            low=min(open_, close, other),
        )
        for n, (open_, close, other) in enumerate(triples)
    ]  # fmt: skip


def streamed(panel: FeaturePanel, *bars: Bar) -> dict[str, tuple[float, ...]]:
    """The values after one slice of these bars."""
    return {str(symbol): values for symbol, values in panel.update(bars, a_session()).items()}


def looped(feature: Feature, bars: Sequence[Bar]) -> list[float]:
    """The feature's rule, told of every bar in turn, and nothing else."""
    state = [0.0] * feature.state_size
    rows = [{name: getattr(bar, name) for name in PRICE_COLUMNS} for bar in bars]
    return [feature.rule(state, *(row[name] for name in feature.inputs), *feature.parameters) for row in rows]


def test_rules_read_prices_and_session_under_their_names() -> None:
    bar = replace(a_bar(), open=1.0, high=4.0, low=0.5, close=2.0, volume=7.0)
    read = [
        Feature(name=name, inputs=(name,), parameters=(), warm_up=1, state_size=0, rule=lambda _state, value: value)
        for name in BAR_COLUMNS
    ]
    row = dict(zip(BAR_COLUMNS, streamed(FeaturePanel(lambda _symbol: read), bar)["AAPL"], strict=True))
    assert (row["open"], row["high"], row["low"], row["close"], row["volume"]) == (1.0, 4.0, 0.5, 2.0, 7.0)
    assert (row["minute"], row["session_minutes"], row["weekday"]) == (60.0, 390.0, 0.0)


def bits(value: float) -> bytes:
    """NaN equals NaN here, and 0.0 differs from -0.0."""
    return struct.pack(">d", value)


@given(TRIPLES, st.data())
@settings(deadline=None)
def test_the_panel_runs_the_rule_and_nothing_else(
    triples: list[tuple[float, float, float]], data: st.DataObject
) -> None:
    bars = bars_of(triples)
    restart = data.draw(st.integers(0, len(bars)), label="the panel is replaced by a copy before this bar")
    panel = a_panel()
    rows = []
    for number, bar in enumerate(bars):
        if number == restart:
            states, panel = deepcopy(panel.states), a_panel()
            panel.restore(states)
        rows.append(streamed(panel, bar)["AAPL"])
    for column, feature in enumerate(FEATURES):
        assert [bits(row[column]) for row in rows] == list(map(bits, looped(feature, bars))), feature.name


@given(TRIPLES, TRIPLES)
@settings(deadline=None, max_examples=examples(50))
def test_symbols_do_not_touch_each_other(
    ours: list[tuple[float, float, float]], theirs: list[tuple[float, float, float]]
) -> None:
    alone, together = a_panel(), a_panel()
    others = bars_of(theirs, "MSFT")
    for number, bar in enumerate(bars_of(ours)):
        both = streamed(together, bar, *others[number : number + 1])
        assert list(map(bits, streamed(alone, bar)["AAPL"])) == list(map(bits, both["AAPL"]))


def test_a_symbol_without_a_bar_has_no_value_and_keeps_its_memory() -> None:
    panel = FeaturePanel(lambda _symbol: (sma(2),))
    ours = bars_of([(9.0, close, 9.0) for close in (1.0, 2.0, 3.0)])
    streamed(panel, ours[0])
    assert streamed(panel, a_bar(symbol="MSFT")).keys() == {"MSFT"}
    assert streamed(panel, ours[1])["AAPL"] == (1.5,), "the mean of the last two bars it had"


def test_a_symbol_may_want_other_features_or_none() -> None:
    panel = FeaturePanel(lambda symbol: (sma(1), sma(1)) if symbol == AAPL else ())
    values = streamed(panel, a_bar(open=7.0), a_bar(symbol="MSFT", open=5.0))
    assert values == {"AAPL": (7.0, 7.0), "MSFT": ()}


def test_the_memory_of_another_shape_is_not_taken_over() -> None:
    panel, other = FeaturePanel(lambda _symbol: (sma(2),)), FeaturePanel(lambda _symbol: (sma(9),))
    streamed(other, a_bar())
    with pytest.raises(AssertionError):
        panel.restore(other.states)


def test_sma_of_closes_as_worked_by_hand() -> None:
    panel = FeaturePanel(lambda _symbol: (sma(2),))
    values = [streamed(panel, bar)["AAPL"][0] for bar in bars_of([(9.0, close, 9.0) for close in (1.0, 2.0, 3.0, 4.0)])]
    assert math.isnan(values[0])
    assert values[1:] == [1.5, 2.5, 3.5]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_warm_up_says_when_the_first_value_comes(feature: Feature) -> None:
    panel = FeaturePanel(lambda _symbol: (feature,))
    values = [streamed(panel, bar)["AAPL"][0] for bar in bars_of([(2.0, 3.0, 1.0)] * 12)]
    assert [math.isnan(value) for value in values] == [n + 1 < feature.warm_up for n in range(12)]


def test_names_tell_kind_and_length() -> None:
    assert [feature.name for feature in FEATURES] == ["sma_1", "sma_3", "sma_7", "atr_1", "atr_4"]


def test_a_feature_that_fails_is_told_with_symbol_and_time() -> None:
    """A user's own: it has no memory and reaches for one."""
    wrong = Feature(
        name="wrong", inputs=("close",), parameters=(), warm_up=1, state_size=0, rule=lambda state, _close: state[0]
    )
    with pytest.raises(
        StrategyError, match=r"a feature failed for AAPL at 2024-03-04T15:30:00\+00:00: IndexError: "
    ) as error:
        FeaturePanel(lambda _symbol: (wrong,)).update([a_bar()], a_session())
    assert "Correct the feature's rule" in error.value.next_step
