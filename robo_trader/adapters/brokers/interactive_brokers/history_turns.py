"""When history may be asked for, over all connections together: below what Interactive Brokers allows.

Bars of 30 seconds or less are counted: no question twice within 15 seconds, fewer than six about one contract within
two, at most sixty within ten minutes. Of bars of any size at most fifty questions may be open. A second is kept as
margin: what counts is when the gateway hears it. Source: IBKR, "Historical Data Limitations".
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from robo_trader.core.domain.instruments import Symbol

OPEN_MAX = 10
STREAMS_MAX = 40  # histories that are kept up to date
SMALL_SECONDS = 30  # bars so small are counted
_MARGIN = 1.0
SAME_SECONDS = 15.0
BURST_MAX, BURST_SECONDS = 5, 2.0
SPAN_MAX, SPAN_SECONDS = 60, 600.0
_UNITS = {"sec": 1, "min": 60, "hour": 3_600, "day": 86_400}


@dataclass(frozen=True, slots=True)
class HistoryQuestion:
    """Trades of a symbol as bars of regular hours, so much of the past up to now, as the gateway writes it."""

    symbol: Symbol
    bar_size: str
    duration: str

    @property
    def is_small(self) -> bool:
        """Whether such questions are counted."""
        count, unit = self.bar_size.split()
        return int(count) * _UNITS[unit.removesuffix("s")] <= SMALL_SECONDS


class HistoryTurns:
    """Gives turns. Each holds one of the places of open questions until it is over."""

    def __init__(self, open_max: int = OPEN_MAX) -> None:
        self._places = asyncio.Semaphore(open_max)
        self._latest: dict[HistoryQuestion, float] = {}
        self._bursts: defaultdict[Symbol, deque[float]] = defaultdict(lambda: deque(maxlen=BURST_MAX))
        self._span: deque[float] = deque(maxlen=SPAN_MAX)

    @asynccontextmanager
    async def turn(self, question: HistoryQuestion) -> AsyncIterator[None]:
        """Wait for a turn; the question is open within the block."""
        async with self._places:
            if question.is_small:
                await self._come_to_turn(question)
            yield

    async def _come_to_turn(self, question: HistoryQuestion) -> None:
        while (wait := self._wait(question)) > 0:  # noqa: ASYNC110 - time itself is what is waited for
            await asyncio.sleep(wait)
        self._note(question)

    def _wait(self, question: HistoryQuestion) -> float:
        """Return for how many seconds a question about small bars has to wait at least."""
        now = asyncio.get_running_loop().time()
        burst = self._bursts[question.symbol]
        free_at = self._latest.get(question, float("-inf")) + SAME_SECONDS + _MARGIN
        if len(burst) == BURST_MAX:
            free_at = max(free_at, burst[0] + BURST_SECONDS + _MARGIN)
        if len(self._span) == SPAN_MAX:
            free_at = max(free_at, self._span[0] + SPAN_SECONDS + _MARGIN)
        return free_at - now

    def _note(self, question: HistoryQuestion) -> None:
        now = asyncio.get_running_loop().time()
        self._latest = {one: at for one, at in self._latest.items() if at + SAME_SECONDS + _MARGIN > now}
        self._latest[question] = now
        self._bursts[question.symbol].append(now)
        self._span.append(now)
