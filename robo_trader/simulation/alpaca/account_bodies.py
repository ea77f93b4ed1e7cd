"""The account, its shares, its activities and its updates, as Alpaca writes them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_reports import OrderExecuted
from robo_trader.core.domain.statements import StatedPosition
from robo_trader.simulation.alpaca.held_orders import HeldOrder
from robo_trader.simulation.alpaca.wording import activity_time, asset_id, written_number, written_time

ACCOUNT_NUMBER = "PA3LOCAL0001"
ACCOUNT_ID = "9d6bd0c6-6a0e-5f0b-8a9b-2d6f6f1c0a11"


def account_body(cash: Decimal, equity: Decimal, buying_power: Decimal, *, is_blocked: bool) -> dict[str, Any]:
    """Return the account object; all amounts are dollars."""
    return {
        "id": ACCOUNT_ID, "account_number": ACCOUNT_NUMBER, "status": "ACTIVE", "currency": "USD",
        "cash": written_number(cash), "equity": written_number(equity), "portfolio_value": written_number(equity),
        "buying_power": written_number(buying_power), "multiplier": "2", "accrued_fees": "0",
        "trading_blocked": is_blocked, "account_blocked": False, "transfers_blocked": False,
        "trade_suspended_by_user": False, "shorting_enabled": True,
    }  # fmt: skip


def position_body(position: StatedPosition, price: Decimal | None) -> dict[str, Any]:
    """Return the position object. price: dollars a share, None before the first."""
    quantity, cost = position.quantity, position.average_cost or ZERO
    worth = price or cost
    return {
        "asset_id": asset_id(position.symbol), "symbol": position.symbol, "exchange": "NASDAQ",
        "asset_class": "us_equity", "avg_entry_price": written_number(cost), "qty": written_number(quantity),
        "side": "long" if quantity > 0 else "short", "market_value": written_number(quantity * worth),
        "cost_basis": written_number(quantity * cost), "current_price": written_number(worth),
    }  # fmt: skip


def asset_body(symbol: Symbol) -> dict[str, Any]:
    """Return the asset object."""
    return {
        "id": asset_id(symbol), "class": "us_equity", "exchange": "NASDAQ", "symbol": symbol, "name": symbol,
        "status": "active", "tradable": True, "marginable": True, "shortable": True, "easy_to_borrow": True,
        "fractionable": False,
    }  # fmt: skip


def activity_body(order: HeldOrder, report: OrderExecuted, event: str, activity_id: UUID) -> dict[str, Any]:
    """Return the account activity of an execution, the order having taken it."""
    return {
        "id": f"{activity_time(report.occurred_at)}::{activity_id}", "activity_type": "FILL", "type": event,
        "transaction_time": written_time(report.occurred_at), "price": written_number(report.price),
        "qty": written_number(report.quantity), "side": order.side_word, "symbol": report.symbol,
        "leaves_qty": written_number(order.remaining), "order_id": order.id, "cum_qty": written_number(order.filled),
        "order_status": order.status,
    }  # fmt: skip


def update_body(
    event: str, order: HeldOrder, at: int, execution_id: str, fill: OrderExecuted | None = None, held: Decimal = ZERO
) -> dict[str, Any]:
    """Return a trade update. fill: the execution it tells of, after which `held` shares are in the account."""
    update: dict[str, Any] = {
        "event": event, "execution_id": execution_id, "timestamp": written_time(at), "order": order.body(),
    }  # fmt: skip
    if fill is not None:
        update |= {
            "price": written_number(fill.price), "qty": written_number(fill.quantity),
            "position_qty": written_number(held),
        }  # fmt: skip
    return update
