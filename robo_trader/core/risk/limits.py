"""What an account may do: the limits, and the facts they are held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import force_setattr

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.discrepancies import Block
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.risk_facts import NO_ACCOUNT_FACTS, NO_MARKET_FACTS, AccountFacts, MarketFacts
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.risk.order_flow import OrderFlow
from robo_trader.core.risk.portfolio_facts import PortfolioFacts
from robo_trader.core.rules.exposure import worst_case_shares


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """Limits of one account. Fractions are of equity: 0.10 is 10 %. None, and what its comment says, is no limit."""

    max_position_fraction: Decimal  # absolute value of one symbol, working orders at their worst
    gross_exposure_fraction: Decimal  # sum of absolute values, working orders at their worst
    order_notional_max: Decimal  # dollars, an order
    order_notional_fraction: Decimal  # of equity, an order; the lower of the two holds
    daily_loss_fraction: Decimal  # of equity at the previous session's close
    intraday_drawdown_fraction: Decimal  # of the highest equity of the session
    cash_buffer_fraction: Decimal  # held on top of a market order's price, which is not known yet
    stale_after_bars: Decimal  # age of the last bar, in bars
    orders_for_next_open: bool  # orders decided after the close may wait for the next open
    order_shares_max: int | None = None  # an order
    price_collar_fraction: Decimal | None = None  # of the last price: how far beyond it a limit may stand
    spread_max_fraction: Decimal | None = None  # of the last mid, for a market order
    orders_per_second: Decimal | None = None
    order_burst: int = 5  # orders that may leave at once under orders_per_second
    orders_per_minute: int | None = None
    strategy_orders_per_minute: int | None = None
    duplicate_seconds: int | None = None  # in which the very same order is not sent twice
    entries_per_session: int | None = None  # of one strategy in one symbol
    symbol_working_orders_max: int | None = None
    working_orders_max: int | None = None
    daily_turnover_fraction: Decimal | None = None  # of the session's opening equity: bought and sold, open orders too
    top_five_fraction: Decimal | None = None  # the five largest symbols together
    net_exposure_max_fraction: Decimal | None = None  # long less short
    net_exposure_min_fraction: Decimal | None = None  # below 0 where shorts may outweigh; 0 is never net short
    weekly_loss_fraction: Decimal | None = None  # of equity at the previous week's close
    strategy_loss_fraction: Decimal | None = None  # of equity at the previous session's close, lost by one strategy
    drawdown_fraction: Decimal | None = None  # of the highest equity since trading last resumed: halts
    adv_order_fraction: Decimal | None = None  # of the symbol's average volume a session
    adv_position_fraction: Decimal | None = None  # of the symbol's average volume a session
    adv_dollars_min: Decimal | None = None  # average volume a session at the last price, dollars
    price_min: Decimal | None = None  # dollars a share
    market_cap_min: Decimal | None = None  # dollars
    allowed_symbols: tuple[Symbol, ...] = ()  # empty: all
    denied_symbols: tuple[Symbol, ...] = ()
    short_sales: bool = True
    borrow_rate_max: Decimal | None = None  # a year, of the value sold short
    entry_delay_minutes: int | None = None  # after the open
    entry_cutoff_minutes: int | None = None  # before the close
    jump_fraction: Decimal | None = None  # from one close to the next, after which a second bar must confirm
    excess_liquidity_fraction: Decimal | None = None  # that must be left by the broker's reckoning
    delta_max: Decimal | None = None  # shares, absolute, of all options together
    gamma_max: Decimal | None = None  # shares a dollar, absolute
    vega_max: Decimal | None = None  # dollars a percentage point of volatility, absolute
    breaker_losing_streak: int | None = None  # closed trades in a row
    breaker_rejects: int | None = None  # by the broker, within breaker_window_seconds
    breaker_slippage_bps: Decimal | None = None  # mean of the last breaker_slippage_fills fills
    breaker_slippage_fills: int = 20
    breaker_errors: int | None = None  # reports quarantined within breaker_window_seconds
    breaker_orders: int | None = None  # sent within breaker_window_seconds
    breaker_window_seconds: int = 60
    breaker_cooldown_seconds: int = 900  # that a breaker stays open, twice as long each time it opens again
    replaces_max: int | None = None  # changes that one order may be asked for; protective orders aside
    cancel_fill_ratio_max: Decimal | None = None  # replaces and cancels for each fill of a session: warns
    fill_collar_fraction: Decimal | None = None  # of the decision price: a fill further from it blocks its symbol
    fills_after_halt: bool = True  # False: a fill that opens or adds after a halt blocks its symbol
    emergency_violations: int | None = None  # orders refused within emergency_window_seconds: halts
    emergency_window_seconds: int = 60
    # Of the whole portfolio: how they are measured is the PortfolioModel's.
    heat_fraction: Decimal | None = None  # lost if everything is left at its stop
    sector_fraction: Decimal | None = None  # absolute value of one sector
    correlated_fraction: Decimal | None = None  # absolute value of symbols that move alike
    beta_max: Decimal | None = None  # absolute: what moves with the benchmark, over equity
    value_at_risk_fraction: Decimal | None = None  # lost in a day
    shortfall_fraction: Decimal | None = None  # lost in a day that is worse than that

    def order_notional(self, equity: Decimal) -> Decimal:
        """Return the largest value of one order, in dollars."""
        return min(self.order_notional_max, self.order_notional_fraction * equity)


class Exposure(Struct, frozen=True, kw_only=True, gc=False):
    """One symbol as risk sees it: shares held, shares working on each side, and the last price."""

    position: Decimal
    working_buys: Decimal
    working_sells: Decimal
    price: Decimal
    bars_missed: int  # slices since the symbol's last sound bar
    worst_value: Decimal = ZERO  # dollars, absolute: what all this may come to; every order of a slice asks for it

    def __post_init__(self) -> None:
        """Reckon the worst, whatever was given."""
        shares = worst_case_shares(self.position, self.working_buys, self.working_sells)
        force_setattr(self, "worst_value", shares * self.price)


class OrderFacts(Struct, frozen=True, kw_only=True, gc=False):
    """What only some controls ask about an order; known where one of them is on. None: nobody knows."""

    flow: OrderFlow | None = None  # what the account has sent lately
    open_orders: Mapping[Symbol, int] = MappingProxyType({})  # of each symbol, protective ones not counted
    traded: Decimal = Decimal(0)  # dollars bought and sold in the session
    largest_others: tuple[Decimal, ...] = ()  # dollars, absolute: positions without an exposure, the largest first
    strategy_loss: Decimal = Decimal(0)  # dollars that the order's strategy has lost in the session
    spread: float | None = None  # of the last quote, a fraction of its mid
    average_volume: float | None = None  # shares a session
    is_quarantined: bool = False  # its last price jumped, and no second bar has confirmed it
    open_breakers: tuple[str, ...] = ()
    replaces: int = 0  # changes that the order was asked for before, where it is to be changed
    market: MarketFacts = NO_MARKET_FACTS
    account: AccountFacts = NO_ACCOUNT_FACTS


NO_FACTS = OrderFacts()


class RiskView(Struct, frozen=True, kw_only=True, gc=False):
    """The facts of one moment. `exposures` holds every symbol with a working order or an intent."""

    as_of: int
    session: TradingSession
    trading_state: TradingState
    equity: Decimal
    session_opening_equity: Decimal
    cash: Decimal
    reserved: Decimal
    exposures: Mapping[Symbol, Exposure]
    others_value: Decimal = Decimal(0)  # dollars, absolute: positions of all symbols that have no exposure above
    commissions: CommissionSchedule
    cash_needed: Decimal | None = None  # dollars the intent would reserve, where that is reckoned already
    blocks: tuple[Block, ...] = ()  # why nothing may leave in the intent's symbol
    portfolio: PortfolioFacts | None = None  # where a limit of the whole portfolio is on
    net_value: Decimal = Decimal(0)  # dollars, signed: all positions
    week_opening_equity: Decimal | None = None  # at the close of the week before; None: the session's
    facts: OrderFacts = NO_FACTS
    clock_ahead: int = 0  # nanoseconds that the broker's clock is ahead of ours
    unarmed: str = ""  # why live trading is not armed; empty: it is, or this is no live trading
