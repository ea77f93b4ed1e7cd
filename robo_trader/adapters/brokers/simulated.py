"""The paper broker: a pretend venue behind the broker port."""

from collections.abc import Iterable, Sequence

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.commands import Command, SubmitOrder
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.events import BrokerReport, QuoteArrived, SliceClosed
from robo_trader.core.domain.orders import ApprovedOrder, OrderId
from robo_trader.core.ports.journal import Batch
from robo_trader.simulation.venue.venue import Venue


class SimulatedBroker:
    """Fills orders against the bars and quotes it is shown. Has no memory of its own: the journal is its memory."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._pending: list[BrokerReport] = []

    async def submit(self, order: ApprovedOrder) -> None:
        """Hand an order to the venue."""
        self._venue.submit(order)

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        """Ask the venue to take an order out of its book."""
        self._venue.cancel(order_id, at=at)

    def observe(self, seen: BarSlice | QuoteArrived) -> None:
        """Show the venue the market, before anybody else sees it."""
        if isinstance(seen, BarSlice):
            self._venue.observe(seen)
        else:
            self._venue.observe_quote(seen.quote, seen.session)

    def take_reports(self) -> Sequence[BrokerReport]:
        """Return what the venue reported since the last call."""
        reports = self._venue.take_reports()
        if self._pending:  # after a restart only
            reports, self._pending = [*self._pending, *reports], []
        return reports

    def restore(self, batches: Iterable[Batch]) -> None:
        """Bring the venue to where the journal ends, by showing it all it was shown before.

        Reports that the journal holds already are dropped; those that were on their way when the program died
        are delivered by the next `take_reports`. Raises JournalDamaged if the venue now reports otherwise.
        """
        journaled: list[BrokerReport] = []
        for batch in batches:
            self._replay(batch)
            journaled.extend(_reports_in(batch))
        reports = self._venue.take_reports()
        if reports[: len(journaled)] != journaled:
            raise JournalDamaged(
                "the simulated venue no longer reports what this journal says it reported",
                next_step="Continue with the program version that began this journal, or begin a new one.",
            )
        self._pending = reports[len(journaled) :]

    def _replay(self, batch: Batch) -> None:
        for step in batch.steps:
            if isinstance(step.input, SliceClosed):
                self.observe(step.input.slice)
            elif isinstance(step.input, QuoteArrived):
                self.observe(step.input)
        for command in batch.commands:
            self._carry_out(command)

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, SubmitOrder):
            self._venue.submit(command.order)
        else:
            self._venue.cancel(command.order_id, at=command.occurred_at)


def _reports_in(batch: Batch) -> Iterable[BrokerReport]:
    for step in batch.steps:
        if isinstance(step.input, BrokerReport):
            yield step.input
