"""States that a person must end are named in the reason of the link: an API that only reads, a client id in use."""

from pathlib import Path

import pytest

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.core.domain.broker_link import LinkState
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.broker_process import INSTALL
from tests.gateway_running import ACCOUNT, a_gateway, a_raw_client, until
from tests.trading_through import QUICK

pytestmark = pytest.mark.process


def a_broker(port: int, folder: Path) -> InteractiveBrokers:
    target = GatewayTarget(host="127.0.0.1", port=port, account=ACCOUNT)
    return InteractiveBrokers(
        target, table=ReferenceTable(install=INSTALL), numbers_file=folder / "numbers", patience=QUICK
    )  # fmt: skip


async def test_an_api_that_only_reads_is_never_ready_and_says_which_setting_it_is(tmp_path: Path) -> None:
    refused = Fault(kind=FaultKind.SAY, on="OpenOrderEnd", times=0, code=321, text="The API is in Read-Only mode.")
    silent = Fault(kind=FaultKind.DROP, on="OpenOrderEnd", times=0)
    async with a_gateway(refused, silent) as gateway:
        broker = a_broker(gateway.port, tmp_path)
        await broker.start()
        try:
            await until(lambda: broker.link is LinkState.DOWN and "Read-Only API" in broker.reason)
        finally:
            await broker.stop()


async def test_another_program_under_our_number_is_named(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_raw_client(gateway.port) as other:
        await other.start(client_id=1)
        broker = a_broker(gateway.port, tmp_path)
        await broker.start()
        try:
            await until(lambda: broker.link is LinkState.DOWN and "ibkr.client_id" in broker.reason)
        finally:
            await broker.stop()
