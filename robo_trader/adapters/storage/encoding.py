"""Events and commands as MessagePack, and back. What is read back equals what was written."""

from typing import Any

import msgspec

from robo_trader.core.domain.commands import COMMAND_KINDS, Command
from robo_trader.core.domain.events import EVENT_KINDS, Event

_ENCODER = msgspec.msgpack.Encoder(decimal_format="string")
_DECODERS: dict[str, msgspec.msgpack.Decoder[Any]] = {
    kind: msgspec.msgpack.Decoder(type_) for kind, type_ in (EVENT_KINDS | COMMAND_KINDS).items()
}


def encode(value: Event | Command) -> bytes:
    """Return the value's fields; its kind is stored beside them."""
    return _ENCODER.encode(value)


def decode(kind: str, payload: bytes) -> Any:  # noqa: ANN401 - the kind decides the type
    """Return the event or command that was stored as `kind`.

    Raises KeyError for an unknown kind and msgspec.DecodeError for a payload that does not fit it.
    """
    return _DECODERS[kind].decode(payload)
