"""What an account traded, for its taxes: every execution once, as it counts now, on its trade date in New York."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from robo_trader.adapters.storage.fill_history import ShareMove, read_share_moves
from robo_trader.adapters.storage.projections import SqlProjections
from robo_trader.core.domain.action_events import CorporateActionApplied
from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.corporate_actions import StockSplit, SymbolChange
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import FillBooked, FillRestated
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.money import round_money
from robo_trader.core.ledger.tax_lots import DatedExecution, ShareSplit

_NEW_YORK = ZoneInfo("America/New_York")
_NANOS = 1_000_000_000

Timed = tuple[int, DatedExecution]
Applied = tuple[int, CorporateActionApplied]  # with its journal sequence
Named = TypeVar("Named", DatedExecution, ShareSplit)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRecords:
    """The executions of one account, or of one strategy's part of it."""

    account: str
    is_simulated: bool
    strategy: str | None
    executions: Sequence[DatedExecution]  # in order of time
    last_day: date  # up to which the journal tells
    splits: Sequence[ShareSplit] = ()  # that the journal holds as events, in order of time


def read_tax_records(database: Path, *, strategy: str | None) -> TaxRecords:
    """Return what a journal tells. `strategy` takes one strategy's part, what it exchanged with others included.

    Raises JournalError if the database cannot be read, InvalidConfig for a strategy that never traded in it.
    """
    moves = read_share_moves(database)
    with closing(SqlProjections(database)) as projections:
        session = projections.session()
        marks = projections.equity(limit=1)
        orders = {order.order_id: order.strategy for order in projections.orders()} if strategy else {}
    fills = fills_as_they_count(moves)
    if strategy is None:
        timed = [(at, _whole(at, fill)) for at, fill in fills]
    else:
        timed = _of_strategy(strategy, fills, moves, orders)
    actions = [(seq, move) for seq, move in moves if isinstance(move, CorporateActionApplied)]
    timed = [*_paid_out(actions, strategy), *timed]  # at the open: before what trades then
    timed.sort(key=lambda one: one[0])
    last = max([mark.as_of for mark in marks] + [at for at, _ in timed], default=0)
    return TaxRecords(
        account=session.account,
        is_simulated=session.mode == "PAPER",
        strategy=strategy,
        executions=[_renamed(execution, at, actions) for at, execution in timed],
        last_day=_trade_date(last),
        splits=[_renamed(split, move.occurred_at, actions) for move, split in _splits(actions)],
    )


def fills_as_they_count(moves: Iterable[tuple[int, object]]) -> list[tuple[int, FillBooked | FillRestated]]:
    """Return each execution in its last version, with the time it was made: a correction does not move it."""
    made_at: dict[ExecutionId, int] = {}
    latest: dict[ExecutionId, FillBooked | FillRestated] = {}
    for _, move in moves:
        if isinstance(move, (FillBooked, FillRestated)):
            made_at.setdefault(move.fill.execution_id, move.fill.occurred_at)
            latest[move.fill.execution_id] = move
    return [(made_at[execution_id], move) for execution_id, move in latest.items()]


def _of_strategy(
    strategy: str,
    fills: Sequence[tuple[int, FillBooked | FillRestated]],
    moves: Iterable[tuple[int, ShareMove]],
    orders: dict[int, str],
) -> list[Timed]:
    is_shared = any(move.allotments for _, move in moves)
    names = {part.strategy for _, move in moves for part in move.allotments} if is_shared else set(orders.values())
    if strategy not in names:
        raise InvalidConfig(
            f"no strategy {strategy!r} has traded in this account",
            next_step=f"Name one of: {', '.join(sorted(names)) or 'none has traded yet'}.",
        )
    if not is_shared:
        return [(at, _whole(at, move)) for at, move in fills if orders[move.fill.order_id] == strategy]
    return [*_parts(strategy, fills), *_crossed(strategy, moves)]


def _parts(strategy: str, fills: Iterable[tuple[int, FillBooked | FillRestated]]) -> Iterable[Timed]:
    for at, move in fills:
        for part in move.allotments:
            if part.strategy == strategy:
                yield at, replace(_whole(at, move), quantity=part.quantity, commission=part.commission)


def _crossed(strategy: str, moves: Iterable[tuple[int, ShareMove]]) -> Iterable[Timed]:
    for seq, move in moves:
        if not isinstance(move, SharesCrossed):
            continue
        at, name = move.occurred_at, f"crossed-{seq}"
        for part in move.allotments:
            if part.strategy == strategy:
                yield (
                    at,
                    DatedExecution(
                        execution_id=name,
                        opened_by=name,
                        symbol=move.symbol,
                        quantity=part.quantity,
                        price=move.price,
                        commission=part.commission,
                        on=_trade_date(at),
                    ),
                )


def _splits(actions: Sequence[Applied]) -> Iterable[tuple[CorporateActionApplied, ShareSplit]]:
    for _, move in actions:
        action = move.action
        if isinstance(action, StockSplit):
            on = date.fromisoformat(action.ex_date)
            yield move, ShareSplit(symbol=action.symbol, new=action.new, old=action.old, on=on)


def _paid_out(actions: Sequence[Applied], strategy: str | None) -> list[Timed]:
    """Return what left for cash, parts of shares and all of a delisted one, as executions. Millionths, as lots are."""
    found: list[Timed] = []
    for seq, move in actions:
        parts = [part.quantity for part in move.allotments if part.strategy == strategy]
        if strategy is None or not move.allotments:
            parts = [-move.paid]
        name, at = f"action-{seq}", move.occurred_at
        found += [
            (
                at,
                DatedExecution(
                    execution_id=name,
                    opened_by=name,
                    symbol=move.action.symbol,
                    quantity=round_money(quantity),
                    price=move.price,
                    commission=Decimal(0),
                    on=_trade_date(at),
                ),
            )
            for quantity in parts
            if quantity
        ]
    return found


def _renamed(one: Named, at: int, actions: Sequence[Applied]) -> Named:
    """Return an execution or split under the name that its shares have at the end."""
    for _, move in actions:
        action = move.action
        if isinstance(action, SymbolChange) and action.symbol == one.symbol and at < action.occurred_at:
            one = replace(one, symbol=action.new_symbol)
    return one


def _whole(at: int, move: FillBooked | FillRestated) -> DatedExecution:
    fill = move.fill
    return DatedExecution(
        execution_id=fill.execution_id,
        opened_by=f"order {fill.order_id}",
        symbol=fill.symbol,
        quantity=fill.side.sign * fill.quantity,
        price=fill.price,
        commission=fill.commission,
        on=_trade_date(at),
    )


def _trade_date(nanos: int) -> date:
    return datetime.fromtimestamp(nanos // _NANOS, UTC).astimezone(_NEW_YORK).date()
