"""The file that carries the pretend brokerage over a restart of the gateway."""

from pathlib import Path

import msgspec

from robo_trader.core.domain.errors import InvalidConfig


class GatewayState(msgspec.Struct, frozen=True, kw_only=True):
    """What was true when the gateway ended. `at`: the market's time, UTC nanoseconds."""

    at: int
    brokerage: bytes


def read_state(path: Path) -> GatewayState | None:
    """Return what the file holds, None if there is none yet. Raises InvalidConfig if it cannot be read."""
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=GatewayState)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidConfig(
            f"the gateway's state in {path} cannot be read: {error}",
            next_step="Name another file with --state, or delete this one and begin anew.",
        ) from error


def write_state(path: Path, *, at: int, brokerage: bytes) -> None:
    """Replace the file in one step. Raises InvalidConfig if it cannot be written."""
    new = path.with_name(path.name + ".new")
    try:
        new.write_bytes(msgspec.msgpack.encode(GatewayState(at=at, brokerage=brokerage)))
        new.replace(path)
    except OSError as error:
        raise InvalidConfig(
            f"the gateway's state cannot be written to {path}: {error.strerror}",
            next_step="Choose a place that can be written with --state.",
        ) from error
