"""The section of risk limits. What is not set is off; `docs/risk.md` tells each control and a careful value."""

from decimal import Decimal

from pydantic import Field

from robo_trader.app.settings.fields import (
    Dollars,
    Fraction,
    Multiple,
    OptionalBasisPoints,
    OptionalCount,
    OptionalDollars,
    OptionalFraction,
    OptionalMultiple,
    SymbolList,
)
from robo_trader.app.settings.portfolio_sections import PortfolioLimits


class RiskSettings(PortfolioLimits):
    """Limits every order must pass. Working orders count at their worst case; the tightest limit wins."""

    max_position_fraction: Fraction = Field(
        default=Decimal("0.10"),
        gt=0,
        le=1,
        description="Largest position in one symbol, as a fraction of equity; 0.10 is 10 % (C08).",
    )
    gross_exposure_fraction: Fraction = Field(
        default=Decimal("1.0"),
        gt=0,
        le=1,
        description="Largest sum of all positions, as a fraction of equity; 1.0 is no borrowing (C09).",
    )
    order_notional_max: Dollars = Field(
        default=Decimal(10_000),
        gt=0,
        le=10_000_000,
        description="Largest value of one order, in US dollars (C02).",
    )
    order_notional_fraction: Fraction = Field(
        default=Decimal("0.05"),
        gt=0,
        le=1,
        description="Largest value of one order, as a fraction of equity; 0.05 is 5 % (C02).",
    )
    daily_loss_fraction: Fraction = Field(
        default=Decimal("0.02"),
        gt=0,
        le=Decimal("0.25"),
        description="Loss of a day after which positions may only shrink, as a fraction of equity; 0.02 is 2 % (C12).",
    )
    intraday_drawdown_fraction: Fraction = Field(
        default=Decimal("0.10"),
        gt=0,
        le=1,
        description="Fall from a session's highest equity after which positions may only shrink until the next one, "
        "as a fraction; 0.10 is 10 %.",
    )
    cash_buffer_fraction: Fraction = Field(
        default=Decimal("0.05"),
        ge=0,
        le=Decimal("0.50"),
        description="Cash reserved for a market order above its value at the last price, as a fraction of that value.",
    )
    stale_after_bars: Multiple = Field(
        default=Decimal("1.5"),
        ge=1,
        le=10,
        description="Age from which market data is too old to trade on, in bar lengths (C19).",
    )
    orders_for_next_open: bool = Field(
        default=True, description="Whether an order decided at the close may wait for the next open."
    )
    order_shares_max: OptionalCount = Field(
        default=None, ge=1, le=1_000_000, description="Largest order, as a count of shares (C01)."
    )
    price_collar_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Furthest that a limit may stand from the last price, as a fraction of it; 0.10 is 10 % (C03).",
    )
    spread_max_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Widest quote that a market order is opened into, as a fraction of its mid; bars alone show "
        "none (C04).",
    )
    orders_per_second: OptionalMultiple = Field(
        default=None,
        gt=0,
        le=50,
        description="Orders that may leave, as a count a second; order_burst of them at once (C05).",
    )
    order_burst: int = Field(
        default=5, ge=1, le=1_000, description="Orders that may leave at once under orders_per_second, as a count."
    )
    orders_per_minute: OptionalCount = Field(
        default=None, ge=1, le=3_000, description="Orders that may leave in a minute, as a count (C05)."
    )
    strategy_orders_per_minute: OptionalCount = Field(
        default=None, ge=1, le=3_000, description="Orders of one strategy that may leave in a minute, as a count (C05)."
    )
    duplicate_seconds: OptionalCount = Field(
        default=None,
        ge=1,
        le=86_400,
        description="Time in which the very same order does not leave twice, in seconds (C06).",
    )
    entries_per_session: OptionalCount = Field(
        default=None,
        ge=1,
        le=10_000,
        description="Entries of one strategy in one symbol and session, as a count; then it is off there until "
        "the next one (C07).",
    )
    symbol_working_orders_max: OptionalCount = Field(
        default=None, ge=1, le=1_000, description="Orders of one symbol that work at once, as a count (C21)."
    )
    working_orders_max: OptionalCount = Field(
        default=None, ge=1, le=10_000, description="Orders that work at once, as a count (C21)."
    )
    daily_turnover_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1_000,
        description="All that is bought and sold in a session, as a fraction of the equity it opened with; 2.0 "
        "is 200 % (C14).",
    )
    top_five_fraction: OptionalFraction = Field(
        default=None, gt=0, le=1, description="The five largest symbols together, as a fraction of equity (C08)."
    )
    net_exposure_max_fraction: OptionalFraction = Field(
        default=None,
        ge=0,
        le=1,
        description="Most that long positions outweigh short ones, as a fraction of equity (C09).",
    )
    net_exposure_min_fraction: OptionalFraction = Field(
        default=None,
        ge=-1,
        le=0,
        description="Least that long positions less short ones may be, as a fraction of equity; 0 is never net "
        "short (C09).",
    )
    weekly_loss_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Loss of a week after which positions may only shrink until the next one, as a fraction of "
        "equity (C12).",
    )
    strategy_loss_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Loss of one strategy in a session after which it opens nothing more in it, as a fraction of "
        "the account's equity (C12).",
    )
    drawdown_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Fall from the highest equity after which trading halts until a person resumes it, as a "
        "fraction (C13).",
    )
    adv_order_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Largest order, as a fraction of the symbol's average volume in 20 sessions (C15).",
    )
    adv_position_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Largest position, as a fraction of the symbol's average volume in 20 sessions (C15).",
    )
    adv_dollars_min: OptionalDollars = Field(
        default=None,
        gt=0,
        le=1_000_000_000_000,
        description="Least that is traded of a symbol in an average session, in US dollars (C15).",
    )
    price_min: OptionalDollars = Field(
        default=None, gt=0, le=1_000_000, description="Lowest price at which a position is opened, in US dollars (C15)."
    )
    market_cap_min: OptionalDollars = Field(
        default=None,
        gt=0,
        le=1_000_000_000_000_000,
        description="Smallest company whose shares are opened, by its worth in US dollars; refuses where nobody "
        "knows it (C16).",
    )
    allowed_symbols: SymbolList = Field(default=(), description="The only symbols that are opened; all if empty (C16).")
    denied_symbols: SymbolList = Field(default=(), description="Symbols that are never opened (C16).")
    short_sales: bool = Field(default=True, description="Whether shares that are not held may be sold (C17).")
    borrow_rate_max: OptionalFraction = Field(
        default=None,
        gt=0,
        le=10,
        description="Highest yearly fee for borrowed shares, as a fraction of their value; refuses where nobody "
        "knows it (C17).",
    )
    entry_delay_minutes: OptionalCount = Field(
        default=None, ge=1, le=390, description="Time after the open in which nothing is opened, in minutes (C18)."
    )
    entry_cutoff_minutes: OptionalCount = Field(
        default=None, ge=1, le=390, description="Time before the close in which nothing is opened, in minutes (C18)."
    )
    jump_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Move from one close to the next after which a second bar must confirm it, as a fraction of "
        "the price (C25).",
    )
    excess_liquidity_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Part of equity that must stay free of margin, as a fraction; refuses where nobody knows it (C10).",
    )
    delta_max: OptionalMultiple = Field(
        default=None,
        gt=0,
        le=1_000_000_000,
        description="Largest delta of all options held, as a count of shares; refuses where nobody knows it (C10).",
    )
    gamma_max: OptionalMultiple = Field(
        default=None,
        gt=0,
        le=1_000_000_000,
        description="Largest gamma of all options held, as a count of shares a dollar; refuses where nobody "
        "knows it (C10).",
    )
    vega_max: OptionalMultiple = Field(
        default=None,
        gt=0,
        le=1_000_000_000,
        description="Largest vega of all options held, in US dollars a point of volatility; refuses where nobody "
        "knows it (C10).",
    )
    breaker_losing_streak: OptionalCount = Field(
        default=None,
        ge=1,
        le=1_000,
        description="Closed trades lost in a row that open a circuit breaker, as a count (C12).",
    )
    breaker_rejects: OptionalCount = Field(
        default=None,
        ge=1,
        le=1_000,
        description="Orders rejected by the broker within the window that open a circuit breaker, as a count.",
    )
    breaker_slippage_bps: OptionalBasisPoints = Field(
        default=None,
        gt=0,
        le=10_000,
        description="Mean slippage of the last fills that opens a circuit breaker, in basis points (100 is 1 %).",
    )
    breaker_slippage_fills: int = Field(
        default=20, ge=1, le=1_000, description="Fills that slippage is the mean of, as a count."
    )
    breaker_errors: OptionalCount = Field(
        default=None,
        ge=1,
        le=1_000,
        description="Reports that contradict the books, within the window, that open a circuit breaker, as a count.",
    )
    breaker_orders: OptionalCount = Field(
        default=None, ge=1, le=10_000, description="Orders within the window that open a circuit breaker, as a count."
    )
    breaker_window_seconds: int = Field(
        default=60, ge=1, le=86_400, description="Window in which rejects, errors and orders are counted, in seconds."
    )
    breaker_cooldown_seconds: int = Field(
        default=900, ge=1, le=604_800, description="How long a circuit breaker stays open the first time, in seconds."
    )
    replaces_max: OptionalCount = Field(
        default=None,
        ge=1,
        le=1_000,
        description="Changes that one order may be asked for, as a count; protective orders aside (C24).",
    )
    cancel_fill_ratio_max: OptionalMultiple = Field(
        default=None,
        ge=1,
        le=10_000,
        description="Replaces and cancels for each fill of a session, as a count, above which a warning is told (C24).",
    )
    fill_collar_fraction: OptionalFraction = Field(
        default=None,
        gt=0,
        le=1,
        description="Furthest that a fill may be from its decision price before its symbol is blocked, as a "
        "fraction (C32).",
    )
    fills_after_halt: bool = Field(
        default=True,
        description="Whether a fill that opens or adds after a halt is let pass; if not, its symbol is blocked (C32).",
    )
    emergency_violations: OptionalCount = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Orders refused within the window after which trading halts, as a count.",
    )
    emergency_window_seconds: int = Field(
        default=60, ge=1, le=86_400, description="Window in which refused orders are counted, in seconds."
    )
