"""Statements are asked for before anything is traded, as a session opens, and by the clock; answers are reports."""

from collections.abc import Sequence
from decimal import Decimal

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.core.domain.events import InputEvent, SessionStarted
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.engine.engine import Engine
from robo_trader.core.execution.statement_schedule import StatementSchedule
from robo_trader.core.ports.journal import Batch
from robo_trader.runtime.statement_asking import StatementAsking
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.runtime.unjournaled import UnjournaledRun
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue
from tests.builders import HOUR, OPEN, a_bar, a_day, a_session, a_slice, engine_settings, venue_settings

SECOND = 10**9


class PaperSession:
    """Engine, loop and paper broker, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0
        self.inputs: list[InputEvent] = []
        self.engine = Engine(engine_settings())
        self.broker = SimulatedBroker(Venue(venue_settings()), VenueAccount(Decimal(100_000)))
        self.loop = TradingLoop(
            self.engine, UnjournaledRun(), self.broker, observers=[self.broker.observe], listeners=[self._note]
        )  # fmt: skip
        self.asking = StatementAsking(self.broker, StatementSchedule(), lambda: self.now)

    def _note(self, batch: Batch) -> None:
        self.inputs.extend(step.input for step in batch.steps)

    def statements(self) -> Sequence[StatementReceived]:
        return [one for one in self.inputs if isinstance(one, StatementReceived)]

    async def start(self) -> None:
        opening = SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(100_000))
        await self.loop.take([opening])
        await self.asking.reconcile(self.loop, at=OPEN)


async def test_two_before_the_first_slice_and_one_a_session() -> None:
    paper = PaperSession()
    await paper.start()
    assert [one.asked_at for one in paper.statements()] == [OPEN, OPEN]
    for day in range(3):
        await paper.asking.ask_before(a_day(day, AAPL=100.0 + day), at=OPEN)
        await paper.loop.close_slice(a_day(day, AAPL=100.0 + day))
    asked = [one.asked_at for one in paper.statements()][2:]
    assert asked == [a_session(day=day).opens_at for day in range(3)]
    assert not paper.engine.account.blocks.by_symbol and not paper.engine.account.tally.quarantined
    assert paper.statements()[-1].statement.open_orders, "the order of the second day waits for the third"


async def test_within_a_session_the_clock_says_when() -> None:
    paper = PaperSession()
    await paper.start()
    for number, now in enumerate((0, 29, 30, 59, 60)):
        paper.now = now * SECOND
        slice_ = a_slice(a_bar(started_at=OPEN + number * HOUR))
        await paper.asking.ask_before(slice_, at=OPEN + number * HOUR)
        await paper.loop.close_slice(slice_)
    told = [(one.statement.open_orders is not None, one.statement.cash is not None) for one in paper.statements()[3:]]
    assert told == [(True, False), (True, True)], "at 30 seconds orders, at 60 all"
