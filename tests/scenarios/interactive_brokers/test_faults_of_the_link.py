"""Faults of the way to the broker: the books are one afterwards, no order left twice, none was lost."""

import asyncio
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import OrderDenied
from robo_trader.core.domain.order_reports import OrderAccepted, OrderRejected, OrderUnanswered
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.domain.violations import Control
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.broker_process import INSTALL, Client, a_client
from tests.builders import an_intent
from tests.examples import IS_NIGHTLY
from tests.gateway_running import a_gateway, a_raw_client, until
from tests.trading_through import LOSING, QUICK, WATCHFUL, Trader, a_trader, books_agree, settings_as_told
from tests.wire_proxy import EXECUTION, OPEN_ORDER, ORDER_STATUS, PLACE_ORDER, CutHere, a_proxy, is_kind, once, whole

FILLED, UNKNOWN, WORKING = OrderStatus.FILLED, OrderStatus.UNKNOWN, OrderStatus.WORKING
READY, DOWN, BLIND, REFUSED = LinkState.READY, LinkState.DOWN, LinkState.BLIND, LinkState.REFUSED
COMMISSION = "59"
FRAME_BYTES = 209  # of the order that these tests send
# At night every byte of it; by day its ends, the end of its length, and two in between.
CUTS = sorted(
    range(FRAME_BYTES + 1) if IS_NIGHTLY else {0, 4, FRAME_BYTES, *Random("cuts").sample(range(5, FRAME_BYTES), 2)}  # noqa: S311 - a seed must repeat
)

pytestmark = pytest.mark.nightly


async def until_lost(trader: Trader) -> None:
    await trader.until(lambda: trader.heard(BrokerLinkChanged)[-1].state is not READY, "no loss was noticed")


def denials(trader: Trader) -> set[Control]:
    return {one.control for event in trader.decided(OrderDenied) for one in event.violations}


def ids(client: Client, *kinds: type[OrderAccepted | OrderRejected | OrderUnanswered]) -> set[int]:
    """Which orders were told of so."""
    return {one.order_id for kind in kinds for one in client.only(kind)}


@pytest.mark.parametrize("byte", CUTS)
async def test_f01_the_connection_breaks_after_some_bytes_of_the_order(byte: int, tmp_path: Path) -> None:
    """F01: whether the order arrived is known by evidence alone; it is not sent again."""
    lengths = []
    async with (
        a_gateway() as gateway,
        a_proxy(gateway.port) as proxy,
        a_trader(gateway, tmp_path, port=proxy.port, patience=LOSING if byte < FRAME_BYTES else QUICK) as trader,
    ):

        def cut(fields: list[str]) -> bytes | None:
            lengths.append(len(whole(fields)))
            raise CutHere(whole(fields)[:byte])

        proxy.to_gateway = once(is_kind(PLACE_ORDER), cut)
        await trader.order()
        await until_lost(trader)
        await trader.settle()
        assert lengths == [FRAME_BYTES]
        assert bool(trader.heard(OrderUnanswered)) == (byte < FRAME_BYTES)


async def test_f02_a_burst_of_orders_is_cut_off(chance: Random, tmp_path: Path) -> None:
    """F02: what was not handed to the socket is said to be rejected; what was is found, or unknown; none is lost."""
    cut_off = Fault(kind=FaultKind.CLOSE, on="PlaceOrder", nth=chance.randrange(2, 30))
    patience = replace(QUICK, answer=5.0)  # what arrived is found before it counts as unknown, also on a busy machine
    async with a_gateway(cut_off) as gateway, a_client(gateway, tmp_path, patience=patience) as client:
        for order_id in range(1, 121):
            await client.place(order_id=order_id, intent=an_intent(limit=1))
        await until(lambda: len(ids(client, OrderAccepted, OrderRejected, OrderUnanswered)) == 120)
        there = {int(row["order_ref"].rpartition(".")[2]) for row in gateway.server.book()["brokerage"]["orders"]}
        rejected, unanswered = ids(client, OrderRejected), ids(client, OrderUnanswered)
        assert ids(client, OrderAccepted) == there and not there & rejected and not unanswered & (there | rejected)
        assert rejected, "most of them had not had their turn"


async def test_f02_what_waits_too_long_for_its_turn_never_leaves(chance: Random, tmp_path: Path) -> None:
    """F02: an order that is taken for lost must not leave later; it is said to be rejected before."""
    patience = replace(QUICK, answer=1.9)  # half of it is less than the second after which others have their turn
    async with a_gateway() as gateway, a_client(gateway, tmp_path, patience=patience) as client:
        count = chance.randrange(90, 130)
        for order_id in range(1, count + 1):
            await client.place(order_id=order_id, intent=an_intent(limit=1))
        await until(lambda: len(ids(client, OrderAccepted, OrderRejected)) == count)
        there = {int(row["order_ref"].rpartition(".")[2]) for row in gateway.server.book()["brokerage"]["orders"]}
        assert there == ids(client, OrderAccepted) and len(there) < 60
        assert not client.only(OrderUnanswered)


async def test_f03_a_half_open_connection_is_noticed_and_replaced(chance: Random, tmp_path: Path) -> None:
    """F03: nothing comes and nothing breaks; the missing beats tell."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance, patience=WATCHFUL) as trader:
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        gateway.server.inject(Fault(kind=FaultKind.BLACK_HOLE, after_seconds=chance.uniform(0, 0.5)))
        await trader.hour()  # filled, and perhaps nobody hears it
        await until_lost(trader)
        await trader.settle()


@pytest.mark.parametrize("back", [1101, 1102])
async def test_f04_fills_while_the_gateway_is_blind_are_booked(back: int, chance: Random, tmp_path: Path) -> None:
    """F04: reports go on counting after 1100; no order leaves until all was compared again."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        gateway.server.inject(Fault(kind=FaultKind.SAY, code=1100, text="Connectivity has been lost."))
        await trader.until(lambda: trader.broker.link is BLIND)
        await trader.hour()
        await trader.until(trader.is_status(FILLED), "a fill of the blind time was dropped")
        await trader.hour(0.5)
        assert denials(trader) == {Control.BROKER_LINK} and trader.engine.account.orders.last_id == 1, trader.told()
        gateway.server.inject(Fault(kind=FaultKind.SAY, code=back, text="Connectivity has been restored."))
        await trader.until_ready()
        await trader.settle()


async def test_f05_the_gateway_offers_a_lower_number_after_a_restart(chance: Random, tmp_path: Path) -> None:
    """F05: numbers go up over every restart of the gateway and of the process."""
    rolled_back = Fault(kind=FaultKind.ROLLBACK, on="NextValidId", times=0, by=chance.randrange(1, 5_000))
    async with a_gateway(rolled_back) as gateway:
        wishes: dict[int, float] = {}
        for wish in (0.5, 1.0):
            async with a_trader(gateway, tmp_path, chance=chance, settings=settings_as_told(wishes)) as trader:
                await trader.order(wish)
                await trader.until(trader.is_status(WORKING))
                gateway.server.inject(Fault(kind=FaultKind.RESTART, seconds=0.2))
                await until_lost(trader)
                await trader.until_ready()
                await trader.hour()
                await trader.until(trader.is_status(FILLED))
                await books_agree(trader)


@pytest.mark.parametrize(
    "end", ["OpenOrderEnd", "CompletedOrdersEnd", "ExecutionDetailsEnd", "PositionEnd", "AccountSummaryEnd"]
)
async def test_f06_what_is_not_told_to_its_end_is_not_known(end: str, chance: Random, tmp_path: Path) -> None:
    """F06: no answer is never "nothing": no order leaves until every answer was whole."""
    async with a_gateway(Fault(kind=FaultKind.DROP, on=end, times=chance.randrange(1, 3))) as gateway:
        impatient = replace(QUICK, question=0.6)
        async with a_trader(gateway, tmp_path, chance=chance, is_awaited=False, patience=impatient) as trader:
            await trader.until(lambda: any(seen.fields()[:1] == ["71"] for seen in gateway.server.frames()))
            await trader.hour(1.0)
            assert not trader.engine.account.orders.last_id and denials(trader) == {Control.BROKER_LINK}
            await trader.until_ready()
            await trader.hour(0.9)
            await trader.settle()


async def test_f07_somebody_else_has_the_client_id(chance: Random, tmp_path: Path) -> None:
    """F07: the id is waited for; no other one is tried, nobody is pushed out."""
    async with a_gateway() as gateway, a_raw_client(gateway.port) as other:
        await other.start(client_id=1)
        async with a_trader(gateway, tmp_path, chance=chance, is_awaited=False) as trader:
            refused = [seen for seen in gateway.server.frames() if "326" in seen.fields()]
            while not refused:
                await trader.trading.turn()
                await asyncio.sleep(0.01)
                refused = [seen for seen in gateway.server.frames() if "326" in seen.fields()]
            assert gateway.server.clients() == [1] and not trader.reconciled.is_ready
            await other.close()
            await trader.until_ready()
            await trader.order()
            await trader.settle()


async def test_f08_a_burst_stays_below_what_the_gateway_counts(chance: Random, tmp_path: Path) -> None:
    """F08: a hundred orders at once: the gateway never says 100, and never hangs up."""
    async with a_gateway() as gateway, a_client(gateway, tmp_path) as client:
        count = chance.randrange(80, 120)
        for order_id in range(1, count + 1):
            await client.place(order_id=order_id, intent=an_intent(limit=1))
        await client.hear(OrderAccepted, count)
        errors = [seen.fields() for seen in gateway.server.frames(limit=10_000) if seen.fields()[:1] == ["4"]]
        assert errors and not [fields for fields in errors if fields[3] == "100"]
        assert client.broker.link is READY


def garbled(random: Random, fields: list[str]) -> bytes:
    """A frame of the same kind, with a field that is no such thing, one too few, or some too many."""
    broken = list(fields)
    place = random.randrange(1, len(broken))
    match random.randrange(3):
        case 0:
            broken[place] = random.choice(["x", "", "-1", "1e400", "nan", "9" * 400, "\x01"])
        case 1:
            del broken[place:]
        case _:
            broken[place:place] = ["x"] * random.randrange(1, 4)
    return whole(broken)


@pytest.mark.parametrize("kind", [OPEN_ORDER, ORDER_STATUS, EXECUTION, COMMISSION])
async def test_f09_a_message_that_makes_no_sense(kind: str, chance: Random, tmp_path: Path) -> None:
    """F09: a message about orders that cannot be read leads to an alarm and a comparison; the process lives."""
    random = Random(f"{kind} {chance.random()}")  # noqa: S311 - a seed must repeat
    async with (
        a_gateway() as gateway,
        a_proxy(gateway.port) as proxy,
        a_trader(gateway, tmp_path, chance=chance, port=proxy.port) as trader,
    ):
        process = trader.broker.process_id
        proxy.to_client = once(is_kind(kind), lambda fields: garbled(random, fields))
        await trader.order()
        await trader.until(lambda: trader.last_order().status is not OrderStatus.SUBMITTED)
        await trader.hour()
        await trader.until(trader.is_status(FILLED)) if kind != EXECUTION else await trader.compare()
        await trader.settle()
        assert trader.broker.process_id == process


@pytest.mark.parametrize("announced", ["2 GiB", "too much"])
async def test_f10_a_frame_of_absurd_length_is_hung_up_on(announced: str, chance: Random, tmp_path: Path) -> None:
    """F10: two gigabytes are announced, or some bytes more than there may be: neither is waited for."""
    length = (1 << 31) - 1 if announced == "2 GiB" else (1 << 20) + chance.randrange(1, 1 << chance.randrange(1, 24))
    head = length.to_bytes(4, "big")
    async with (
        a_gateway() as gateway,
        a_proxy(gateway.port) as proxy,
        a_trader(gateway, tmp_path, chance=chance, port=proxy.port, patience=WATCHFUL) as trader,
    ):
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        proxy.to_client = once(lambda _fields: True, lambda _fields: head)
        await until_lost(trader)
        await trader.settle()


async def test_f10_bytes_that_drip_are_no_answer(chance: Random, tmp_path: Path) -> None:
    """F10: a frame that never gets whole is a gateway that does not answer."""
    async with (
        a_gateway() as gateway,
        a_proxy(gateway.port) as proxy,
        a_trader(gateway, tmp_path, chance=chance, port=proxy.port, patience=WATCHFUL) as trader,
    ):
        drips = iter([chance.randrange(1_000, 1 << 20).to_bytes(4, "big"), *[b"d"] * 100])
        proxy.to_client = lambda _fields: next(drips, None)
        await until_lost(trader)
        proxy.to_client = lambda _fields: None
        await trader.until_ready()
        await trader.order()
        await trader.settle()


async def test_f13_a_gateway_that_stays_away_is_waited_for(chance: Random, tmp_path: Path) -> None:
    """F13: one line in the books for each change; the process is not taken for hung while it waits."""
    async with a_gateway() as gateway, a_proxy(gateway.port) as proxy:
        patience = replace(QUICK, hangs=2.5, reconnect=(0.2, 3.3))  # it may wait longer than it may be silent
        async with a_trader(gateway, tmp_path, chance=chance, port=proxy.port, patience=patience) as trader:
            process = trader.broker.process_id
            proxy.is_closed = True
            gateway.server.inject(Fault(kind=FaultKind.RESTART, seconds=0.1))
            before = proxy.connections
            await trader.until(lambda: proxy.connections >= before + 2, "it gave up")
            proxy.is_closed = False
            await trader.until_ready()
            await trader.order()
            await trader.settle()
            assert trader.broker.process_id == process


@pytest.mark.parametrize("account", ["DU7654321", "U1234567"])
async def test_f14_another_account_is_never_traded(account: str, tmp_path: Path) -> None:
    """F14: REFUSED before any order, for good; an account of real money is not even connected to."""
    async with a_gateway() as gateway:
        broker = InteractiveBrokers(
            GatewayTarget(host="127.0.0.1", port=gateway.port, account=account),
            table=ReferenceTable(install=INSTALL), numbers_file=tmp_path / "numbers", patience=QUICK,
        )  # fmt: skip
        await broker.start()
        try:
            await until(lambda: broker.link is REFUSED)
            await asyncio.sleep(0)
            asked = {seen.fields()[0] for seen in gateway.server.frames() if seen.direction == "in" and seen.fields()}
            assert "3" not in asked and (account.startswith("DU") or not asked)
        finally:
            await broker.stop()
