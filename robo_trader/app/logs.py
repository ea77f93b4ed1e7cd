"""Structured logs on standard error: lines for people, or one JSON object a line. `signal_id` correlates them."""

import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import structlog

from robo_trader.core.domain.events import (
    BarRejected,
    DecisionEvent,
    FillBooked,
    OrderDenied,
    OrderUpdated,
    ReportQuarantined,
    SignalEmitted,
    TradingStateChanged,
)
from robo_trader.core.ports.journal import Batch


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


def batch_logger(*, quiet: bool) -> Callable[[Batch], None]:
    """Return a listener that logs what was decided. quiet: at debug level, for replays as fast as they go."""
    log = structlog.get_logger()

    def listen(batch: Batch) -> None:
        for step in batch.steps:
            for decision in step.decisions:
                for level, event, fields in _lines(decision):
                    log.log(logging.DEBUG if quiet and level == logging.INFO else level, event, **fields)

    return listen


def _lines(decision: DecisionEvent) -> Iterator[tuple[int, str, dict[str, Any]]]:
    match decision:
        case SignalEmitted(signal=signal):
            fields = {"symbol": signal.symbol, "strength": signal.strength, "reason": signal.reason}
            yield logging.INFO, "signal", {"signal_id": signal.signal_id, **fields}
        case OrderUpdated(order=order):
            intent = order.intent
            what = f"{intent.side.value} {intent.quantity} {intent.symbol}"
            fields = {"order_id": order.order_id, "order": what, "status": order.status.value}
            yield logging.INFO, "order", {"signal_id": intent.signal_id, **fields}
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
        case ReportQuarantined():
            yield logging.ERROR, "report quarantined", {"order_id": decision.order_id, "reason": decision.reason}
        case TradingStateChanged():
            yield logging.WARNING, "trading state", {"state": decision.after.value, "reason": decision.reason}
