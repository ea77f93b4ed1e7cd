"""A halt outlives the program: it is in the journal, and only a person's instruction there leaves it.

The real engine, journal and projections; the program ends after each step by forgetting everything but the database.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.events import (
    InputEvent,
    InstructionGiven,
    InstructionRefused,
    OrderDenied,
    SessionStarted,
    SliceClosed,
)
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.releases import BlocksLifted, ReleaseInstructed, ReleaseRefused
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.ports.journal import Batch, StepRecord
from robo_trader.runtime.recovery import replay
from tests.builders import AAPL, CLOSE, MSFT, a_day, engine_settings, executed, rejected, some_limits
from tests.session_records import a_session_record
from tests.statements import a_statement, by_hand, received, stated_position
from tests.unit.core.engine.desk import only

ACTIVE, REDUCING, HALTED = TradingState
HALT, _, RESUME = InstructionKind
SETTINGS = engine_settings(limits=some_limits(entries_per_session=1, breaker_rejects=1, breaker_cooldown_seconds=10**6))


def told(kind: InstructionKind, expected: TradingState) -> InstructionGiven:
    return InstructionGiven(kind=kind, actor="ann", reason="news", expected=expected, occurred_at=CLOSE)


async def live(path: Path, *inputs: InputEvent, settings: EngineSettings = SETTINGS) -> tuple[Engine, Batch]:
    """One life of the program: recover, take inputs, end."""
    journal, engine = SqlJournal(path), Engine(settings)
    journal.begin(a_session_record())
    try:
        for _ in replay(list(journal.batches()), engine):
            pass
        steps = [(event, engine.process(event)) for event in inputs]
        commands = tuple(command for _, step in steps for command in step.commands)
        batch = Batch(tuple(StepRecord(event, step.events) for event, step in steps), commands)
        await journal.commit(batch)
    finally:
        journal.close()
    return engine, batch


def shown(path: Path) -> str:
    projections = SqlProjections(path)
    try:
        return projections.session().trading_state
    finally:
        projections.close()


async def test_a_halt_is_there_after_every_restart_until_it_is_resumed(tmp_path: Path) -> None:
    path = tmp_path / "session.db"
    opened = SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))
    await live(path, opened, SliceClosed(slice=a_day(0, AAPL=100.0)), told(HALT, ACTIVE))
    assert shown(path) == "HALTED"
    engine, batch = await live(path, SliceClosed(slice=a_day(1, AAPL=110.0)))
    assert engine.account.trading_state is HALTED and not batch.commands
    assert len(only(OrderDenied, batch.steps[0].decisions)) == 1
    engine, batch = await live(path, told(RESUME, ACTIVE), told(RESUME, HALTED))
    assert len(only(InstructionRefused, batch.steps[0].decisions)) == 1, "it had not seen the halt"
    assert engine.account.trading_state is ACTIVE and shown(path) == "ACTIVE"
    _, batch = await live(path, SliceClosed(slice=a_day(2, AAPL=111.0)))
    assert len(batch.commands) == 1


async def test_a_symbol_stays_blocked_after_every_restart_until_a_person_releases_it(tmp_path: Path) -> None:
    path, settings = tmp_path / "session.db", engine_settings(symbols=(AAPL, MSFT))
    opened = SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))
    days = [SliceClosed(slice=a_day(day, AAPL=price)) for day, price in enumerate((100.0, 110.0))]
    there = a_statement(positions=(stated_position(quantity=55),))
    steps: list[InputEvent] = [
        opened, *days, executed(quantity=45, price=110), by_hand(), received(there), a_release(actor=" "),
        received(there, minute=2), a_release(), SliceClosed(slice=a_day(2, AAPL=60.0)),
    ]  # fmt: skip
    whole, _ = await live(tmp_path / "at_once.db", *steps, settings=settings)
    engine, batch = await live(path, steps[0], settings=settings)
    for step in steps[1:]:
        engine, batch = await live(path, step, settings=settings)
        if isinstance(step, ReleaseInstructed):
            (answer,) = [one for one in batch.steps[0].decisions if isinstance(one, (BlocksLifted, ReleaseRefused))]
            assert isinstance(answer, BlocksLifted) is bool(step.actor.strip())
            assert bool(engine.account.blocks.of(AAPL)) is isinstance(answer, ReleaseRefused)
    assert engine.state_hash() == whole.state_hash()
    assert len(batch.commands) == 1, "the exit leaves"
    projections = SqlProjections(path)
    try:
        (block,) = projections.blocks()
    finally:
        projections.close()
    assert block.released_at is not None


def a_release(*, actor: str = "ann") -> ReleaseInstructed:
    return ReleaseInstructed(symbol=AAPL, adopts=False, actor=actor, reason="kept", occurred_at=CLOSE)


async def test_counters_and_breakers_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "session.db"
    opened = SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))
    days = [SliceClosed(slice=a_day(day, AAPL=100.0 + day)) for day in range(4)]
    before, _ = await live(path, opened, *days[:2], rejected(at=CLOSE))
    after, batch = await live(path, days[2])
    guards = after.account.safeguards
    assert guards is not None and guards.breakers is not None
    (denied,) = only(OrderDenied, batch.steps[0].decisions)
    assert [found.control.value for found in denied.violations] == ["CIRCUIT_BREAKER"]
    assert before.account.safeguards is not None
    whole, _ = await live(tmp_path / "at_once.db", opened, *days[:2], rejected(at=CLOSE), *days[2:])
    again, _ = await live(path, days[3])
    assert again.state_hash() == whole.state_hash()


async def test_a_halt_cannot_be_taken_out_of_the_journal_unnoticed(tmp_path: Path) -> None:
    """A program with other limits would decide otherwise: it does not go on as if nothing had been."""
    path = tmp_path / "session.db"
    opened = SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(100_000))
    days = [SliceClosed(slice=a_day(day, AAPL=price)) for day, price in enumerate((100.0, 110.0, 50.0))]
    limits = some_limits(drawdown_fraction="0.01")
    strict = engine_settings(limits=limits)
    engine, _ = await live(path, opened, *days[:2], executed(quantity=45, price=110), days[2], settings=strict)
    assert engine.account.trading_state is HALTED
    with pytest.raises(JournalDamaged, match="other decisions"):
        await live(path, settings=engine_settings())
