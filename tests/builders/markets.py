"""Sessions, bars, slices and quotes of the stage."""
# ruff: noqa: PLR0913 - a builder names every field once, and its callers only a few

from datetime import UTC, date, datetime, timedelta

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, BarSlice, TradingSession
from robo_trader.core.domain.corporate_actions import Dividend
from robo_trader.core.domain.events import QuoteArrived
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote

MINUTE = 60 * NANOS_PER_SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
AAPL, MSFT = Symbol("AAPL"), Symbol("MSFT")


def a_session(*, day: int = 0, minutes: int = 390) -> TradingSession:
    on = date(2024, 3, 4) + timedelta(days=day)
    opens_at = int(datetime(on.year, on.month, on.day, 14, 30, tzinfo=UTC).timestamp()) * NANOS_PER_SECOND
    return TradingSession(date=on.isoformat(), opens_at=opens_at, closes_at=opens_at + minutes * MINUTE)


OPEN, CLOSE = a_session().opens_at, a_session().closes_at


def a_bar(
    *,
    symbol: str = AAPL,
    started_at: int = OPEN,
    ended_at: int | None = None,
    open: float = 100.0,  # noqa: A002 - the bar's own word
    high: float | None = None,
    low: float | None = None,
    close: float | None = None,
    volume: float = 1_000_000.0,
) -> Bar:
    """An hour's bar; what is not named lies within what is: flat at the open."""
    last = open if close is None else close
    return Bar(
        symbol=Symbol(symbol),
        started_at=started_at,
        ended_at=started_at + HOUR if ended_at is None else ended_at,
        open=open,
        high=max(open, last) if high is None else high,
        low=min(open, last) if low is None else low,
        close=last,
        volume=volume,
    )


def a_slice(
    *bars: Bar,
    session: TradingSession | None = None,
    ended_at: int | None = None,
    dividends: tuple[Dividend, ...] = (),
) -> BarSlice:
    """The slice of these bars; without any, one that ends an hour after the open."""
    end = bars[0].ended_at if bars else OPEN + HOUR
    return BarSlice(
        ended_at=end if ended_at is None else ended_at, session=session or a_session(), bars=bars, dividends=dividends
    )


def a_day(day: int, **closes: float | tuple[float, float]) -> BarSlice:
    """The daily bars of one session, by symbol: a price for a flat bar, or open and close."""
    session = a_session(day=day)
    pairs = {symbol: price if isinstance(price, tuple) else (price, price) for symbol, price in closes.items()}
    bars = [
        a_bar(symbol=symbol, started_at=session.opens_at, ended_at=session.closes_at, open=first, close=last)
        for symbol, (first, last) in sorted(pairs.items())
    ]
    return a_slice(*bars, session=session, ended_at=session.closes_at)


def a_quote(
    *,
    symbol: str = AAPL,
    at: int = OPEN,
    bid: float = 99.99,
    ask: float = 100.01,
    bid_size: float = 1_000.0,
    ask_size: float = 1_000.0,
) -> Quote:
    """A quote around 100 dollars."""
    return Quote(Symbol(symbol), at, bid, ask, bid_size, ask_size)


def an_arrival(quote: Quote | None = None, *, session: TradingSession | None = None) -> QuoteArrived:
    return QuoteArrived(quote=quote or a_quote(), session=session or a_session())
