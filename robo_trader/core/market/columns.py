"""The numbers of a bar, quote or trade that features read, by name. All are floats.

The columns of a session are known before it opens: nothing here looks ahead.
"""

import calendar
import datetime as dt
from functools import lru_cache

from robo_trader.core.domain.bars import NANOS_PER_SECOND, TradingSession

PRICE_COLUMNS = ("open", "high", "low", "close", "volume")

# session: days since 1970 of its date, changes from one session to the next; minute: minutes from the open to the
# bar's end; session_minutes: length of the session (390; 210 on a half day); weekday: 0 Monday to 4 Friday;
# days_to_month_end: calendar days from the session's date to the last day of its month.
SESSION_COLUMNS = ("session", "minute", "session_minutes", "weekday", "days_to_month_end")

BAR_COLUMNS = PRICE_COLUMNS + SESSION_COLUMNS
QUOTE_COLUMNS = ("bid", "ask", "bid_size", "ask_size")
TRADE_COLUMNS = ("price", "size", "bid", "ask")  # bid and ask: the best ones just before the trade

NANOS_PER_MINUTE = 60 * NANOS_PER_SECOND


class SessionClock:
    """Reads `SESSION_COLUMNS` bar after bar: what holds for a whole session is looked up once, not at every bar."""

    def __init__(self) -> None:
        self._session: TradingSession | None = None
        self._opens_at = 0
        self._of_session = (0.0, 0.0, 0.0, 0.0)

    def columns(self, session: TradingSession, ended_at: int) -> tuple[float, ...]:
        """Return the values of `SESSION_COLUMNS` for a bar that ends at `ended_at`."""
        if session is not self._session:
            self._session, self._opens_at, self._of_session = session, session.opens_at, _of_session(session)
        day, length, weekday, to_month_end = self._of_session
        return day, (ended_at - self._opens_at) / NANOS_PER_MINUTE, length, weekday, to_month_end


def session_columns(session: TradingSession, ended_at: int) -> tuple[float, ...]:
    """Return the values of `SESSION_COLUMNS` for a bar that ends at `ended_at`."""
    return SessionClock().columns(session, ended_at)


@lru_cache(maxsize=8)
def _of_session(session: TradingSession) -> tuple[float, float, float, float]:
    date = dt.date.fromisoformat(session.date)
    day = (date - dt.date(1970, 1, 1)).days
    length = (session.closes_at - session.opens_at) / NANOS_PER_MINUTE
    last = calendar.monthrange(date.year, date.month)[1]
    return float(day), length, float(date.weekday()), float(last - date.day)
