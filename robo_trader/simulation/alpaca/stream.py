"""The stream of trade updates: who listens, and what they are sent."""

import asyncio
import json
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from robo_trader.simulation.alpaca.faults import Faults

SERVICE_RESTART = 1012  # why a server closes a WebSocket
_END = b""


class UpdateStream:
    """Sends each update to all who listen, as binary frames, in order."""

    def __init__(self, faults: Faults, key_id: str, secret_key: str) -> None:
        self._faults = faults
        self._keys = (key_id, secret_key)
        self._outboxes: set[asyncio.Queue[bytes]] = set()
        self._connections: set[asyncio.Queue[bytes]] = set()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._outboxes)

    def tell(self, update: dict[str, Any]) -> None:
        """Send an update to all who listen."""
        if self._faults.loses_updates:
            return
        frame = _frame("trade_updates", {"event": update["event"]} if self._faults.garbles_updates else update)
        for outbox in self._outboxes:
            for _ in range(2 if self._faults.repeats_updates else 1):
                outbox.put_nowait(frame)

    def close_all(self) -> None:
        """Close every connection, as a server does that starts again."""
        for outbox in self._connections:
            outbox.put_nowait(_END)
        self._outboxes.clear()

    async def serve(self, socket: WebSocket) -> None:
        """Talk to one client until either leaves."""
        if self._faults.refuses_streams:
            await socket.close()
            return
        await socket.accept()
        outbox: asyncio.Queue[bytes] = asyncio.Queue()
        self._connections.add(outbox)
        reading = asyncio.create_task(self._read(socket, outbox))
        try:
            await self._write(socket, outbox)
        finally:
            self._connections.discard(outbox)
            self._outboxes.discard(outbox)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _write(self, socket: WebSocket, outbox: "asyncio.Queue[bytes]") -> None:
        while (frame := await outbox.get()) != _END:
            await socket.send_bytes(frame)
        await socket.close(SERVICE_RESTART)

    async def _read(self, socket: WebSocket, outbox: "asyncio.Queue[bytes]") -> None:
        authorized = False
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    break
                asked = json.loads(message.get("text") or message.get("bytes") or "{}")
                action = asked.get("action")
                if action == "listen" and authorized:
                    self._outboxes.add(outbox)
                    outbox.put_nowait(_frame("listening", asked["data"]))
                else:
                    authorized = self._knows(asked)
                    status = "authorized" if authorized else "unauthorized"
                    outbox.put_nowait(_frame("authorization", {"status": status, "action": action}))
        except WebSocketDisconnect:
            pass
        self._outboxes.discard(outbox)
        outbox.put_nowait(_END)

    def _knows(self, asked: dict[str, Any]) -> bool:
        """Return whether the keys are right, in either of the two forms that are documented."""
        data = asked.get("data", {})
        keys = (asked.get("key", data.get("key_id")), asked.get("secret", data.get("secret_key")))
        is_asked = asked.get("action") in {"auth", "authenticate"} and not self._faults.forgets_keys
        return is_asked and keys == self._keys


def _frame(stream: str, data: dict[str, Any]) -> bytes:
    return json.dumps({"stream": stream, "data": data}).encode()
