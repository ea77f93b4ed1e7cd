"""A record held against itself: what its inputs lead to once more must be what it holds, to the last byte.

I15, I23, I26, and all that is watched event by event.
"""

from collections.abc import Callable, Iterable

from robo_trader.core.domain.commands import Command, Step
from robo_trader.core.domain.events import InputEvent
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.journal import Batch, StepRecord
from robo_trader.runtime.invariants.checker import CheckedEngine, Checker, split_commands
from robo_trader.runtime.recovery import replay

Digest = Callable[[Batch], bytes]  # of a batch as it would be stored


def watch_record(batches: Iterable[Batch], checker: Checker, *, newest_epoch: int) -> None:
    """Hold recorded events against the invariants, without an engine. Raises InvariantBroken.

    newest_epoch: the last that any program took to write the record.
    """
    for batch in batches:
        checker.hold_epoch(batch.epoch)
        parts = split_commands([step.decisions for step in batch.steps], batch.commands)
        for step, commands in zip(batch.steps, parts, strict=True):
            checker.watch(step.input, Step(step.decisions, commands))
    checker.hold_epoch(newest_epoch)


def replayed(
    batches: Iterable[Batch], settings: EngineSettings, digest: Digest, sessions: SessionTable | None = None
) -> CheckedEngine:
    """Return the engine that a record leads to, checked at every event.

    Raises JournalDamaged where it decides otherwise than the record says, and InvariantBroken where an invariant does
    not hold; so it does where equal decisions would be stored in other bytes.
    """
    engine = CheckedEngine(settings, sessions=sessions)
    again = _Remembering(engine)
    for batch in replay(batches, again):
        engine.checker.hold_record(
            "I26", digest(again.take_batch()) == digest(batch), "a batch is stored in other bytes"
        )
    return engine


class _Remembering:
    """Keeps what the engine decides in the form of a batch."""

    def __init__(self, engine: CheckedEngine) -> None:
        self._engine = engine
        self._steps: list[StepRecord] = []
        self._commands: list[Command] = []

    def process(self, event: InputEvent) -> Step:
        """As Engine.process."""
        step = self._engine.process(event)
        self._steps.append(StepRecord(event, step.events))
        self._commands.extend(step.commands)
        return step

    def take_batch(self) -> Batch:
        """Return what was decided since the last call."""
        batch = Batch(tuple(self._steps), tuple(self._commands))
        self._steps, self._commands = [], []
        return batch
