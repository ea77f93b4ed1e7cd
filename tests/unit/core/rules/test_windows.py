"""Windows of the last so many values: what a push returns, and that it keeps to its part of the state."""

import math

from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.windows import peak_push, peak_size, span_lowest, span_push, span_size

PRICES = st.floats(0.01, 1000)


@given(st.lists(st.tuples(PRICES, PRICES), min_size=1, max_size=60), st.integers(1, 9))
def test_a_span_is_two_peaks_side_by_side(pairs: list[tuple[float, float]], length: int) -> None:
    span = [0.0] * (2 + span_size(length))
    highs, lows = [0.0] * peak_size(length), [0.0] * peak_size(length)
    for one, other in pairs:
        high, low = max(one, other), min(one, other)
        highest = span_push(span, 2, high, low, length)
        expected = peak_push(highs, 0, high, length), -peak_push(lows, 0, -low, length)
        if math.isnan(highest):
            assert all(map(math.isnan, expected))
        else:
            assert (highest, span_lowest(span, 2)) == expected
    assert span[:2] == [0.0, 0.0], "it keeps to its part of the state"
