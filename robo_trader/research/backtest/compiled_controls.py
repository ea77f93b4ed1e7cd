"""Which controls the compiled backtest plays, and the refusal where limits switch on another."""

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.violations import Control
from robo_trader.core.risk.controls import active, is_set
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.research.compiled import account_layout as loop

CONTROLS = {  # by their number in the loop: the control, and the unit of its numbers
    loop.TRADING_STATE: (Control.TRADING_STATE, "shares"),
    loop.MARKET_HOURS: (Control.MARKET_HOURS, "UTC ns"),
    loop.STALE_DATA: (Control.STALE_DATA, "bars"),
    loop.MAX_POSITION: (Control.MAX_POSITION, "USD"),
    loop.GROSS_EXPOSURE: (Control.GROSS_EXPOSURE, "USD"),
    loop.ORDER_NOTIONAL: (Control.ORDER_NOTIONAL, "USD"),
    loop.DAILY_LOSS: (Control.DAILY_LOSS, "USD"),
    loop.CASH_CONTROL: (Control.CASH, "USD"),
    loop.ORDER_SHARES: (Control.ORDER_SHARES, "shares"),
    loop.NET_EXPOSURE: (Control.NET_EXPOSURE, "USD"),
    loop.WEEKLY_LOSS: (Control.WEEKLY_LOSS, "USD"),
    loop.DAILY_TURNOVER: (Control.DAILY_TURNOVER, "USD"),
    loop.ENTRY_WINDOW: (Control.ENTRY_WINDOW, "UTC ns"),
}
_BESIDE_CONTROLS = ("emergency_violations", "cancel_fill_ratio_max")  # what acts beside every control
_PLAYED = frozenset(control for control, _ in CONTROLS.values())


def refuse_unplayed_limits(limits: RiskLimits) -> None:
    """Raise InvalidConfig for limits that the compiled loop does not know, by their names."""
    unplayed = [entry for entry in active(limits) if entry.control not in _PLAYED]
    keys = [key for entry in unplayed for key in entry.keys if is_set(limits, key)]
    keys += [key for key in _BESIDE_CONTROLS if is_set(limits, key)]
    if keys:
        names = ", ".join(f"risk.{key}" for key in keys)
        raise InvalidConfig(
            f"{names}: the compiled backtest does not play {'this control' if len(keys) == 1 else 'these controls'}",
            next_step="Use the engine event: --engine event.",
        )
