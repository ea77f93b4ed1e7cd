"""Sends what we ask of orders, each thing once, and takes the answers.

Where no answer comes to an order, nothing is said: it may be there, and the lists will show. Where none comes to a
cancel or to new terms, Alpaca is asked what became of them, until it answers: they wait for nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from robo_trader.adapters.brokers.alpaca.following import REPLACEMENT_MARK, Following
from robo_trader.adapters.brokers.alpaca.listings import AlpacaListings
from robo_trader.adapters.brokers.alpaca.lookout import Lookout
from robo_trader.adapters.brokers.alpaca.order_bodies import order_body, replacement_body
from robo_trader.adapters.brokers.alpaca.pauses import growing_pauses
from robo_trader.adapters.brokers.alpaca.refusals import AlpacaRefused, AlpacaSilent, NotSent
from robo_trader.adapters.brokers.alpaca.rest_lane import RestLane
from robo_trader.adapters.brokers.alpaca.wire import WireError, WireOrder, read
from robo_trader.adapters.brokers.alpaca.words import ENDS
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.ports.order_references import References

_OVER = "the order has ended at Alpaca"
_PARTLY = "Alpaca replaces no order safely that is partly filled: cancel the rest and order anew"
_ABSENT = "Alpaca knows no such order"
_CANCEL_LOST = "no answer came to the cancel, and the order still works: ask again"
_TERMS_LOST = "no answer came to the new terms, and Alpaca does not know them: the old ones go on"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTraffic:
    """The way out. Whoever calls sees to it that the calls for one order come one after the other.

    references: how our orders are called; now: UTC nanoseconds; send_within_seconds: how long an order may
    wait here; pause_seconds: the longest first pause between two questions.
    """

    orders: RestLane
    cancels: RestLane
    listings: AlpacaListings
    following: Following
    lookout: Lookout
    references: References
    now: Callable[[], int]
    send_within_seconds: float
    pause_seconds: float

    async def send(self, order: ApprovedOrder) -> None:
        """Send an order."""
        order_id, body = order.order_id, order_body(order.intent, str(self.references.reference_of(order.order_id)))
        try:
            answer = await self.orders.ask(
                lambda client: client.post("/orders", body), is_order=True, within_seconds=self.send_within_seconds
            )
            self.lookout.take_order(read(answer, WireOrder))
        except AlpacaRefused as refusal:
            if refusal.names_a_known_order:
                self.lookout.note_gap()
            else:
                self.following.refuse(order_id, refusal.reason, at=self.time(order.approved_at))
        except NotSent as reason:
            self.following.refuse(order_id, str(reason), at=self.time(order.approved_at))
        except (AlpacaSilent, WireError):
            self.lookout.note_gap()

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        """Ask for an order's end. at: when we were asked to, UTC nanoseconds."""
        alpaca_id = await self._find(order_id)
        if alpaca_id is None or self._is_over(order_id):
            reason = _OVER if self._is_over(order_id) else _ABSENT
            self.following.refuse_cancel(order_id, reason, at=self.time(at))
            return
        self.following.ask_cancel(order_id)
        try:
            await self.cancels.ask(lambda client: client.delete(f"/orders/{alpaca_id}"), is_order=True)
        except AlpacaRefused as refused:
            self.following.refuse_cancel(order_id, refused.reason, at=self.time(at))
        except AlpacaSilent:
            found = await self._until_answered(partial(self.listings.order, alpaca_id))
            if found is not None:
                self.lookout.take_order(found)
            if found is None or (found.status not in ENDS and found.status != "pending_cancel"):
                self.following.refuse_cancel(order_id, _CANCEL_LOST, at=self.time(at))

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        """Ask for another order in an order's place. at: as above."""
        alpaca_id = await self._find(order_id)
        refusal = _ABSENT if alpaca_id is None else None
        if self._is_over(order_id):
            refusal = _OVER
        elif refusal is None and self.following.filled(order_id):
            refusal = _PARTLY
        if refusal is not None:
            self.following.refuse_modify(order_id, refusal, at=self.time(at))
            return
        self.following.ask_modify(order_id)
        name = f"{self.references.reference_of(order_id)}{REPLACEMENT_MARK}{at}"
        body, path = replacement_body(terms, name, trails=self.following.trails(order_id)), f"/orders/{alpaca_id}"
        try:
            answer = await self.orders.ask(
                lambda client: client.patch(path, body), is_order=True, within_seconds=self.send_within_seconds
            )
            self.lookout.take_order(read(answer, WireOrder))
        except (AlpacaRefused, NotSent) as refused:
            reason = refused.reason if isinstance(refused, AlpacaRefused) else str(refused)
            self.following.refuse_modify(order_id, reason, at=self.time(at))
        except (AlpacaSilent, WireError):
            await self._find_out_terms(order_id, name, at)

    def time(self, asked_at: int) -> int:
        """Return the time of what follows from a request: never before it."""
        return max(asked_at, self.now())

    async def _find_out_terms(self, order_id: OrderId, name: str, at: int) -> None:
        found = await self._until_answered(partial(self.listings.order_by_reference, name))
        if found is None:
            self.following.refuse_modify(order_id, _TERMS_LOST, at=self.time(at))
        else:
            self.lookout.take_order(found)
            self.lookout.note_gap()

    async def _find(self, order_id: OrderId) -> str | None:
        """Return Alpaca's id of what works of an order, None if it knows none."""
        followed = self.following.order(order_id)
        if followed is None or (not followed.working_id and not followed.is_over):
            found = await self._until_answered(
                partial(self.listings.order_by_reference, str(self.references.reference_of(order_id)))
            )
            if found is not None:
                self.lookout.take_order(found)
            followed = self.following.order(order_id)
        return None if followed is None else followed.working_id or None

    def _is_over(self, order_id: OrderId) -> bool:
        followed = self.following.order(order_id)
        return followed is not None and followed.is_over

    async def _until_answered(self, question: Callable[[], Awaitable[WireOrder | None]]) -> WireOrder | None:
        """Ask, with growing pauses, until there is an answer."""
        pauses = growing_pauses(self.pause_seconds)
        while True:
            try:
                return await question()
            except (AlpacaRefused, AlpacaSilent, WireError):
                await asyncio.sleep(next(pauses))
