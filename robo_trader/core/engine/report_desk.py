"""From a broker's report to the books. What contradicts them is kept apart; what breaks them halts trading."""

from robo_trader.core.domain.events import BrokerReport, FillBooked, OrderUpdated, ReportQuarantined
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.orders import Order
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.overnight import Overnight
from robo_trader.core.engine.strategy_desk import StrategyDesk
from robo_trader.core.execution.order_book import Moved, Quarantined
from robo_trader.core.execution.transitions import ENDED


class ReportDesk:
    """Books what the broker says of the orders of one account."""

    def __init__(self, account: Account, overnight: Overnight, strategies: StrategyDesk) -> None:
        self._account = account
        self._overnight = overnight
        self._strategies = strategies

    def take(self, report: BrokerReport) -> Fill | None:
        """Apply a report; return the fill it brought, booked."""
        result = self._account.orders.apply(report)
        if isinstance(result, Quarantined):
            self._quarantine(report, result)
            return None
        self._account.events.append(OrderUpdated(order=result.order))
        if result.fill is not None:
            self._book(result.order, result.fill)
        self._adjust_reservation(result)
        if result.overfilled:
            reason = f"order {report.order_id} filled {result.order.filled} of {result.order.intent.quantity}"
            self._account.halt(reason, at=report.occurred_at)
        return result.fill

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
        change = fill.side.sign * fill.quantity
        allotments = self._strategies.note(order, change, fill.price, fill.commission)
        position, realised, entry = self._account.ledger.book(fill)
        self._overnight.book(fill.symbol, change)
        self._account.tally.fills += 1
        self._account.events.append(
            FillBooked(fill=fill, position=position, realised=realised, entry=entry, allotments=allotments)
        )

    def _adjust_reservation(self, moved: Moved) -> None:
        order, ledger = moved.order, self._account.ledger
        if order.status in ENDED:
            ledger.release(order.order_id)
        elif moved.fill is not None:
            before = order.remaining + moved.fill.quantity
            ledger.shrink(order.order_id, remaining=order.remaining, before=before)
