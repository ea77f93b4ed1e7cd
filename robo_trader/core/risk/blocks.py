"""Symbols in which nothing may leave: the broker has them otherwise than we do, never answered, or is not there.

Exits are refused as well: where it is not known what is held, or what still works, an exit may open a position. Where
only the market is not seen as it is now, exits may leave.
"""

from decimal import Decimal

from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk.limits import RiskLimits, RiskView


def check_reconciliation(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """No order leaves in a symbol that book and broker disagree about."""
    return _first(view, Control.RECONCILIATION, "causes") if view.blocks else None


def check_unknown_order(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """No order leaves in a symbol with an order that may or may not be at the broker."""
    return _first(view, Control.UNKNOWN_ORDER, "orders") if view.blocks else None


def check_post_trade(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """No order leaves in a symbol after a fill that should not have been, until a person has looked."""
    return _first(view, Control.POST_TRADE, "fills") if view.blocks else None


def check_broker_link(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """No order leaves while the broker cannot be reached, or what he has is not known."""
    return _first(view, Control.BROKER_LINK, "causes") if view.blocks else None


def check_market_data(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """Nothing is opened in a symbol whose market is not seen as it is now."""
    return _first(view, Control.MARKET_DATA, "causes") if view.blocks else None


def check_exchange_halt(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """No order leaves in a symbol that the exchange has halted."""
    return _first(view, Control.EXCHANGE_HALT, "causes") if view.blocks else None


def check_contract(_intent: OrderIntent, view: RiskView, _limits: RiskLimits) -> Violation | None:
    """No order leaves in a symbol that names another contract at the broker than before, none, or several."""
    return _first(view, Control.CONTRACT, "causes") if view.blocks else None


def _first(view: RiskView, control: Control, unit: str) -> Violation | None:
    own = [block for block in view.blocks if block.control is control]
    if not own:
        return None
    return Violation(
        control=control, limit=Decimal(0), value=Decimal(len(own)), unit=unit, context=own[0].reason
    )  # fmt: skip
