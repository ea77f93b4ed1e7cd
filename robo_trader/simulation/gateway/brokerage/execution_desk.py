"""Executions: booked, told in the order a real server tells them, charged, corrected.

A market order that fills at once is captured as: execution; openOrder Filled; orderStatus Filled; openOrder Filled
again, now with its commission; orderStatus Filled again; commission report. So an execution comes before the status
that counts it, what it costs comes last, and clients hear things twice.
"""

from decimal import Decimal
from hashlib import sha256

from msgspec.structs import replace

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.simulation.gateway.brokerage.contracts import symbol_in
from robo_trader.simulation.gateway.brokerage.order_telling import OrderTeller
from robo_trader.simulation.gateway.brokerage.orders import BookedExecution, BrokerageOrder, Status
from robo_trader.simulation.gateway.brokerage.outbox import Outbox
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import BrokerageState, Charge, make_appointment
from robo_trader.simulation.gateway.protocol.order_messages import CommissionReport, ExecutionDetails
from robo_trader.simulation.gateway.protocol.values import Contract, Execution
from robo_trader.simulation.venue.holdings import Holdings, Trade

LIVE = -1  # request id of an execution nobody asked for
_SIGNS = {"BOT": 1, "SLD": -1}


class ExecutionDesk:
    """Takes trades into the books, and tells them."""

    def __init__(
        self,
        settings: BrokerageSettings,
        state: BrokerageState,
        holdings: Holdings,
        teller: OrderTeller,
        outbox: Outbox,
    ) -> None:
        self._settings = settings
        self._state = state
        self._holdings = holdings
        self._teller = teller
        self._outbox = outbox
        self.touched: set[Symbol] = set()  # whose positions changed since this was last emptied
        self._prefix = sha256(settings.account.encode()).hexdigest()[:8]

    def execute(self, order: BrokerageOrder, shares: Decimal, price: Decimal, commission: Decimal, at: int) -> None:
        """Book shares of an order, whose status is what it is after them, and tell it."""
        order.filled += shares
        order.value += shares * price
        order.last_price = price
        execution = Execution(
            exec_id=self._next_id(), order_id=order.order_id, client_id=order.client_id, perm_id=order.perm_id, at=at,
            account=self._settings.account, exchange=_exchange(order.contract),
            side="BOT" if order.sign > 0 else "SLD", shares=shares, price=price, cumulative=order.filled,
            average_price=order.average_price, order_ref=order.ticket.order_ref,
        )  # fmt: skip
        booked = self.book(execution, order.contract, commission)
        arming = self._state.arming
        is_early = arming.early_commissions > 0
        if is_early:
            arming.early_commissions -= 1
            self._charge(booked, order)
            self._report_commission(booked, order)
        self._tell(booked, order)
        self._teller.tell(order)
        if not is_early:
            self.charge_later(booked, at)

    def book(self, execution: Execution, contract: Contract, commission: Decimal) -> BookedExecution:
        """Take an execution into the books without a word."""
        self.touched.add(symbol_in(contract))
        realised = self._holdings.book(_trade(execution, contract, commission))
        booked = BookedExecution(execution=execution, contract=contract, commission=commission, realised=realised)
        self._state.executions.append(booked)
        return booked

    def trade_outside(
        self, contract: Contract, side: str, shares: Decimal, price: Decimal, at: int, *, liquidation: bool = False
    ) -> BookedExecution:
        """Book and tell a trade without an order: by hand elsewhere, or because the broker closes a position.

        side: BOT or SLD.
        """
        state = self._state
        execution = Execution(
            exec_id=self._next_id(), order_id=0, client_id=0, perm_id=state.next_perm_id, at=at,
            account=self._settings.account, exchange=_exchange(contract), side=side, shares=shares, price=price,
            cumulative=shares, average_price=price, order_ref="", liquidation=liquidation,
        )  # fmt: skip
        state.next_perm_id += 1
        booked = self.book(execution, contract, self.usual_commission(side, shares, price))
        self._tell(booked, None)
        self.charge_later(booked, at)
        return booked

    def correct(self, exec_id: str, shares: Decimal, price: Decimal, at: int) -> BookedExecution:
        """Put another version in the place of an execution, by any version's id; no shares: it never was.

        Raises KeyError for an execution that is not of this session.
        """
        old = self.latest_version(exec_id)
        was, order = old.execution, self._state.orders.get(old.execution.perm_id)
        stem, version = was.exec_id.rsplit(".", 1)
        execution = replace(was, exec_id=f"{stem}.{int(version) + 1:02d}", shares=shares, price=price, at=at)
        commission = self.usual_commission(was.side, shares, price)
        trade = _trade(execution, old.contract, commission)
        realised = self._holdings.restate(trade, ExecutionId(was.exec_id))
        self.touched.add(trade.symbol)
        if order is not None:
            order.filled += shares - was.shares
            order.value += shares * price - was.shares * was.price
            order.commission -= old.commission if old.is_charged else ZERO
            execution = replace(execution, cumulative=order.filled, average_price=order.average_price)
        else:
            execution = replace(execution, cumulative=shares, average_price=price)
        old.is_replaced = True
        new = BookedExecution(execution=execution, contract=old.contract, commission=commission, realised=realised)
        self._state.executions.append(new)
        self._tell(new, order)
        self.charge_later(new, at)
        return new

    def latest_version(self, exec_id: str) -> BookedExecution:
        """Return what counts of an execution; KeyError where it is not of this session."""
        stem = exec_id.rsplit(".", 1)[0] + "."
        for booked in self._state.executions:
            if booked.execution.exec_id.startswith(stem) and not booked.is_replaced:
                return booked
        raise KeyError(exec_id)

    def repeat(self, exec_id: str) -> None:
        """Tell an execution once more, as servers do after hiccups."""
        booked = self.latest_version(exec_id)
        self._tell(booked, self._state.orders.get(booked.execution.perm_id))

    def charge_later(self, booked: BookedExecution, at: int) -> None:
        """Let its commission be told when it is known; at once where that takes no time."""
        delay, exec_id = self._settings.commission_delay, booked.execution.exec_id
        if delay:
            make_appointment(self._state, at + delay, Charge(exec_id=exec_id))
        else:
            self.charge(exec_id)

    def charge(self, exec_id: str) -> None:
        """Tell what an execution cost, after the order it filled once more; of a version that counts no more, not."""
        latest_first = reversed(self._state.executions)
        booked = next((one for one in latest_first if one.execution.exec_id == exec_id), None)
        if booked is None or booked.is_replaced or booked.is_charged:
            return  # of a session that is over, or corrected since
        order = self._state.orders.get(booked.execution.perm_id)
        self._charge(booked, order)
        if order is not None and order.status is Status.FILLED:
            self._teller.tell(order)
        self._report_commission(booked, order)

    def usual_commission(self, side: str, shares: Decimal, price: Decimal) -> Decimal:
        """Return what a trade by itself would cost, in dollars."""
        if not shares:
            return ZERO
        charge = self._settings.venue.commissions.charge(shares, shares * price, is_sale=side == "SLD")
        return round_money(charge)

    def _tell(self, booked: BookedExecution, order: BrokerageOrder | None) -> None:
        details = ExecutionDetails(request_id=LIVE, contract=booked.contract, execution=booked.execution)
        self._outbox.say_all(self._teller.execution_audience(order), details)

    def _charge(self, booked: BookedExecution, order: BrokerageOrder | None) -> None:
        booked.is_charged = True
        if order is not None:
            order.commission += booked.commission

    def _report_commission(self, booked: BookedExecution, order: BrokerageOrder | None) -> None:
        self._outbox.say_all(self._teller.execution_audience(order), commission_report(booked))

    def _next_id(self) -> str:
        number = self._state.next_execution
        self._state.next_execution += 1
        return f"{self._prefix}.{number:08x}.01.01"


def commission_report(booked: BookedExecution) -> CommissionReport:
    """Return what an execution cost."""
    return CommissionReport(
        exec_id=booked.execution.exec_id, commission=booked.commission, realised=booked.realised
    )  # fmt: skip


def _trade(execution: Execution, contract: Contract, commission: Decimal) -> Trade:
    return Trade(
        execution_id=ExecutionId(execution.exec_id), symbol=symbol_in(contract),
        change=_SIGNS[execution.side] * execution.shares, price=execution.price, commission=commission,
    )  # fmt: skip


def _exchange(contract: Contract) -> str:
    return contract.primary_exchange if contract.exchange == "SMART" else contract.exchange
