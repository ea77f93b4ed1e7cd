"""Structured logs on standard error: lines for people, or one JSON object a line. `signal_id` correlates them."""

import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import structlog

from robo_trader.core.domain.action_events import CorporateActionApplied, CorporateActionRefused
from robo_trader.core.domain.discrepancies import (
    DiscrepancyFound,
    DiscrepancyResolved,
    SymbolBlocked,
    SymbolReleased,
)
from robo_trader.core.domain.events import (
    BarRejected,
    BreakerChanged,
    DecisionEvent,
    FillBooked,
    InstructionRefused,
    LimitChanged,
    LooseningRefused,
    OrderDenied,
    OrderUpdated,
    ReportQuarantined,
    SignalEmitted,
    TradingStateChanged,
)
from robo_trader.core.domain.outcomes import Ending, Outcome, SignalSettled
from robo_trader.core.domain.protection_events import ProtectionFailed
from robo_trader.core.domain.releases import BlocksLifted, ReleaseRefused
from robo_trader.core.domain.violations import Control, OrderRatioExceeded
from robo_trader.core.market.corporate_actions import action_text
from robo_trader.core.ports.journal import Batch
from robo_trader.core.ports.order_references import References

# Refusals that no other line tells of; a denial has a line for each control.
SILENT_REFUSALS = frozenset(
    outcome for outcome in Outcome if outcome.ending is Ending.REFUSAL and outcome is not Outcome.DENIED
)


def configure_logs(level: str, log_format: str) -> None:
    """Set up the process's logs. level: debug, info, warning, error; log_format: console or json."""
    renderer: Any = structlog.processors.JSONRenderer()
    if log_format == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=22)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


def tell_dashboard(url: str, login_url: str, *, log_format: str) -> None:
    """Say where the dashboard is. The login code is shown to people only: logs for programs are kept and copied."""
    if log_format == "json":
        structlog.get_logger().info(
            "dashboard",
            address=url,
            login="the code set in ROBO_WEB__LOGIN_CODE, or the one `robo-trader web` shows in a terminal",
        )
        return
    sys.stderr.write(f"\nDashboard, open it in a browser on this machine:\n  {login_url}\n\n")
    sys.stderr.flush()


def batch_logger(*, quiet: bool, references: References) -> Callable[[Batch], None]:
    """Return a listener that logs what was decided. quiet: at debug level, for replays as fast as they go.

    references: of the orders, those of the batch that is told included.
    """
    log = structlog.get_logger()

    def listen(batch: Batch) -> None:
        for step in batch.steps:
            for decision in step.decisions:
                for level, event, fields in _lines(decision, references):
                    log.log(logging.DEBUG if quiet and level == logging.INFO else level, event, **fields)

    return listen


def _lines(decision: DecisionEvent, references: References) -> Iterator[tuple[int, str, dict[str, Any]]]:
    match decision:
        case SignalEmitted(signal=signal):
            fields = {"symbol": signal.symbol, "strength": signal.strength, "reason": signal.reason}
            yield logging.INFO, "signal", {"signal_id": signal.signal_id, **fields}
        case SignalSettled(outcome=outcome) if outcome in SILENT_REFUSALS:
            fields = {"symbol": decision.symbol, "outcome": outcome.value, "target": str(decision.target)}
            yield logging.INFO, "signal refused", {"signal_id": decision.signal_id, **fields}
        case OrderUpdated(order=order):
            intent = order.intent
            what = f"{intent.side.value} {intent.quantity} {intent.symbol}"
            fields = {"order_id": order.order_id, "order": what, "status": order.status.value}
            reference = str(references.reference_of(order.order_id))
            yield logging.INFO, "order", {"signal_id": intent.signal_id, **fields, "reference": reference}
        case FillBooked(fill=fill, realised=realised):
            what = f"{fill.side.value} {fill.quantity} {fill.symbol} at {fill.price}"
            fields = {"order_id": fill.order_id, "fill": what, "realised": f"{realised:.2f}"}
            yield logging.INFO, "fill", {"signal_id": fill.signal_id, **fields}
        case OrderDenied(intent=intent, violations=violations):
            for found in violations:
                fields = {"symbol": intent.symbol, "control": found.control.value, "context": found.context}
                numbers = {"value": f"{found.value:.2f}", "limit": f"{found.limit:.2f}", "unit": found.unit}
                yield logging.WARNING, "order denied", {"signal_id": intent.signal_id, **fields, **numbers}
        case BarRejected(bar=bar, fault=fault):
            yield (
                logging.WARNING,
                "bar rejected",
                {"symbol": bar.symbol, "fault": fault.value, "ended_at": bar.ended_at},
            )
        case ReportQuarantined() | CorporateActionApplied() | CorporateActionRefused():
            yield _rare_line(decision)
        case _:
            yield from _safeguard_lines(decision)


def _safeguard_lines(decision: DecisionEvent) -> Iterator[tuple[int, str, dict[str, Any]]]:
    match decision:
        case LimitChanged() | LooseningRefused():
            yield _limit_line(decision)
        case TradingStateChanged():
            by = {"actor": decision.actor} if decision.actor else {}
            yield logging.WARNING, "trading state", {"state": decision.after.value, "reason": decision.reason, **by}
        case InstructionRefused(instruction=asked, reason=reason):
            fields = {"instruction": asked.kind.value, "actor": asked.actor, "reason": reason}
            yield logging.WARNING, "instruction refused", fields
        case BreakerChanged(name=name, after=after, reason=reason):
            yield logging.WARNING, "circuit breaker", {"breaker": name, "state": after.value, "reason": reason}
        case ProtectionFailed(symbol=symbol, shares=shares, reason=reason, answer=answer):
            fields = {"symbol": symbol, "shares": str(shares), "reason": reason, "answer": answer.value}
            yield logging.ERROR, "a protective order failed", fields
        case OrderRatioExceeded(asked=asked, fills=fills, limit=limit):
            fields = {"asked": str(asked), "fills": str(fills), "limit": str(limit)}
            yield logging.WARNING, "many replaces and cancels for each fill", fields
        case _:
            yield from _reconciliation_lines(decision)


def _reconciliation_lines(decision: DecisionEvent) -> Iterator[tuple[int, str, dict[str, Any]]]:
    match decision:
        case DiscrepancyFound(discrepancy=one):
            fields = {"kind": one.kind.value, "subject": one.subject, "ours": one.ours, "theirs": one.theirs}
            level = logging.getLevelNamesMapping()[one.severity.value]
            yield level, "discrepancy", {**fields, "unit": one.unit, "decision": one.decision.value}
        case DiscrepancyResolved(discrepancy=one):
            yield logging.WARNING, "discrepancy resolved", {"kind": one.kind.value, "subject": one.subject}
        case SymbolBlocked(block=block):
            yield (
                _block_level(block.control, logging.ERROR),
                "symbol blocked",
                {"symbol": block.symbol, "reason": block.reason},
            )
        case SymbolReleased(block=block):
            yield (
                _block_level(block.control, logging.WARNING),
                "symbol released",
                {"symbol": block.symbol, "reason": block.reason},
            )
        case BlocksLifted(symbol=symbol, actor=actor, reason=reason):
            shares = {"shares_before": str(decision.shares_before), "shares_after": str(decision.shares_after)}
            yield logging.WARNING, "blocks lifted", {"symbol": symbol, "actor": actor, "reason": reason, **shares}
        case ReleaseRefused(instruction=asked, reason=reason):
            fields = {"instruction": f"release {asked.symbol}", "actor": asked.actor, "reason": reason}
            yield logging.WARNING, "instruction refused", fields


def _block_level(control: Control, level: int) -> int:
    """Return how loud a block is told. That the broker is away is said once, and not again of each symbol."""
    if control is Control.MARKET_DATA:
        return min(level, logging.WARNING)  # at every start, until data flows
    return logging.DEBUG if control is Control.BROKER_LINK else level


def _limit_line(decision: LimitChanged | LooseningRefused) -> tuple[int, str, dict[str, Any]]:
    change = decision.change
    before, after = ("off" if value is None else str(value) for value in (change.before, change.after))
    fields = {"limit": f"{change.level}.{change.name}", "before": before, "after": after, "reason": decision.reason}
    if isinstance(decision, LooseningRefused):
        return logging.WARNING, "loosening refused", fields
    return logging.WARNING, "limit changed", {**fields, "actor": decision.actor}


def _rare_line(
    decision: ReportQuarantined | CorporateActionApplied | CorporateActionRefused,
) -> tuple[int, str, dict[str, Any]]:
    if isinstance(decision, ReportQuarantined):
        return logging.ERROR, "report quarantined", {"order_id": decision.order_id, "reason": decision.reason}
    what = action_text(decision.action)
    if isinstance(decision, CorporateActionRefused):
        return logging.WARNING, "corporate action refused", {"what": what, "reason": decision.reason}
    return logging.INFO, "corporate action", {"what": what, "held": str(decision.position.quantity)}
