"""The tour of orders, over a real socket, against the pretend gateway: what it records, and what it leaves behind."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path

import ib_async
import pytest

from robo_trader.adapters.brokers.interactive_brokers.conformance.comparison import compare
from robo_trader.adapters.brokers.interactive_brokers.conformance.itinerary import FILLING_STEPS, STEPS
from robo_trader.adapters.brokers.interactive_brokers.conformance.recording import (
    Recording,
    read_recording,
    write_recording,
)
from robo_trader.adapters.brokers.interactive_brokers.conformance.tour import REFERENCE, TourPlan
from robo_trader.adapters.brokers.interactive_brokers.conformance.walking import CONNECT, SWEEP, Walk
from robo_trader.app.exit_codes import ExitCode
from robo_trader.core.domain.errors import BrokerError, InvalidConfig, OrdersLeftOpen
from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind, read_fault
from robo_trader.simulation.gateway.server.gateway_server import LOOPBACK, GatewaySettings
from tests.gateway_running import ACCOUNT, PATIENCE_SECONDS, RunningGateway, a_gateway, ib_async_client, until
from tests.running import command, environment

SEEN_SECONDS = 0.2  # how long an order stays open where a test must see it so


def a_plan(
    gateway: RunningGateway,
    *,
    fills: bool = False,
    answer_seconds: float = PATIENCE_SECONDS,
    settle_seconds: float = 0.0,
) -> TourPlan:
    """Return a plan that waits for nothing but answers: the pretend gateway says all at once."""
    return TourPlan(
        host=LOOPBACK, port=gateway.port, account=ACCOUNT, symbol=Symbol("AAPL"), price=Decimal(100), fills=fills,
        answer_seconds=answer_seconds, settle_seconds=settle_seconds, fill_seconds=PATIENCE_SECONDS,
        messages_a_second=0,
    )  # fmt: skip


def a_quick_gateway(*faults: Fault) -> AbstractAsyncContextManager[RunningGateway]:
    """Serve without a bound on messages a second: these tours do not wait between their steps."""
    return a_gateway(*faults, settings=GatewaySettings(is_paced=False))


async def tour(plan: TourPlan) -> Recording:
    walk = Walk(plan, lambda _step: None)
    await walk.go()
    return walk.recording()


def open_orders(gateway: RunningGateway) -> list[str]:
    return [order["status"] for order in gateway.brokerage.book()["orders"] if not order["is_over"]]


def steps_that_differ(recorded: Recording, now: Recording) -> set[str]:
    return {difference.step for difference in compare(recorded, now)}


@asynccontextmanager
async def a_market_that_moves(gateway: RunningGateway) -> AsyncIterator[None]:
    """Let an hour pass whenever a market order of the day waits for one."""

    async def move() -> None:
        while True:
            orders = gateway.brokerage.book()["orders"]
            if any((one["order_type"], one["status"]) == ("MKT", "Submitted") for one in orders):
                gateway.show_hour()
            await asyncio.sleep(0.005)

    moving = asyncio.create_task(move())
    try:
        yield
    finally:
        moving.cancel()
        with suppress(asyncio.CancelledError):
            await moving


async def test_every_step_is_taken_and_answered_and_nothing_is_left_open() -> None:
    async with a_quick_gateway() as gateway:
        recording = await tour(a_plan(gateway))
        assert not open_orders(gateway)
        assert not gateway.brokerage.book()["positions"]
        await until(lambda: not gateway.server.clients(), "the tour has hung up")
    assert [step.step for step in recording.steps] == [CONNECT, *STEPS, SWEEP]
    assert all(not step.unanswered for step in recording.steps)
    assert recording.header.server_version == 178


@pytest.mark.parametrize(
    ("step", "said"),
    [
        pytest.param("change and cancel", "< error order 1 10148", id="a cancel of what has ended"),
        pytest.param("cancel the unknown", "< error order 1 10147", id="a cancel of what never was"),
        pytest.param("off the tick", "< error order 1 110", id="a price between two steps"),
        pytest.param("too large", "< error order 1 201", id="more than the account can pay"),
        pytest.param("duplicate number", "< error order 1 103", id="a number used twice"),
        pytest.param("change that is none", "< error order 1 105", id="another side under the same number"),
        pytest.param("bracket", "< orderStatus order 3 Cancelled", id="legs end with their parent"),
        pytest.param("restart", "< openOrder order 1 Submitted", id="found again after a restart"),
        pytest.param("TRAIL", "< orderStatus order 1 PreSubmitted", id="a trailing stop rests"),
        pytest.param("what-if", "< openOrder order 1 PreSubmitted", id="margins are told"),
    ],
)
async def test_a_step_provokes_what_it_is_there_for(
    step: str, said: str, recordings: tuple[Recording, Recording]
) -> None:
    sequences = {one.step: one.sequence for one in recordings[0].steps}
    assert said in sequences[step]


@pytest.fixture(scope="module")
def recordings() -> tuple[Recording, Recording]:
    """Two tours of the same gateway, the second with the first one's orders in its books."""

    async def twice() -> tuple[Recording, Recording]:
        async with a_quick_gateway() as gateway:
            return await tour(a_plan(gateway)), await tour(a_plan(gateway))

    return asyncio.run(twice())


def test_two_tours_of_one_gateway_are_equal(recordings: tuple[Recording, Recording]) -> None:
    assert compare(*recordings) == ()


def test_a_recording_outlives_the_file(recordings: tuple[Recording, Recording], tmp_path: Path) -> None:
    write_recording(recordings[0], tmp_path / "tour.jsonl")
    assert read_recording(tmp_path / "tour.jsonl") == recordings[0]


def test_a_recording_holds_neither_account_nor_ids(recordings: tuple[Recording, Recording]) -> None:
    text = b"\n".join(recordings[1].lines()).decode()
    assert ACCOUNT not in text
    fields = [field for frame in recordings[1].frames for field in frame.fields]
    long_numbers = {field for field in fields if field.isdigit() and len(field) >= 7}
    assert long_numbers <= {"2147483647", "9223372036854775807"}
    rows = [frame.fields[1:] for frame in recordings[1].frames if frame.message == "accountSummary"]
    assert rows and all(row == ["WITHHELD"] for row in rows)


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        pytest.param({"name": "status_lost", "nth": 1}, "change and cancel", id="a status is lost"),
        pytest.param({"name": "status_doubled", "nth": 1, "times": 1}, "change and cancel", id="a status comes twice"),
        pytest.param({"kind": "drop", "on": "CompletedOrdersEnd", "nth": 1}, "snapshots", id="a snapshot never ends"),
        pytest.param({"name": "gone_after_the_order", "nth": 2}, "change and cancel", id="the connection breaks"),
    ],
)
async def test_a_fault_is_a_difference_in_its_step(
    fault: dict[str, object], step: str, recordings: tuple[Recording, Recording]
) -> None:
    async with a_quick_gateway(read_fault(fault)) as gateway:
        now = await tour(a_plan(gateway, answer_seconds=2.0))
        assert not open_orders(gateway)
    assert step in steps_that_differ(recordings[0], now)


async def test_a_share_is_bought_and_sold_where_that_is_wanted(recordings: tuple[Recording, Recording]) -> None:
    async with a_quick_gateway() as gateway, a_market_that_moves(gateway):
        recording = await tour(a_plan(gateway, fills=True))
        assert not gateway.brokerage.book()["positions"]
    sequences = {step.step: step.sequence for step in recording.steps}
    assert [*sequences][-len(FILLING_STEPS) - 1 : -1] == [*FILLING_STEPS]
    assert [said for said in sequences["round trip"] if said.startswith(">")] == [
        "> placeOrder order 1 BUY MKT DAY", "> placeOrder order 2 SELL MKT DAY",
    ]  # fmt: skip
    assert sum("< execDetails order" in said for said in sequences["reports of fills"]) == 2
    assert compare(recordings[0], recording) == (), "the steps that fill are compared where both took them"


async def test_a_tour_that_is_broken_off_cancels_what_it_has_open() -> None:
    async with a_quick_gateway() as gateway:
        walking = asyncio.create_task(tour(a_plan(gateway, settle_seconds=SEEN_SECONDS)))
        await until(lambda: open_orders(gateway))
        walking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await walking
        assert not open_orders(gateway)


async def test_orders_of_others_are_left_alone_and_not_told() -> None:
    async with a_quick_gateway() as gateway, ib_async_client(gateway, client_id=5) as ib:
        order = ib_async.LimitOrder("BUY", 3, 55.5, orderRef="somebody else's")
        ib.placeOrder(ib_async.Stock("SPY", "SMART", "USD"), order)
        await until(lambda: open_orders(gateway))
        recording = await tour(a_plan(gateway))
        assert open_orders(gateway) == ["Submitted"]
    text = b"\n".join(recording.lines()).decode()
    assert "somebody" not in text and "SPY" not in text


async def test_orders_of_an_earlier_tour_are_found_and_canceled() -> None:
    async with a_quick_gateway() as gateway:
        async with ib_async_client(gateway, client_id=77) as ib:
            order = ib_async.LimitOrder("BUY", 1, 55.5, orderRef=REFERENCE)
            ib.placeOrder(ib_async.Stock("AAPL", "SMART", "USD"), order)
            await until(lambda: open_orders(gateway))
        await tour(a_plan(gateway))
        assert not open_orders(gateway)


async def test_an_order_that_cannot_be_canceled_is_said_to_be_left() -> None:
    deaf = Fault(kind=FaultKind.DROP, on="CancelOrder", times=0)
    async with a_quick_gateway(deaf) as gateway:
        with pytest.raises(OrdersLeftOpen, match="1 open orders") as told:
            await tour(a_plan(gateway, answer_seconds=0.5))
        assert REFERENCE in told.value.next_step
        assert len(open_orders(gateway)) == 1, "it goes no further"


async def test_an_order_that_fills_unwanted_ends_the_tour_and_is_told() -> None:
    """The market is at 70, where everybody was told 100."""
    async with a_quick_gateway() as gateway:
        walking = asyncio.create_task(tour(a_plan(gateway, settle_seconds=SEEN_SECONDS)))
        await until(lambda: open_orders(gateway))
        gateway.show_hour(price=70.0)
        with pytest.raises(OrdersLeftOpen, match="0 open orders, 1 shares"):
            await walking
        assert [held["quantity"] for held in gateway.brokerage.book()["positions"]] == ["1"]


@pytest.mark.parametrize(
    ("port", "account", "words"),
    [
        pytest.param(4001, ACCOUNT, "real money", id="the live gateway"),
        pytest.param(7496, ACCOUNT, "real money", id="the live TWS"),
        pytest.param(4002, "U1234567", "not a paper account", id="a live account"),
    ],
)
def test_what_is_live_is_refused_before_anything_connects(port: int, account: str, words: str) -> None:
    with pytest.raises(InvalidConfig, match=words):
        TourPlan(host=LOOPBACK, port=port, account=account, symbol=Symbol("AAPL"))


async def test_another_login_is_refused_before_anything_is_sent() -> None:
    async with a_quick_gateway() as gateway:
        plan = TourPlan(host=LOOPBACK, port=gateway.port, account="DU7654321", symbol=Symbol("AAPL"))
        with pytest.raises(BrokerError, match="manages DU1234567"):
            await tour(plan)
        assert not gateway.brokerage.book()["orders"]


async def test_a_symbol_without_a_price_is_refused_before_an_order() -> None:
    async with a_quick_gateway() as gateway:
        plan = TourPlan(host=LOOPBACK, port=gateway.port, account=ACCOUNT, symbol=Symbol("AAPL"), settle_seconds=0)
        with pytest.raises(InvalidConfig, match="no price") as told:
            await tour(plan)
        assert "--price" in told.value.next_step
        assert not gateway.brokerage.book()["orders"]


@pytest.mark.process
async def test_the_command_records_compares_and_says_by_its_code_what_it_found(tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    async with a_quick_gateway() as gateway:
        code, out, said = await conformance(gateway, "--output", str(first))
        assert code == ExitCode.OK, said
        assert "No order of the tour is open" in out and "AAPL" in said and "far" not in said
        code, out, said = await conformance(gateway, "--compare", str(first), "--json")
        assert code == ExitCode.OK, said
        assert json.loads(out)["differences"] == []
    async with a_quick_gateway(read_fault({"name": "status_doubled", "nth": 1, "times": 1})) as gateway:
        code, out, said = await conformance(gateway, "--compare", str(first), "--output", str(second))
        assert code == ExitCode.DIFFERENT, said
        assert "change and cancel" in out.partition("Differences")[2]
        assert compare(read_recording(first), read_recording(second))


@pytest.mark.process
async def test_the_command_refuses_a_file_that_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text('{"record":"frame"}\n')
    async with a_quick_gateway() as gateway:
        code, _, said = await conformance(gateway, "--compare", str(tmp_path / "other.jsonl"))
        assert code == ExitCode.CONFIGURATION and "no recording" in said and "Traceback" not in said
        assert not gateway.brokerage.book()["orders"]


async def conformance(gateway: RunningGateway, *arguments: str) -> tuple[int | None, str, str]:
    """Run the command against a gateway of this process; return its code and what it printed."""
    where = ("--gateway", f"{LOOPBACK}:{gateway.port}", "--account", ACCOUNT, "--price", "100")
    process = await asyncio.create_subprocess_exec(
        *command("conformance", *where, "--settle", "0", "--patience", "20", *arguments),
        env=environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, said = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode, out.decode(), said.decode()
