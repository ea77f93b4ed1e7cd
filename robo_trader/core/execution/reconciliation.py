"""Reconciliation as a comparison: our books beside a broker's statement, and every difference by its name.

It is a pure function of the two, and changes nothing. One comparison proves nothing either: a fill on its way makes
two true stories differ. `Passes` says when a difference is to be believed.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from robo_trader.core.domain.discrepancies import Discrepancy, DiscrepancyKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.positions import Position
from robo_trader.core.domain.statements import BrokerStatement, StatedPosition
from robo_trader.core.execution.execution_comparison import compare_executions
from robo_trader.core.execution.figures import figure
from robo_trader.core.execution.order_book import OrderBook
from robo_trader.core.execution.order_comparison import compare_orders
from robo_trader.core.execution.reconciliation_policy import ReconciliationPolicy

HALF_A_CENT = Decimal("0.005")


class Section(Enum):
    """The parts of a statement that are compared each on its own: one may be missing where others are there.

    In this order: an execution that is put right puts right the orders, positions and cash that follow from it.
    """

    EXECUTIONS = "EXECUTIONS"
    ORDERS = "ORDERS"
    POSITIONS = "POSITIONS"
    CASH = "CASH"

    __hash__ = object.__hash__  # as Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Our side of the comparison."""

    symbols: Collection[Symbol]  # those that are traded
    positions: Mapping[Symbol, Position]
    orders: OrderBook  # with the executions
    cash: Decimal
    cash_adopted: Decimal  # dollars taken over from statements so far, with their sign
    equity: Decimal


def compare(book: Book, statement: BrokerStatement, policy: ReconciliationPolicy) -> tuple[Discrepancy, ...]:
    """Return every difference between the book and what is told of a statement, in a fixed order."""
    return tuple(one for section in Section for one in compare_section(section, book, statement, policy) or ())


def compare_section(
    section: Section, book: Book, statement: BrokerStatement, policy: ReconciliationPolicy
) -> list[Discrepancy] | None:
    """Return the differences in one section, None if the statement does not tell of it."""
    if section is Section.POSITIONS:
        return None if statement.positions is None else list(_positions(book, statement.positions, policy))
    if section is Section.CASH:
        return None if statement.cash is None else list(_cash(book, statement.cash, policy))
    if section is Section.ORDERS:
        return None if statement.open_orders is None else compare_orders(book.orders, book.symbols, statement, policy)
    if statement.executions is None:
        return None
    return compare_executions(book.orders, statement.executions, statement, policy)


def _positions(
    book: Book, positions: tuple[StatedPosition, ...], policy: ReconciliationPolicy
) -> Iterator[Discrepancy]:
    theirs = {stated.symbol: stated for stated in positions if stated.quantity}
    ours = {symbol: held for symbol, held in book.positions.items() if held.quantity}
    for symbol in sorted(theirs.keys() | ours.keys()):
        held, stated = ours.get(symbol), theirs.get(symbol)
        own, told = ZERO if held is None else held.quantity, ZERO if stated is None else stated.quantity
        kind = _position_kind(own, told, is_known=symbol in book.symbols)
        if kind is not None:
            yield policy.discrepancy(
                kind, symbol, symbol, ours=figure(own), theirs=figure(told), unit="shares"
            )  # fmt: skip
        elif held is not None and stated is not None and stated.average_cost is not None:
            yield from _average_cost(held, stated.average_cost, policy)


def _position_kind(ours: Decimal, theirs: Decimal, *, is_known: bool) -> DiscrepancyKind | None:
    if ours == theirs:
        return None
    if not theirs:
        return DiscrepancyKind.POSITION_MISSING
    if not ours:
        return DiscrepancyKind.POSITION_EXTRA if is_known else DiscrepancyKind.UNKNOWN_SYMBOL
    return DiscrepancyKind.POSITION_SIDE if ours * theirs < 0 else DiscrepancyKind.POSITION_QUANTITY


def _average_cost(held: Position, theirs: Decimal, policy: ReconciliationPolicy) -> Iterator[Discrepancy]:
    ours = held.cost / held.quantity
    if abs(ours - theirs) > policy.average_cost_fraction * abs(ours):
        yield policy.discrepancy(
            DiscrepancyKind.AVERAGE_COST, held.symbol, held.symbol, ours=f"{ours:.4f}", theirs=f"{theirs:.4f}",
            unit="USD a share",
        )  # fmt: skip


def _cash(book: Book, theirs: Decimal, policy: ReconciliationPolicy) -> Iterator[Discrepancy]:
    """What was adopted before counts: many small differences are a large one.

    Brokers state whole cents; what that rounds away is no difference.
    """
    difference = theirs - book.cash
    if abs(difference) <= HALF_A_CENT:
        return
    is_small = abs(difference + book.cash_adopted) <= policy.cash_threshold(book.equity)
    kind = DiscrepancyKind.CASH_BELOW_THRESHOLD if is_small else DiscrepancyKind.CASH_ABOVE_THRESHOLD
    yield policy.discrepancy(kind, "cash", None, ours=figure(book.cash), theirs=figure(theirs), unit="USD")
