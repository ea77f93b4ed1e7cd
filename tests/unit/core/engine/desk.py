"""The real engine before the real venue, joined as the trading loop joins them, but without loop, journal and clock."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeVar

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.commands import CancelOrder, Step, SubmitOrder
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.events import (
    BetweenSlices,
    DecisionEvent,
    InputEvent,
    InstructionGiven,
    QuoteArrived,
    SessionStarted,
    SliceClosed,
)
from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.runtime.invariants.checker import CheckedEngine, Checker
from robo_trader.simulation.venue.venue import Venue, VenueSettings
from tests.builders import OPEN, Exact, engine_settings, venue_settings

CASH = Decimal(100_000)
Kind = TypeVar("Kind")


def an_engine(settings: EngineSettings | None = None, *, cash: Exact = CASH) -> Engine:
    """An engine whose account is open, watched by the checker of invariants."""
    engine = CheckedEngine(settings or engine_settings())
    engine.process(SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(cash)))
    return engine


def look_away(engine: Engine) -> None:
    """Let the checker rest: what a test changes behind the engine's back no event tells."""
    assert isinstance(engine, CheckedEngine)
    engine.checker = _Resting(engine._settings)


class _Resting(Checker):
    def watch(self, event: InputEvent, step: Step) -> None:
        """Look at nothing."""


def close(engine: Engine, *slices: BarSlice) -> list[Step]:
    """The steps of an engine that sees slices and no broker."""
    return [engine.process(SliceClosed(slice=slice_)) for slice_ in slices]


def only(kind: type[Kind], events: Iterable[object]) -> list[Kind]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


class Desk:
    """Engine and venue; what they did is kept in order."""

    def __init__(
        self, settings: EngineSettings | None = None, venue: VenueSettings | None = None, *, cash: Exact = CASH
    ) -> None:
        self.engine = an_engine(settings, cash=cash)
        self.venue = Venue(venue or venue_settings())
        self.inputs: list[InputEvent] = []
        self.reports: list[BrokerReport] = []
        self.steps: list[Step] = []

    def close(self, *slices: BarSlice) -> list[DecisionEvent]:
        """Show both the slices, the venue first; return what the engine decided."""
        before = len(self.steps)
        for slice_ in slices:
            self.venue.observe(slice_)
            self._take([*self._reports(), SliceClosed(slice=slice_)])
        return [event for step in self.steps[before:] for event in step.events]

    def tell(self, *events: BetweenSlices) -> list[DecisionEvent]:
        """Show both the quotes, the venue first, and the engine prints and timers; return what it decided."""
        before = len(self.steps)
        for event in events:
            if isinstance(event, QuoteArrived):
                self.venue.observe_quote(event.quote, event.session)
            self._take([*self._reports(), event])
        return [event for step in self.steps[before:] for event in step.events]

    def tell_operator(self, instruction: InstructionGiven) -> None:
        """Show the engine what an operator asks, and the venue what follows from it."""
        self._take([instruction])

    def act(self, *actions: CorporateAction) -> list[DecisionEvent]:
        """Tell the engine corporate actions, and then the venue; return what the engine decided."""
        before = len(self.steps)
        for action in actions:
            self._take([*self._reports(), action])
            self.venue.restructure(action)
            self._take(self._reports())
        return [event for step in self.steps[before:] for event in step.events]

    def _reports(self) -> list[BrokerReport]:
        reports = self.venue.take_reports()
        self.reports.extend(reports)
        return reports

    def _take(self, inputs: Iterable[InputEvent]) -> None:
        batch = list(inputs)
        while batch:
            self.inputs.extend(batch)
            steps = [self.engine.process(event) for event in batch]
            self.steps.extend(steps)
            for command in (command for step in steps for command in step.commands):
                if isinstance(command, SubmitOrder):
                    self.venue.submit(command.order)
                elif isinstance(command, CancelOrder):
                    self.venue.cancel(command.order_id, at=command.occurred_at)
                else:
                    self.venue.modify(command.order_id, command.terms, at=command.occurred_at)
            batch = list(self._reports())
