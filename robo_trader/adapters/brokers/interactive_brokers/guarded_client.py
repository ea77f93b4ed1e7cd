"""The library's client, with a bound on the length of a message."""

from ib_async.client import Client

FRAME_MAX = 1 << 20  # bytes; the longest honest message of a trading connection is a day of small bars


class GuardedClient(Client):
    """Hangs up on who says too much at once, and on what is no handshake."""

    def __init__(self, ears: object, frame_max: int = FRAME_MAX) -> None:
        super().__init__(ears)
        self._frame_max = frame_max

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
