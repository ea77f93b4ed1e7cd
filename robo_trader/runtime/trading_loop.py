"""The shell's loop: step, journal, act.

One batch of inputs at a time: the engine decides, the journal makes inputs, decisions and commands durable in one
transaction, and only then are the commands carried out. If the journal refuses, nothing is acted on and the loop
ends; whatever was acknowledged before is safe.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.commands import CancelOrder, Command, Step, SubmitOrder
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.events import InputEvent, QuoteArrived, SliceClosed, TimerFired, TradePrinted
from robo_trader.core.domain.warm_up import HistoryShown
from robo_trader.core.ports.broker import Broker
from robo_trader.core.ports.journal import Batch, Journal, StepRecord

BatchListener = Callable[[Batch], None]
MarketObserver = Callable[[BarSlice | QuoteArrived | CorporateAction], None]
DueTimer = Callable[[int], TimerFired | None]
Record = QuoteArrived | TradePrinted
_OF_MARKET = (SliceClosed, HistoryShown, QuoteArrived, TradePrinted, TimerFired)


def no_timer(_before: int) -> None:
    """Return that nobody wants to be woken."""


class DecisionMaker(Protocol):
    """What the loop needs of the engine."""

    def process(self, event: InputEvent) -> Step:
        """Take one input; return decisions and commands."""
        ...


class TradingLoop:
    """Carries events to the engine and commands to the broker, with the journal in between."""

    def __init__(
        self,
        engine: DecisionMaker,
        journal: Journal,
        broker: Broker,
        *,
        observers: Iterable[MarketObserver] = (),
        due_timer: DueTimer = no_timer,
        listeners: Iterable[BatchListener] = (),
    ) -> None:
        """observers: shown each slice and quote before the engine is, and each corporate action after it.

        due_timer: returns the engine's first timer that is due before a time.
        listeners: told each batch once it is durable.
        """
        self._engine = engine
        self._journal = journal
        self._broker = broker
        self._observers = tuple(observers)
        self._due_timer = due_timer
        self._listeners = tuple(listeners)
        self.latest = 0  # of all that the engine was shown of market and timers, UTC ns

    async def close_slice(self, slice_: BarSlice) -> None:
        """Take a slice of bars, and all that follows from it."""
        await self.fire_timers(before=slice_.ended_at)
        for observe in self._observers:
            observe(slice_)
        await self.take([*self._broker.take_reports(), SliceClosed(slice=slice_)])

    async def show_history(self, slices: Sequence[BarSlice]) -> None:
        """Show slices that nothing is decided on any more, in order of time."""
        if slices:
            await self.fire_timers(before=slices[-1].ended_at)
            await self.take([*self._broker.take_reports(), *(HistoryShown(slice=slice_) for slice_ in slices)])

    async def take_record(self, event: QuoteArrived | TradePrinted) -> None:
        """Take a quote or a print, and all that follows from it."""
        await self.fire_timers(before=event.occurred_at)
        if isinstance(event, QuoteArrived):
            for observe in self._observers:
                observe(event)
        await self.take([*self._broker.take_reports(), event])

    async def take_records(self, records: Sequence[Record]) -> None:
        """Take quotes and prints, in order of time, in one batch; timers that are due between them come in between."""
        await self.take([*self._broker.take_reports(), *records])

    async def take_action(self, action: CorporateAction) -> None:
        """Take a corporate action, and all that follows from it; the broker applies it once our cancels are out."""
        await self.fire_timers(before=action.occurred_at)
        await self.take([*self._broker.take_reports(), action])
        for observe in self._observers:
            observe(action)
        await self.take(self._broker.take_reports())

    async def fire_timers(self, *, before: int) -> None:
        """Wake the engine at every time before this one that it asked for, in order of time.

        A timer comes after everything that is stamped with its very time, and before everything later.
        """
        while (timer := self._due_timer(before)) is not None:
            await self.take([timer])

    async def take(self, inputs: Sequence[InputEvent]) -> None:
        """Take inputs, and the broker's reports on what they led to, until there are none.

        Raises JournalError if a batch could not be made durable; none of its commands has been carried out.
        """
        while inputs:
            batch = self._decide(inputs)
            await self._journal.commit(batch)
            for listen in self._listeners:
                listen(batch)
            for command in batch.commands:
                await self._carry_out(command)
            inputs = self._broker.take_reports()

    async def _carry_out(self, command: Command) -> None:
        if isinstance(command, SubmitOrder):
            await self._broker.submit(command.order)
        elif isinstance(command, CancelOrder):
            await self._broker.cancel(command.order_id, at=command.occurred_at)
        else:
            await self._broker.modify(command.order_id, command.terms, at=command.occurred_at)

    def _decide(self, inputs: Sequence[InputEvent]) -> Batch:
        steps: list[StepRecord] = []
        commands: list[Command] = []
        for event in self._with_timers(inputs):
            step = self._engine.process(event)
            steps.append(StepRecord(event, step.events))
            commands.extend(step.commands)
            if isinstance(event, _OF_MARKET):
                self.latest = max(self.latest, event.occurred_at)
        return Batch(tuple(steps), tuple(commands))

    def _with_timers(self, inputs: Iterable[InputEvent]) -> Iterator[InputEvent]:
        """Yield inputs, and before each quote and print the timers that are due by then: they may be set on the way."""
        for event in inputs:
            if isinstance(event, (QuoteArrived, TradePrinted)):
                while (timer := self._due_timer(event.occurred_at)) is not None:
                    yield timer
            yield event
