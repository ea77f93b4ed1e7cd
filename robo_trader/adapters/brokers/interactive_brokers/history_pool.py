"""Several connections for history: opened when they are needed, closed when nobody asks, each of no consequence.

Whatever happens to one of them, its questions are asked again on another, and where none is left, on the connection
that trades, behind its orders and cancels. Nothing here can end that connection, or hold up an order.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from ib_async.contract import Contract, ContractDetails
from ib_async.objects import BarData
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.circuit_breaker import (
    CircuitBreaker,
    Family,
    RestingError,
    is_too_quick,
)
from robo_trader.adapters.brokers.interactive_brokers.history_line import HistoryLine, TimedAnswer, history_ids
from robo_trader.adapters.brokers.interactive_brokers.history_turns import HistoryQuestion, HistoryTurns
from robo_trader.adapters.brokers.interactive_brokers.patience import Patience
from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire

OPEN_A_LINE = 2  # questions at once on one connection: more make each answer late and none of all sooner
ATTEMPTS = 4  # of each question, before it is left to whoever asks
_PAUSE_SECONDS, _PAUSE_SECONDS_MAX = 0.2, 5.0

Say = Callable[[object], None]
Spare = Callable[[HistoryQuestion], Awaitable[list[BarData]]]
_Answer = TypeVar("_Answer")


class PoolAwayError(ConnectionError):
    """No connection for history can be opened now."""


@dataclass(slots=True)
class _Member:
    line: HistoryLine
    in_flight: int = 0
    failures: int = 0  # in a row, to connect or to stay so
    rests_until: float = 0.0  # by the loop's clock
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)


class HistoryPool:
    """Asks for histories and contracts, within the limits of the gateway."""

    def __init__(self, lines: Sequence[HistoryLine], patience: Patience, say: Say, *, spare: Spare) -> None:
        """say: tells the engine what fails and works again. spare: asks for history where no line is left."""
        self._members = [_Member(line) for line in lines]
        self._patience = patience
        self._say = say
        self._spare = spare
        self._turns = HistoryTurns()
        self._breakers = {family: CircuitBreaker(family, patience, say) for family in Family}
        self._released = asyncio.Event()
        self._idle: asyncio.TimerHandle | None = None

    async def history(self, question: HistoryQuestion) -> TimedAnswer:
        """Return bars (BarData), asked for several times if need be.

        Raises NoAnswerError, RequestRefusedError, and ConnectionError where the connection that trades is gone as well.
        """

        async def ask_once() -> TimedAnswer:
            with self._breakers[Family.HISTORY].attempt():
                async with self._turns.turn(question), self._line() as line:
                    return await line.history(question)

        try:
            return await self._retry(ask_once)
        except ConnectionError:  # there is none, or one broke after the other
            return await self._ask_who_trades(question)

    async def details(self, contract: Contract) -> list[ContractDetails]:
        """Return what the gateway knows of a contract. Raises as above, PoolAwayError where no line is left."""

        async def ask_once() -> list[ContractDetails]:
            with self._breakers[Family.CONTRACTS].attempt():
                async with self._line() as line:
                    return await line.details(contract)

        return await self._retry(ask_once)

    def wake(self) -> None:
        """Try all connections again: the gateway is there."""
        for member in self._members:
            member.rests_until = 0.0
        for breaker in self._breakers.values():
            breaker.forget()

    def close(self) -> None:
        """Hang up everywhere; a question opens a connection again."""
        if self._idle is not None:
            self._idle.cancel()
        for member in self._members:
            member.line.close()

    async def _ask_who_trades(self, question: HistoryQuestion) -> TimedAnswer:
        with self._breakers[Family.HISTORY].attempt():
            async with self._turns.turn(question):
                begun = asyncio.get_running_loop().time()
                rows = await self._spare(question)
                return TimedAnswer(rows, asyncio.get_running_loop().time() - begun)

    async def _retry(self, ask_once: Callable[[], Awaitable[_Answer]]) -> _Answer:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=_PAUSE_SECONDS, max=_PAUSE_SECONDS_MAX),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        return await retrying(ask_once)

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[HistoryLine]:
        """Have an open connection for one question. Raises PoolAwayError."""
        member = await self._open_member()
        try:
            yield member.line
        except ConnectionError as error:
            self._put_to_rest(member, str(error))
            raise
        finally:
            self._release(member)

    async def _open_member(self) -> _Member:
        while True:
            member = await self._free_member()
            try:
                await self._have_open(member)
            except ConnectionError as error:
                self._put_to_rest(member, str(error))
                self._release(member)
            except BaseException:
                self._release(member)
                raise
            else:
                return member

    async def _have_open(self, member: _Member) -> None:
        async with member.opening:
            if member.rests_until > asyncio.get_running_loop().time():
                raise ConnectionError("somebody else has just tried")
            if not member.line.is_open:
                await member.line.open()
        if member.failures:
            member.failures = 0
            self._tell(member, works=True, words="connected again")

    async def _free_member(self) -> _Member:
        """Take a place on the connection that has most of them. Raises PoolAwayError where all connections rest."""
        while True:
            now = asyncio.get_running_loop().time()
            awake = [member for member in self._members if member.rests_until <= now]
            if not awake:
                raise PoolAwayError("no connection for history can be opened")
            chosen = min(awake, key=lambda member: (member.in_flight, not member.line.is_open))
            if chosen.in_flight < OPEN_A_LINE:
                chosen.in_flight += 1
                self._keep_open()
                return chosen
            self._released.clear()
            await self._released.wait()

    def _release(self, member: _Member) -> None:
        member.in_flight -= 1
        self._released.set()
        if not any(member.in_flight for member in self._members):
            self._keep_open()
            self._idle = asyncio.get_running_loop().call_later(self._patience.history_idle, self.close)

    def _keep_open(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _put_to_rest(self, member: _Member, reason: str) -> None:
        """Leave a connection alone for a while; told once, until it works again."""
        now = asyncio.get_running_loop().time()
        if member.rests_until > now:
            return  # the same loss, told by another of its questions
        delays = self._patience.reconnect
        delay = delays[min(member.failures, len(delays) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311 - spreads attempts
        member.failures += 1
        member.rests_until = now + delay
        self._released.set()  # who waits for a place may have to look elsewhere
        if member.failures == 1:
            self._tell(member, works=False, words=f"{reason}; others are asked meanwhile, trading goes on")

    def _tell(self, member: _Member, *, works: bool, words: str) -> None:
        self._say(speech.ServiceChanged(service=member.line.name, works=works, words=words))


def build_pool(begin: speech.Begin, wire: GatewayWire, say: Say) -> HistoryPool:
    """Return the pool that is wanted; one without connections leaves all to the one that trades."""
    lines = [
        HistoryLine(begin.host, begin.port, history_ids(begin.client_id, number), begin.patience)
        for number in range(begin.history_clients)
    ]
    return HistoryPool(lines, begin.patience, say, spare=wire.history)


def _may_pass(error: BaseException) -> bool:
    """Return whether the same question may be answered in a moment."""
    if isinstance(error, RequestRefusedError):
        return is_too_quick(error)
    is_gone = isinstance(error, (PoolAwayError, RestingError))
    return isinstance(error, (NoAnswerError, ConnectionError)) and not is_gone
