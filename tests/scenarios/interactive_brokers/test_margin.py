"""What the broker says of margin reaches the control that asks for it (C10), with every statement."""

from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.core.domain.events import OrderDenied
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.violations import Control
from robo_trader.core.portfolio.sizing import FixedShares
from tests.builders import engine_settings, some_limits
from tests.gateway_running import a_gateway
from tests.trading_through import FULL, AsTold, Trader, a_trader, books_agree

pytestmark = pytest.mark.process


def excess(trader: Trader) -> Decimal | None:
    guards = trader.engine.account.safeguards
    assert guards is not None
    return guards.account.excess_liquidity


@pytest.mark.parametrize(("fraction", "leaves"), [("0.5", True), ("0.995", False)])
async def test_an_entry_leaves_while_enough_margin_stays_free(fraction: str, leaves: bool, tmp_path: Path) -> None:
    """A million is free, and the order is for 10,000 dollars."""
    settings = engine_settings(
        strategy=AsTold(), sizer=FixedShares(quantity=float(FULL)),
        limits=some_limits(excess_liquidity_fraction=Decimal(fraction)),
    )  # fmt: skip
    async with a_gateway() as gateway, a_trader(gateway, tmp_path, settings=settings) as trader:
        assert excess(trader) == 1_000_000
        await trader.hour(1.0)
        assert bool(trader.engine.account.orders.last_id) is leaves
        denied = [one.control for event in trader.decided(OrderDenied) for one in event.violations]
        assert denied == ([] if leaves else [Control.EXCESS_LIQUIDITY])
        if not leaves:
            return
        await trader.until(trader.is_status(OrderStatus.WORKING))
        await trader.hour()
        await trader.until(trader.is_status(OrderStatus.FILLED))
        bound = excess(trader)
        assert bound is not None
        assert bound < 990_000 + 100, "the whole value counts until the broker has reckoned"
        await books_agree(trader)
        reckoned = excess(trader)
        assert reckoned is not None
        assert reckoned > bound, "the broker lends on shares"
