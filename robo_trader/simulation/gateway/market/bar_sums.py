"""Larger bars out of smaller ones, of prints, or of quotes; each is a piece, and pieces are bars."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import groupby
from zoneinfo import ZoneInfo

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, TradingSession
from robo_trader.core.domain.money import exact_from_float, price_from_float
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
    """Return when the bar begins that holds a time: counted from the session's open, or from the first of its days."""
    session = sessions.of_bar(at + 1)
    if size.span is Span.SECONDS and session is not None:
        return at - (at - session.opens_at) % size.nanos
    if size.span is Span.DAY and session is not None:
        return session.opens_at
    if size.span in {Span.WEEK, Span.MONTH}:
        day = _new_york_date(at)
        first = day - timedelta(days=day.weekday()) if size.span is Span.WEEK else day.replace(day=1)
        return int(datetime.combine(first, time(), _NEW_YORK).timestamp()) * NANOS_PER_SECOND
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
    volume = sum(piece.volume for piece in pieces)
    price = exact_from_float if are_trades else price_from_float  # the latter are made by adding and halving
    return WireBar(
        at=at,
        date=day,
        open=price(pieces[0].open),
        high=price(max(piece.high for piece in pieces)),
        low=price(min(piece.low for piece in pieces)),
        close=price(pieces[-1].close),
        volume=exact_from_float(volume) if are_trades else _NONE,
        wap=_average(pieces, volume) if are_trades else _NONE,
        count=sum(_trades_in(piece) for piece in pieces) if are_trades else -1,
    )


def _key(size: SumSize, piece: Bar, session: TradingSession) -> int | str | tuple[int, int]:
    if size.span is Span.SECONDS:
        return piece.started_at - (piece.started_at - session.opens_at) % size.nanos
    if size.span is Span.DAY:
        return session.date
    day = date.fromisoformat(session.date)
    return day.isocalendar()[:2] if size.span is Span.WEEK else (day.year, day.month)


def _summed(placed: Sequence[tuple[Bar, TradingSession]], size: SumSize, *, are_trades: bool) -> WireBar:
    pieces = [piece for piece, _ in placed]
    (first, opening), (_, closing) = placed[0], placed[-1]
    if size.span is Span.SECONDS:
        start = first.started_at - (first.started_at - opening.opens_at) % size.nanos
        return join(pieces, start, are_trades=are_trades)
    return join(pieces, opening.opens_at, are_trades=are_trades, day=closing.date.replace("-", ""))


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
