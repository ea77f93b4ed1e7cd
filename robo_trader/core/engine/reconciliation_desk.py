"""Takes a broker's statement: books what we had not heard of, ends what was unknown, and acts on what still differs.

In this order: executions that only the statement knows are booked, by their ids, once; UNKNOWN orders that it names
are found; then book and statement are compared. What two statements in a row agree on is believed, and the policy says
what follows. While book and broker agree this desk remembers nothing.
"""

from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.discrepancies import Decision, Discrepancy, DiscrepancyKind
from robo_trader.core.domain.discrepancies import DiscrepancyFound as Found
from robo_trader.core.domain.discrepancies import DiscrepancyResolved as Resolved
from robo_trader.core.domain.events import CashBooked, CashKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_references import lost_in_words
from robo_trader.core.domain.order_reports import (
    BrokerReport,
    CommissionReported,
    ExecutionCorrected,
    OrderAbsent,
    OrderExecuted,
)
from robo_trader.core.domain.orders import OrderId, OrderStatus
from robo_trader.core.domain.statements import BrokerStatement, StatedExecution, StatementReceived
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.foreign_desk import ForeignDesk
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.execution.execution_comparison import is_bookable, known_version, synthetic_id
from robo_trader.core.execution.order_comparison import is_ours, report_of, terms_report
from robo_trader.core.execution.passes import Passes, Standing
from robo_trader.core.execution.reconciliation import Book, Section, compare_section


class Agreement(Struct, frozen=True, kw_only=True, gc=False):
    """Statements that agree on a symbol that is blocked."""

    since: int  # when the first of them came
    shares: Decimal  # signed, of the account
    is_confirmed: bool = False  # whether a second one, asked for after that, agreed as well


class ReconciliationDesk:
    """Holds the books of one account against what its broker states."""

    def __init__(
        self,
        settings: EngineSettings,
        account: Account,
        foreign: ForeignDesk,
        take_report: Callable[[BrokerReport], None],
    ) -> None:
        """take_report: books a report that a statement stands in for, as if the broker had sent it."""
        self._symbols = frozenset(settings.symbols)
        self._policy = settings.reconciliation
        self._account = account
        self._foreign = foreign
        self._take_report = take_report
        self.passes = Passes()
        self._absent: dict[OrderId, int] = {}  # UNKNOWN orders, and when a statement first did not name them
        self._agreed: dict[Symbol, Agreement] = {}  # blocked symbols that statements agree on

    def take(self, event: StatementReceived) -> None:
        """Take a statement in."""
        statement, at = event.statement, event.occurred_at
        for stated in statement.executions or ():
            self._book_execution(stated, at=at)
        self._end_unknown(event)
        for section in Section:
            shown = compare_section(section, self._book(), statement, self._policy)
            if shown is not None:
                found, resolved = self.passes.take(section, shown, asked_at=event.asked_at, received_at=at)
                for standing in resolved:
                    self._resolve(standing, at=at)
                for standing in found:
                    self._announce(standing)
                    self._act(standing, statement)
        if statement.positions is not None:
            self._note_agreement(event)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return (*self.passes.state(), self._absent, self._agreed)

    def has_agreed(self, symbol: Symbol) -> bool:
        """Return whether the last two statements agree on a blocked symbol as it stands now."""
        agreed, held = self._agreed.get(symbol), self._account.ledger.position(symbol).quantity
        return agreed is not None and agreed.is_confirmed and agreed.shares == held

    def withdraw(self, standing: Standing, *, at: int) -> None:
        """Let a difference be over that a person has put right."""
        self.passes.withdraw(standing)
        self._resolve(standing, at=at)

    def _book(self) -> Book:
        account = self._account
        ledger = account.ledger
        return Book(
            symbols=self._symbols, positions=ledger.positions, orders=account.orders, cash=ledger.cash,
            cash_adopted=-ledger.balances.get(CashKind.RECONCILIATION.value, ZERO), equity=account.valuation.equity,
        )  # fmt: skip

    def _book_execution(self, stated: StatedExecution, *, at: int) -> None:
        orders = self._account.orders
        if known_version(orders, stated) is not None or not is_bookable(orders, stated):
            return
        if stated.order_id is None:
            self._foreign.take(stated)
            return
        if stated.corrects is None and not stated.quantity:
            return  # it was taken back before its report came
        self._take_report(_report_of(stated, stated.order_id, at=at))
        if orders.executions.is_known(stated.execution_id):
            orders.executions.unconfirmed.add(stated.execution_id)

    def _end_unknown(self, event: StatementReceived) -> None:
        """UNKNOWN ends by evidence only: the broker names the order, or twice names all it has, and it is not there."""
        statement, orders = event.statement, self._account.orders
        unknown = [order for order in orders.open.values() if order.status is OrderStatus.UNKNOWN]
        told = {stated.order_id: stated for stated in statement.orders()}
        absent = {order_id: since for order_id, since in self._absent.items() if order_id in orders.open}
        self._absent = {}
        for order in unknown:
            order_id, since = order.order_id, absent.get(order.order_id)
            stated = told.get(order_id)
            if stated is not None:
                if is_ours(order, stated):
                    self._take_report(report_of(stated, order_id, at=event.occurred_at))
            elif not statement.tells_all_orders or event.asked_at < (order.updated_at if since is None else since):
                if since is not None:
                    self._absent[order_id] = since
            elif since is None:
                self._absent[order_id] = event.occurred_at
            else:
                self._take_report(OrderAbsent(order_id=order_id, occurred_at=event.occurred_at))

    def _announce(self, standing: Standing) -> None:
        self._account.events.append(
            Found(
                discrepancy_id=standing.discrepancy_id, discrepancy=standing.discrepancy,
                occurred_at=standing.found_at,
            )
        )  # fmt: skip

    def _act(self, standing: Standing, statement: BrokerStatement) -> None:
        account, one, at = self._account, standing.discrepancy, standing.found_at
        if one.decision is Decision.ADOPT:
            self._adopt(one, statement, at=at)
        elif one.decision is Decision.BLOCK and one.symbol is not None:
            account.blocks.add(one.symbol, one.key, Control.RECONCILIATION, in_words(one), at=at)
        elif one.decision is Decision.HALT:
            account.halt(in_words(one), at=at)

    def _resolve(self, standing: Standing, *, at: int) -> None:
        one = standing.discrepancy
        self._account.events.append(
            Resolved(
                discrepancy_id=standing.discrepancy_id, discrepancy=one, found_at=standing.found_at, occurred_at=at
            )
        )  # fmt: skip
        if one.symbol is not None:
            self._account.blocks.lift(one.symbol, one.key, at=at)

    def _adopt(self, one: Discrepancy, statement: BrokerStatement, *, at: int) -> None:
        """Let the broker be right."""
        if one.kind is DiscrepancyKind.CASH_BELOW_THRESHOLD:
            self._adopt_cash(statement, at=at)
        elif one.kind is DiscrepancyKind.EXECUTION_DIFFERENT:
            self._adopt_execution(one, statement, at=at)
        elif one.kind is DiscrepancyKind.EXECUTION_MISSING_HERE:
            self._account.orders.executions.unconfirmed -= {
                stated.execution_id
                for stated in statement.executions or ()
                if one.subject == f"execution {stated.execution_id}"
            }
        else:
            for stated in statement.orders():
                if stated.order_id is not None and one.subject == f"order {stated.order_id}":
                    tells = report_of if one.kind is DiscrepancyKind.ORDER_STATUS else terms_report
                    self._take_report(tells(stated, stated.order_id, at=at))

    def _adopt_cash(self, statement: BrokerStatement, *, at: int) -> None:
        ledger, kind = self._account.ledger, CashKind.RECONCILIATION
        assert statement.cash is not None
        amount = statement.cash - ledger.cash
        entry = ledger.book_cash(kind.value, amount, f"{kind.value}: cash as the broker states it")
        self._account.events.append(
            CashBooked(kind=kind, symbol=None, amount=amount, entry=entry, occurred_at=at)
        )  # fmt: skip

    def _adopt_execution(self, one: Discrepancy, statement: BrokerStatement, *, at: int) -> None:
        orders = self._account.orders
        for stated in statement.executions or ():
            if one.subject != f"execution {stated.execution_id}":
                continue
            if stated.order_id is None:
                self._foreign.take(stated)
            else:
                self._take_report(_restated(stated, stated.order_id, known_version(orders, stated), at=at))

    def _note_agreement(self, event: StatementReceived) -> None:
        """Note on which blocked symbols two statements agree; what others traded is free once nothing of it is left."""
        differing = self.passes.differing_symbols()
        before, self._agreed = self._agreed, {}
        for symbol in list(self._account.blocks.by_symbol):
            agreed, shares = before.get(symbol), self._account.ledger.position(symbol).quantity
            if symbol in differing:
                continue
            if agreed is None or agreed.shares != shares:
                self._agreed[symbol] = Agreement(since=event.occurred_at, shares=shares)
            elif event.asked_at < agreed.since:
                self._agreed[symbol] = agreed
            else:
                self._agreed[symbol] = Agreement(since=agreed.since, shares=shares, is_confirmed=True)
                self._foreign.release(symbol, at=event.occurred_at)


def in_words(one: Discrepancy) -> str:
    """Return a difference as people read it."""
    if one.kind is DiscrepancyKind.ORDER_LOST:
        return lost_in_words(one.subject.removeprefix("order "))
    return f"{one.kind.value}: {one.subject} is {one.ours} here and {one.theirs} at the broker, {one.unit}"


def _report_of(stated: StatedExecution, order_id: OrderId, *, at: int) -> BrokerReport:
    """Return the report that would have told of an execution."""
    commission = stated.commission or ZERO
    if stated.corrects is not None:
        return ExecutionCorrected(
            execution_id=stated.execution_id, corrects=stated.corrects, order_id=order_id, quantity=stated.quantity,
            price=stated.price, commission=commission, occurred_at=at,
        )  # fmt: skip
    return OrderExecuted(
        execution_id=stated.execution_id, order_id=order_id, symbol=stated.symbol, quantity=stated.quantity,
        price=stated.price, commission=commission, occurred_at=stated.occurred_at,
    )  # fmt: skip


def _restated(
    stated: StatedExecution, order_id: OrderId, known: OrderExecuted | StatedExecution | None, *, at: int
) -> BrokerReport:
    """Return the report that would have told how an execution that is booked now stands."""
    assert known is not None, stated
    if (known.quantity, known.price) == (stated.quantity, stated.price):
        return CommissionReported(
            execution_id=stated.execution_id, order_id=order_id, commission=stated.commission or ZERO, occurred_at=at
        )  # fmt: skip
    commission = known.commission if stated.commission is None else stated.commission
    return ExecutionCorrected(
        execution_id=synthetic_id(stated), corrects=stated.execution_id, order_id=order_id, quantity=stated.quantity,
        price=stated.price, commission=commission or ZERO, occurred_at=at,
    )  # fmt: skip
