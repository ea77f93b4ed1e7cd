"""Signals, targets, orders and their fills."""
# ruff: noqa: PLR0913 - a builder names every field once, and its callers only a few

from datetime import date
from decimal import Decimal
from itertools import count

from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import (
    ApprovedOrder,
    Order,
    OrderId,
    OrderIntent,
    OrderStatus,
    OrderTerms,
    OrderType,
    Side,
    TimeInForce,
)
from robo_trader.core.domain.signals import Signal, Target
from robo_trader.core.ledger.tax_lots import DatedExecution
from tests.builders.markets import AAPL, DAY, OPEN

Exact = int | str | Decimal  # anything a Decimal is made of without loss

_TRADES = count()


def a_signal(*, symbol: str = AAPL, strength: float = 1.0, as_of: int = OPEN, lifetime: int = DAY) -> Signal:
    return Signal(
        signal_id="sma_crossover.1",
        strategy="sma_crossover",
        symbol=Symbol(symbol),
        strength=strength,
        as_of=as_of,
        expires_at=as_of + lifetime,
        reason="sma_1 110.0000 > sma_2 105.0000",
    )


def a_target(*, symbol: str = AAPL, quantity: Exact = 100, reference: Exact = 100) -> Target:
    return Target(
        signal_id="sma_crossover.1",
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        reference_price=Decimal(reference),
    )


def an_intent(
    *,
    symbol: str = AAPL,
    side: Side = Side.BUY,
    quantity: Exact = 100,
    limit: Exact | None = None,
    stop: Exact | None = None,
    trail: Exact | None = None,
    reference: Exact = 100,
    time_in_force: TimeInForce = TimeInForce.DAY,
    oca_group: str = "",
    parent_id: int | None = None,
) -> OrderIntent:
    """A market order; a limit, a stop, or both, or a distance to trail by make another type of it."""
    return OrderIntent(
        signal_id="sma_crossover.1",
        strategy="sma_crossover",
        symbol=Symbol(symbol),
        side=side,
        quantity=Decimal(quantity),
        order_type=_type_of(limit, stop, trail),
        limit_price=None if limit is None else Decimal(limit),
        time_in_force=time_in_force,
        reference_price=Decimal(reference),
        stop_price=None if stop is None else Decimal(stop),
        trail=None if trail is None else Decimal(trail),
        oca_group=oca_group,
        parent_id=None if parent_id is None else OrderId(parent_id),
    )


def _type_of(limit: Exact | None, stop: Exact | None, trail: Exact | None) -> OrderType:
    if trail is not None:
        return OrderType.TRAILING_STOP
    if stop is not None:
        return OrderType.STOP if limit is None else OrderType.STOP_LIMIT
    return OrderType.MARKET if limit is None else OrderType.LIMIT


def an_approved_order(*, order_id: int = 1, intent: OrderIntent | None = None, at: int = OPEN) -> ApprovedOrder:
    return ApprovedOrder(order_id=OrderId(order_id), intent=intent or an_intent(), approved_at=at)


def an_order(
    *,
    order_id: int = 1,
    side: Side = Side.BUY,
    quantity: Exact = 100,
    filled: Exact = 0,
    cancel_requested: bool = False,
) -> Order:
    return Order(
        order_id=OrderId(order_id),
        intent=an_intent(side=side, quantity=quantity),
        status=OrderStatus.PARTIALLY_FILLED if Decimal(filled) else OrderStatus.WORKING,
        cancel_requested=cancel_requested,
        filled=Decimal(filled),
        filled_value=Decimal(100) * Decimal(filled),
        commission=Decimal(0),
        broker_order_id=f"B{order_id}",
        reason="",
        created_at=OPEN,
        updated_at=OPEN,
    )


def some_terms(*, quantity: Exact = 100, limit: Exact | None = None, stop: Exact | None = None) -> OrderTerms:
    return OrderTerms(
        quantity=Decimal(quantity),
        limit_price=None if limit is None else Decimal(limit),
        stop_price=None if stop is None else Decimal(stop),
    )


def a_fill(
    *,
    symbol: str = AAPL,
    side: Side = Side.BUY,
    quantity: Exact = 100,
    price: Exact = 100,
    commission: Exact = 0,
    execution_id: str = "E1",
) -> Fill:
    return Fill(
        execution_id=ExecutionId(execution_id),
        order_id=OrderId(1),
        signal_id="sma_crossover.1",
        symbol=Symbol(symbol),
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        commission=Decimal(commission),
        occurred_at=OPEN,
    )


def a_trade(
    on: str | date,
    quantity: Exact,
    price: Exact,
    commission: Exact = 0,
    *,
    name: str = "",
    order: str = "",
    symbol: str = AAPL,
) -> DatedExecution:
    """Shares that came (above 0) or went on a day, by an order of their own unless one is named."""
    own = next(_TRADES)
    return DatedExecution(
        execution_id=name or f"E{own}",
        opened_by=order or f"order {own}",
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        price=Decimal(price),
        commission=Decimal(commission),
        on=date.fromisoformat(on) if isinstance(on, str) else on,
    )
