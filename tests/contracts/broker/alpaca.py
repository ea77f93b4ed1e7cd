"""Alpaca under the contract: the real adapter, over real sockets, to a server that answers as Alpaca does."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from decimal import Decimal

from robo_trader.adapters.brokers.alpaca.broker import AlpacaBroker
from robo_trader.adapters.brokers.alpaca.connecting import Pace, connect
from robo_trader.adapters.brokers.alpaca.credentials import KEY_ID_NAME, SECRET_KEY_NAME
from robo_trader.adapters.brokers.alpaca.endpoints import Endpoints
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.orders import OrderId, OrderType, TimeInForce
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.simulation.alpaca.desk import AlpacaDesk
from robo_trader.simulation.alpaca.market_data import History
from robo_trader.simulation.alpaca.server import AlpacaServer
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue
from tests.builders import AAPL, FREE, MSFT, OPEN, an_intent, venue_settings
from tests.contracts.broker.under_test import Abilities, Book, BrokerUnderTest

OPENING_CASH = Decimal(100_000)
QUICK = Pace(timeout_seconds=5.0, pause_seconds=0.02, requests_per_minute=100_000)
ALPACA = Abilities(
    order_types=frozenset(OrderType),
    times_in_force=frozenset(TimeInForce),
    modifies_partly_filled=False,
    tells_earlier_days=True,
    refused={
        "one cancels the other": an_intent(oca_group="AAPL-1"),
        "leg of a bracket": an_intent(parent_id=77),
        "stop at once": an_intent(stop=101, time_in_force=TimeInForce.IOC),
        "symbol that is not traded there": an_intent(symbol="ZZZZ"),
        "more than it can pay for": an_intent(quantity=1_000_000, limit=100),
        "price between cents": an_intent(limit="100.001"),
    },
)


@dataclass
class AlpacaWorld:
    """A server on this machine, and the adapter that trades with it."""

    broker: AlpacaBroker
    server: AlpacaServer
    abilities: Abilities = ALPACA

    def come_to(self, at: int) -> None:
        self.server.come_to(at)

    def show(self, slice_: BarSlice) -> None:
        self.server.show(slice_)

    def book(self) -> Book:
        statement = self.server.look(AlpacaDesk.books)
        assert statement.cash is not None
        return Book({one.symbol: one.quantity for one in statement.positions or ()}, statement.cash)

    def lose_connection(self) -> None:
        self.server.faults.refuses_streams = True
        self.server.close_streams()

    def restore_connection(self) -> None:
        self.server.faults.refuses_streams = False


def some_references() -> ReferenceTable:
    """The names of a journal that has sent a thousand orders: `testtest.1.<id>`."""
    table = ReferenceTable(install="testtest")
    for number in range(1, 1001):
        table.note(OrderId(number), 1)
    return table


@contextmanager
def a_server(history: History | None = None) -> Iterator[AlpacaServer]:
    """A server with an account of 100,000 dollars; AAPL and MSFT are traded, free of commission and slippage."""
    venue = Venue(venue_settings(slippage_bps=0.0, commissions=FREE))
    desk = AlpacaDesk(venue, VenueAccount(OPENING_CASH), now=OPEN, assets=frozenset({AAPL, MSFT}))
    server = AlpacaServer(desk, history=history)
    server.start()
    try:
        yield server
    finally:
        server.close()


def endpoints_of(server: AlpacaServer) -> Endpoints:
    return Endpoints(rest_url=server.url, stream_url=server.stream_url, data_url=server.url)


def environment_of(server: AlpacaServer) -> dict[str, str]:
    return {KEY_ID_NAME: server.keys.key_id, SECRET_KEY_NAME: server.keys.secret_key}


@asynccontextmanager
async def connected(server: AlpacaServer, pace: Pace = QUICK) -> AsyncIterator[BrokerUnderTest]:
    """The adapter, trading with a server."""
    async with connect(
        endpoints_of(server), environment_of(server), references=some_references(),
        now=lambda: server.look(lambda desk: desk.now), pace=pace,
    ) as broker:  # fmt: skip
        yield BrokerUnderTest(AlpacaWorld(broker, server))


@asynccontextmanager
async def alpaca() -> AsyncIterator[BrokerUnderTest]:
    """The adapter, trading with a server of its own."""
    with a_server() as server:
        async with connected(server) as under_test:
            yield under_test
