"""What crosses to the broker: finite numbers on the tick and the lot, and names that are written as names are. I22."""

from decimal import Decimal

from robo_trader.core.domain.commands import ModifyOrder, SubmitOrder
from robo_trader.core.domain.contracts import ContractReported
from robo_trader.core.domain.instruments import SYMBOL_GRAMMAR, Symbol
from robo_trader.core.domain.money import PRICE_DECIMALS
from robo_trader.core.domain.orders import OrderIntent, OrderType
from robo_trader.runtime.invariants.scene import Scene

_LIMITED = (OrderType.LIMIT, OrderType.STOP_LIMIT)
_TICKS = ((Decimal(0), Decimal("0.0001")), (Decimal(1), Decimal("0.01")))  # of US stocks, if nothing was told
_STOPPED = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)


def look_at_contract(scene: Scene, event: ContractReported) -> None:
    """Remember the steps that the broker tells of a symbol's prices, where it names one stock in dollars."""
    known = scene.contracts.get(event.symbol)
    if len(event.found) == 1 and (known is None or known == event.found[0].con_id):
        (one,) = event.found
        if (one.kind, one.currency) == ("STK", "USD") and one.bands:
            scene.contracts[event.symbol] = one.con_id
            scene.ticks[event.symbol] = tuple((band.begins, band.step) for band in one.bands)


def look_at_commands(scene: Scene) -> None:
    """Look at the numbers and names of everything that leaves."""
    for command in scene.step.commands:
        if isinstance(command, SubmitOrder):
            _look_at_intent(scene, command.order.intent)
        elif isinstance(command, ModifyOrder):
            terms, known = command.terms, scene.orders.known.get(command.order_id)
            _look_at_numbers(scene, terms.quantity, terms.limit_price, terms.stop_price)
            if known is not None:
                _look_at_ticks(scene, known.order.intent.symbol, terms.limit_price, terms.stop_price)


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
    _look_at_ticks(scene, symbol, intent.limit_price, intent.stop_price)


def _look_at_ticks(scene: Scene, symbol: Symbol, *prices: Decimal | None) -> None:
    for price in filter(None, prices):
        step = max((one for begins, one in scene.ticks.get(symbol, _TICKS) if begins <= price), default=price)
        scene.hold("I22", price % step == 0, "{} is no price of {}: it stands on no step of {}", price, symbol, step)


def _look_at_numbers(scene: Scene, quantity: Decimal, *prices: Decimal | None) -> None:
    scene.hold("I22", is_sound_quantity(quantity), "{} shares are no count of whole shares", quantity)
    for price in prices:
        scene.hold("I22", price is None or is_sound_price(price), "{} is no price on the tick", price)
