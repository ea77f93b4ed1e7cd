"""The paper broker under the contract: a venue inside the program."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from robo_trader.adapters.brokers.simulated import SimulatedBroker
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.orders import OrderType, TimeInForce
from robo_trader.core.domain.statements import StatementPart
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue
from tests.builders import FREE, MSFT, an_intent, venue_settings
from tests.contracts.broker.under_test import Abilities, Book, BrokerUnderTest

OPENING_CASH = Decimal(100_000)
PAPER = Abilities(
    order_types=frozenset(OrderType),
    times_in_force=frozenset(TimeInForce),
    modifies_partly_filled=True,
    tells_earlier_days=True,
    refused={"closing auction of quotes": an_intent(symbol=MSFT, time_in_force=TimeInForce.AT_THE_CLOSE)},
)


@dataclass
class PaperWorld:
    """Time is in what is asked and shown; nothing can be lost on the way."""

    broker: SimulatedBroker
    account: VenueAccount
    abilities: Abilities = PAPER

    def come_to(self, at: int) -> None:
        """Nothing keeps a time of its own."""

    def show(self, slice_: BarSlice) -> None:
        self.broker.observe(slice_)

    def book(self) -> Book:
        statement = self.account.statement((StatementPart.POSITIONS,))
        assert statement.cash is not None
        return Book({one.symbol: one.quantity for one in statement.positions or ()}, statement.cash)

    def lose_connection(self) -> None:
        """There is none."""

    def restore_connection(self) -> None:
        """There is none."""


@asynccontextmanager
async def paper() -> AsyncIterator[BrokerUnderTest]:
    """A broker with 100,000 dollars, a tenth of each bar's volume, no slippage and no commission; MSFT is quoted."""
    settings = venue_settings(slippage_bps=0.0, commissions=FREE, quoted=(MSFT,))
    account = VenueAccount(OPENING_CASH)
    yield BrokerUnderTest(PaperWorld(SimulatedBroker(Venue(settings), account), account))
