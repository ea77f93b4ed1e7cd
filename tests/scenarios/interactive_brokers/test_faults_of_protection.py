"""F37: an entry fills, and its protective order does not rest at the broker: found at once, mended or left, and said.

Through the real engine, the real process and a real socket. The seed draws the prices, and how the shares are filled.
"""

import time
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random

import pytest

from robo_trader.core.domain.orders import Order, OrderPurpose, OrderStatus
from robo_trader.core.domain.protection_events import ProtectionAnswer, ProtectionFailed
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from tests.builders import AAPL
from tests.gateway_running import a_gateway
from tests.trading_through import LOSING, Trader, a_trader, books_agree, settings_as_told

pytestmark = pytest.mark.process

POLICY = ProtectionPolicy(fallback_fraction=0.1)
BOUND_SECONDS = 5.0  # from the failure to the next order
FAILURES = ["refused", "canceled", "lost"]
AGAIN, LEFT = ProtectionAnswer.PLACED_AGAIN, ProtectionAnswer.LEFT


async def an_entry(trader: Trader, draw: Random) -> None:
    """Have an entry at the broker that has not met anybody yet."""
    await trader.order(price=draw.choice([90.0, 100.0, 112.5]))
    await trader.until(trader.is_status(OrderStatus.WORKING))


def legs(trader: Trader) -> list[Order]:
    orders = trader.engine.account.orders
    both = (*orders.open.values(), *orders.ended.values())
    return sorted((one for one in both if one.intent.purpose is OrderPurpose.PROTECTION), key=lambda one: one.order_id)


def resting(trader: Trader) -> Order | None:
    leg = trader.engine.account.orders.leg_for(AAPL)
    return leg if leg is not None and leg.status is OrderStatus.WORKING else None


def answers(trader: Trader) -> list[ProtectionAnswer]:
    return [event.answer for event in trader.decided(ProtectionFailed)]


def position(trader: Trader) -> Decimal:
    return trader.engine.account.ledger.position(AAPL).quantity


def fill(trader: Trader, perm_id: int, shares: int) -> None:
    doing = {"doing": "fill", "perm_id": perm_id, "shares": str(shares), "price": "100"}
    trader.gateway.server.do(doing)


async def fail(trader: Trader, how: str, entry: int, shares: int, *, times: int = 1) -> float:
    """Let shares of the entry fill, and protective orders fail; return when it did, by the monotonic clock."""
    server, known = trader.gateway.server, len(answers(trader))
    if how == "lost":
        server.inject(Fault(kind=FaultKind.DROP, on="PlaceOrder", times=times))
    for _ in range(times if how == "refused" else 0):
        server.do({"doing": "reject_next", "code": 201, "text": "Order rejected - reason: by the test"})
    fill(trader, entry, shares)
    begun = time.monotonic()
    for number in range(1, times + 1):
        if how == "canceled":
            await trader.until(lambda: resting(trader))
            begun = time.monotonic()
            cancel(trader)
        await trader.until(partial(_has_answers, trader, known + number), "nobody noticed")
    return begun


def _has_answers(trader: Trader, count: int) -> bool:
    return len(answers(trader)) >= count


def cancel(trader: Trader) -> None:
    leg = resting(trader)
    assert leg is not None
    trader.gateway.server.do({"doing": "cancel", "perm_id": int(leg.broker_order_id)})


@pytest.mark.parametrize(("how", "seed"), [(how, seed) for seed, how in enumerate(FAILURES)])
async def test_f37_a_protective_order_that_fails_is_placed_once_more(how: str, seed: int, tmp_path: Path) -> None:
    draw = Random(seed)  # noqa: S311 - a test's choice
    settings = settings_as_told(protection=POLICY)
    async with (
        a_gateway(seed=seed) as gateway,
        a_trader(gateway, tmp_path, settings=settings, patience=LOSING) as trader,
    ):
        await an_entry(trader, draw)
        entry, part = int(trader.last_order().broker_order_id), draw.randint(1, 99)
        begun = await fail(trader, how, entry, part)
        await trader.until(lambda: resting(trader), "the shares stay bare")
        assert time.monotonic() - begun < BOUND_SECONDS
        assert answers(trader) == [AGAIN]
        fill(trader, entry, 100 - part)
        await trader.until(lambda: (leg := resting(trader)) and leg.intent.quantity == 100)
        await books_agree(trader)
        assert position(trader) == 100
        assert len(legs(trader)) == 2


@pytest.mark.parametrize(("how", "seed"), [(how, seed) for seed, how in enumerate(FAILURES)])
async def test_f37_a_position_that_cannot_be_guarded_is_left(how: str, seed: int, tmp_path: Path) -> None:
    """It fails both times: the position is left at the market, and stays left."""
    settings = settings_as_told(protection=POLICY)
    async with (
        a_gateway(seed=seed) as gateway,
        a_trader(gateway, tmp_path, settings=settings, patience=LOSING) as trader,
    ):
        await an_entry(trader, Random(seed))  # noqa: S311 - a test's choice
        begun = await fail(trader, how, int(trader.last_order().broker_order_id), 100, times=2)
        assert answers(trader) == [AGAIN, LEFT]
        await trader.until(lambda: trader.last_order().intent.purpose is OrderPurpose.TARGET, "it is not left")
        assert time.monotonic() - begun < BOUND_SECONDS
        await trader.until(trader.is_status(OrderStatus.WORKING))
        await trader.hour()
        await trader.until(lambda: position(trader) == 0)
        await books_agree(trader)
        assert not trader.engine.account.orders.open


async def test_f37_shares_filled_while_the_line_was_gone_are_guarded_once_it_is_back(tmp_path: Path) -> None:
    settings = settings_as_told(protection=POLICY)
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, settings=settings) as trader:
        await an_entry(trader, Random(4))  # noqa: S311 - a test's choice
        gateway.server.inject(Fault(kind=FaultKind.CLOSE))
        fill(trader, int(trader.last_order().broker_order_id), 100)
        await trader.until(lambda: not trader.reconciled.is_ready)
        await trader.until(lambda: resting(trader), "the shares stay bare until the next bar")
        assert not answers(trader)
        await books_agree(trader)
