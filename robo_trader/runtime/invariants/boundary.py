"""What crosses to the broker: finite numbers on the tick and the lot, and names that are written as names are. I22."""

from decimal import Decimal

from robo_trader.core.domain.commands import ModifyOrder, SubmitOrder
from robo_trader.core.domain.instruments import SYMBOL_GRAMMAR
from robo_trader.core.domain.money import PRICE_DECIMALS
from robo_trader.core.domain.orders import OrderIntent, OrderType
from robo_trader.runtime.invariants.scene import Scene

_LIMITED = (OrderType.LIMIT, OrderType.STOP_LIMIT)
_STOPPED = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)


def look_at_commands(scene: Scene) -> None:
    """Look at the numbers and names of everything that leaves."""
    for command in scene.step.commands:
        if isinstance(command, SubmitOrder):
            _look_at_intent(scene, command.order.intent)
        elif isinstance(command, ModifyOrder):
            terms = command.terms
            _look_at_numbers(scene, terms.quantity, terms.limit_price, terms.stop_price)


def is_sound_quantity(quantity: Decimal) -> bool:
    """Return whether this is a count of whole shares above 0, written in plain digits."""
    return quantity.is_finite() and quantity > 0 and quantity == quantity.to_integral_value() and _is_plain(quantity)


def is_sound_price(price: Decimal) -> bool:
    """Return whether this is a price above 0 on the smallest step the program knows, written in plain digits."""
    return price.is_finite() and price > 0 and _is_plain(price) and price == round(price, PRICE_DECIMALS)


def _is_plain(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent <= 0


def _look_at_intent(scene: Scene, intent: OrderIntent) -> None:
    kind, symbol = intent.order_type, intent.symbol
    is_known = bool(SYMBOL_GRAMMAR.fullmatch(symbol)) and symbol in scene.symbols
    scene.hold("I22", is_known, "{!r} is no symbol of this run", symbol)
    has_prices = (kind in _LIMITED) == (intent.limit_price is not None) and (
        (kind in _STOPPED) == (intent.stop_price is not None)
    )
    scene.hold("I22", has_prices, "a {} order has a price it may not have, or lacks one: {}", kind.value, intent)
    _look_at_numbers(scene, intent.quantity, intent.limit_price, intent.stop_price, intent.trail)


def _look_at_numbers(scene: Scene, quantity: Decimal, *prices: Decimal | None) -> None:
    scene.hold("I22", is_sound_quantity(quantity), "{} shares are no count of whole shares", quantity)
    for price in prices:
        scene.hold("I22", price is None or is_sound_price(price), "{} is no price on the tick", price)
