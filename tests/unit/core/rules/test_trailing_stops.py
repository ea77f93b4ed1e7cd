"""Stops follow a trend, never give way, and change sides when they are crossed.

Parabolic, worked by hand, acceleration 1/4 up to 1/2, bars as high, low: (10, 8), (12, 9) is a long trade with its stop
at 8 and its extreme at 12. 8 + 1/4 * 4 = 9, the lowest of two bars. (16, 10): stop 9, a new extreme; 9 + 1/2 * 7 = 12.5
would be inside the bars, so 9. (14, 11): stop 9; 12.5 again, so 10. (13, 9) reaches 10: short now, with the stop at the
old extreme 16; 16 - 1/4 * 7 = 14.25. (12, 8): stop 14.25, a new extreme; 14.25 - 1/2 * 6.25 would be inside, so 13.
(14, 10) reaches 13: long again, with the stop at 8.

SuperTrend, worked by hand, length 1, multiple 1, bars as high, low, close. (10, 8, 9) has no range. (12, 10, 11):
range 3 about 11: 14 and 8. (13, 11, 12): range 2 about 12: 14 and 10. (12, 10.5, 11): 12.75 and 9.75, but the lower
band stays at 10. (11, 7, 7.5): range 4 about 9, but the bands stay; the close is below: down, at 12.75. (9, 7, 8): 10,
and 6 since the close before was below the band. (13, 9, 12): range 5 about 11, the bands stay; the close is above: up,
at 6. (14, 12, 13): range 2 about 13: 15 since the close before was above, and 11.
"""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.features import trend_of_ranges as trend
from robo_trader.core.features.feature import Feature

Row = tuple[float, ...]  # high, low, and close where it is read

NAN = math.nan
PARABOLIC = [(10.0, 8.0), (12.0, 9.0), (16.0, 10.0), (14.0, 11.0), (13.0, 9.0), (12.0, 8.0), (14.0, 10.0)]
BANDED = [
    (10.0, 8.0, 9.0),
    (12.0, 10.0, 11.0),
    (13.0, 11.0, 12.0),
    (12.0, 10.5, 11.0),
    (11.0, 7.0, 7.5),
    (9.0, 7.0, 8.0),
    (13.0, 9.0, 12.0),
    (14.0, 12.0, 13.0),
]
PRICE = st.one_of(st.just(10.0), st.floats(0.01, 10_000))
BARS = st.lists(st.tuples(PRICE, PRICE).map(lambda pair: (max(pair), min(pair))), min_size=3, max_size=60)


def run(feature: Feature, bars: Sequence[Row]) -> list[float]:
    state = [0.0] * feature.state_size
    return [feature.rule(state, *bar, *feature.parameters) for bar in bars]


def upside_down(bars: Sequence[Row]) -> list[Row]:
    return [(100.0 - low, 100.0 - high) for high, low in bars]


def test_parabolic_as_worked_by_hand() -> None:
    assert run(trend.parabolic_sar(0.25, 0.5), PARABOLIC) == pytest.approx(
        [NAN, 8.0, 9.0, 9.0, 16.0, 14.25, 8.0], nan_ok=True
    )


def test_a_short_trade_is_a_long_one_upside_down() -> None:
    long = run(trend.parabolic_sar(0.25, 0.5), PARABOLIC)
    short = run(trend.parabolic_sar(0.25, 0.5), upside_down(PARABOLIC))
    assert short == pytest.approx([100.0 - stop for stop in long], nan_ok=True)


@pytest.mark.parametrize(
    ("second", "stop"),
    [
        pytest.param((12.0, 9.0), 8.0, id="up: long, with the first low"),
        pytest.param((9.0, 7.0), 10.0, id="down: short, with the first high"),
        pytest.param((11.0, 7.0), 11.0, id="as far: long, and turned at once, with the high as the old extreme"),
        pytest.param((11.0, 6.0), 6.0, id="further down: short, and turned at once, with the low as the old extreme"),
    ],
)
def test_the_first_trade_goes_where_the_second_bar_reaches_further(second: Row, stop: float) -> None:
    assert run(trend.parabolic_sar(), [(10.0, 8.0), second])[1] == stop


def test_the_acceleration_stops_at_its_maximum_even_at_first() -> None:
    assert run(trend.parabolic_sar(0.9, 0.1), PARABOLIC) == pytest.approx(
        run(trend.parabolic_sar(0.1, 0.1), PARABOLIC), nan_ok=True
    )


@given(BARS)
@settings(deadline=None)
def test_a_parabolic_stop_is_never_inside_its_bar(bars: Sequence[Row]) -> None:
    for stop, (high, low) in list(zip(run(trend.parabolic_sar(), bars), bars, strict=True))[1:]:
        assert stop <= low or stop >= high


def test_supertrend_as_worked_by_hand() -> None:
    assert run(trend.supertrend(1, 1.0), BANDED) == pytest.approx(
        [NAN, 8.0, 10.0, 10.0, 12.75, 10.0, 6.0, 11.0], nan_ok=True
    )
    assert run(trend.supertrend_direction(1, 1.0), BANDED) == pytest.approx(
        [NAN, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0, 1.0], nan_ok=True
    )


def test_a_price_that_stands_still_is_its_own_supertrend() -> None:
    assert run(trend.supertrend(2, 3.0), [(5.0, 5.0, 5.0)] * 6)[2:] == [5.0] * 4
    assert run(trend.supertrend_direction(2, 3.0), [(5.0, 5.0, 5.0)] * 6)[2:] == [1.0] * 4
