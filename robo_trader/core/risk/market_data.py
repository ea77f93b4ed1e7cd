"""Controls on what is known of a symbol's market: how old, how sudden, how much is traded, and which symbol it is."""

from decimal import Decimal

from robo_trader.core.domain.money import money_from_float
from robo_trader.core.domain.orders import OrderIntent, OrderType
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.exposures import worst_case
from robo_trader.core.risk.limits import RiskLimits, RiskView
from robo_trader.core.risk.violation import broken, unknown
from robo_trader.core.rules.comparison import exceeds

_MARKET = OrderType.MARKET  # as BUY: quicker by its own name


def check_stale_data(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """A symbol whose last bar is older than the limit is not traded."""
    missed, limit = Decimal(view.exposures[intent.symbol].bars_missed), limits.stale_after_bars
    if not exceeds(missed, limit):
        return None
    return broken(Control.STALE_DATA, limit, missed, f"{intent.symbol}: bars missed", unit="bars")


def check_quarantine(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """After a price has jumped, nothing is opened in the symbol until a second bar confirms it."""
    if not view.facts.is_quarantined:
        return None
    assert limits.jump_fraction is not None
    context = f"{intent.symbol}: the last price is further from the one before, and no second bar confirms it"
    return broken(Control.QUARANTINE, limits.jump_fraction, limits.jump_fraction, context, unit="of the price")


def check_price_collar(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """A limit stands no further beyond the last price than a fraction of it: a mistake, and the broker's to refuse."""
    assert limits.price_collar_fraction is not None
    if intent.limit_price is None:
        return None
    last = view.exposures[intent.symbol].price
    limit, distance = limits.price_collar_fraction * last, abs(intent.limit_price - last)
    if not exceeds(distance, limit):
        return None
    return broken(Control.PRICE_COLLAR, limit, distance, f"{intent.symbol}: limit {intent.limit_price}, last {last}")


def check_spread(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """A market order is not opened into a wide spread, where quotes show one; bars show none, and pass."""
    limit, spread = limits.spread_max_fraction, view.facts.spread
    if intent.order_type is not _MARKET or spread is None or limit is None:
        return None
    value = money_from_float(spread)
    if not exceeds(value, limit):
        return None
    return broken(Control.SPREAD, limit, value, f"{intent.symbol}: bid to ask", unit="of the mid")


def check_liquidity(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """Order and position stay small against what is traded of the symbol in an average session."""
    volume, exposure = view.facts.average_volume, view.exposures[intent.symbol]
    if volume is None:
        return unknown(Control.LIQUIDITY, Decimal(0), f"{intent.symbol}: volume of 20 sessions", unit="shares")
    average = money_from_float(volume)
    worth, least = average * exposure.price, limits.adv_dollars_min
    if least is not None and exceeds(least, worth):
        return broken(Control.LIQUIDITY, least, worth, f"{intent.symbol}: traded in an average session")
    position = worst_case(exposure, side=intent.side, quantity=intent.quantity)
    for fraction, shares, what in (
        (limits.adv_order_fraction, intent.quantity, "one order"),
        (limits.adv_position_fraction, position, "the position at worst"),
    ):
        if fraction is not None and exceeds(shares, fraction * average):
            context = f"{intent.symbol}: {what}, of {average} shares in an average session"
            return broken(Control.LIQUIDITY, fraction * average, shares, context, unit="shares")
    return None


def check_min_price(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """Nothing is opened in shares that cost less than a limit."""
    price, least = view.exposures[intent.symbol].price, limits.price_min
    assert least is not None
    return broken(Control.MIN_PRICE, least, price, f"{intent.symbol}: last price") if exceeds(least, price) else None


def check_market_cap(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """Nothing is opened in a company that is worth less than a limit, or nobody knows how much."""
    cap, least = view.facts.market.market_cap, limits.market_cap_min
    assert least is not None
    if cap is None:
        return unknown(Control.MARKET_CAP, least, f"{intent.symbol}: market capitalization")
    context = f"{intent.symbol}: market capitalization"
    return broken(Control.MARKET_CAP, least, cap, context) if exceeds(least, cap) else None


def check_symbol_list(intent: OrderIntent, _view: RiskView, limits: RiskLimits) -> Violation | None:
    """Only what is allowed is opened, and nothing that is denied."""
    symbol, allowed = intent.symbol, limits.allowed_symbols
    if symbol in limits.denied_symbols:
        return broken(Control.SYMBOL_LIST, 0, intent.quantity, f"{symbol} is denied", unit="shares")
    if allowed and symbol not in allowed:
        return broken(Control.SYMBOL_LIST, 0, intent.quantity, f"{symbol} is not among those allowed", unit="shares")
    return None
