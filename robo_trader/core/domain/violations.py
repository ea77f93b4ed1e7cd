"""Why risk refused an order: the control, its limit, the value that broke it, and the context."""

from decimal import Decimal
from enum import Enum

from msgspec import Struct


class Control(Enum):
    """The pre-trade controls that exist today; `docs/risk.md` says which number of the list each is."""

    MAX_POSITION = "MAX_POSITION"
    GROSS_EXPOSURE = "GROSS_EXPOSURE"
    ORDER_NOTIONAL = "ORDER_NOTIONAL"
    DAILY_LOSS = "DAILY_LOSS"
    CASH = "CASH"
    MARKET_HOURS = "MARKET_HOURS"
    STALE_DATA = "STALE_DATA"
    TRADING_STATE = "TRADING_STATE"
    STRATEGY_MODE = "STRATEGY_MODE"  # the strategy is reduced, or switched off
    CONFLICT = "CONFLICT"  # another strategy of the account wants the opposite
    RECONCILIATION = "RECONCILIATION"  # the broker has it otherwise than we do
    UNKNOWN_ORDER = "UNKNOWN_ORDER"  # an order of the symbol was never answered
    MARKET_DATA = "MARKET_DATA"  # what is told of the symbol is not of now, or of another contract
    EXCHANGE_HALT = "EXCHANGE_HALT"  # the exchange has stopped trading in the symbol
    BROKER_LINK = "BROKER_LINK"  # the broker cannot be reached, or what he has is not known
    CONTRACT = "CONTRACT"  # the symbol is not the contract that it was at the broker
    CLOCK = "CLOCK"  # the broker's clock and ours differ
    PORTFOLIO_HEAT = "PORTFOLIO_HEAT"
    SECTOR_EXPOSURE = "SECTOR_EXPOSURE"
    CORRELATED_EXPOSURE = "CORRELATED_EXPOSURE"
    PORTFOLIO_BETA = "PORTFOLIO_BETA"
    VALUE_AT_RISK = "VALUE_AT_RISK"
    EXPECTED_SHORTFALL = "EXPECTED_SHORTFALL"
    ORDER_SHARES = "ORDER_SHARES"
    PRICE_COLLAR = "PRICE_COLLAR"
    SPREAD = "SPREAD"
    ORDER_RATE = "ORDER_RATE"
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    REPEATED_ENTRY = "REPEATED_ENTRY"
    TOP_FIVE = "TOP_FIVE"
    NET_EXPOSURE = "NET_EXPOSURE"
    EXCESS_LIQUIDITY = "EXCESS_LIQUIDITY"
    WEEKLY_LOSS = "WEEKLY_LOSS"
    STRATEGY_LOSS = "STRATEGY_LOSS"
    DAILY_TURNOVER = "DAILY_TURNOVER"
    LIQUIDITY = "LIQUIDITY"
    MIN_PRICE = "MIN_PRICE"
    MARKET_CAP = "MARKET_CAP"
    SYMBOL_LIST = "SYMBOL_LIST"
    SHORT_SALE = "SHORT_SALE"
    ENTRY_WINDOW = "ENTRY_WINDOW"
    WORKING_ORDERS = "WORKING_ORDERS"
    QUARANTINE = "QUARANTINE"
    GREEKS = "GREEKS"
    CIRCUIT_BREAKER = "CIRCUIT_BREAKER"
    REPLACES = "REPLACES"
    ARMING = "ARMING"  # nobody has allowed to trade real money, or not for now
    POST_TRADE = "POST_TRADE"  # a fill of the symbol was not as it should have been


class BreakerState(Enum):
    """A closed breaker lets all pass, an open one no entry, a half-open one a single entry that decides."""

    CLOSED = "CLOSED"
    OPEN = "OPEN"
    HALF_OPEN = "HALF_OPEN"


class Violation(Struct, frozen=True, kw_only=True, gc=False):
    """One refusal. `value` broke `limit`; both are in `unit`."""

    control: Control
    limit: Decimal
    value: Decimal
    unit: str
    context: str


class OrderRatioExceeded(Struct, frozen=True, kw_only=True, gc=False):
    """A warning: replaces and cancels were asked for in a session, for each of its fills, more often than the limit."""

    asked: int
    fills: int
    limit: Decimal  # a fill
    value: Decimal
    occurred_at: int
