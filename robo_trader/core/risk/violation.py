"""How a control says no."""

from decimal import Decimal

from robo_trader.core.domain.violations import Control, Violation

USD = "USD"


def broken(control: Control, limit: Decimal | int, value: Decimal | int, context: str, *, unit: str = USD) -> Violation:
    """Return the refusal: `value` broke `limit`, both in `unit`."""
    return Violation(control=control, limit=Decimal(limit), value=Decimal(value), unit=unit, context=context)


def unknown(control: Control, limit: Decimal, fact: str, *, unit: str = USD) -> Violation:
    """Return the refusal where a limit is set and its fact is not known; a value of 0 stands for it."""
    return broken(
        control, limit, Decimal(0), f"{fact} is unknown, and what is unknown is not within a limit", unit=unit
    )
