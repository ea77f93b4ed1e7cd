"""From a broker's report to the books. What contradicts them is kept apart; what breaks them halts trading."""

from robo_trader.core.domain.events import BrokerReport, FillBooked, OrderUpdated, ReportQuarantined
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.orders import Order
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.overnight import Overnight
from robo_trader.core.engine.strategy_desk import StrategyDesk
from robo_trader.core.execution.order_book import Quarantined
from robo_trader.core.execution.transitions import ENDED


class ReportDesk:
    """Books what the broker says of the orders of one account."""

    def __init__(self, account: Account, overnight: Overnight, strategies: StrategyDesk) -> None:
        self._account = account
        self._overnight = overnight
        self._strategies = strategies

    def take(self, report: BrokerReport) -> Fill | None:
        """Apply a report; return the fill it brought, booked."""
        account = self._account
        result = account.orders.apply(report)
        if isinstance(result, Quarantined):
            self._quarantine(report, result)
            return None
        order, fill = result.order, result.fill
        account.events.append(OrderUpdated(order=order))
        if fill is not None:
            self._book(order, fill)
        self._adjust_reservation(order, fill)
        if result.overfilled:
            reason = f"order {report.order_id} filled {order.filled} of {order.intent.quantity}"
            account.halt(reason, at=report.occurred_at)
        return fill

    def _quarantine(self, report: BrokerReport, result: Quarantined) -> None:
        self._account.tally.quarantined += 1
        self._account.events.append(
            ReportQuarantined(
                kind=type(report).__name__,
                order_id=report.order_id,
                reason=result.reason,
                occurred_at=report.occurred_at,
            )
        )
        if result.breaks_books:
            self._account.halt(result.reason, at=report.occurred_at)

    def _book(self, order: Order, fill: Fill) -> None:
        account, change = self._account, fill.side.sign * fill.quantity
        allotments = self._strategies.note(order, change, fill.price, fill.commission)
        position, realised, entry = account.ledger.book(fill)
        self._overnight.book(fill.symbol, change)
        account.tally.fills += 1
        account.events.append(
            FillBooked(fill=fill, position=position, realised=realised, entry=entry, allotments=allotments)
        )

    def _adjust_reservation(self, order: Order, fill: Fill | None) -> None:
        ledger = self._account.ledger
        if order.status in ENDED:
            ledger.release(order.order_id)
        elif fill is not None:
            before = order.remaining + fill.quantity
            ledger.shrink(order.order_id, remaining=order.remaining, before=before)
