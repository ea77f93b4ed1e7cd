"""`robo-trader execution fit`: the cost model fitted to what a session's own orders have cost."""

import math
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from robo_trader.adapters.storage.fill_history import read_worked_orders
from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.app.console import print_json, print_pairs, print_text
from robo_trader.app.settings import Settings
from robo_trader.core.domain.errors import DataError
from robo_trader.core.execution.cost_fit import CONFIDENCE, DEFAULT_BOUNDS, CostFit, Fitted, cost_samples, fit_costs
from robo_trader.core.market.impact import ImpactModel


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFit:
    """The answer, for programs. Costs are basis points of the arrival price; low and high hold 95 of 100 times."""

    orders: int
    fills: int
    is_simulated: bool
    modelled_bps: float
    realized_bps: float
    difference_low_bps: float
    difference_high_bps: float
    half_spread_bps: float  # to be set
    half_spread_before_bps: float
    half_spread_low_bps: float | None  # of the orders alone; None where they do not tell it
    half_spread_high_bps: float | None
    impact_coefficient: float  # to be set
    impact_coefficient_before: float
    impact_coefficient_low: float | None
    impact_coefficient_high: float | None


def show_fit(database: Path, *, as_json: bool) -> None:
    """Print what fits, and the lines to set it. Raises DataError where too few orders have been worked."""
    parents, fills = read_worked_orders(database)
    with closing(RecordedJournal(database)) as journal:
        record = journal.session
    samples = cost_samples(parents)
    if len(samples) < DEFAULT_BOUNDS.sample_min:
        raise DataError(
            f"{len(samples)} orders of {database} were worked over time to an end with their volume known, and "
            f"{DEFAULT_BOUNDS.sample_min} are needed; of fewer, chance would tell more than cost",
            next_step="Trade on with execution.algorithm set; an order that is sent at once tells no impact.",
        )
    fit = fit_costs(samples, _model_of(record))
    children = {child for parent in parents for child in parent.children}
    own = sum(fill.order_id in children for fill in fills)
    shown = _shown(fit, fills=own, is_simulated=record.mode == "PAPER")
    if as_json:
        print_json(asdict(shown))
    else:
        _print(shown, fit)


def _model_of(record: SessionRecord) -> ImpactModel:
    """Return the model that the session was traded by."""
    recorded, usual = record.settings, Settings().execution
    return ImpactModel(
        half_spread_bps=float(recorded.get("execution.half_spread_bps", usual.half_spread_bps)),
        coefficient=float(recorded.get("execution.impact_coefficient", usual.impact_coefficient)),
    )


def _shown(fit: CostFit, *, fills: int, is_simulated: bool) -> ShownFit:
    difference, margin = fit.realized_bps - fit.modelled_bps, CONFIDENCE * fit.error_bps
    half_spread, coefficient = fit.half_spread, fit.coefficient
    return ShownFit(
        orders=fit.orders,
        fills=fills,
        is_simulated=is_simulated,
        modelled_bps=fit.modelled_bps,
        realized_bps=fit.realized_bps,
        difference_low_bps=difference - margin,
        difference_high_bps=difference + margin,
        half_spread_bps=round(half_spread.value, 2),
        half_spread_before_bps=half_spread.default,
        half_spread_low_bps=_end(half_spread, -1),
        half_spread_high_bps=_end(half_spread, 1),
        impact_coefficient=round(coefficient.value, 4),
        impact_coefficient_before=coefficient.default,
        impact_coefficient_low=_end(coefficient, -1),
        impact_coefficient_high=_end(coefficient, 1),
    )


def _end(fitted: Fitted, sign: int) -> float | None:
    """Return an end of what the orders alone say, None where they do not say it."""
    return fitted.estimate + sign * CONFIDENCE * fitted.error if math.isfinite(fitted.error) else None


def _print(shown: ShownFit, fit: CostFit) -> None:
    print_pairs(
        "What own orders cost",
        {
            "orders": f"{shown.orders} worked over time, {shown.fills} fills",
            "modelled": f"{shown.modelled_bps:.2f} bps an order, on average",
            "realized": f"{shown.realized_bps:.2f} bps an order, on average",
            "realized less modelled": (
                f"between {shown.difference_low_bps:+.2f} and {shown.difference_high_bps:+.2f} bps, 95 of 100 times"
            ),
            "half spread": _told(fit.half_spread, 0, DEFAULT_BOUNDS.half_spread_most, " bps"),
            "impact coefficient": _told(fit.coefficient, DEFAULT_BOUNDS.least, DEFAULT_BOUNDS.most, ""),
        },
    )
    if shown.is_simulated:
        print_text("Filled by the paper broker: this is what its own model costs, and says nothing of a market.")
    print_text(
        f"\n[execution]\nhalf_spread_bps = {shown.half_spread_bps:.2f}\n"
        f"impact_coefficient = {shown.impact_coefficient:.4f}"
    )


def _told(fitted: Fitted, least: float, most: float, unit: str) -> str:
    low, high = _end(fitted, -1), _end(fitted, 1)
    if low is None or high is None:
        return f"{fitted.default:g}{unit} as before: orders that are all alike do not tell it"
    says = f"the orders alone say {low:.2f} to {high:.2f}"
    if not fitted.is_told:
        return f"{fitted.default:g}{unit} as before: {says}, 95 of 100 times"
    return f"{fitted.value:.4g}{unit}, before {fitted.default:g}: {says}; may be {least:g} to {most:g}"
