"""Whom orders are sent to."""

from collections.abc import Sequence
from typing import Protocol

from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import StatementPart


class Broker(Protocol):
    """Takes approved orders and says later, in reports, what became of them.

    No call answers: a lost answer must look the same as a late one.
    """

    async def submit(self, order: ApprovedOrder) -> None:
        """Hand over an order. It is durable before this is called, and is handed over once."""
        ...

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        """Ask for the rest of an order to be taken out of the market. `at`: the time of asking, UTC ns."""
        ...

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        """Ask for an order to be worked under other terms. `at`: the time of asking, UTC ns."""
        ...

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        """Ask what is in the account. The answer is a report like any other. `at`: the time of asking, UTC ns."""
        ...

    def take_reports(self) -> Sequence[FromBroker]:
        """Return the reports that have arrived since the last call, in the broker's order."""
        ...
