"""Figures of a comparison as text: the same number is the same text, however many zeros it came with."""

from decimal import Decimal

NOTHING = "none"


def figure(value: Decimal | None) -> str:
    """Return a number without trailing zeros, "none" where there is none."""
    return NOTHING if value is None else f"{value.normalize():f}"
