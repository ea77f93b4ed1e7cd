"""Reads what a client asks for, and refuses what Alpaca refuses before it looks at the account."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from robo_trader.core.domain.instruments import SYMBOL_GRAMMAR, Symbol
from robo_trader.core.domain.orders import OrderIntent, OrderTerms, OrderType, TimeInForce
from robo_trader.simulation.alpaca.refusals import malformed, unprocessable
from robo_trader.simulation.alpaca.wording import ORDER_TYPES, SIDES, TIMES_IN_FORCE

Body = Mapping[str, Any]
_PRICED = (OrderType.MARKET, OrderType.LIMIT)
_LASTING = (TimeInForce.DAY, TimeInForce.GTC)
_NEEDS_LIMIT = (OrderType.LIMIT, OrderType.STOP_LIMIT)
_NEEDS_STOP = (OrderType.STOP, OrderType.STOP_LIMIT)
_CENT, _HUNDREDTH_CENT = Decimal("0.01"), Decimal("0.0001")


def read_order(body: Body, last_price: Decimal | None) -> OrderIntent:
    """Return the order a body asks for. last_price: dollars a share, from which a trailing stop begins.

    Raises ApiRefusal.
    """
    order_type = _word(body, "type", ORDER_TYPES)
    time_in_force = _word(body, "time_in_force", TIMES_IN_FORCE)
    side = _word(body, "side", SIDES)
    text = str(body.get("symbol", ""))
    if not SYMBOL_GRAMMAR.fullmatch(text):
        raise malformed("symbol is required")
    limit, stop, trail = (_price(body, name) for name in ("limit_price", "stop_price", "trail_price"))
    _check_prices(order_type, limit, stop, trail)
    if order_type not in _PRICED and time_in_force not in _LASTING:
        raise unprocessable(f"{body['type']} orders must be day or gtc")
    extended = bool(body.get("extended_hours", False))
    if extended and (order_type is not OrderType.LIMIT or time_in_force not in _LASTING):
        raise unprocessable("extended hours order must be DAY or GTC limit orders")
    if trail is not None:
        if last_price is None:
            raise unprocessable(f"no market price for {text}")
        stop = last_price + side.sign * trail
    return OrderIntent(
        signal_id="", strategy="", symbol=Symbol(text), side=side, quantity=_quantity(body), order_type=order_type,
        limit_price=limit, time_in_force=time_in_force, reference_price=last_price or Decimal(0), stop_price=stop,
        trail=trail, outside_hours=extended,
    )  # fmt: skip


def read_terms(body: Body, working: OrderIntent) -> OrderTerms:
    """Return the terms a replacing order asks for; what is not named stays as it is. Raises ApiRefusal."""
    limit, stop = _price(body, "limit_price"), _price(body, "stop_price")
    if limit is not None and working.order_type not in _NEEDS_LIMIT:
        raise unprocessable(f"{working.order_type.value.lower()} orders take no limit price")
    if stop is not None and working.order_type not in _NEEDS_STOP:
        raise unprocessable(f"{working.order_type.value.lower()} orders take no stop price")
    return OrderTerms(
        quantity=_quantity(body) if "qty" in body else working.quantity,
        limit_price=working.limit_price if limit is None else limit,
        stop_price=working.stop_price if stop is None else stop,
    )


def _word(body: Body, name: str, words: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a member of the enum of `words`
    word = str(body.get(name))
    if word not in words:
        raise malformed(f"invalid {name}: {word}")
    return words[word]


def _number(body: Body, name: str) -> Decimal | None:
    text = body.get(name)
    if text is None:
        return None
    try:
        value = Decimal(text)
    except (InvalidOperation, TypeError, ValueError):
        raise malformed(f"invalid {name}: {text}") from None
    if not value.is_finite() or value <= 0:
        raise malformed(f"{name} must be > 0")
    return value


def _quantity(body: Body) -> Decimal:
    value = _number(body, "qty")
    if value is None:
        raise malformed("qty or notional is required")
    if value != int(value):
        raise unprocessable("fractional orders must be market DAY orders")
    return value


def _price(body: Body, name: str) -> Decimal | None:
    value = _number(body, name)
    if value is not None and value % (_CENT if value >= 1 else _HUNDREDTH_CENT):
        raise unprocessable(f"invalid {name} {value}. sub-penny increment does not fulfill minimum pricing criteria")
    return value


def _check_prices(order_type: OrderType, limit: Decimal | None, stop: Decimal | None, trail: Decimal | None) -> None:
    needed = {
        "limit_price": (limit, order_type in _NEEDS_LIMIT),
        "stop_price": (stop, order_type in _NEEDS_STOP),
        "trail_price": (trail, order_type is OrderType.TRAILING_STOP),
    }
    for name, (value, is_needed) in needed.items():
        if is_needed is (value is None):
            raise unprocessable(f"{order_type.value.lower()} orders {'require' if is_needed else 'take no'} {name}")
