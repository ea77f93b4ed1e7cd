"""The regular sessions of the New York Stock Exchange, from the package `exchange_calendars`.

Half days, holidays and daylight saving are its knowledge; here they become plain values. Sessions later than
today are a forecast: the exchange may still announce an early close or a day of mourning.
"""

import warnings
from typing import Any

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.errors import DataError
from robo_trader.core.market.sessions import SessionTable

_EXCHANGE = "XNYS"


def load_sessions(first: str, last: str) -> SessionTable:
    """Return the sessions from `first` to `last`, both included: ISO dates, `first` the earlier one.

    Takes about a second, nearly all of it the import of pandas.

    Raises DataError if a date cannot be read or no session lies between them.
    """
    schedule = _load_schedule(first, last)
    dates = schedule.index.strftime("%Y-%m-%d")
    opens = _as_nanos(schedule["open"])
    closes = _as_nanos(schedule["close"])
    rows = zip(dates, opens, closes, strict=True)
    return SessionTable(
        [TradingSession(date=date, opens_at=opens_at, closes_at=closes_at) for date, opens_at, closes_at in rows]
    )


# Any: neither package ships types that mypy can use
def _load_schedule(first: str, last: str) -> Any:  # noqa: ANN401
    """Return the table of opens and closes (UTC), one row a session."""
    from exchange_calendars import get_calendar
    from exchange_calendars.errors import CalendarError

    try:
        with warnings.catch_warnings():  # of the package's own use of pandas, which we cannot change
            warnings.simplefilter("ignore", DeprecationWarning)
            return get_calendar(_EXCHANGE, start=first, end=last).schedule
    except (CalendarError, ValueError) as error:
        raise DataError(
            f"no sessions of {_EXCHANGE} from {first} to {last}: {error}",
            next_step="Give two dates such as 2012-01-03 and 2012-12-31, the earlier one first.",
        ) from error


def _as_nanos(moments: Any) -> list[int]:  # noqa: ANN401 - a pandas column, see above
    """Return a column of UTC moments, of whatever resolution pandas chose, as nanoseconds since 1970."""
    whole: list[int] = moments.dt.as_unit("ns").astype("int64").tolist()
    return whole
