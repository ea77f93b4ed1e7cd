"""How quickly may be spoken: below what the gateway allows, with room kept for cancels."""

import asyncio
import heapq
from collections import deque
from enum import IntEnum

MESSAGES_A_SECOND = 40  # the gateway counts 50, and hangs up on who goes on
KEPT_FOR_CANCELS = 10
KEPT_FROM_MARKET = 10  # of the others: so no order or question of the account waits for market data
_WINDOW = 1.0  # seconds


class Lane(IntEnum):
    """Who speaks first."""

    BEAT = 0  # whether the gateway lives: seldom asked, and never dropped
    CANCEL = 1
    ORDER = 2
    QUERY = 3
    MARKET = 4  # bars, ticks and history: many at once, and never in the way of the others


class TurnDroppedError(Exception):
    """What waited for its turn must not be sent any more."""


class Pacer:
    """Gives turns, by lane and then in order of asking. One belongs to one connection."""

    def __init__(
        self,
        a_second: int = MESSAGES_A_SECOND,
        kept_for_cancels: int = KEPT_FOR_CANCELS,
        kept_from_market: int = KEPT_FROM_MARKET,
    ) -> None:
        """Of the messages of a second some are kept for cancels alone, and some for all but market data."""
        assert 0 <= kept_for_cancels + kept_from_market < a_second
        self._most = {Lane.BEAT: a_second, Lane.CANCEL: a_second, Lane.ORDER: a_second - kept_for_cancels}
        self._most[Lane.QUERY] = self._most[Lane.ORDER]
        self._most[Lane.MARKET] = self._most[Lane.QUERY] - kept_from_market
        self._waiting: list[tuple[Lane, int, asyncio.Future[None]]] = []
        self._given: deque[float] = deque()  # when turns of the last second were given
        self._asked = 0
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, lane: Lane) -> None:
        """Return when a message may be sent. Raises TurnDroppedError."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked += 1
        heapq.heappush(self._waiting, (lane, self._asked, turn))
        self._give()
        await turn

    def drop(self, *lanes: Lane) -> int:
        """Let none of those have a turn who wait in some lanes; return how many they are."""
        dropped = [entry for entry in self._waiting if entry[0] in lanes]
        self._waiting = [entry for entry in self._waiting if entry[0] not in lanes]
        heapq.heapify(self._waiting)
        waiting = [turn for _, _, turn in dropped if not turn.done()]  # others have given up by themselves
        for turn in waiting:
            turn.set_exception(TurnDroppedError())
        return len(waiting)

    def _give(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._given and self._given[0] + _WINDOW <= now:  # to the letter what the timer waits for
            self._given.popleft()
        while self._waiting:
            lane, _, turn = self._waiting[0]
            if len(self._given) >= self._most[lane]:
                self._wake_at(loop, self._given[0] + _WINDOW)
                return
            heapq.heappop(self._waiting)
            if not turn.done():  # whoever waited may have given up
                turn.set_result(None)
                self._given.append(now)

    def _wake_at(self, loop: asyncio.AbstractEventLoop, when: float) -> None:
        if self._timer is None:
            self._timer = loop.call_at(when, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._give()
