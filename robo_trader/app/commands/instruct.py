"""Leaves an instruction for a session, after a look at the state it is meant for."""

import getpass
import os
from contextlib import closing
from pathlib import Path

import typer

from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.app.instruction_inbox import Instruction, InstructionInbox
from robo_trader.app.places import chosen_session
from robo_trader.app.risk_policy import read_actor
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import InstructionGiven
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.instruments import parse_symbol
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.releases import ReleaseInstructed
from robo_trader.core.domain.strategy_modes import StrategyInstructed, StrategyMode

REASON_LENGTH_MAX = 200


def instruct_trading(database: Path | None, kind: str, *, reason: str, actor: str | None) -> None:
    """Ask for another trading state. Raises NoSession, or InvalidConfig for a reason or name that is none."""
    path = chosen_session(database, os.environ)
    with closing(SqlProjections(path)) as projections:
        expected = TradingState(projections.session().trading_state)
    given = InstructionGiven(
        kind=InstructionKind(kind), actor=_actor(actor), reason=read_reason(reason), expected=expected, occurred_at=0
    )
    _leave(path, given, f"{kind} is left for the session, which is {expected.value}")


def instruct_strategy(database: Path | None, name: str, mode: str, *, reason: str, actor: str | None) -> None:
    """Ask for another mode of a strategy. Raises as `instruct_trading`."""
    path = chosen_session(database, os.environ)
    given = StrategyInstructed(
        strategy=name, mode=StrategyMode(mode), actor=_actor(actor), reason=read_reason(reason), occurred_at=0
    )
    _leave(path, given, f"{name}: {mode} is left for the session")


def instruct_release(database: Path | None, symbol: str, *, adopts: bool, reason: str, actor: str | None) -> None:
    """Ask for a symbol's blocks to be lifted. Raises as `instruct_trading`, and InvalidConfig for what is no symbol."""
    path, parsed = chosen_session(database, os.environ), parse_symbol(symbol)
    with closing(SqlProjections(path)) as projections:
        blocks = [row for row in projections.blocks() if row.symbol == parsed and row.released_at is None]
    given = ReleaseInstructed(
        symbol=parsed, adopts=adopts, actor=_actor(actor), reason=read_reason(reason), occurred_at=0
    )  # fmt: skip
    stands = "; ".join(row.reason for row in blocks) or "nothing blocks it by now"
    _leave(path, given, f"release of {parsed} is left for the session ({stands})")


def _leave(path: Path, instruction: Instruction, words: str) -> None:
    InstructionInbox(path).put(instruction)
    typer.echo(f"{words}. It is taken before the next bar, or when the session is started again.")


def _actor(name: str | None) -> str:
    actor = read_actor(name or getpass.getuser())
    assert actor is not None
    return actor


def read_reason(text: str) -> str:
    """Return why something is asked for. Raises InvalidConfig for what says nothing."""
    reason = text.strip()
    if not reason or not reason.isprintable() or len(reason) > REASON_LENGTH_MAX:
        raise InvalidConfig(f"{text!r:.80} is no reason", next_step="Say why in 1 to 200 characters: --reason TEXT.")
    return reason
