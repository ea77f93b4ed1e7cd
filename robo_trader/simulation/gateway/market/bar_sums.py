"""Larger bars out of smaller ones, of prints, or of quotes; each is a piece, and pieces are bars.

Bars below a day begin where New York's clock says, as Interactive Brokers cuts them, and at the open: the first bar of
an hour is that of 9:30 to 10:00.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, TradingSession
from robo_trader.core.domain.money import exact_from_float, price_from_float
from robo_trader.core.market.bar_joining import join_bars
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.protocol.values import WireBar

ROUND_LOT = 100  # shares; a bar's trades are guessed to be such
_NONE = Decimal(-1)
_NEW_YORK = ZoneInfo("America/New_York")


class Span(Enum):
    """What bars are cut by."""

    SECONDS = "seconds"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class SumSize:
    """Length of a bar. `seconds`: of a day or longer, as many as the broker's table of steps counts."""

    span: Span
    seconds: int

    @property
    def nanos(self) -> int:
        """The length in nanoseconds."""
        return self.seconds * NANOS_PER_SECOND


def interval_start(size: SumSize, at: int, sessions: SessionTable) -> int:
    """Return when the bar begins that holds a time: by the clock and not before the open, or with its first day."""
    session = sessions.of_bar(at + 1)
    if size.span is Span.SECONDS and session is not None:
        return _start_by_the_clock(size, at, session)
    if size.span is Span.DAY and session is not None:
        return session.opens_at
    if size.span in {Span.WEEK, Span.MONTH}:
        day = _new_york_date(at)
        first = day - timedelta(days=day.weekday()) if size.span is Span.WEEK else day.replace(day=1)
        return _midnight(first)
    return at


def sum_bars(pieces: Iterable[Bar], size: SumSize, sessions: SessionTable, *, are_trades: bool) -> list[WireBar]:
    """Return the bars that pieces make, in order of time; pieces of other than regular hours are left out.

    are_trades: their volume counts; else it is -1, as are the average price and the count.
    """
    placed = ((piece, session) for piece in pieces if (session := sessions.of_bar(piece.started_at + 1)) is not None)
    groups = groupby(placed, key=lambda one: _key(size, *one))
    return [_summed(list(group), size, are_trades=are_trades) for _, group in groups]


def join(pieces: Sequence[Bar], at: int, *, are_trades: bool, day: str = "") -> WireBar:
    """Return one bar of pieces in order of time. day: YYYYMMDD, for a bar of a day or longer."""
    whole = join_bars(pieces, (at, pieces[-1].ended_at))
    price = exact_from_float if are_trades else price_from_float  # the latter are made by adding and halving
    return WireBar(
        at=at,
        date=day,
        open=price(whole.open),
        high=price(whole.high),
        low=price(whole.low),
        close=price(whole.close),
        volume=exact_from_float(whole.volume) if are_trades else _NONE,
        wap=_average(pieces, whole.volume) if are_trades else _NONE,
        count=sum(_trades_in(piece) for piece in pieces) if are_trades else -1,
    )


def _key(size: SumSize, piece: Bar, session: TradingSession) -> int | str | tuple[int, int]:
    if size.span is Span.SECONDS:
        return _start_by_the_clock(size, piece.started_at, session)
    if size.span is Span.DAY:
        return session.date
    day = date.fromisoformat(session.date)
    return day.isocalendar()[:2] if size.span is Span.WEEK else (day.year, day.month)


def _summed(placed: Sequence[tuple[Bar, TradingSession]], size: SumSize, *, are_trades: bool) -> WireBar:
    pieces = [piece for piece, _ in placed]
    (first, opening), (_, closing) = placed[0], placed[-1]
    if size.span is Span.SECONDS:
        return join(pieces, _start_by_the_clock(size, first.started_at, opening), are_trades=are_trades)
    return join(pieces, opening.opens_at, are_trades=are_trades, day=closing.date.replace("-", ""))


def _start_by_the_clock(size: SumSize, at: int, session: TradingSession) -> int:
    return max(session.opens_at, at - (at - _midnight(date.fromisoformat(session.date))) % size.nanos)


@lru_cache(maxsize=1_000)
def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), _NEW_YORK).timestamp()) * NANOS_PER_SECOND


def _average(pieces: Sequence[Bar], volume: float) -> Decimal:
    """Return the price a share; what a bar's shares cost is guessed by the middle of its range and its close."""
    if not volume:
        return exact_from_float(pieces[-1].close)
    worth = sum(piece.volume * (piece.high + piece.low + piece.close) / 3 for piece in pieces)
    return price_from_float(worth / volume)


def _trades_in(piece: Bar) -> int:
    is_print = piece.started_at == piece.ended_at
    return 1 if is_print else max(1, int(piece.volume) // ROUND_LOT)


def _new_york_date(at: int) -> date:
    return datetime.fromtimestamp(at // NANOS_PER_SECOND, UTC).astimezone(_NEW_YORK).date()
