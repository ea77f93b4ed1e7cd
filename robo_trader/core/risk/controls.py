"""All controls in one table: which number of the list each is, which settings switch it on, and what it is asked about.

An order that only takes risk away (`reduces`) is spared the controls of entries: a stop must be able to leave what an
entry could build. One that protects a position is asked about the trading state alone: it may rest at any hour, and
needs no fresh price.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.risk import (
    account_facts,
    arming,
    blocks,
    clocks,
    exposures,
    losses,
    market_data,
    order_sizes,
    portfolio_checks,
    rates,
    sessions,
)
from robo_trader.core.risk.limits import RiskLimits, RiskView

Check = Callable[[OrderIntent, RiskView, RiskLimits], Violation | None]

_DEFAULTS = {field.name: field.default for field in fields(RiskLimits)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlEntry:
    """One line of the table. Without keys a control is always on."""

    code: str  # of the control list, as in docs/risk.md
    control: Control
    check: Check
    entries_only: bool = True
    holds_protection: bool = False  # an order that protects a position is asked about it, too
    holds_replaces: bool = False  # other terms for an open order are asked about it, too
    is_latched: bool = False  # what it has once refused stays so, though its limits are off by now
    keys: tuple[str, ...] = ()  # the limits any of which switches it on

    def is_on(self, limits: RiskLimits) -> bool:
        """Whether limits make it decide anything."""
        return not self.keys or self.is_latched or any(is_set(limits, key) for key in self.keys)


def is_set(limits: RiskLimits, key: str) -> bool:
    """Return whether a limit that may be off is on."""
    return bool(getattr(limits, key) != _DEFAULTS[key])


BREAKER_KEYS = (
    "breaker_losing_streak", "breaker_rejects", "breaker_slippage_bps", "breaker_errors", "breaker_orders",
)  # fmt: skip

CONTROLS: tuple[ControlEntry, ...] = (
    ControlEntry(
        code="C31", control=Control.TRADING_STATE, check=sessions.check_trading_state, entries_only=False,
        holds_protection=True,
    ),
    ControlEntry(code="C18", control=Control.MARKET_HOURS, check=sessions.check_market_hours, entries_only=False),
    ControlEntry(code="C19", control=Control.STALE_DATA, check=market_data.check_stale_data, entries_only=False),
    ControlEntry(code="C27", control=Control.RECONCILIATION, check=blocks.check_reconciliation, entries_only=False),
    ControlEntry(code="C28", control=Control.UNKNOWN_ORDER, check=blocks.check_unknown_order, entries_only=False),
    ControlEntry(
        code="C27", control=Control.BROKER_LINK, check=blocks.check_broker_link, entries_only=False,
        holds_protection=True,
    ),
    ControlEntry(code="C19", control=Control.MARKET_DATA, check=blocks.check_market_data),
    ControlEntry(code="C18", control=Control.EXCHANGE_HALT, check=blocks.check_exchange_halt, entries_only=False),
    ControlEntry(
        code="C23", control=Control.CONTRACT, check=blocks.check_contract, entries_only=False, holds_protection=True,
    ),
    ControlEntry(code="C29", control=Control.CLOCK, check=clocks.check_clock),
    ControlEntry(code="C30", control=Control.ARMING, check=arming.check_arming),
    ControlEntry(
        code="C03", control=Control.PRICE_COLLAR, check=market_data.check_price_collar, entries_only=False,
        keys=("price_collar_fraction",),
    ),
    ControlEntry(code="C08", control=Control.MAX_POSITION, check=exposures.check_max_position),
    ControlEntry(code="C09", control=Control.GROSS_EXPOSURE, check=exposures.check_gross_exposure),
    ControlEntry(code="C02", control=Control.ORDER_NOTIONAL, check=order_sizes.check_order_notional),
    ControlEntry(code="C12", control=Control.DAILY_LOSS, check=losses.check_daily_loss),
    ControlEntry(code="C11", control=Control.CASH, check=order_sizes.check_cash),
    ControlEntry(
        code="C01", control=Control.ORDER_SHARES, check=order_sizes.check_order_shares, keys=("order_shares_max",)
    ),
    ControlEntry(
        code="C09", control=Control.NET_EXPOSURE, check=exposures.check_net_exposure,
        keys=("net_exposure_max_fraction", "net_exposure_min_fraction"),
    ),
    ControlEntry(
        code="C12", control=Control.WEEKLY_LOSS, check=losses.check_weekly_loss, keys=("weekly_loss_fraction",)
    ),
    ControlEntry(
        code="C14", control=Control.DAILY_TURNOVER, check=losses.check_daily_turnover,
        keys=("daily_turnover_fraction",),
    ),
    ControlEntry(
        code="C18", control=Control.ENTRY_WINDOW, check=sessions.check_entry_window,
        keys=("entry_delay_minutes", "entry_cutoff_minutes"),
    ),
    ControlEntry(
        code="C12", control=Control.STRATEGY_LOSS, check=losses.check_strategy_loss, keys=("strategy_loss_fraction",)
    ),
    ControlEntry(
        code="C08", control=Control.TOP_FIVE, check=exposures.check_top_five, keys=("top_five_fraction",)
    ),
    ControlEntry(
        code="C17", control=Control.SHORT_SALE, check=exposures.check_short_sale,
        keys=("short_sales", "borrow_rate_max"),
    ),
    ControlEntry(
        code="C16", control=Control.SYMBOL_LIST, check=market_data.check_symbol_list,
        keys=("allowed_symbols", "denied_symbols"),
    ),
    ControlEntry(code="C15", control=Control.MIN_PRICE, check=market_data.check_min_price, keys=("price_min",)),
    ControlEntry(
        code="C15", control=Control.LIQUIDITY, check=market_data.check_liquidity,
        keys=("adv_order_fraction", "adv_position_fraction", "adv_dollars_min"),
    ),
    ControlEntry(
        code="C16", control=Control.MARKET_CAP, check=market_data.check_market_cap, keys=("market_cap_min",)
    ),
    ControlEntry(
        code="C04", control=Control.SPREAD, check=market_data.check_spread, keys=("spread_max_fraction",)
    ),
    ControlEntry(
        code="C25", control=Control.QUARANTINE, check=market_data.check_quarantine, keys=("jump_fraction",)
    ),
    ControlEntry(
        code="C10", control=Control.EXCESS_LIQUIDITY, check=account_facts.check_excess_liquidity,
        keys=("excess_liquidity_fraction",),
    ),
    ControlEntry(
        code="C10", control=Control.GREEKS, check=account_facts.check_greeks,
        keys=("delta_max", "gamma_max", "vega_max"),
    ),
    ControlEntry(
        code="C05", control=Control.ORDER_RATE, check=rates.check_order_rate,
        keys=("orders_per_second", "orders_per_minute", "strategy_orders_per_minute"),
    ),
    ControlEntry(
        code="C06", control=Control.DUPLICATE_ORDER, check=rates.check_duplicate_order, keys=("duplicate_seconds",)
    ),
    ControlEntry(
        code="C07", control=Control.REPEATED_ENTRY, check=rates.check_repeated_entry, keys=("entries_per_session",)
    ),
    ControlEntry(
        code="C21", control=Control.WORKING_ORDERS, check=rates.check_working_orders,
        keys=("working_orders_max", "symbol_working_orders_max"),
    ),
    ControlEntry(
        code="C12", control=Control.CIRCUIT_BREAKER, check=rates.check_circuit_breaker, keys=BREAKER_KEYS
    ),
    ControlEntry(
        code="C24", control=Control.REPLACES, check=rates.check_replaces, holds_replaces=True,
        keys=("replaces_max",),
    ),
    ControlEntry(
        code="C32", control=Control.POST_TRADE, check=blocks.check_post_trade, entries_only=False, is_latched=True,
        keys=("fill_collar_fraction", "fills_after_halt"),
    ),
    ControlEntry(
        code="C08", control=Control.SECTOR_EXPOSURE, check=portfolio_checks.check_sector, keys=("sector_fraction",)
    ),
    ControlEntry(
        code="C08", control=Control.CORRELATED_EXPOSURE, check=portfolio_checks.check_correlated,
        keys=("correlated_fraction",),
    ),
    ControlEntry(
        code="C09", control=Control.PORTFOLIO_HEAT, check=portfolio_checks.check_heat, keys=("heat_fraction",)
    ),
    ControlEntry(code="C09", control=Control.PORTFOLIO_BETA, check=portfolio_checks.check_beta, keys=("beta_max",)),
    ControlEntry(
        code="C09", control=Control.VALUE_AT_RISK, check=portfolio_checks.check_value_at_risk,
        keys=("value_at_risk_fraction",),
    ),
    ControlEntry(
        code="C09", control=Control.EXPECTED_SHORTFALL, check=portfolio_checks.check_shortfall,
        keys=("shortfall_fraction",),
    ),
)  # fmt: skip

# What cuts a target before it is an order: a strategy's mode, and what other strategies want (`core/portfolio`).
OF_TARGETS = frozenset({Control.STRATEGY_MODE, Control.CONFLICT})

# Those that look at every holding, with its stops and past returns: `RiskView.portfolio`.
PORTFOLIO_CONTROLS = frozenset({
    Control.SECTOR_EXPOSURE, Control.CORRELATED_EXPOSURE, Control.PORTFOLIO_HEAT, Control.PORTFOLIO_BETA,
    Control.VALUE_AT_RISK, Control.EXPECTED_SHORTFALL,
})  # fmt: skip


def active(limits: RiskLimits, controls: Iterable[ControlEntry] = CONTROLS) -> tuple[ControlEntry, ...]:
    """Return the controls that limits switch on, in the order of the table."""
    return tuple(entry for entry in controls if entry.is_on(limits))


def keys_of(control: Control) -> tuple[str, ...]:
    """Return the limits that switch a control on."""
    return next(entry.keys for entry in CONTROLS if entry.control is control)
