"""States that a person must end are named in the reason of the link: an API that only reads, a client id in use."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.adapters.brokers.interactive_brokers.restart_window import parse_window
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import OrderDenied
from robo_trader.core.domain.orders import OrderPurpose, OrderStatus
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.domain.violations import Control
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.broker_process import INSTALL
from tests.gateway_running import ACCOUNT, a_gateway, a_raw_client, until
from tests.trading_through import QUICK, Trader, a_trader, books_agree, settings_as_told
from tests.wire_proxy import a_proxy

pytestmark = pytest.mark.process
ATTEMPTS = 360


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


async def test_six_hours_of_refusal_are_two_lines_in_the_books(tmp_path: Path) -> None:
    """F13: 360 attempts, as six hours hold of them once they are a minute apart; then it trades."""
    patience = replace(QUICK, connect=0.02, reconnect=(0.002,))
    async with (
        a_gateway() as gateway,
        a_proxy(gateway.port) as proxy,
        a_trader(gateway, tmp_path, port=proxy.port, patience=patience) as trader,
    ):
        process, known = trader.broker.process_id, len(trader.heard(BrokerLinkChanged))
        proxy.is_closed = True
        gateway.server.inject(Fault(kind=FaultKind.RESTART, seconds=0.1))
        before = proxy.connections
        await trader.until(lambda: proxy.connections >= before + ATTEMPTS, "it gave up")
        assert "look whether the gateway runs" in trader.broker.reason
        states = [changed.state for changed in trader.heard(BrokerLinkChanged)[known:]]
        assert states == [LinkState.DOWN], "one line for a state, not for each attempt"
        proxy.is_closed = False
        await trader.until_ready()
        await trader.order()
        await trader.settle()
        assert trader.broker.process_id == process


async def test_the_nightly_restart_is_a_state_of_its_own(tmp_path: Path) -> None:
    """Orders are refused by its name, the stop rests on, nobody is alarmed, and two statements end it."""
    window = parse_window("12:15-13:45 America/New_York")  # of the day that the gateway plays
    settings = settings_as_told(protection=ProtectionPolicy())
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, settings=settings, windows=(window,)) as trader:
        await trader.order()
        await trader.until(trader.is_status(OrderStatus.WORKING))
        entry = int(trader.last_order().broker_order_id)
        gateway.server.do({"doing": "fill", "perm_id": entry, "shares": "100", "price": "100"})
        await trader.hour()
        await trader.until(lambda: len(open_there(trader)) == 1, "no stop rests")
        known = len(trader.heard(BrokerLinkChanged))
        with capture_logs() as told:
            await trader.hour()  # 12:30
            await trader.until(lambda: trader.broker.link is LinkState.RESTARTING)
            gateway.server.inject(Fault(kind=FaultKind.RESTART, seconds=0.3))
            await trader.until(lambda: not gateway.server.clients())
            await trader.hour(0.5)  # 13:30
            await trader.until(gateway.server.clients, "it does not come back")
            statements = trader.statements()
            assert [event.state for event in trader.heard(BrokerLinkChanged)[known:]] == [LinkState.RESTARTING]
            denied = trader.decided(OrderDenied)[-1].violations
            assert [one.control for one in denied] == [Control.BROKER_LINK]
            assert "the gateway may restart (12:15-13:45 America/New_York)" in denied[0].context
            assert len(open_there(trader)) == 1, "what rests stays"
            await trader.hour()  # 14:30
            await trader.until_ready()
        assert trader.statements() >= statements + 2
        assert not [
            line for line in told if line["log_level"] != "info" and line["event"] in {"broker link", "gateway"}
        ]
        assert [line["state"] for line in told if line["event"] == "broker link"][:1] == ["RESTARTING"]
        await trader.hour()
        await trader.until(trader.is_status(OrderStatus.WORKING))
        assert trader.last_order().intent.purpose is OrderPurpose.TARGET
        await books_agree(trader)


def open_there(trader: Trader) -> list[str]:
    """What of ours rests at the gateway."""
    return [row["order_ref"] for row in trader.book()["orders"] if not row["is_over"]]


async def test_another_program_under_our_number_is_named(tmp_path: Path) -> None:
    async with a_gateway() as gateway, a_raw_client(gateway.port) as other:
        await other.start(client_id=1)
        broker = a_broker(gateway.port, tmp_path)
        await broker.start()
        try:
            await until(lambda: broker.link is LinkState.DOWN and "ibkr.client_id" in broker.reason)
        finally:
            await broker.stop()
