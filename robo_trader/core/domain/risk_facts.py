"""What the world may know of a symbol or an account beyond prices: None is unknown, and never taken for harmless."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol


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


class FactsReported(Struct, frozen=True, kw_only=True, gc=False):
    """What is known of symbols and account beyond prices. A symbol, and the account, are replaced as a whole."""

    markets: dict[Symbol, MarketFacts]
    account: AccountFacts | None  # None: nothing new
    occurred_at: int
