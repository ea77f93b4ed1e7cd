"""What the pretend broker knows of the account: cash, shares and orders, from what it reported itself.

It keeps books of its own, so that a statement says what the venue did and not what the engine made of it.
"""

from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_reports import (
    BrokerReport,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderStatus
from robo_trader.core.domain.statements import (
    BrokerStatement,
    StatedExecution,
    StatedOrder,
    StatedPosition,
    StatementPart,
)
from robo_trader.simulation.venue.holdings import Holdings, HoldingsState, Trade

_ENDS = {
    OrderCanceled: OrderStatus.CANCELED,
    OrderExpired: OrderStatus.EXPIRED,
    OrderRejected: OrderStatus.REJECTED,
}
_OVER = {OrderStatus.FILLED, *_ENDS.values()}


class VenueAccount:
    """One account at the pretend broker. Show it every slice, every order, and every report, in their order."""

    def __init__(self, opening_cash: Decimal, borrow_rate: Decimal = ZERO) -> None:
        """opening_cash: dollars; borrow_rate: fraction of a short position's value a year."""
        self._holdings = Holdings(HoldingsState(cash=opening_cash), borrow_rate)
        self._open: dict[OrderId, StatedOrder] = {}
        self._completed: list[StatedOrder] = []  # of this session, as the executions
        self._executions: list[StatedExecution] = []
        self._since = 0

    def begin(self, slice_: BarSlice) -> None:
        """Come to a slice, before the venue matches anything in it."""
        if self._holdings.begin(slice_.session):
            self._since = slice_.session.opens_at
            self._completed.clear()
            self._executions.clear()
        self._holdings.pay(slice_)

    def end(self, slice_: BarSlice) -> None:
        """Take the closes of a slice, after the venue has matched it."""
        self._holdings.mark_closes(slice_)

    def restructure(self, action: CorporateAction) -> None:
        """Do to the books what a company did to its shares, before the first slice of the ex-date."""
        self._holdings.restructure(action)

    def note_order(self, order: ApprovedOrder) -> None:
        """Take an order that was handed over."""
        intent = order.intent
        self._open[order.order_id] = StatedOrder(
            order_id=order.order_id, broker_order_id="", symbol=intent.symbol, side=intent.side, terms=intent.terms,
            filled=ZERO, status=OrderStatus.WORKING,
        )  # fmt: skip

    def note(self, report: BrokerReport) -> None:
        """Take in what the venue reports."""
        order = self._open.get(report.order_id)
        if order is None:
            return  # what is asked of an order that has ended is refused, and changes nothing
        if isinstance(report, OrderExecuted):
            self._execute(order, report)
        elif isinstance(report, OrderAccepted):
            self._put(report.order_id, replace(order, broker_order_id=report.broker_order_id))
        elif isinstance(report, OrderModified):
            self._put(report.order_id, replace(order, terms=report.terms))
        elif type(report) in _ENDS:
            reason = getattr(report, "reason", "")
            self._put(report.order_id, replace(order, status=_ENDS[type(report)], reason=reason))

    def note_foreign(self, execution: StatedExecution) -> None:
        """Take a trade that was made in the account by somebody else."""
        self._book(execution)

    def statement(self, parts: tuple[StatementPart, ...]) -> BrokerStatement:
        """Return what is so now. Executions come with every part: they say which trades it has seen."""
        tells_positions, tells_orders = StatementPart.POSITIONS in parts, StatementPart.ORDERS in parts
        return BrokerStatement(
            since=self._since,
            positions=self._stated_positions() if tells_positions else None,
            cash=self._holdings.state.cash if tells_positions else None,
            open_orders=tuple(self._open.values()) if tells_orders else None,
            completed_orders=tuple(self._completed) if tells_orders else None,
            executions=tuple(self._executions),
        )

    def _stated_positions(self) -> tuple[StatedPosition, ...]:
        return tuple(
            StatedPosition(symbol=symbol, quantity=held.quantity, average_cost=held.cost / held.quantity)
            for symbol, held in self._holdings.state.positions.items()
            if held.quantity
        )

    def _execute(self, order: StatedOrder, report: OrderExecuted) -> None:
        filled = order.filled + report.quantity
        status = OrderStatus.FILLED if filled >= order.terms.quantity else OrderStatus.PARTIALLY_FILLED
        self._put(report.order_id, replace(order, filled=filled, status=status))
        self._book(
            StatedExecution(
                execution_id=report.execution_id, order_id=report.order_id, broker_order_id=order.broker_order_id,
                symbol=report.symbol, side=order.side, quantity=report.quantity, price=report.price,
                occurred_at=report.occurred_at, commission=report.commission,
            )
        )  # fmt: skip

    def _book(self, execution: StatedExecution) -> None:
        self._holdings.book(
            Trade(
                execution_id=execution.execution_id, symbol=execution.symbol,
                change=execution.side.sign * execution.quantity, price=execution.price,
                commission=execution.commission or ZERO,
            )
        )  # fmt: skip
        self._executions.append(execution)

    def _put(self, order_id: OrderId, order: StatedOrder) -> None:
        if order.status in _OVER:
            del self._open[order_id]
            self._completed.append(order)
        else:
            self._open[order_id] = order
