"""Faults of orders and fills: the real engine, the real process, a real socket; the books are one after each."""

from pathlib import Path

from robo_trader.core.domain.orders import OrderStatus
from tests.gateway_running import a_gateway
from tests.trading_through import a_trader, books_agree

FILLED, UNKNOWN, WORKING = OrderStatus.FILLED, OrderStatus.UNKNOWN, OrderStatus.WORKING


async def test_an_order_without_any_fault_is_filled_and_booked(tmp_path: Path) -> None:
    """What all others are held against."""
    async with a_gateway() as gateway, a_trader(gateway, tmp_path) as trader:
        await trader.order()
        await trader.until(trader.is_status(WORKING))
        await trader.hour()
        await trader.until(trader.is_status(FILLED))
        await books_agree(trader)
        assert not trader.blocked()
