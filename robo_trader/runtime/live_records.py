"""Quotes and prints of a market that lives elsewhere, on their way to the loop: in one order of time with its slices.

A bar is over a little later than it ends, for its last trades may be on their way. What is stamped later than its end
waits until it was closed, or its slice would come too late for the engine.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from msgspec.structs import replace

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.market.sessions import SessionTable
from robo_trader.runtime.records import merge_records

Record = QuoteArrived | TradePrinted
Horizon = Callable[[], int | None]
LATE_MAX = 1_000_000_000  # behind what the loop has come to, UTC ns; within it two processes only see the clock apart


class RecordSource(Protocol):
    """Where quotes and prints come from, and who waits until they are dealt with."""

    def take(self) -> tuple[list[Quote], list[TradePrint]]:
        """Return those that came since the last call, each kind in order of time."""
        ...

    def done(self) -> None:
        """Say that all of them are dealt with."""
        ...


class LiveRecords:
    """Holds what was taken from the source until its time has come."""

    def __init__(self, source: RecordSource, sessions: SessionTable, horizon: Horizon) -> None:
        """horizon: returns the end of the earliest bar that is not over yet, UTC ns; None where there is none."""
        self._source = source
        self.horizon = horizon
        self._sessions = sessions
        self._waiting: deque[Record] = deque()
        self._owes_word = False  # the source waits to hear that all is dealt with
        self.outside = 0  # of no regular session, and not passed on

    def gather(self) -> None:
        """Take what has come."""
        quotes, prints = self._source.take()
        if quotes or prints:
            self._owes_word = True
            records = merge_records((), self._arrivals(quotes), self._printed(prints))
            self._waiting.extend(record for record in records if not isinstance(record, BarSlice))
        self._tell_done()

    def until(self, horizon: int | None, most: int, *, latest: int) -> list[Record]:
        """Return the next records that are stamped no later than a time, at most so many; None: any.

        latest: what the loop has come to. A record that is a moment older is known only now, and stamped so.
        """
        found: list[Record] = []
        while self._waiting and len(found) < most:
            if horizon is not None and self._waiting[0].occurred_at > horizon:
                break
            record = _known_at(self._waiting.popleft(), latest)
            latest = max(latest, record.occurred_at)
            found.append(record)
        return found

    def note_dealt(self) -> None:
        """What was returned last is dealt with."""
        self._tell_done()

    def _tell_done(self) -> None:
        if self._owes_word and not self._waiting:
            self._owes_word = False
            self._source.done()

    def _arrivals(self, quotes: Iterable[Quote]) -> Iterable[QuoteArrived]:
        for quote in quotes:
            session = self._sessions.of_bar(quote.at + 1)
            if session is None:
                self.outside += 1
            else:
                yield QuoteArrived(quote=quote, session=session)

    def _printed(self, prints: Iterable[TradePrint]) -> Iterable[TradePrinted]:
        for trade in prints:
            session = self._sessions.of_bar(trade.at + 1)
            if session is None:
                self.outside += 1
            else:
                yield TradePrinted(trade=trade, session=session)


def _known_at(record: Record, latest: int) -> Record:
    if not latest - LATE_MAX <= record.occurred_at < latest:
        return record
    if isinstance(record, QuoteArrived):
        return replace(record, quote=replace(record.quote, at=latest))
    return replace(record, trade=replace(record.trade, at=latest))
