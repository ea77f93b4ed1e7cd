"""Interactive Brokers under the contract: the real process and client library, over real sockets, to the gateway."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.adapters.brokers.interactive_brokers.patience import Patience
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms, OrderType, TimeInForce
from robo_trader.core.domain.statements import StatementPart
from robo_trader.simulation.gateway.brokerage.brokerage import Brokerage
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings, Listing
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from robo_trader.simulation.gateway.server.gateway_server import LOOPBACK, GatewayServer
from tests.builders import FREE, OPEN, an_intent, venue_settings
from tests.contracts.broker.alpaca import OPENING_CASH, some_references
from tests.contracts.broker.under_test import Abilities, Book, BrokerUnderTest
from tests.gateway_running import ACCOUNT, STAGE, MarketClock, until

IBKR = Abilities(
    order_types=frozenset(OrderType),
    times_in_force=frozenset(TimeInForce),
    modifies_partly_filled=True,
    tells_earlier_days=False,
    refused={
        "symbol that is not traded there": an_intent(symbol="ZZZZ"),
        "price between ticks": an_intent(limit="100.001"),
    },
)
AWAY_SECONDS = 0.5


@dataclass
class WhenReady:
    """Sends as the engine does: only while the broker is READY; after a break, once he is READY again."""

    broker: InteractiveBrokers
    waiting: list[FromBroker] = field(default_factory=list)
    ready: int = 0  # how often he became so
    wanted: int = 1

    async def submit(self, order: ApprovedOrder) -> None:
        await self._come_to_ready()
        await self.broker.submit(order)

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        await self._come_to_ready()
        await self.broker.cancel(order_id, at=at)

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        await self._come_to_ready()
        await self.broker.modify(order_id, terms, at=at)

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        await self._come_to_ready()
        await self.broker.request_statement(parts, at=at)

    def take_reports(self) -> Sequence[FromBroker]:
        self._look()
        reports, self.waiting = self.waiting, []
        return reports

    async def _come_to_ready(self) -> None:
        await until(self._is_ready)

    def _is_ready(self) -> bool:
        self._look()
        return self.ready >= self.wanted

    def _look(self) -> None:
        for report in self.broker.take_reports():
            if isinstance(report, BrokerLinkChanged):
                self.ready += report.state is LinkState.READY
            self.waiting.append(report)


@dataclass
class IbkrWorld:
    """A gateway on this machine, and the process that trades through it."""

    broker: WhenReady
    server: GatewayServer
    clock: MarketClock
    abilities: Abilities = IBKR

    def come_to(self, at: int) -> None:
        self.clock.at = max(self.clock.at, at)

    def show(self, slice_: BarSlice) -> None:
        self.come_to(slice_.ended_at)
        self.server.show(slice_)

    def book(self) -> Book:
        book = self.server.book()["brokerage"]
        shares = {Symbol(row["symbol"]): Decimal(row["quantity"]) for row in book["positions"]}
        return Book(shares, Decimal(book["cash"]))

    def lose_connection(self) -> None:
        self.broker.wanted = self.broker.ready + 1
        self.server.inject(Fault(kind=FaultKind.RESTART, seconds=AWAY_SECONDS))

    def restore_connection(self) -> None:
        """It comes back by itself."""


@asynccontextmanager
async def interactive_brokers() -> AsyncIterator[BrokerUnderTest]:
    """A process that trades with 100,000 dollars; AAPL and MSFT are traded, free of commission and slippage."""
    listings = (Listing(symbol=Symbol("AAPL")), Listing(symbol=Symbol("MSFT")))
    settings = BrokerageSettings(
        venue=venue_settings(slippage_bps=0.0, commissions=FREE), sessions=STAGE.sessions, listings=listings,
        account=ACCOUNT, opening_cash=OPENING_CASH,
    )  # fmt: skip
    clock = MarketClock(OPEN)
    server = GatewayServer({"brokerage": Brokerage(settings)}, clock=clock)
    port = await server.start()
    with TemporaryDirectory() as folder:
        broker = InteractiveBrokers(
            GatewayTarget(host=LOOPBACK, port=port, account=ACCOUNT), table=some_references(),
            numbers_file=Path(folder) / "numbers", patience=replace(Patience(), reconnect=(0.1,)),
        )  # fmt: skip
        await broker.start()
        try:
            yield BrokerUnderTest(IbkrWorld(WhenReady(broker), server, clock))
        finally:
            await broker.stop()
            await server.close()
            await server.wait_closed()
