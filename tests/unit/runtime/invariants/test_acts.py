"""Nothing reaches the broker that is not durable, nor twice, nor otherwise than it was written down."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.commands import Command, SubmitOrder
from robo_trader.core.domain.events import SessionStarted, SliceClosed
from robo_trader.core.engine.engine import Engine
from robo_trader.core.ports.journal import Batch
from robo_trader.runtime.invariants.acts import WatchedBroker, WatchedJournal
from robo_trader.runtime.invariants.broken import InvariantBroken
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.runtime.unjournaled import UnjournaledRun
from robo_trader.simulation.venue.venue import Venue
from tests.builders import OPEN, a_day, engine_settings, venue_settings
from tests.unit.core.engine.test_stops import Sides

Twist = Callable[[list[Command]], list[Command]]


class HastyLoop(TradingLoop):
    """A loop with a bug: it acts before the journal has the batch, or does not act as the batch says."""

    twist: Twist | None = None
    acts_first = False

    async def take_slice(self, slice_: BarSlice) -> None:
        batch = self._decide([SliceClosed(slice=slice_)])
        if not self.acts_first:
            await self._journal.commit(batch)
        commands = list(batch.commands)
        for command in commands if self.twist is None else self.twist(commands):
            await self._carry_out(command)


async def trade(*, twist: Twist | None = None, acts_first: bool = False) -> None:
    venue = SimulatedBroker(Venue(venue_settings()))
    journal = WatchedJournal(UnjournaledRun())
    loop = HastyLoop(Engine(engine_settings(strategy=Sides(100.0, 1))), journal, WatchedBroker(venue, journal))
    loop.twist, loop.acts_first = twist, acts_first
    await loop.take([SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(100_000))])
    await loop.take_slice(a_day(0, AAPL=110.0))
    await journal.commit(Batch((), ()))


def larger(commands: list[Command]) -> list[Command]:
    (command,) = commands
    assert isinstance(command, SubmitOrder)
    intent = replace(command.order.intent, quantity=command.order.intent.quantity + 1)
    return [SubmitOrder(order=replace(command.order, intent=intent))]


async def test_a_loop_that_commits_and_then_acts_is_let_pass() -> None:
    await trade()


async def test_acting_before_the_commit_is_caught() -> None:
    with pytest.raises(InvariantBroken, match=r"I17.*is not durable"):
        await trade(acts_first=True)


@pytest.mark.parametrize(
    ("code", "twist"),
    [
        pytest.param("I17", lambda commands: commands * 2, id="submitted twice"),
        pytest.param("I17", lambda _: [], id="never submitted"),
        pytest.param("I01", larger, id="a share more than was written down"),
    ],
)
async def test_acting_otherwise_than_was_written_down_is_caught(code: str, twist: Twist) -> None:
    with pytest.raises(InvariantBroken, match=code):
        await trade(twist=twist)
