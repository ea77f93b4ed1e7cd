"""What the pretend broker knows of the account: cash, shares and orders, from what it reported itself.

It keeps books of its own, so that a statement says what the venue did and not what the engine made of it.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from robo_trader.core.domain.bars import BarSlice, TradingSession
from robo_trader.core.domain.corporate_actions import CashDividend, CorporateAction, Delisting, StockSplit
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, price_from_float, round_money
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
from robo_trader.core.market.checks import find_fault
from robo_trader.core.rules.financing import borrow_fee
from robo_trader.core.rules.positions import closing_part, cost_of_closed

_ENDS = {
    OrderCanceled: OrderStatus.CANCELED,
    OrderExpired: OrderStatus.EXPIRED,
    OrderRejected: OrderStatus.REJECTED,
}
_OVER = {OrderStatus.FILLED, *_ENDS.values()}


class Holding(NamedTuple):
    """Signed shares, and what they cost, in dollars."""

    quantity: Decimal
    cost: Decimal


_NONE = Holding(ZERO, ZERO)


class VenueAccount:
    """One account at the pretend broker. Show it every slice, every order, and every report, in their order."""

    def __init__(self, opening_cash: Decimal, borrow_rate: Decimal = ZERO) -> None:
        """opening_cash: dollars; borrow_rate: fraction of a short position's value a year."""
        self._cash = opening_cash
        self._borrow_rate = borrow_rate
        self._positions: dict[Symbol, Holding] = {}
        self._open: dict[OrderId, StatedOrder] = {}
        self._completed: list[StatedOrder] = []  # of this session, as the executions
        self._executions: list[StatedExecution] = []
        self._session: TradingSession | None = None
        self._since = 0
        self._prices: dict[Symbol, Decimal] = {}  # last closes
        self._last_ended_at: dict[Symbol, int] = {}

    def begin(self, slice_: BarSlice) -> None:
        """Come to a slice, before the venue matches anything in it."""
        before, session = self._session, slice_.session
        if before is None or before.date != session.date:
            if before is not None:
                self._charge_fees((date.fromisoformat(session.date) - date.fromisoformat(before.date)).days)
            self._session, self._since = session, session.opens_at
            self._completed.clear()
            self._executions.clear()
        for dividend in slice_.dividends:
            self._cash += round_money(self._quantity(dividend.symbol) * dividend.amount)

    def end(self, slice_: BarSlice) -> None:
        """Take the closes of a slice, after the venue has matched it."""
        for bar in slice_.bars:
            if find_fault(bar, self._last_ended_at.get(bar.symbol)) is None:
                self._last_ended_at[bar.symbol] = bar.ended_at
                self._prices[bar.symbol] = price_from_float(bar.close)

    def restructure(self, action: CorporateAction) -> None:
        """Do to the books what a company did to its shares, before the first slice of the ex-date."""
        symbol = action.symbol
        held = self._positions.get(symbol, _NONE)
        if isinstance(action, CashDividend):
            self._cash += round_money(held.quantity * action.amount)
        elif isinstance(action, StockSplit):
            self._split(action, held)
        elif isinstance(action, Delisting):
            self._cash += round_money(held.quantity * action.price)
            self._positions.pop(symbol, None)
        else:
            known: tuple[dict[Symbol, Any], ...] = (self._positions, self._prices, self._last_ended_at)
            for of in known:
                if symbol in of:
                    of[action.new_symbol] = of.pop(symbol)

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
            cash=self._cash if tells_positions else None,
            open_orders=tuple(self._open.values()) if tells_orders else None,
            completed_orders=tuple(self._completed) if tells_orders else None,
            executions=tuple(self._executions),
        )

    def _stated_positions(self) -> tuple[StatedPosition, ...]:
        return tuple(
            StatedPosition(symbol=symbol, quantity=held.quantity, average_cost=held.cost / held.quantity)
            for symbol, held in self._positions.items()
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
        symbol, change = execution.symbol, execution.side.sign * execution.quantity
        held, cost = self._positions.get(symbol, _NONE)
        closed = closing_part(held, change)
        left = cost - cost_of_closed(held, cost, closed) if closed else cost
        self._positions[symbol] = Holding(held + change, left + (change - closed) * execution.price)
        self._cash -= change * execution.price + (execution.commission or ZERO)
        self._executions.append(execution)

    def _put(self, order_id: OrderId, order: StatedOrder) -> None:
        if order.status in _OVER:
            del self._open[order_id]
            self._completed.append(order)
        else:
            self._open[order_id] = order

    def _split(self, action: StockSplit, held: Holding) -> None:
        symbol, new, old = action.symbol, action.new, action.old
        if symbol not in self._prices:
            return
        price = self._prices[symbol] = self._prices[symbol] * old / new
        exact = held.quantity * new / old
        whole = held.quantity * new // old
        paid = exact - whole
        left = held.cost if not whole else round_money(held.cost * paid / exact)
        self._positions[symbol] = Holding(whole, held.cost - left if paid else held.cost)
        self._cash += round_money(paid * price)

    def _charge_fees(self, nights: int) -> None:
        if not self._borrow_rate:
            return
        for symbol, held in self._positions.items():
            if held.quantity < 0:
                fee = borrow_fee(-held.quantity, self._prices[symbol], self._borrow_rate, nights)
                self._cash -= round_money(fee)

    def _quantity(self, symbol: Symbol) -> Decimal:
        return self._positions.get(symbol, _NONE).quantity
