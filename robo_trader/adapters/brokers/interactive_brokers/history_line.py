"""One connection that only asks for history and contracts: its own client id, its own turns, no orders, no books."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ib_async.contract import Contract, ContractDetails
from ib_async.objects import BarData

from robo_trader.adapters.brokers.interactive_brokers.answers import Answers
from robo_trader.adapters.brokers.interactive_brokers.codes import meaning
from robo_trader.adapters.brokers.interactive_brokers.guarded_client import GuardedClient
from robo_trader.adapters.brokers.interactive_brokers.history_turns import HistoryQuestion
from robo_trader.adapters.brokers.interactive_brokers.pacing import Lane, Pacer
from robo_trader.adapters.brokers.interactive_brokers.patience import Patience
from robo_trader.adapters.brokers.interactive_brokers.translation import stock

ID_TAKEN = 326
LINES_MAX = 16
_FRAME_MAX = (1 << 24) - 1  # bytes; as long as the protocol allows: years of bars come in one message
_FIRST_ID, _IDS = 1_000_000, 2 * LINES_MAX  # above all ids that trade, and so many for each of these


def history_ids(client_id: int, number: int) -> tuple[int, int]:
    """Return the client ids of a connection for history, the second for when the first is taken.

    client_id: that of the connection that trades, from 1 to 999,999; number: of the connection, from 0. No two are
    alike, whatever other programs of ours trade at the same gateway, and none is an id that trades.
    """
    assert 0 <= number < LINES_MAX, number
    first = _FIRST_ID + _IDS * client_id + number
    return first, first + LINES_MAX


@dataclass(frozen=True, slots=True)
class TimedAnswer:
    """What a question brought, and how many seconds from its first byte to its last."""

    rows: list[Any]
    seconds: float


class HistoryLine:
    """Opened when it is needed, and again after it was closed or lost."""

    def __init__(self, host: str, port: int, client_ids: tuple[int, int], patience: Patience) -> None:
        """client_ids: one after the other is tried where it is taken."""
        self._host, self._port = host, port
        self._ids = client_ids
        self.name = f"history connection {client_ids[0]}"  # how people call it
        self._patience = patience
        self._client: GuardedClient | None = None
        self._answers = Answers()
        self._pacer = Pacer(kept_for_cancels=0, kept_from_market=0)
        self._numbers = 0

    @property
    def is_open(self) -> bool:
        """Whether it can be asked."""
        return self._client is not None and self._client.isReady()

    async def open(self) -> None:
        """Connect. Raises ConnectionError, in words, where that fails."""
        self.close()
        refused: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers = Answers()
        client = self._client = GuardedClient(_Ears(self._answers, refused), _FRAME_MAX)
        client.decoder.logger = _logger_that(client.conn.disconnect)
        client.apiEnd += self._answers.break_off
        opening = asyncio.ensure_future(
            client.connectAsync(self._host, self._port, self._ids[0], self._patience.connect)
        )
        try:
            await asyncio.wait({opening, refused}, return_when=asyncio.FIRST_COMPLETED)
            if refused.done():
                self._ids = self._ids[::-1]
                raise ConnectionError(refused.result())
            opening.result()
        except TimeoutError:
            raise ConnectionError("nobody answered in time") from None
        except OSError as error:
            raise ConnectionError(str(error) or type(error).__name__) from None
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            if not self.is_open:
                self.close()

    def close(self) -> None:
        """Hang up; what is open fails with ConnectionError."""
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
        self._answers.break_off()

    async def history(self, question: HistoryQuestion) -> TimedAnswer:
        """Return bars (BarData). Raises NoAnswerError, RequestRefusedError; ConnectionError where the line breaks."""
        client, number = self._speaker(), self._next_number()

        def ask() -> None:
            ask_history(client, number, question)

        return await self._ask(number, ask, lambda: client.cancelHistoricalData(number), self._patience.history)

    async def details(self, contract: Contract) -> list[ContractDetails]:
        """Return what the gateway knows of a contract. Raises as above."""
        client, number = self._speaker(), self._next_number()
        told = await self._ask(
            number, lambda: client.reqContractDetails(number, contract), lambda: None, self._patience.question
        )
        return told.rows

    def _speaker(self) -> GuardedClient:
        if self._client is None or not self._client.isReady():
            raise ConnectionError("the connection for history is gone")
        return self._client

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    async def _ask(
        self, number: int, speak: Callable[[], None], withdraw: Callable[[], None], seconds: float
    ) -> TimedAnswer:
        loop = asyncio.get_running_loop()
        said_at = 0.0

        async def send() -> None:
            nonlocal said_at
            await self._pacer.turn(Lane.MARKET)
            said_at = loop.time()
            self._speaker()
            speak()

        is_answered = False
        try:
            rows = await self._answers.ask(number, send, seconds)
            is_answered = True
        finally:
            if said_at and not is_answered and self.is_open:
                withdraw()  # what nobody waits for any more must not count as open
        return TimedAnswer(rows, loop.time() - said_at)


def ask_history(client: GuardedClient, number: int, question: HistoryQuestion) -> None:
    """Hand a question for bars up to now to the socket: trades, regular hours, times as seconds."""
    client.reqHistoricalData(
        number, stock(question.symbol), "", question.duration, question.bar_size, "TRADES", 1, 2, False, []  # noqa: FBT003
    )  # fmt: skip


class _Ears:
    """Takes what the library decoded. Its method names are the library's; what is not for this line is not heard."""

    # ruff: noqa: N802, N803 - the library calls them so

    def __init__(self, answers: Answers, refused: asyncio.Future[str]) -> None:
        self._answers = answers
        self._refused = refused

    def historicalData(self, reqId: int, bar: BarData) -> None:
        """A bar."""
        self._answers.add(reqId, bar)

    def historicalDataEnd(self, reqId: int, _start: str, _end: str) -> None:
        """All were told."""
        self._answers.end(reqId)

    def contractDetails(self, reqId: int, details: ContractDetails) -> None:
        """A contract."""
        self._answers.add(reqId, details)

    def contractDetailsEnd(self, reqId: int) -> None:
        """All were told."""
        self._answers.end(reqId)

    def error(self, reqId: int, errorCode: int, errorString: str, _rejectJson: str = "") -> None:
        """An error, a warning or a notice."""
        if errorCode == ID_TAKEN:
            self._give_up(f"{meaning(ID_TAKEN).cause} ({ID_TAKEN})")
        self._answers.refuse(reqId, errorCode, errorString)

    def setEventsDone(self) -> None:
        """The connection has ended."""
        self._give_up("the gateway hung up")

    def _give_up(self, words: str) -> None:
        if not self._refused.done():
            self._refused.set_result(words)

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return _pass_over


def _pass_over(*_fields: object) -> None:
    """Take what is for other connections."""


def _logger_that(hang_up: Callable[[], None]) -> logging.Logger:
    """Return a log for the library's decoder, of this line alone: on what it cannot read the line is not relied on."""
    logger = logging.Logger("history")  # noqa: LOG001 - it must not hand on to that of the connection that trades
    logger.addHandler(_Unreadable(hang_up))
    return logger


class _Unreadable(logging.Handler):
    def __init__(self, hang_up: Callable[[], None]) -> None:
        super().__init__(logging.ERROR)
        self._hang_up = hang_up

    def emit(self, _record: logging.LogRecord) -> None:
        """Hang up once the library is done with what it reads."""
        asyncio.get_running_loop().call_soon(self._hang_up)
