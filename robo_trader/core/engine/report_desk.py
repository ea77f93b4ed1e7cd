"""From a broker's report to the books. What contradicts them is kept apart; what breaks them halts trading."""

from collections.abc import Iterable

from msgspec.structs import replace

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.events import FillBooked, FillRestated, OrderUpdated, ReportQuarantined
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.order_reports import BrokerReport, OrderAccepted, OrderRejected
from robo_trader.core.domain.orders import Order, OrderPurpose, OrderStatus
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.overnight import Overnight
from robo_trader.core.engine.post_trade import look_at_fill
from robo_trader.core.engine.strategy_desk import StrategyDesk
from robo_trader.core.engine.unknown_orders import watch_unknown
from robo_trader.core.execution.order_book import Quarantined
from robo_trader.core.execution.transitions import ENDED

_UNKNOWN = OrderStatus.UNKNOWN  # as BUY: quicker by its own name


class ReportDesk:
    """Books what the broker says of the orders of one account."""

    def __init__(self, account: Account, overnight: Overnight, strategies: StrategyDesk) -> None:
        self._account = account
        self._overnight = overnight
        self._strategies = strategies

    def take(self, report: BrokerReport) -> Fill | None:
        """Apply a report; return the fill it brought, booked."""
        account = self._account
        known = account.orders.order(report.order_id)
        result = account.orders.apply(report)
        if isinstance(result, Quarantined):
            self._quarantine(report, result)
            if account.safeguards is not None:
                account.safeguards.note_error(at=report.occurred_at)
                account.events.extend(account.safeguards.take_changes())
            return None
        order, fill = result.order, result.fill
        account.events.append(OrderUpdated(order=order))
        assert known is not None
        if order.status is _UNKNOWN or known.status is _UNKNOWN:
            watch_unknown(account, order, known.status, at=report.occurred_at)
        if result.restates is not None and fill is not None:
            self.restate(fill, result.restates)
        elif fill is not None:
            self._leave_stopped(order, fill)
            self._note_fill(order, self.book(fill, self._strategies.allotments.note(order, fill)))
        if fill is not None:
            look_at_fill(account, order, fill, account.ledger.position(fill.symbol), at=report.occurred_at)
        self._adjust_reservation(order, known)
        if account.safeguards is not None:
            self._note_answer(report, order)
        if result.overfilled:
            reason = f"order {report.order_id} filled {order.filled} of {order.intent.quantity}"
            account.halt(reason, at=report.occurred_at)
        return fill if result.restates is None else None

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

    def book(self, fill: Fill, allotments: tuple[Allotment, ...]) -> FillBooked:
        """Book a fill. allotments: whose it is, as the strategies' desk has it."""
        account, change = self._account, fill.side.sign * fill.quantity
        position, realised, entry = account.ledger.book(fill)
        self._overnight.book(fill.symbol, change, allotments)
        account.tally.fills += 1
        booked = FillBooked(fill=fill, position=position, realised=realised, entry=entry, allotments=allotments)
        account.events.append(booked)
        return booked

    def _note_fill(self, order: Order, booked: FillBooked) -> None:
        account, fill = self._account, booked.fill
        if account.safeguards is not None:
            session, parts = account.valuation.session, booked.allotments
            account.safeguards.note_fill(order, fill, booked.position, booked.realised, session, parts)

    def _note_answer(self, report: BrokerReport, order: Order) -> None:
        """Tell the controls that remember what the broker said, and what of it changed a breaker."""
        account, guards = self._account, self._account.safeguards
        assert guards is not None
        if isinstance(report, OrderAccepted):
            guards.note_accepted(order.order_id, at=report.occurred_at)
        elif isinstance(report, OrderRejected):
            guards.note_rejected(at=report.occurred_at)
        if order.status in ENDED:
            guards.note_ended(order)
        account.events.extend(guards.take_changes())

    def _leave_stopped(self, order: Order, fill: Fill) -> None:
        """Let those want nothing more whose protective order fills, before its shares are divided."""
        if order.intent.purpose is OrderPurpose.PROTECTION:
            held = self._account.ledger.position(fill.symbol)
            self._strategies.leave(held, "stop: the protective order filled", at=fill.occurred_at)

    def restate(self, fill: Fill, before: Fill) -> None:
        """Book that a fill was another than `before`."""
        account = self._account
        change = account.ledger.shares_now(before, fill.change - before.change)
        then, now = self._strategies.allotments.note_restated(fill, before)
        held = account.ledger.position(fill.symbol)
        position, realised, entry = account.ledger.restate(fill)
        self._overnight.book(fill.symbol, change, self._changed(before, then, now))
        account.events.append(
            FillRestated(
                fill=fill,
                before=before,
                position=position,
                realised=realised,
                entry=entry,
                allotments=now,
                allotments_before=then,
            )
        )
        if account.safeguards is not None:
            gained = position.realised - held.realised
            account.safeguards.note_restated(fill, before, position, gained, then, now)

    def _changed(self, fill: Fill, then: Iterable[Allotment], now: Iterable[Allotment]) -> tuple[Allotment, ...]:
        """Return what a restatement changes in each strategy's shares, in the shares of today."""
        ledger = self._account.ledger
        return tuple(
            replace(after, quantity=ledger.shares_now(fill, after.quantity - before.quantity))
            for before, after in zip(then, now, strict=True)
        )

    def _adjust_reservation(self, order: Order, known: Order) -> None:
        """Let what is held for an order follow the shares it may still fill. known: the order before the report."""
        ledger = self._account.ledger
        if order.status in ENDED:
            ledger.release(order.order_id)
        elif (remaining := order.remaining_at_worst) != (before := known.remaining_at_worst):
            ledger.shrink(order.order_id, remaining=remaining, before=before)
