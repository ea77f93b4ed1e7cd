"""The library's client, with a bound on the length of a message."""

import asyncio

from ib_async.client import Client

FRAME_MAX = 1 << 20  # bytes; the longest honest message of a trading connection is a day of small bars


class GuardedClient(Client):
    """Hangs up on who says too much at once, and on what is no handshake."""

    def __init__(self, ears: object, frame_max: int = FRAME_MAX) -> None:
        super().__init__(ears)
        self._frame_max = frame_max
        self._ended = asyncio.Event()  # the connection that was opened last has

    async def open(self, host: str, port: int, client_id: int, seconds: float) -> None:
        """Connect and shake hands. Raises OSError, also where the other end hangs up meanwhile, or TimeoutError.

        The library alone would go on waiting for who has hung up.
        """
        self._ended.clear()
        steps = [
            asyncio.ensure_future(self.connectAsync(host, port, client_id, seconds)),
            asyncio.ensure_future(self._ended.wait()),
        ]
        try:
            await asyncio.wait(steps, return_when=asyncio.FIRST_COMPLETED)
            if not steps[0].done():
                raise ConnectionError("the gateway hung up before it was ready")
            steps[0].result()
        finally:
            for step in steps:
                step.cancel()
            await asyncio.gather(*steps, return_exceptions=True)

    def _onSocketDisconnected(self, msg: str) -> None:  # noqa: N802 - as below
        self._ended.set()
        super()._onSocketDisconnected(msg)

    def _onSocketHasData(self, data: bytes) -> None:  # noqa: N802 - the library calls it so
        try:
            super()._onSocketHasData(data)
        except (ValueError, IndexError):  # before it is ready the library reads fields that need not be there
            self._hang_up()
        if self._serverVersion > self.MaxClientVersion:
            self._hang_up()
        if len(self._data) >= 4 and int.from_bytes(self._data[:4], "big") > self._frame_max:
            self._hang_up()

    def _hang_up(self) -> None:
        self._data = b""
        self.conn.disconnect()
