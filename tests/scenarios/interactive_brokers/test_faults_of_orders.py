"""Faults of orders and fills, through the real engine, the real process and a real socket; the books are one after."""

from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import ib_async
import pytest

from robo_trader.core.domain.events import FillBooked, FillRestated, OrderDenied
from robo_trader.core.domain.order_reports import (
    CancelRejected,
    ModifyRejected,
    OrderAccepted,
    OrderExecuted,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.statements import ForeignExecution
from robo_trader.core.domain.violations import Control
from robo_trader.simulation.gateway.protocol.values import OrderTicket
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.broker_process import a_client
from tests.builders import AAPL, an_intent, some_terms
from tests.examples import seeds
from tests.gateway_running import a_gateway, ib_async_client
from tests.trading_through import LOSING, QUICK, Trader, a_trader, books_agree, kill, settings_as_told

CANCELED, FILLED, UNKNOWN, WORKING = OrderStatus.CANCELED, OrderStatus.FILLED, OrderStatus.UNKNOWN, OrderStatus.WORKING

pytestmark = pytest.mark.nightly


def perm_id(trader: Trader) -> int:
    return int(trader.last_order().broker_order_id)


def do(trader: Trader, call: str, **arguments: object) -> Any:  # noqa: ANN401 - each doing has its own
    """Let something happen behind the wire."""
    return trader.gateway.server.do({"doing": call, **arguments})


async def a_working_order(trader: Trader) -> int:
    """Have one at the broker; return his number for it."""
    await trader.order()
    await trader.until(trader.is_status(WORKING))
    return perm_id(trader)


async def a_filled_order(trader: Trader) -> str:
    """Have an order filled and charged; return the execution's id."""
    await a_working_order(trader)
    await trader.hour()
    await trader.until(lambda: trader.last_order().status is FILLED and trader.last_order().commission)
    return str(trader.heard(OrderExecuted)[-1].execution_id)


def position(trader: Trader) -> Decimal:
    return trader.engine.account.ledger.position(AAPL).quantity


async def test_an_order_without_any_fault_is_filled_and_booked(chance: Random, tmp_path: Path) -> None:
    """What all others are held against."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        await a_filled_order(trader)
        await books_agree(trader)
        assert not trader.blocked()


async def test_f24_everything_is_said_twice(chance: Random, tmp_path: Path) -> None:
    """F24: statuses, executions and commissions twice, and once more after a restart of the program: booked once."""
    twice = [
        Fault(kind=FaultKind.DUPLICATE, on=on, times=0)
        for on in ("OpenOrder", "OrderStatusMessage", "ExecutionDetails", "CommissionReport")
    ]
    async with a_gateway(*twice) as gateway:
        async with a_trader(gateway, tmp_path, chance=chance) as trader:
            execution = await a_filled_order(trader)
            do(trader, "repeat", exec_id=execution)
            await books_agree(trader)
            wishes = trader.wishes
        async with a_trader(gateway, tmp_path, chance=chance, settings=settings_as_told(wishes)) as trader:
            await books_agree(trader)
            assert not trader.heard(OrderExecuted) and not trader.decided(FillBooked) and not trader.blocked()


async def test_f25_an_execution_is_corrected_and_then_taken_back(chance: Random, tmp_path: Path) -> None:
    """F25: only the last version counts, for shares and for cash."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        execution = await a_filled_order(trader)
        shares = chance.randrange(1, 200)
        corrected = do(trader, "correct", exec_id=execution, shares=str(shares), price=str(chance.randrange(90, 110)))
        await trader.until(lambda: position(trader) == shares)
        await books_agree(trader)
        do(trader, "bust", exec_id=corrected)
        await trader.until(lambda: position(trader) == 0)
        await books_agree(trader)
        assert len(trader.decided(FillRestated)) >= 2


async def test_f25_a_correction_while_nobody_listens(chance: Random, tmp_path: Path) -> None:
    """F25: the correction is found in the answers of the start; the version that it replaces is not booked again."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        execution = await a_filled_order(trader)
        kill(trader)
        shares = chance.randrange(1, 200)
        do(trader, "correct", exec_id=execution, shares=str(shares), price=str(chance.randrange(90, 110)))
        await trader.until(lambda: not trader.reconciled.is_ready)
        await trader.until_ready()
        await books_agree(trader)
        assert position(trader) == shares


async def test_f26_trades_that_nobody_here_made(chance: Random, tmp_path: Path) -> None:
    """F26: booked to nobody, and the symbol is blocked; nothing is traded away."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        await a_filled_order(trader)
        shares = chance.randrange(1, 500)
        do(trader, "trade_elsewhere", symbol="AAPL", action="BUY", shares=str(shares), price="101")
        await books_agree(trader)
        assert trader.heard(ForeignExecution)
        assert trader.blocked() and position(trader) == 100 + shares
        await trader.hour(0.5)
        assert trader.engine.account.orders.last_id == 1, "it may not trade what it does not know"


async def test_f26_an_order_by_hand_is_seen_and_left_alone(chance: Random, tmp_path: Path) -> None:
    """F26: an order of a person at the screen blocks its symbol, and is never canceled by us."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        ticket = OrderTicket(action="BUY", quantity=Decimal(5), order_type="LMT", limit_price=Decimal(50))
        number = gateway.brokerage.doings.place_by_hand("AAPL", ticket, gateway.clock())
        await trader.compare()
        assert trader.blocked()
        assert [(row["perm_id"], row["is_over"]) for row in trader.book()["orders"]] == [(number, False)]


async def test_f27_reports_overtake_each_other(chance: Random, tmp_path: Path) -> None:
    """F27: the commission before the execution, statuses late, the acceptance last of all."""
    late = [
        Fault(kind=FaultKind.DELAY, on=on, times=4, seconds=chance.uniform(0.1, 0.8))
        for on in ("OpenOrder", "OrderStatusMessage")
    ]
    async with a_gateway(*late) as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        do(trader, "tell_next_commission_first")
        await trader.order()
        await trader.until(lambda: trader.book()["orders"])
        await trader.hour()
        await trader.until(trader.is_status(FILLED))
        await books_agree(trader)
        assert trader.last_order().commission > 0 and not trader.blocked()


async def test_f28_an_order_that_was_canceled_fills_all_the_same(chance: Random, tmp_path: Path) -> None:
    """F28: the shares are ours, whatever the order's status says."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        number = await a_working_order(trader)
        early, late = chance.randrange(1, 70), chance.randrange(1, 30)
        do(trader, "fill", perm_id=number, shares=str(early), price="100")
        await trader.until(lambda: position(trader) == early)
        await trader.cancel()
        await trader.until(trader.is_status(CANCELED))
        do(trader, "fill_late", perm_id=number, shares=str(late), price="100")
        await trader.until(lambda: position(trader) == early + late, "the late fill was dropped")
        await books_agree(trader)


@pytest.mark.parametrize("much", [False, True])
async def test_f29_more_is_filled_than_was_ordered(much: bool, chance: Random, tmp_path: Path) -> None:
    """F29: it is booked as it is, and trading halts."""
    extra = chance.randrange(500, 1_000) if much else 1
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        number = await a_working_order(trader)
        do(trader, "over_fill", perm_id=number, extra=str(extra), price="100")
        await trader.until(lambda: position(trader) == 100 + extra)
        assert trader.engine.account.trading_state is TradingState.HALTED
        await books_agree(trader)


@pytest.mark.parametrize("is_whole", [False, True])
async def test_f30_new_terms_race_with_a_fill(is_whole: bool, chance: Random, tmp_path: Path) -> None:
    """F30: the fill comes while the change is on its way: the change is made or refused, as is told."""
    filled = 100 if is_whole else chance.randrange(1, 100)
    async with a_gateway() as gateway, a_client(gateway, tmp_path, patience=QUICK) as client:
        order = await client.place(intent=an_intent(limit=90))
        number = int((await client.hear(OrderAccepted)).broker_order_id)
        await client.broker.modify(order.order_id, some_terms(quantity=120, limit=91), at=client.broker.now())
        gateway.server.do({"doing": "fill", "perm_id": number, "shares": str(filled), "price": "90"})
        assert (await client.hear(OrderExecuted)).quantity == filled
        if not is_whole:
            assert (await client.hear(OrderModified)).terms == some_terms(quantity=120, limit=91)
        else:
            assert (await client.hear(ModifyRejected)).order_id == order.order_id
        assert not client.only(OrderRejected)


async def test_f31_new_terms_are_refused_and_the_order_lives_on(tmp_path: Path) -> None:
    """F31: an error that names a working order is about its change; the order fills under the old terms."""
    async with a_gateway() as gateway, a_client(gateway, tmp_path, patience=QUICK) as client:
        order = await client.place(intent=an_intent(limit=99))
        await client.hear(OrderAccepted)
        await client.broker.modify(order.order_id, some_terms(limit="99.001"), at=client.broker.now())
        assert "110" in (await client.hear(ModifyRejected)).reason
        gateway.show_hour(price=98.0)
        assert (await client.hear(OrderExecuted)).quantity == 100


async def test_f30_a_change_that_was_lost_with_the_connection_is_refused(tmp_path: Path) -> None:
    """F30: after the reconnect the order is shown under its old terms: the change did not arrive."""
    lost = Fault(kind=FaultKind.DROP, on="PlaceOrder", nth=2)
    gone = Fault(kind=FaultKind.CLOSE, on="PlaceOrder", nth=2)
    async with a_gateway(lost, gone) as gateway, a_client(gateway, tmp_path, patience=QUICK) as client:
        order = await client.place(intent=an_intent(limit=90))
        await client.hear(OrderAccepted)
        await client.broker.modify(order.order_id, some_terms(quantity=120, limit=91), at=client.broker.now())
        assert "did not arrive" in (await client.hear(ModifyRejected)).reason
        assert not client.only(OrderModified)


@pytest.mark.parametrize("code", [399, 2109, 10349])
async def test_f32_advice_is_no_refusal(code: int, chance: Random, tmp_path: Path) -> None:
    """F32: codes that end nothing end nothing."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        do(trader, "advise_next", code=code, text="Order Message: it will not be placed until the open.")
        await a_filled_order(trader)
        await books_agree(trader)
        assert not trader.heard(OrderRejected)


async def test_f32_an_order_that_waits_for_shares_to_borrow_lives(chance: Random, tmp_path: Path) -> None:
    """F32: Inactive for want of shares to borrow, then released and filled."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        do(trader, "hold_next")
        await trader.order()
        await trader.until(lambda: trader.book()["orders"])
        await trader.compare()
        assert not trader.heard(OrderRejected)
        do(trader, "release", perm_id=trader.book()["orders"][0]["perm_id"])
        await trader.hour()
        await trader.until(trader.is_status(FILLED))
        await books_agree(trader)


async def test_f33_a_refused_order_ends_with_its_reason(chance: Random, tmp_path: Path) -> None:
    """F33: no second try of the same order; what is reserved is free again."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        do(trader, "reject_next", code=201, text="Order rejected - reason: insufficient margin")
        await trader.order()
        await trader.until(trader.is_status(OrderStatus.REJECTED))
        assert "margin" in trader.last_order().reason
        await books_agree(trader)
        assert not trader.engine.account.orders.open


async def test_f34_the_stream_is_silent_and_only_questions_are_answered(chance: Random, tmp_path: Path) -> None:
    """F34: statements find the fill, its commission included."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        await a_working_order(trader)
        for kind in ("ExecutionDetails", "OrderStatusMessage", "CommissionReport", "OpenOrder"):
            do(trader, "mute", kind=kind)
        await trader.hour()
        trader.later(31)
        await trader.until(trader.is_status(FILLED))
        await books_agree(trader)
        assert not trader.blocked()


async def test_f35_another_client_uses_the_same_number(chance: Random, tmp_path: Path) -> None:
    """F35: each client counts for itself; what happens to his order does not happen to ours."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        await a_working_order(trader)
        number = trader.book()["orders"][0]["order_id"]
        async with ib_async_client(gateway, client_id=2) as other:
            contract = ib_async.Stock("AAPL", "SMART", "USD")
            placed = other.placeOrder(contract, ib_async.LimitOrder("BUY", 5, 50, orderId=int(number)))
            await trader.until(lambda: placed.orderStatus.status == "Submitted")
            await trader.compare()
            other.cancelOrder(placed.order)
            await trader.until(lambda: placed.orderStatus.status in {"Cancelled", "ApiCancelled"})
            await trader.compare()
        assert trader.last_order().status is WORKING
        await trader.hour()
        await trader.until(trader.is_status(FILLED))
        await books_agree(trader)


async def test_f36_a_strategy_signals_again_while_its_order_is_unknown(chance: Random, tmp_path: Path) -> None:
    """F36: the symbol is blocked, so there is one order; once it is proved absent a fresh one goes."""
    async with a_gateway(Fault(kind=FaultKind.DROP, on="PlaceOrder")) as gateway:
        lost = Fault(kind=FaultKind.DROP, on="OpenOrderEnd", times=1)
        async with a_trader(gateway, tmp_path, chance=chance, patience=LOSING) as trader:
            gateway.server.inject(lost)
            await trader.order()
            await trader.until(trader.is_status(UNKNOWN))
            await trader.hour(0.5)
            denied = {one.control for event in trader.decided(OrderDenied) for one in event.violations}
            assert Control.UNKNOWN_ORDER in denied or trader.last_order().order_id == 1
            await trader.settle()


async def test_f38_the_broker_liquidates(chance: Random, tmp_path: Path) -> None:
    """F38: shares that are gone are gone here too; the symbol is blocked until a person looks."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        await a_filled_order(trader)
        do(trader, "liquidate", symbol="AAPL")
        await books_agree(trader)
        assert position(trader) == 0 and trader.blocked()


async def test_f39_a_cancel_that_nobody_answers(chance: Random, tmp_path: Path) -> None:
    """F39: it counts as working, and it may fill."""
    async with (
        a_gateway(Fault(kind=FaultKind.DROP, on="CancelOrder", times=0)) as gateway,
        a_trader(gateway, tmp_path, chance=chance) as trader,
    ):
        await a_working_order(trader)
        await trader.cancel()
        await trader.compare()
        assert trader.last_order().status is WORKING and trader.last_order().cancel_requested
        gateway.show_hour()
        await trader.until(trader.is_status(FILLED))
        await books_agree(trader)


async def test_f39_a_cancel_that_was_lost_with_the_connection_goes_out_again(chance: Random, tmp_path: Path) -> None:
    """F39: a cancel may be asked for twice, and is done once."""
    lost = [Fault(kind=kind, on="CancelOrder") for kind in (FaultKind.DROP, FaultKind.CLOSE)]
    async with a_gateway(*lost) as gateway, a_trader(gateway, tmp_path, chance=chance) as trader:
        await a_working_order(trader)
        await trader.cancel()
        await trader.until(trader.is_status(CANCELED), "it was never asked for again")
        await books_agree(trader)


async def test_f39_a_cancel_that_comes_too_late(tmp_path: Path) -> None:
    """F39: 10148 is no cancellation: the order is filled."""
    async with a_gateway() as gateway, a_client(gateway, tmp_path, patience=QUICK) as client:
        order = await client.place()
        await client.hear(OrderAccepted)
        gateway.show_hour()
        await client.hear(OrderExecuted)
        await client.broker.cancel(order.order_id, at=client.broker.now())
        assert (await client.hear(CancelRejected)).order_id == order.order_id


CHANCE = ("OpenOrder", "OrderStatusMessage", "ExecutionDetails", "CommissionReport")


@pytest.mark.parametrize("seed", seeds(3, 30))
async def test_chance_drops_doubles_and_delays_what_is_said_of_orders(seed: int, tmp_path: Path) -> None:
    """F24, F27, F34 at once: each message is lost, said twice or late with a chance of a fifth."""
    random = Random(seed)  # noqa: S311 - a seed must repeat
    faults = [
        Fault(kind=kind, on=on, probability=0.2 * random.random(), seconds=0.3, times=0)
        for on in CHANCE
        for kind in (FaultKind.DROP, FaultKind.DUPLICATE, FaultKind.DELAY)
    ]
    async with (
        a_gateway(*faults, seed=seed) as gateway,
        a_trader(gateway, tmp_path, chance=random, patience=LOSING) as trader,
    ):
        for wish in (1.0, 0.4):
            await trader.hour(wish)
            await trader.until(lambda: all(row["order_ref"] for row in trader.book()["orders"]))
            await trader.until(lambda: trader.last_order().status is not OrderStatus.SUBMITTED)
            await trader.hour()
        await trader.settle()
