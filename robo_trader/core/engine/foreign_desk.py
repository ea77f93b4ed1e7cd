"""Executions of orders that are not ours: the shares are in the account, and no strategy's.

They are booked like any fill, belong to the sub-account UNASSIGNED, and block their symbol: whoever traded there may
do so again, and no strategy is to trade away what somebody else bought. An order that this journal has lost is nobody's
too, and halts trading: no strategy knows any more what it holds.
"""

from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.events import ReportQuarantined
from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.order_references import lost_in_words
from robo_trader.core.domain.orders import BUY, SELL, OrderId
from robo_trader.core.domain.statements import ForeignExecution, StatedExecution
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.allotment_desk import AllotmentDesk
from robo_trader.core.engine.ownership import Ownership
from robo_trader.core.engine.report_desk import ReportDesk
from robo_trader.core.engine.senses import Market

NOT_OURS = OrderId(0)  # ours are counted from 1


class ForeignDesk:
    """Books what others trade in the account."""

    def __init__(
        self, account: Account, reports: ReportDesk, allotments: AllotmentDesk, ownership: Ownership, market: Market
    ) -> None:
        self._account = account
        self._reports = reports
        self._allotments = allotments
        self._ownership = ownership
        self._market = market

    def take(self, execution: StatedExecution) -> None:
        """Book an execution in its last version, once."""
        account, executions = self._account, self._account.orders.executions
        execution, known = replace(execution, symbol=executions.name_now(execution.symbol)), executions.foreign
        corrects = execution.corrects
        subject = corrects if corrects is not None and corrects in known else execution.execution_id
        before, fault = known.get(subject), self._fault(execution, subject)
        if fault is not None:
            self._quarantine(execution, fault)
            return
        if before is not None and _same(before, execution):
            return
        if before is None and not execution.quantity:
            return  # it was taken back before anybody told us of it
        known[subject] = execution
        self._market.appraise(execution.symbol, execution.price)
        fill = _fill_of(execution, subject)
        if before is None:
            self._reports.book(fill, self._allotments.note_foreign(fill))
        else:
            self._reports.restate(fill, _fill_of(before, subject))
        if execution.lost_reference:
            account.halt(lost_in_words(execution.lost_reference), at=execution.occurred_at)
        reason = f"{execution.side.value} {execution.quantity} {execution.symbol} was not ordered by this program"
        account.blocks.add(
            execution.symbol, UNASSIGNED, Control.RECONCILIATION, reason, at=execution.occurred_at
        )  # fmt: skip

    def _fault(self, execution: StatedExecution, subject: ExecutionId) -> str | None:
        if execution.quantity < 0 or execution.price <= 0:
            return f"execution {subject} is of {execution.quantity} shares at {execution.price}"
        executions = self._account.orders.executions
        if executions.is_known(subject):
            return f"execution {subject} is booked as one of ours"
        before = executions.foreign.get(subject)
        if before is not None and before.symbol != execution.symbol:
            return f"execution {subject} was of {before.symbol}, and is told to be of {execution.symbol}"
        return None

    def _quarantine(self, execution: StatedExecution, reason: str) -> None:
        account, at = self._account, execution.occurred_at
        account.tally.quarantined += 1
        account.events.append(
            ReportQuarantined(kind=ForeignExecution.__name__, order_id=NOT_OURS, reason=reason, occurred_at=at)
        )  # fmt: skip
        account.halt(reason, at=at)

    def adopt(self, symbol: Symbol, change: Decimal, price: Decimal, discrepancy_id: int, *, at: int) -> None:
        """Book signed shares that the broker has and nobody told of, because a person says that they are there."""
        self._market.appraise(symbol, price)
        fill = Fill(
            execution_id=ExecutionId(f"adopted-{discrepancy_id}"), order_id=NOT_OURS, signal_id="", symbol=symbol,
            side=BUY if change > 0 else SELL, quantity=abs(change), price=price, commission=ZERO, occurred_at=at,
        )  # fmt: skip
        self._reports.book(fill, self._allotments.note_foreign(fill))

    def release(self, symbol: Symbol, *, at: int) -> None:
        """Let a symbol be traded again, as far as others' trades are concerned, if nothing of theirs is left."""
        if not self._ownership.unassigned(symbol):
            self._account.blocks.lift(symbol, UNASSIGNED, at=at)


def _same(before: StatedExecution, now: StatedExecution) -> bool:
    figures = before.quantity, before.price, before.side, before.commission or ZERO
    return figures == (now.quantity, now.price, now.side, now.commission or ZERO)


def _fill_of(execution: StatedExecution, execution_id: ExecutionId) -> Fill:
    return Fill(
        execution_id=execution_id,
        order_id=NOT_OURS,
        signal_id="",
        symbol=execution.symbol,
        side=execution.side,
        quantity=execution.quantity,
        price=execution.price,
        commission=execution.commission or ZERO,
        occurred_at=execution.occurred_at,
    )
