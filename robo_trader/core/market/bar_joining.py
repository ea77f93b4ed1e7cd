"""Larger bars out of smaller ones: which interval of its session a moment falls into, and what the pieces make."""

from collections.abc import Sequence

from robo_trader.core.domain.bars import Bar, TradingSession


def interval_of(session: TradingSession, at: int, *, nanos: int) -> tuple[int, int]:
    """Return start and end of the interval that holds a moment: counted from the open, the last cut at the close.

    at: within [open, close) of the session, UTC ns. nanos: length of an interval.
    """
    started_at = at - (at - session.opens_at) % nanos
    return started_at, min(started_at + nanos, session.closes_at)


def join_bars(pieces: Sequence[Bar], span: tuple[int, int]) -> Bar:
    """Return the bar over [start, end) that pieces of one symbol make. There is at least one, in order of time."""
    return Bar(
        pieces[0].symbol,
        *span,
        pieces[0].open,
        max(piece.high for piece in pieces),
        min(piece.low for piece in pieces),
        pieces[-1].close,
        sum(piece.volume for piece in pieces),
    )
