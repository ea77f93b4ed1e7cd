"""The risk policy against what is in force: which of two values is tighter, and what a new policy may change.

An order passes the tightest of three levels: the account's, its strategy's, and its symbol's.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from robo_trader.core.domain.policies import LimitChange, LimitValue, Policy, PolicyLimit
from robo_trader.core.risk.limits import RiskLimits


class Tighter(Enum):
    """Which of two values of a limit refuses more."""

    LOWER = "lower"
    HIGHER = "higher"
    FALSE = "false"


# Fields of RiskLimits that no policy sets: those for which none of two values is tighter than the other.
NOT_IN_POLICY = frozenset({"allowed_symbols", "denied_symbols", "breaker_slippage_fills"})

# Of every other field of RiskLimits; units and bounds are those of the settings.
TIGHTER: Mapping[str, Tighter] = MappingProxyType({
    "max_position_fraction": Tighter.LOWER,
    "gross_exposure_fraction": Tighter.LOWER,
    "order_notional_max": Tighter.LOWER,
    "order_notional_fraction": Tighter.LOWER,
    "daily_loss_fraction": Tighter.LOWER,
    "intraday_drawdown_fraction": Tighter.LOWER,
    "cash_buffer_fraction": Tighter.HIGHER,
    "stale_after_bars": Tighter.LOWER,
    "orders_for_next_open": Tighter.FALSE,
    "heat_fraction": Tighter.LOWER,
    "sector_fraction": Tighter.LOWER,
    "correlated_fraction": Tighter.LOWER,
    "beta_max": Tighter.LOWER,
    "value_at_risk_fraction": Tighter.LOWER,
    "shortfall_fraction": Tighter.LOWER,
    "order_shares_max": Tighter.LOWER,
    "price_collar_fraction": Tighter.LOWER,
    "spread_max_fraction": Tighter.LOWER,
    "orders_per_second": Tighter.LOWER,
    "order_burst": Tighter.LOWER,
    "orders_per_minute": Tighter.LOWER,
    "strategy_orders_per_minute": Tighter.LOWER,
    "duplicate_seconds": Tighter.HIGHER,
    "entries_per_session": Tighter.LOWER,
    "symbol_working_orders_max": Tighter.LOWER,
    "working_orders_max": Tighter.LOWER,
    "daily_turnover_fraction": Tighter.LOWER,
    "top_five_fraction": Tighter.LOWER,
    "net_exposure_max_fraction": Tighter.LOWER,
    "net_exposure_min_fraction": Tighter.HIGHER,
    "weekly_loss_fraction": Tighter.LOWER,
    "strategy_loss_fraction": Tighter.LOWER,
    "drawdown_fraction": Tighter.LOWER,
    "adv_order_fraction": Tighter.LOWER,
    "adv_position_fraction": Tighter.LOWER,
    "adv_dollars_min": Tighter.HIGHER,
    "price_min": Tighter.HIGHER,
    "market_cap_min": Tighter.HIGHER,
    "short_sales": Tighter.FALSE,
    "borrow_rate_max": Tighter.LOWER,
    "entry_delay_minutes": Tighter.HIGHER,
    "entry_cutoff_minutes": Tighter.HIGHER,
    "jump_fraction": Tighter.LOWER,
    "excess_liquidity_fraction": Tighter.HIGHER,
    "delta_max": Tighter.LOWER,
    "gamma_max": Tighter.LOWER,
    "vega_max": Tighter.LOWER,
    "breaker_losing_streak": Tighter.LOWER,
    "breaker_rejects": Tighter.LOWER,
    "breaker_slippage_bps": Tighter.LOWER,
    "breaker_errors": Tighter.LOWER,
    "breaker_orders": Tighter.LOWER,
    "breaker_window_seconds": Tighter.HIGHER,
    "breaker_cooldown_seconds": Tighter.HIGHER,
    "replaces_max": Tighter.LOWER,
    "cancel_fill_ratio_max": Tighter.LOWER,
    "fill_collar_fraction": Tighter.LOWER,
    "fills_after_halt": Tighter.FALSE,
    "emergency_violations": Tighter.LOWER,
    "emergency_window_seconds": Tighter.HIGHER,
})  # fmt: skip

# Those that no single order is held to: they act on the account, and stand at its level only.
ACCOUNT_ONLY = frozenset({
    "intraday_drawdown_fraction", "drawdown_fraction", "jump_fraction", "breaker_losing_streak", "breaker_rejects",
    "breaker_slippage_bps", "breaker_errors", "breaker_orders", "breaker_window_seconds", "breaker_cooldown_seconds",
    "cancel_fill_ratio_max", "emergency_violations", "emergency_window_seconds",
})  # fmt: skip

_WHOLE = frozenset(field.name for field in fields(RiskLimits) if field.type in (int, int | None))


def is_tighter(name: str, value: LimitValue, than: LimitValue | None) -> bool:
    """Return whether `value` of a limit refuses more than another; a limit that is off (None) refuses nothing."""
    if than is None:
        return True
    match TIGHTER[name]:
        case Tighter.LOWER:
            return value < than
        case Tighter.HIGHER:
            return value > than
        case Tighter.FALSE:
            return than is True and value is False


def tightest(limits: RiskLimits, policy: Policy, *levels: str) -> RiskLimits:
    """Return the limits with all that the levels of a policy tighten; what they would loosen stays as it is."""
    found: dict[str, Decimal | bool | int] = {}
    for limit in policy.limits:
        if limit.level in levels and is_tighter(
            limit.name, limit.value, found.get(limit.name, getattr(limits, limit.name))
        ):
            found[limit.name] = int(limit.value) if limit.name in _WHOLE else limit.value
    return replace(limits, **found) if found else limits  # type: ignore[arg-type]  # each value fits its field


def tightened(old: Policy, new: Policy) -> tuple[tuple[LimitChange, ...], tuple[LimitChange, ...]]:
    """Return what a new policy tightens, and what it would loosen; a limit it leaves out would be loosened.

    Both in order of level and name.
    """
    before, after = _by_key(old), _by_key(new)
    tighter: list[LimitChange] = []
    looser: list[LimitChange] = []
    for level, name in sorted(before.keys() | after.keys()):
        was, will_be = before.get((level, name)), after.get((level, name))
        if was == will_be:
            continue
        change = LimitChange(level=level, name=name, before=was, after=will_be)
        (tighter if will_be is not None and is_tighter(name, will_be, was) else looser).append(change)
    return tuple(tighter), tuple(looser)


def with_changes(policy: Policy, changes: tuple[LimitChange, ...]) -> Policy:
    """Return the policy after these changes."""
    limits: dict[tuple[str, str], LimitValue | None] = {**_by_key(policy)}
    for change in changes:
        limits[change.level, change.name] = change.after
    return policy_of({key: value for key, value in limits.items() if value is not None})


def policy_of(limits: Mapping[tuple[str, str], LimitValue]) -> Policy:
    """Return the policy of these values by level and name, in order."""
    return Policy(
        limits=tuple(PolicyLimit(level=level, name=name, value=limits[level, name]) for level, name in sorted(limits))
    )


def _by_key(policy: Policy) -> dict[tuple[str, str], LimitValue]:
    return {(limit.level, limit.name): limit.value for limit in policy.limits}
