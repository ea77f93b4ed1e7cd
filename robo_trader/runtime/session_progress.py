"""How far a session has come, by the batches of its journal: what a start must know besides the engine."""

from dataclasses import dataclass, field

from robo_trader.core.domain.events import QuoteArrived, SessionStarted, TimerFired, TradePrinted
from robo_trader.core.ports.journal import Batch
from robo_trader.runtime.recovery import actions_in, last_slice_end


@dataclass(slots=True)
class SessionProgress:
    """Must be told every batch of the journal once, in order."""

    batches: int = 0
    last_slice_ended_at: int = 0  # UTC ns; 0 while there was none
    last_shown_at: int = 0  # UTC ns: of quotes, prints and timers
    opened_at: int = 0  # UTC ns: when the account was opened
    actions: set[str] = field(default_factory=set)  # corporate actions that the journal holds, by key

    def note(self, batch: Batch) -> None:
        """Take in a batch."""
        self.batches += 1
        self.actions |= actions_in(batch)
        self.last_slice_ended_at = max(self.last_slice_ended_at, last_slice_end(batch))
        for step in batch.steps:
            if isinstance(step.input, SessionStarted):
                self.opened_at = step.input.occurred_at
            elif isinstance(step.input, (QuoteArrived, TradePrinted, TimerFired)):
                self.last_shown_at = max(self.last_shown_at, step.input.occurred_at)
