"""True stories that a test falsifies: what an engine was told and made of it, event by event."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from robo_trader.core.domain.commands import Command, Step
from robo_trader.core.domain.events import DecisionEvent, InputEvent, SessionStarted
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.runtime.invariants.checker import Checker
from robo_trader.simulation.venue.venue import VenueSettings
from tests.builders import OPEN, a_day
from tests.unit.core.engine.desk import CASH, Desk

Kind = TypeVar("Kind", bound=DecisionEvent)


@dataclass
class Story:
    """Events with what was made of each."""

    settings: EngineSettings
    told: list[tuple[InputEvent, Step]] = field(default_factory=list)

    def is_believed(self) -> Checker:
        """Let a checker read it, without an engine. Raises InvariantBroken."""
        checker = Checker(self.settings)
        for event, step in self.told:
            checker.watch(event, step)
        return checker

    def place_of(self, kind: type, number: int = 0) -> int:
        """Where the n-th decision of a kind stands, as the place of its event."""
        places = [
            place for place, (_, step) in enumerate(self.told) for one in step.events if isinstance(one, kind)
        ]  # fmt: skip
        return places[number]

    def change(self, kind: type[Kind], change: Callable[[Kind], Kind | None], number: int = 0) -> None:
        """Let all decisions of a kind, at the event of its n-th one, be others; None leaves them out."""
        place = self.place_of(kind, number)
        event, step = self.told[place]
        events: list[DecisionEvent | None] = [change(one) if isinstance(one, kind) else one for one in step.events]
        self.told[place] = event, Step(tuple(one for one in events if one is not None), step.commands)

    def change_input(self, place: int, event: InputEvent) -> None:
        """Let an event have been another one."""
        self.told[place] = event, self.told[place][1]

    def add(self, place: int, events: Iterable[DecisionEvent] = (), commands: Iterable[Command] = ()) -> None:
        """Let more have come of an event."""
        event, step = self.told[place]
        self.told[place] = event, Step((*step.events, *events), (*step.commands, *commands))

    def change_commands(self, place: int, change: Callable[[Command], Command | None]) -> None:
        """Let other commands have come of an event; None leaves one out."""
        event, step = self.told[place]
        commands = [change(one) for one in step.commands]
        self.told[place] = event, Step(step.events, tuple(one for one in commands if one is not None))


def a_story(settings: EngineSettings, *closes: float, venue: VenueSettings | None = None) -> Story:
    """What an account lives through, with AAPL at these closes day by day."""
    desk = Desk(settings, venue)
    desk.close(*(a_day(day, AAPL=price) for day, price in enumerate(closes)))
    return Story(settings, [opening_of(CASH), *zip(desk.inputs, desk.steps, strict=True)])


def opening_of(cash: Decimal | int) -> tuple[InputEvent, Step]:
    """How every account begins."""
    return SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(cash)), Step((), ())
