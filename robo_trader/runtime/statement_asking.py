"""Asks the broker for statements: twice before anything is traded, as each session opens, and every so often.

The broker answers through its reports, so a statement is journaled and handed to the engine like any of them. What is
asked for depends on the wall clock; what follows from an answer does not.
"""

from collections.abc import Callable

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.execution.statement_schedule import EVERYTHING, LastAsked, StatementSchedule, due_parts
from robo_trader.core.ports.broker import Broker
from robo_trader.runtime.trading_loop import TradingLoop

PASSES_AT_START = (
    2  # what the books and the broker differ in is believed after two, and then known before the first order
)


class StatementAsking:
    """Knows when each part was asked for last, on this connection."""

    def __init__(self, broker: Broker, schedule: StatementSchedule, clock: Callable[[], int]) -> None:
        """clock: nanoseconds that never go back."""
        self._broker = broker
        self._schedule = schedule
        self._clock = clock
        self._last = LastAsked()
        self._session_date = ""

    async def reconcile(self, loop: TradingLoop, *, at: int) -> None:
        """Let the engine hold its books against the broker's before it trades. at: the market's time, UTC ns."""
        for _ in range(PASSES_AT_START):
            await self._broker.request_statement(EVERYTHING, at=at)
            await loop.take(self._broker.take_reports())
        self._last = LastAsked().note(EVERYTHING, self._clock())

    async def ask_before(self, slice_: BarSlice, *, at: int) -> None:
        """Ask for what is due before a slice closes; the answer comes with the reports. at: as above."""
        session, now = slice_.session, self._clock()
        opens, self._session_date = session.date != self._session_date, session.date
        parts = due_parts(self._schedule, self._last, now, session_opens=opens)
        if parts:
            self._last = self._last.note(parts, now)
            await self._broker.request_statement(parts, at=max(at, session.opens_at) if opens else at)
