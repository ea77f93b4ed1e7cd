"""What the broker's process says, as the log tells it."""

import logging

import structlog

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.codes import CodeKind, meaning
from robo_trader.core.domain.clocks import CLOCK_STOP_NANOS, CLOCK_WARN_NANOS, ClocksCompared

log = structlog.get_logger()


def tell(said: object, *, is_expected: bool = False) -> None:
    """Log what is worth a line, nothing for the rest. is_expected: trouble belongs to the hour, and alarms nobody."""
    if isinstance(said, speech.CodeHeard):
        _tell_code(said, is_expected=is_expected)
    elif isinstance(said, speech.ServiceChanged):
        level = log.info if said.works else log.warning
        level("the gateway's service", service=said.service, works=said.works, words=said.words)
    elif isinstance(said, speech.AlarmRaised):
        log.error("the broker's process raises an alarm", words=said.words)
    elif isinstance(said, speech.HistoryTold):
        _tell_history(said)
    elif isinstance(said, ClocksCompared):
        _tell_clocks(said)


def _tell_history(said: speech.HistoryTold) -> None:
    if said.seconds:
        ordered = sorted(said.seconds)
        log.info(
            "history is there",
            questions=len(ordered),
            median_seconds=round(ordered[len(ordered) // 2], 3),
            p95_seconds=round(ordered[len(ordered) * 95 // 100], 3),
            whole_seconds=round(said.whole_seconds, 3),
        )


def _tell_clocks(said: ClocksCompared) -> None:
    apart = abs(said.ahead_nanos)
    level = logging.INFO + 10 * (apart >= CLOCK_WARN_NANOS) + 10 * (apart >= CLOCK_STOP_NANOS)
    log.log(level, "clocks compared", broker_ahead_seconds=said.ahead_nanos / 1e9)


def _tell_code(said: speech.CodeHeard, *, is_expected: bool) -> None:
    code = meaning(said.code)
    is_quiet = is_expected or code.kind in {CodeKind.NOTICE, CodeKind.ADVISORY, CodeKind.CONFIRMS_CANCEL}
    level = log.info if is_quiet else log.warning
    level("gateway", code=said.code, text=said.text, means=code.cause, effect=code.effect, next_step=code.next_step)
