"""`why` and `why-not`: what was decided, out of the journal, running or not."""

from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from robo_trader.adapters.storage.decisions import SqlDecisions
from robo_trader.app.console import cell, print_json, print_pairs, print_rows, print_text
from robo_trader.app.decision_chains import EVER, Chain, Makeup, explain
from robo_trader.app.decision_words import chain_in_words
from robo_trader.app.obstacles import (
    WhyNot,
    find_obstacles,
    last_bar_in_words,
    refusal_in_words,
    state_in_words,
)
from robo_trader.core.domain.errors import InvalidConfig

_PIECES = ("occurred_at", "quantity", "price", "commission", "realised", "execution_id", "order_id", "signal_id")
_SIGNALS = ("signal_id", "as_of", "strength", "target", "trimmed_by", "outcome", "reason")


def show_why(database: Path, reference: str, *, as_json: bool) -> None:
    """Print the chain behind an order or an execution, or what a position is made of."""
    with closing(SqlDecisions(database)) as decisions:
        found = explain(decisions, reference)
    if as_json:
        print_json(asdict(found))
    elif isinstance(found, Chain):
        print_pairs(f"Why order {found.order.order_id}", chain_in_words(found))
    else:
        _print_makeup(found)


def show_why_not(database: Path, symbol: str, *, at: str | None, as_json: bool) -> None:
    """Print what stood in the way of trading a symbol at a time, or now."""
    until = None if at is None else parse_moment(at)
    with closing(SqlDecisions(database)) as decisions:
        found = find_obstacles(decisions, symbol, until=EVER if until is None else until, at=until)
    if as_json:
        print_json(asdict(found))
    else:
        _print_obstacles(found)


def parse_moment(text: str, option: str = "--at") -> int:
    """Return UTC nanoseconds of an ISO time; a date alone is its last moment. Raises InvalidConfig for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidConfig(
            f"{option} {text!r:.60} is no time",
            next_step="Write it as 2012-10-17, or 2012-10-17T20:00 for a time in UTC.",
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if len(text) <= len("2012-10-17"):
        moment += timedelta(days=1, microseconds=-1)
    whole = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return min(max(whole * 1_000, 0), EVER)


def _print_makeup(found: Makeup) -> None:
    position = found.position
    if position is None or not found.parts:
        print_text(f"{found.symbol} was never held. `robo-trader why-not {found.symbol}` says what stood in the way.")
        return
    pairs = {key: f"{value}" for key, value in asdict(position).items() if key not in {"seq", "symbol"}}
    print_pairs(f"Position {found.symbol}", pairs)
    for part in found.parts:
        holds = f"holds {part.quantity}" if part.quantity else "holds nothing now; its last round was"
        print_rows(f"{part.strategy} {holds}", part.pieces, columns=_PIECES, as_json=False)
        print_rows("Because of", part.signals, columns=_SIGNALS, as_json=False)


def _print_obstacles(found: WhyNot) -> None:
    for finding in found.findings:
        print_text(f"{found.symbol}: {finding.words}")
        if finding.next_step:
            print_text(f"      {finding.next_step}")
    for words in (state_in_words(found), refusal_in_words(found)):
        if words is not None:
            print_text(f"      {words}")
    for finding in found.findings:
        numbers = {key: cell(key, value) for key, value in finding.numbers.items() if value is not None}
        title = f"{finding.found} {finding.decision.signal_id if finding.decision else ''}".strip()
        print_pairs(title, {**numbers, "last bar": last_bar_in_words(found)})
