"""What the world may know of a symbol or an account beyond prices: None is unknown, and never taken for harmless."""

from decimal import Decimal

from msgspec import Struct


class MarketFacts(Struct, frozen=True, kw_only=True, gc=False):
    """Of one symbol."""

    borrow_rate: Decimal | None = None  # a year, of the value sold short
    market_cap: Decimal | None = None  # dollars


class AccountFacts(Struct, frozen=True, kw_only=True, gc=False):
    """Of the account, by the broker's reckoning."""

    excess_liquidity: Decimal | None = None  # dollars above what the margin of all positions demands
    delta: Decimal | None = None  # shares, of all options together
    gamma: Decimal | None = None  # shares a dollar
    vega: Decimal | None = None  # dollars a percentage point of volatility


NO_MARKET_FACTS = MarketFacts()
NO_ACCOUNT_FACTS = AccountFacts()
