"""The stream of trade updates: connects, says who we are, listens, and connects again whenever it breaks.

alpaca-py's own stream is not used. It swallows what goes wrong in whoever listens, does not tell when it listens again
(the moment from which nothing is missed, and before which something may have been), and is built on a part of
`websockets` that is retired. The protocol is five messages.
"""

import asyncio
import json
import logging
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from robo_trader.adapters.brokers.alpaca.credentials import Credentials
from robo_trader.adapters.brokers.alpaca.endpoints import Endpoints
from robo_trader.adapters.brokers.alpaca.pauses import growing_pauses
from robo_trader.adapters.brokers.alpaca.wire import StreamMessage, TradeUpdate, WireError, read, read_message
from robo_trader.core.domain.errors import InvalidConfig

_QUIET = logging.getLogger(__name__)
_QUIET.setLevel(logging.WARNING)  # at DEBUG, websockets would write every frame, and one of them holds the keys

PING_SECONDS, PONG_SECONDS = 5.0, 10.0  # a silent line is noticed within their sum
FIRST_PAUSE_SECONDS = 0.5
ANSWER_SECONDS_MAX = 10.0


class UpdateStream:
    """Listens until closed. `listening` is set while it does."""

    def __init__(  # noqa: PLR0913 - one word for each thing that may happen
        self,
        endpoints: Endpoints,
        credentials: Credentials,
        *,
        take: Callable[[TradeUpdate], None],
        note_gap: Callable[[], None],
        note_listening: Callable[[], None],
        note_lost: Callable[[], None],
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        """take: given each update, in order; note_gap: called when updates may have been missed.

        note_listening, note_lost: called when from now on none will be missed, and when all may be.
        """
        self.listening = asyncio.Event()
        self._endpoints = endpoints
        self._credentials = credentials
        self._take = take
        self._note_gap = note_gap
        self._note_listening = note_listening
        self._note_lost = note_lost
        self._first_pause_seconds = first_pause_seconds

    async def run(self) -> None:
        """Listen for ever. Raises InvalidConfig if Alpaca does not know the keys."""
        pauses = growing_pauses(self._first_pause_seconds)
        while True:
            try:
                async with self._connection() as socket:
                    await self._begin(socket)
                    pauses = growing_pauses(self._first_pause_seconds)
                    self.listening.set()
                    self._note_listening()
                    self._note_gap()
                    await self._listen(socket)
            except (OSError, WebSocketException, WireError):  # TimeoutError is an OSError
                pass
            finally:
                self._leave()
            await asyncio.sleep(next(pauses))

    def _leave(self) -> None:
        if self.listening.is_set():
            self.listening.clear()
            self._note_lost()

    def _connection(self) -> connect:
        return connect(
            self._endpoints.stream_url, ping_interval=PING_SECONDS, ping_timeout=PONG_SECONDS, max_queue=1024,
            open_timeout=ANSWER_SECONDS_MAX, close_timeout=1, logger=_QUIET,
            proxy=None if self._endpoints.is_local else True,
        )  # fmt: skip

    async def _begin(self, socket: ClientConnection) -> None:
        """Say who we are and what we listen to, and wait until both are confirmed."""
        keys = self._credentials
        await socket.send(json.dumps({"action": "auth", "key": keys.key_id, "secret": keys.secret_key}))
        answer = await self._answer(socket, "authorization")
        if answer.data.get("status") != "authorized":
            raise InvalidConfig(
                "Alpaca's stream does not know these keys: no order will be sent",
                next_step="Check the keys in Alpaca's dashboard; paper keys open paper accounts only.",
            )
        await socket.send(json.dumps({"action": "listen", "data": {"streams": ["trade_updates"]}}))
        answer = await self._answer(socket, "listening")
        if "trade_updates" not in answer.data.get("streams", ()):
            raise WireError("Alpaca does not offer trade updates", next_step="See status.alpaca.markets.")

    async def _answer(self, socket: ClientConnection, stream: str) -> StreamMessage:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            while True:
                message = read_message(await socket.recv())
                if message.stream == stream:
                    return message
                self._take_message(message)

    async def _listen(self, socket: ClientConnection) -> None:
        async for frame in socket:
            self._take_message(read_message(frame))

    def _take_message(self, message: StreamMessage) -> None:
        if message.stream != "trade_updates":
            return
        try:
            update = read(message.data, TradeUpdate)
        except WireError:
            self._note_gap()  # what cannot be read is as if it had not come: the lists tell
        else:
            self._take(update)
