"""Halts that ask for nothing in return: whatever the trading state is, it is HALTED afterwards.

An instruction of a person names the state that he saw, and does nothing in another one. Whoever halts in an emergency,
or in place of an engine that cannot be asked, has seen none. So a *halt order* is a file beside the database, left
whole or not at all; the engine makes an instruction of it in the state that it is in, journals that, and removes the
file. The *kill file* is another: a path of the user's own choice. It is never removed by the program, and trading stays
halted while it exists.
"""

import os
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from robo_trader.core.domain.errors import JournalUnwritable
from robo_trader.core.domain.events import InstructionGiven
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.engine import Engine
from robo_trader.runtime.trading_loop import TradingLoop

log = structlog.get_logger()


class HaltOrder(Struct, frozen=True, kw_only=True):
    """Who wants a halt, and why."""

    actor: str
    reason: str


def halt_order_file(database: Path) -> Path:
    """Return where a halt order for a session is left."""
    return database.with_name(f"{database.name}.halt")


def leave_halt_order(database: Path, order: HaltOrder) -> None:
    """Leave a halt order: durable when this returns. One that is there already stays. Raises JournalUnwritable."""
    path = halt_order_file(database)
    if path.exists():
        return
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(order))
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise JournalUnwritable(
            f"the halt order cannot be left at {path}: {error.strerror}",
            next_step="Leave it as the user who runs the session, or end the engine.",
        ) from error


def make_kill_file(path: Path, order: HaltOrder) -> None:
    """Make the kill file, if it is not there. Raises JournalUnwritable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(f"{order.actor}: {order.reason}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise JournalUnwritable(
            f"the kill file {path} cannot be made: {error.strerror}",
            next_step="Make it by hand, or halt with `robo-trader instruct halt`.",
        ) from error


class HaltWatch:
    """Looks for a halt order and for the kill file, and has the engine obey."""

    def __init__(self, database: Path, kill_file: Path | None) -> None:
        self._order_file = halt_order_file(database)
        self._kill_file = kill_file

    async def look(self, loop: TradingLoop, engine: Engine, *, at: int) -> None:
        """Halt if anybody wants it. at: the time of the instruction, UTC ns."""
        order = self._left()
        if order is not None:
            await self._halt(loop, engine, order, at=at)
            self._order_file.unlink(missing_ok=True)
        reason = self._why_killed()
        if reason and engine.account.trading_state is not TradingState.HALTED:
            await self._halt(loop, engine, HaltOrder(actor="kill file", reason=reason), at=at)

    async def halt(self, loop: TradingLoop, engine: Engine, order: HaltOrder, *, at: int) -> None:
        """Halt for what the program itself has found."""
        if engine.account.trading_state is not TradingState.HALTED:
            await self._halt(loop, engine, order, at=at)

    async def _halt(self, loop: TradingLoop, engine: Engine, order: HaltOrder, *, at: int) -> None:
        state = engine.account.trading_state
        given = InstructionGiven(
            kind=InstructionKind.HALT, actor=order.actor, reason=order.reason, expected=state, occurred_at=at
        )
        await loop.take([given])
        assert engine.account.trading_state is TradingState.HALTED, order

    def _left(self) -> HaltOrder | None:
        try:
            return msgspec.json.decode(self._order_file.read_bytes(), type=HaltOrder)
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, OSError) as error:  # somebody wanted a halt: that much is certain
            return HaltOrder(actor="unknown", reason=f"a halt order that cannot be read: {error}"[:200])

    def _why_killed(self) -> str:
        if self._kill_file is None:
            return ""
        try:
            self._kill_file.stat()
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:
            return f"whether the kill file {self._kill_file} exists cannot be told: {error.strerror}"
        return f"the kill file {self._kill_file} exists; remove it, then `robo-trader instruct resume`"


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
