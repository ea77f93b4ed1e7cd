"""`robo-trader reconcile`: where book and broker differ, what was done about it, and what to do next."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.app.console import print_json, print_rows
from robo_trader.core.domain.discrepancies import UNASSIGNED, Decision, DiscrepancyKind
from robo_trader.core.domain.violations import Control
from robo_trader.core.execution.adoption import POSITION_KINDS
from robo_trader.core.ports.projections import BlockRow, DiscrepancyRow

_DONE = {
    Decision.ADOPT.value: "The broker's figure was taken over.",
    Decision.WAIT.value: "Nothing was done; it is looked at again with every statement.",
    Decision.BLOCK.value: "No order leaves in the symbol until two statements in a row agree with the books.",
    Decision.HALT.value: "Trading is halted.",
}
_K = DiscrepancyKind
_NEXT = {
    _K.POSITION_MISSING: "Look at the account's trades: were the shares sold or moved elsewhere?",
    _K.POSITION_EXTRA: "Look at the account's trades: were the shares bought by hand, or there before this session?",
    _K.POSITION_QUANTITY: "Look at the account's trades, and for a split or a transfer.",
    _K.POSITION_SIDE: "Close the position at the broker by hand, and look at the account's trades.",
    _K.AVERAGE_COST: "None: brokers count commissions into it, or do not.",
    _K.UNKNOWN_SYMBOL: "None: this session does not trade it.",
    _K.ORDER_UNKNOWN_TO_US: "Cancel the order at the broker, or let it end.",
    _K.ORDER_UNKNOWN_TO_BROKER: "Look for the order at the broker; its end may never have been reported.",
    _K.ORDER_QUANTITY: "Was the order changed by hand? Cancel it at the broker, or let it end.",
    _K.ORDER_PRICE: "Was the order changed by hand? Change it back, or cancel it.",
    _K.ORDER_SIDE: "Cancel the order at the broker; then begin a new session.",
    _K.ORDER_FILLED: "Look at the order's executions at the broker.",
    _K.ORDER_STATUS: "Look at the order at the broker.",
    _K.ORDER_ID_REUSED: "Does another program, or an older database, use the same account? Stop one of them.",
    _K.ORDER_CONTRADICTION: "Does another program, or an older database, use the same account? Stop one of them.",
    _K.ORDER_LOST: "Trade no more with this database: continue with its newest copy. If there is none, cancel what "
    "works at the broker, and begin a new session.",
    _K.EXECUTION_MISSING_HERE: "None; if it happens often, the connection loses reports.",
    _K.EXECUTION_MISSING_THERE: "Ask the broker whether the execution stands.",
    _K.EXECUTION_DIFFERENT: "None: the broker restated it.",
    _K.CASH_BELOW_THRESHOLD: "None; fees and interest are of this size.",
    _K.CASH_ABOVE_THRESHOLD: "Look for deposits, withdrawals, fees and dividends in the broker's statement.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the table of discrepancies."""

    found_at: int
    what: str
    here: str
    at_the_broker: str
    unit: str
    done: str
    next_step: str


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """One line of the table of blocked symbols."""

    symbol: str
    since_at: int
    reason: str
    next_step: str


def show_reconciliation(database: Path, *, limit: int, as_json: bool) -> None:
    """Print the discrepancies, the ones that stand first, and the blocked symbols."""
    with closing(SqlProjections(database)) as projections:
        found = projections.discrepancies(limit=limit)
        blocks = [row for row in projections.blocks() if row.released_at is None]
    if as_json:
        print_json({
            "discrepancies": [{**asdict(row), "next_step": _next_step(row)} for row in found],
            "blocked": [{**asdict(row), "next_step": _way_out(row)} for row in blocks],
        })  # fmt: skip
        return
    standing = [row for row in found if row.resolved_at is None]
    resolved = [row for row in found if row.resolved_at is not None]
    if not found and not blocks:
        typer.echo("Books and broker agree.")
        return
    _print("Different now", standing)
    _print("Different before, resolved", resolved)
    shown = [ShownBlock(row.symbol, row.since, row.reason, _way_out(row)) for row in blocks]
    print_rows("Blocked symbols", shown, columns=("symbol", "since_at", "reason", "next_step"), as_json=False)


def _print(title: str, rows: Sequence[DiscrepancyRow]) -> None:
    shown = [
        Shown(
            row.found_at, f"{row.kind} {row.subject}", row.ours, row.theirs, row.unit, _DONE[row.decision],
            _next_step(row),
        )
        for row in rows
    ]  # fmt: skip
    columns = ("found_at", "what", "here", "at_the_broker", "unit", "done", "next_step")
    print_rows(title, shown, columns=columns, as_json=False)


def _next_step(row: DiscrepancyRow) -> str:
    return "" if row.resolved_at is not None else _NEXT[DiscrepancyKind(row.kind)]


def _way_out(row: BlockRow) -> str:
    if row.control == Control.UNKNOWN_ORDER.value:
        return "Wait: two statements will show the order, or that it never arrived. It is not sent again."
    if row.cause == UNASSIGNED:
        return (
            "Close by hand what was opened by hand; the symbol is free once two statements agree. Or keep it: "
            f"robo-trader instruct release {row.symbol} --reason TEXT"
        )
    if row.cause.partition(" ")[0] in {kind.value for kind in POSITION_KINDS}:
        return (
            "It ends by itself once two statements in a row agree with the books. If the broker is right: "
            f"robo-trader instruct release {row.symbol} --adopt --reason TEXT"
        )
    return "It ends by itself once two statements in a row agree with the books."
