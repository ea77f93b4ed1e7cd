"""Raw bars are counted in the shares of after the last split; what was held is worth the same before and after.

Worked by hand: 7 new shares for each old one on the second day. A close of 700 before it is 100 in new shares, a volume
of 1,000 is 7,000, and a dividend of 1.40 was 0.20 of each new share.
"""

import numpy as np
import pytest

from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.sessions import SessionTable
from robo_trader.research.backtest.bar_table import BarColumns
from robo_trader.research.backtest.splits import adjust_bars, adjust_dividends
from tests.builders import a_bar, a_session

AAPL = Symbol("AAPL")
DAYS = [a_session(day=day) for day in range(4)]
SESSIONS = SessionTable(DAYS)


def bars(*closes: float) -> BarColumns:
    return BarColumns.of([
        a_bar(started_at=session.opens_at, ended_at=session.closes_at, open=close, volume=1_000)
        for session, close in zip(DAYS, closes, strict=False)
    ])  # fmt: skip


def test_prices_before_the_split_are_divided_and_volumes_multiplied() -> None:
    adjusted = adjust_bars(AAPL, bars(700.0, 100.0, 105.0), {DAYS[1].date: 7.0}, SESSIONS)
    assert adjusted.close.tolist() == [100.0, 100.0, 105.0]
    assert adjusted.volume.tolist() == [7_000.0, 1_000.0, 1_000.0]


def test_splits_multiply() -> None:
    splits = {DAYS[1].date: 2.0, DAYS[2].date: 0.1}
    adjusted = adjust_bars(AAPL, bars(100.0, 50.0, 500.0), splits, SESSIONS)
    assert adjusted.close.tolist() == pytest.approx([500.0, 500.0, 500.0])


def test_without_splits_nothing_changes() -> None:
    raw = bars(700.0, 100.0)
    adjusted = adjust_bars(AAPL, raw, {}, SESSIONS)
    assert all(np.array_equal(one, other) for one, other in zip(raw, adjusted, strict=True))


def test_dividends_before_the_split_are_of_more_shares() -> None:
    given = {DAYS[0].date: 1.4, DAYS[1].date: 0.2, DAYS[2].date: 0.2}
    adjusted = adjust_dividends(given, {DAYS[1].date: 7.0})
    assert adjusted == {DAYS[0].date: pytest.approx(0.2), DAYS[1].date: 0.2, DAYS[2].date: 0.2}


@pytest.mark.parametrize(("day", "ratio"), [("2024-03-04", 0.0), ("2024-03-04", -2.0), ("1999-01-01", 2.0)])
def test_a_split_that_cannot_be_is_refused(day: str, ratio: float) -> None:
    with pytest.raises(DataError, match=f"split of AAPL on {day}"):
        adjust_bars(AAPL, bars(1.0), {day: ratio}, SESSIONS)
