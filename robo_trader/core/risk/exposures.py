"""Controls on what the account holds: symbols, sides and all together, with every open order at its worst."""

from decimal import Decimal
from heapq import nlargest

from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import BUY, SELL, OrderIntent, Side
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.limits import Exposure, RiskLimits, RiskView
from robo_trader.core.risk.violation import broken, unknown
from robo_trader.core.rules.comparison import exceeds
from robo_trader.core.rules.exposure import is_net_beyond, worst_case_shares

LARGEST = 5  # symbols that count as a concentration


def worst_case(exposure: Exposure, *, side: Side | None = None, quantity: Decimal = ZERO) -> Decimal:
    """Return the largest absolute shares the symbol can come to, with `quantity` more working on `side`."""
    buys, sells = exposure.working_buys, exposure.working_sells
    if side is BUY:
        buys += quantity
    elif side is not None:
        sells += quantity
    return worst_case_shares(exposure.position, buys, sells)


def reduces(intent: OrderIntent, view: RiskView) -> bool:
    """Return whether the order can only take shares away: never more than are held and not yet on their way out."""
    exposure = view.exposures[intent.symbol]
    if intent.side is SELL:
        return intent.quantity <= exposure.position - exposure.working_sells
    return intent.quantity <= -exposure.position - exposure.working_buys


def check_max_position(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """One symbol may not be worth more than a fraction of equity, working orders at their worst."""
    exposure = view.exposures[intent.symbol]
    shares = worst_case(exposure, side=intent.side, quantity=intent.quantity)
    value = shares * exposure.price
    limit = limits.max_position_fraction * view.equity
    if not exceeds(value, limit):
        return None
    return broken(Control.MAX_POSITION, limit, value, f"{intent.symbol}: {shares} shares at worst")


def check_gross_exposure(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """All symbols together may not be worth more than a fraction of equity, working orders at their worst."""
    value = sum(_worst_values(intent, view), view.others_value)
    limit = limits.gross_exposure_fraction * view.equity
    if not exceeds(value, limit):
        return None
    context = f"{len(view.exposures)} symbols with orders at worst, {view.others_value} USD in others"
    return broken(Control.GROSS_EXPOSURE, limit, value, context)


def check_net_exposure(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """Long less short stays within two fractions of equity, if all orders of the intent's side fill and no others."""
    is_buy = intent.side is BUY
    fraction = limits.net_exposure_max_fraction if is_buy else limits.net_exposure_min_fraction
    if fraction is None:
        return None
    sign = intent.side.sign
    moved = intent.quantity * view.exposures[intent.symbol].price
    for exposure in view.exposures.values():
        moved += (exposure.working_buys if is_buy else exposure.working_sells) * exposure.price
    net, equity = view.net_value + sign * moved, view.equity
    if not is_net_beyond(sign * net, sign * fraction, equity):
        return None
    held = f"{view.net_value} USD held, {moved} USD more if all of its side fills"
    return broken(Control.NET_EXPOSURE, fraction * equity, net, held)


def check_top_five(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """The five largest symbols together may not be worth more than a fraction of equity, orders at their worst."""
    assert limits.top_five_fraction is not None
    value = sum(nlargest(LARGEST, (*_worst_values(intent, view), *view.facts.largest_others)), ZERO)
    limit = limits.top_five_fraction * view.equity
    if not exceeds(value, limit):
        return None
    return broken(Control.TOP_FIVE, limit, value, f"the {LARGEST} largest symbols at worst")


def check_short_sale(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Violation | None:
    """Nothing is sold short, if all sales fill and no purchase does; or only where shares are cheap to borrow."""
    exposure = view.exposures[intent.symbol]
    short = exposure.working_sells + intent.quantity - exposure.position
    if intent.side is BUY or short <= 0:
        return None
    if not limits.short_sales:
        return broken(Control.SHORT_SALE, 0, short, f"{intent.symbol}: short at worst", unit="shares")
    limit, rate = limits.borrow_rate_max, view.facts.market.borrow_rate
    if limit is None or (rate is not None and not exceeds(rate, limit)):
        return None
    fee = f"{intent.symbol}: the yearly fee for borrowed shares"
    if rate is None:
        return unknown(Control.SHORT_SALE, limit, fee, unit="a year")
    return broken(Control.SHORT_SALE, limit, rate, fee, unit="a year")


def _worst_values(intent: OrderIntent, view: RiskView) -> list[Decimal]:
    """Return what each symbol may come to, dollars, with the order that is asked about."""
    symbol, own = intent.symbol, view.exposures[intent.symbol]
    with_order = worst_case(own, side=intent.side, quantity=intent.quantity) * own.price
    return [with_order if of == symbol else exposure.worst_value for of, exposure in view.exposures.items()]
