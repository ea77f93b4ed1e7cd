"""The line itself, over a real socket."""

import asyncio

from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
from robo_trader.adapters.brokers.interactive_brokers.tracking import OrderTracker
from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.simulation.gateway.server.faults import read_fault
from tests.broker_process import INSTALL
from tests.gateway_running import ACCOUNT, PATIENCE_SECONDS, a_gateway


async def test_the_end_of_a_connection_is_noticed_without_a_question() -> None:
    clock = MarketClock()
    wire = GatewayWire(
        OrderTracker(clock.now, ReferenceTable(install=INSTALL).read, 0), clock, question_seconds=PATIENCE_SECONDS
    )
    async with a_gateway() as gateway:
        assert await wire.connect("127.0.0.1", gateway.port, 1, PATIENCE_SECONDS) == [ACCOUNT]
        assert not wire.lost.is_set()
        gateway.server.inject(read_fault({"kind": "close"}))
        await asyncio.wait_for(wire.lost.wait(), PATIENCE_SECONDS)
        wire.close()
