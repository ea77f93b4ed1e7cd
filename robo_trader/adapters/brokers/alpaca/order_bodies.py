"""Our orders as Alpaca takes them, with every number as text; and what Alpaca takes in no form.

What is refused here never leaves: the reason says what to do instead.
"""

from decimal import Decimal

from robo_trader.adapters.brokers.alpaca.words import FORCE_WORDS, SIDE_WORDS, TYPE_WORDS
from robo_trader.core.domain.orders import OrderIntent, OrderTerms, OrderType, TimeInForce

Body = dict[str, str | bool]
_PRICED = (OrderType.MARKET, OrderType.LIMIT)
_LASTING = (TimeInForce.DAY, TimeInForce.GTC)


def unsupported(intent: OrderIntent) -> str | None:
    """Return why Alpaca takes no such order, None if it does."""
    if intent.oca_group:
        return "Alpaca cannot let orders cancel each other; switch protective orders off for it"
    if intent.parent_id is not None:
        return "Alpaca takes an order with its legs together only; send the leg once its parent has filled"
    if intent.order_type not in _PRICED and intent.time_in_force not in _LASTING:
        return f"Alpaca takes {intent.order_type.value} orders for DAY or GTC only"
    if intent.outside_hours and (intent.order_type is not OrderType.LIMIT or intent.time_in_force not in _LASTING):
        return "Alpaca takes LIMIT orders for DAY or GTC only outside regular hours"
    return None


def order_body(intent: OrderIntent, reference: str) -> Body:
    """Return the order to be posted. reference: our name for it, unique for ever."""
    body: Body = {
        "symbol": intent.symbol, "side": SIDE_WORDS[intent.side], "type": TYPE_WORDS[intent.order_type],
        "time_in_force": FORCE_WORDS[intent.time_in_force], "qty": _text(intent.quantity),
        "client_order_id": reference,
    }  # fmt: skip
    if intent.trail is not None:
        body["trail_price"] = _text(intent.trail)
    else:
        body |= _prices(intent.limit_price, intent.stop_price)
    if intent.outside_hours:
        body["extended_hours"] = True
    return body


def replacement_body(terms: OrderTerms, reference: str, *, trails: bool) -> Body:
    """Return the terms to be patched. trails: the order's stop moves by itself, so that only shares can change."""
    prices = {} if trails else _prices(terms.limit_price, terms.stop_price)
    return {"qty": _text(terms.quantity), "client_order_id": reference, **prices}


def _prices(limit: Decimal | None, stop: Decimal | None) -> Body:
    prices: Body = {}
    if limit is not None:
        prices["limit_price"] = _text(limit)
    if stop is not None:
        prices["stop_price"] = _text(stop)
    return prices


def _text(value: Decimal) -> str:
    return format(value, "f")
