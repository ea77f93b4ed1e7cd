"""Orders, cancels and changes on their way out: each order once, and nothing while the line is not sound."""

import asyncio
from collections.abc import Callable

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
from robo_trader.adapters.brokers.interactive_brokers.numbers import OrderNumbers
from robo_trader.adapters.brokers.interactive_brokers.pacing import Lane, TurnDroppedError
from robo_trader.adapters.brokers.interactive_brokers.routes import Routes
from robo_trader.adapters.brokers.interactive_brokers.tracking import OrderTracker, TrackedOrder
from robo_trader.adapters.brokers.interactive_brokers.translation import set_terms, wire_order
from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire
from robo_trader.core.domain.order_references import parse_reference
from robo_trader.core.domain.order_reports import CancelRejected, ModifyRejected, OrderCanceled, OrderRejected
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms

Say = Callable[[object], None]
_UNSENT = "it was not sent: the gateway is not reached, has not told all yet, or had no turn for it in time"


class Ordering:
    """Sends what the engine asks for, by lanes."""

    def __init__(
        self,
        begin: speech.Begin,
        wire: GatewayWire,
        tracker: OrderTracker,
        clock: MarketClock,
        say: Say,
        numbers: OrderNumbers,
    ) -> None:
        """numbers: those of the orders on the wire."""
        self._account = begin.account
        self._table = begin.table
        self._wire = wire
        self._tracker = tracker
        self._clock = clock
        self._say = say
        self.routes = Routes(begin.routes)
        self._patience = begin.patience
        self._numbers = numbers
        self._groups: dict[OrderId, str] = {}
        self._is_open = False
        self._waiting: dict[OrderId, asyncio.Task[None]] = {}  # orders that have not had their turn
        self._withdrawn: set[OrderId] = set()  # of those, the ones that were canceled meanwhile

    async def resume(self, offered: int) -> None:
        """Send again from now on. offered: the number that the gateway offers; it counts only if it is higher."""
        self._numbers.at_least(offered)
        for order in self._tracker.open_orders():
            self._numbers.at_least(order.wire_id + 1)
        self._is_open = True
        for order in self._tracker.open_orders():
            if order.is_cancel_asked:  # it may have been lost on the way; asked twice, it is done once
                await self.cancel(speech.WithdrawOrder(order_id=order.order_id, at=self._clock.now()))

    def stop_sending(self) -> None:
        """Send nothing more; what waits for its turn never leaves."""
        self._is_open = False
        self._wire.pacer.drop(Lane.ORDER, Lane.CANCEL)

    async def place(self, asked: speech.PlaceOrder) -> None:
        """Send an order. What does not leave is said to have been rejected: that is certain."""
        order = asked.order
        self._clock.note(order.approved_at)
        refusal = self.routes.refusal(order.intent.symbol)
        if refusal is not None:
            self._say(OrderRejected(order_id=order.order_id, reason=refusal, occurred_at=self._clock.now()))
            return
        if not self._is_open or not await self._order_turn(order):
            self._tell_unsent(order.order_id)
            return
        parent = self._tracker.order(order.intent.parent_id) if order.intent.parent_id is not None else None
        going = wire_order(
            order.intent, account=self._account, reference=asked.reference, group=asked.group,
            parent=0 if parent is None else parent.wire_id,
        )  # fmt: skip
        wire_id = self._numbers.take()
        self._note_name(order.order_id, asked.reference)
        self._groups[order.order_id] = asked.group
        self._tracker.know(
            TrackedOrder(
                order.order_id,
                asked.reference,
                order.intent,
                order.intent.terms,
                wire_id=wire_id,
                sent_at=order.approved_at,
            )
        )
        self._wire.place(wire_id, self.routes.contract(order.intent.symbol), going)

    async def cancel(self, asked: speech.WithdrawOrder) -> None:
        """Ask for an order to be canceled; where the line is gone, once it is back."""
        self._clock.note(asked.at)
        known, waiting = self._tracker.order(asked.order_id), self._waiting.get(asked.order_id)
        if waiting is not None:
            self._withdrawn.add(asked.order_id)
            waiting.cancel()
        elif known is None or known.is_over:
            self._refuse_cancel(asked.order_id, "the order has ended")
        else:
            known.is_cancel_asked = True
            if self._is_open and await self._turn(Lane.CANCEL) and known.wire_id and not known.is_over:
                self._wire.cancel(known.wire_id)

    async def change(self, asked: speech.ChangeOrder) -> None:
        """Ask for an order to be worked under other terms."""
        self._clock.note(asked.at)
        known = self._tracker.order(asked.order_id)
        if known is None or known.is_over:
            self._refuse_change(asked.order_id, "the order has ended")
        elif not self._is_open or not known.wire_id or not await self._turn(Lane.ORDER):
            self._refuse_change(asked.order_id, _UNSENT)
        else:
            known.asked = asked.terms
            self._send_again(known, asked.terms)

    def _note_name(self, order_id: OrderId, text: str) -> None:
        """Know an order of ours by its reference from now on."""
        reference = parse_reference(text)
        assert reference is not None, text
        assert reference.sequence == order_id, text
        if order_id > self._table.last_id:
            self._table.note(order_id, reference.epoch)

    def _send_again(self, known: TrackedOrder, terms: OrderTerms) -> None:
        parent = self._tracker.order(known.intent.parent_id) if known.intent.parent_id is not None else None
        going = wire_order(
            known.intent, account=self._account, reference=known.reference,
            group=self._groups.get(known.order_id, ""), parent=0 if parent is None else parent.wire_id,
        )  # fmt: skip
        set_terms(going, terms, known.intent)
        self._wire.place(known.wire_id, self.routes.contract(known.intent.symbol), going)

    async def _order_turn(self, order: ApprovedOrder) -> bool:
        """Wait for a new order's turn; return whether it may leave. It may be canceled meanwhile, or wait too long."""
        task = asyncio.current_task()
        assert task is not None
        order_id = order.order_id
        self._waiting[order_id] = task
        waits_most = self._patience.answer_to(order.intent) / 2  # later it counts as lost, and may be proved absent
        try:
            async with asyncio.timeout(waits_most):
                return await self._turn(Lane.ORDER)
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            if order_id not in self._withdrawn:
                raise  # the process ends
            task.uncancel()
            return False
        finally:
            del self._waiting[order_id]

    async def _turn(self, lane: Lane) -> bool:
        """Wait for a turn; return whether there is still a line to speak on."""
        try:
            await self._wire.pacer.turn(lane)
        except TurnDroppedError:
            return False
        return self._is_open and self._wire.is_open

    def _tell_unsent(self, order_id: OrderId) -> None:
        at = self._clock.now()
        if order_id in self._withdrawn:
            self._withdrawn.discard(order_id)
            self._say(OrderCanceled(order_id=order_id, occurred_at=at))
        else:
            self._say(OrderRejected(order_id=order_id, reason=_UNSENT, occurred_at=at))

    def _refuse_cancel(self, order_id: OrderId, reason: str) -> None:
        self._say(CancelRejected(order_id=order_id, reason=reason, occurred_at=self._clock.now()))

    def _refuse_change(self, order_id: OrderId, reason: str) -> None:
        self._say(ModifyRejected(order_id=order_id, reason=reason, occurred_at=self._clock.now()))
