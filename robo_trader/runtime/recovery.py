"""From a journal back to the state it ends in: replay the inputs, and demand the same decisions."""

from collections.abc import Iterable, Iterator

from robo_trader.core.domain.commands import Command
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.events import SliceClosed
from robo_trader.core.domain.warm_up import HistoryShown
from robo_trader.core.market.corporate_actions import action_key
from robo_trader.core.ports.journal import Batch
from robo_trader.runtime.trading_loop import DecisionMaker


def replay(batches: Iterable[Batch], engine: DecisionMaker) -> Iterator[Batch]:
    """Run every stored input through a fresh engine; yield each batch once it has proved to decide the same.

    Raises JournalDamaged where the engine now decides otherwise: its code differs from the code that traded, and
    its state can no longer be trusted to be the account's.
    """
    for number, batch in enumerate(batches, start=1):
        commands: list[Command] = []
        for step in batch.steps:
            result = engine.process(step.input)
            _demand(result.events == step.decisions, f"batch {number}, {type(step.input).__name__}")
            commands.extend(result.commands)
        _demand(tuple(commands) == batch.commands, f"the commands of batch {number}")
        yield batch


def last_slice_end(batch: Batch) -> int:
    """Return the end of the batch's last slice, 0 if it holds none."""
    ends = [step.input.slice.ended_at for step in batch.steps if isinstance(step.input, (SliceClosed, HistoryShown))]
    return max(ends, default=0)


def actions_in(batch: Batch) -> set[str]:
    """Return the keys of the corporate actions in a batch: they are not to be told again."""
    return {action_key(step.input) for step in batch.steps if isinstance(step.input, CorporateAction)}


def _demand(same: bool, where: str) -> None:  # noqa: FBT001 - reads as a sentence at both calls
    if not same:
        raise JournalDamaged(
            f"replaying the journal leads to other decisions than it holds, first at {where}",
            next_step="Continue with the program version that began this journal, or begin a new one.",
        )
