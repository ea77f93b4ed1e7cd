"""A new high of the last bars is bought; the bar that makes it takes no part in the range it breaks."""

import pytest

from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.strategies.breakout import Breakout
from tests.builders import AAPL, HOUR, OPEN, a_bar, a_session

SHORT_ONE = Breakout(entry_length=3, exit_length=2, atr_length=2, stop_multiple=0.0, filter_length=2)


def views(strategy: Breakout, *closes: float, volume: float = 1e6) -> list[float]:
    """The view of each bar once all is warm, None counted as 0."""
    panel = FeaturePanel(strategy.features)
    state = [0.0] * strategy.state_size
    rest = strategy.rule_parameters(AAPL)
    found = []
    for n, close in enumerate(closes):
        bar = a_bar(started_at=OPEN + n * HOUR, open=close, high=close + 1, low=close - 1, volume=volume)
        values = panel.update([bar], a_session())[AAPL]
        found.append(0.0 if any(value != value for value in values) else strategy.rule(state, *values, *rest))  # noqa: PLR0124 - NaN
    return found


def test_in_above_the_range_out_below_the_shorter_one() -> None:
    """The highest high of the three bars before 104 is 102; the lows of the two before 102 are 104 and 103."""
    assert views(SHORT_ONE, 100, 100, 100, 101, 104, 105, 104, 102, 102) == [0, 0, 0, 0, 1, 1, 1, 0, 0]


def test_the_stop_is_measured_from_the_close_that_broke_out() -> None:
    """True ranges of 2 and then 4, so 3 at the entry at 104: half of it below is 102.5, above the exit."""
    tight = Breakout(entry_length=3, exit_length=3, atr_length=2, stop_multiple=0.5, filter_length=2)
    loose = Breakout(entry_length=3, exit_length=3, atr_length=2, stop_multiple=0.0, filter_length=2)
    closes = (100, 100, 100, 101, 104, 102)
    assert views(tight, *closes)[-2:] == [1.0, 0.0]
    assert views(loose, *closes)[-2:] == [1.0, 1.0]


@pytest.mark.parametrize(("shorts", "last"), [(0, 0.0), (1, -1.0)])
def test_a_fall_out_of_the_range_is_sold_short_where_allowed(shorts: int, last: float) -> None:
    strategy = Breakout(entry_length=3, exit_length=2, atr_length=2, filter_length=2, shorts=shorts)
    assert views(strategy, 100, 100, 100, 100, 98)[-1] == last


def test_a_breakout_that_is_blocked_is_not_made_up_for() -> None:
    """At 104 too little is traded; later there is no new high, so there is no entry."""
    strategy = Breakout(entry_length=3, exit_length=2, atr_length=2, filter_length=2, dollar_volume_min=1e9)
    assert not any(views(strategy, 100, 100, 100, 101, 104, 104, 104))
