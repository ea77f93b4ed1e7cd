"""What the command line's options say, as the settings take it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from robo_trader.core.domain.errors import InvalidConfig


def given(overrides: dict[str, Any]) -> dict[str, Any]:
    """Return what the user gave: options left out say nothing, not even a default."""
    sections = {key: given(value) if isinstance(value, dict) else value for key, value in overrides.items()}
    return {key: value for key, value in sections.items() if value is not None and value != {}}


def parameters(given: list[str]) -> dict[str, Any]:
    """Return NAME=VALUE options by name, STRATEGY.NAME=VALUE ones in a table of the strategy's.

    Raises InvalidConfig for what is not written so.
    """
    parameters: dict[str, Any] = {}
    for text in given:
        key, equals, value = (part.strip() for part in text.partition("="))
        strategy, dot, name = key.rpartition(".")
        if not (name.isidentifier() and (strategy.isidentifier() or not dot) and equals and value):
            advice = "Write it as --param fast=10, or --param momentum.lookback=60 for one of several strategies."
            raise InvalidConfig(f"--param {text!r} is not NAME=VALUE", next_step=advice)
        table = parameters.setdefault(strategy, {}) if dot else parameters
        if not isinstance(table, dict) or name in table:
            raise InvalidConfig(f"--param {key} is given twice", next_step="Keep one of them.")
        table[name] = value
    return parameters


def capital_of(given: list[str]) -> dict[str, str]:
    """Return STRATEGY=FRACTION options by strategy. Raises InvalidConfig for what is not written so."""
    capital: dict[str, str] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name.isidentifier() and equals and value) or name in capital:
            raise InvalidConfig(
                f"--capital {text!r} is not STRATEGY=FRACTION, once for each",
                next_step="Write it as --capital momentum=0.3 --capital sma_crossover=0.7.",
            )
        capital[name] = value
    return capital


def gateway_of(given: str | None) -> dict[str, Any]:
    """Return HOST:PORT as the keys of `[ibkr]`. Raises InvalidConfig for what is not written so."""
    if given is None:
        return {}
    host, colon, port = given.rpartition(":")
    if not (host and colon and port.isdigit()):
        raise InvalidConfig(f"--gateway {given!r} is not HOST:PORT", next_step="Write it as --gateway 127.0.0.1:4002.")
    return {"host": host, "port": int(port)}


def price_of(given: str | None) -> Decimal | None:
    """Return a price in dollars. Raises InvalidConfig for what is none."""
    if given is None:
        return None
    try:
        price = Decimal(given)
    except InvalidOperation:
        price = Decimal(0)
    if not (price.is_finite() and price > 0):
        raise InvalidConfig(f"--price {given!r} is no price", next_step="Write it as --price 150.25.")
    return price
