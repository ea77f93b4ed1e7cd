"""The paper broker: a pretend venue behind the broker port."""

from collections.abc import Iterable, Sequence

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.commands import CancelOrder, Command, SubmitOrder
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.domain.events import BrokerClaim, QuoteArrived, SliceClosed
from robo_trader.core.domain.order_reports import BrokerReport
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import StatementPart, StatementReceived
from robo_trader.core.ports.journal import Batch
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue


class SimulatedBroker:
    """Fills orders against the bars and quotes it is shown. Has no memory of its own: the journal is its memory."""

    def __init__(self, venue: Venue, account: VenueAccount | None = None) -> None:
        """account: what statements are made from; without one nobody can ask, and nothing is kept."""
        self._venue = venue
        self._account = account
        self._pending: list[BrokerReport | BrokerClaim] = []

    async def submit(self, order: ApprovedOrder) -> None:
        """Hand an order to the venue."""
        self._submit(order)

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        """Ask the venue to take an order out of its book."""
        self._venue.cancel(order_id, at=at)

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        """Ask the venue to work an order under other terms."""
        self._venue.modify(order_id, terms, at=at)

    def observe(self, seen: BarSlice | QuoteArrived | CorporateAction) -> None:
        """Show the venue the market, before anybody else sees it; a corporate action, after the engine's cancels."""
        if isinstance(seen, CorporateAction):
            self._venue.restructure(seen)
            if self._account is not None:
                self._keep_reports()
                self._account.restructure(seen)
        elif isinstance(seen, BarSlice):
            self._observe_slice(seen)
        else:
            self._venue.observe_quote(seen.quote, seen.session)

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        """Answer at once, after all reports so far: nothing is on its way at a venue inside the program."""
        assert self._account is not None, "this broker was joined without an account"
        self._keep_reports()
        statement = self._account.statement(parts)
        self._pending.append(StatementReceived(statement=statement, asked_at=at, occurred_at=at))

    def take_reports(self) -> Sequence[BrokerReport | BrokerClaim]:
        """Return what the venue reported since the last call."""
        if self._account is None and not self._pending:
            return self._venue.take_reports()
        self._keep_reports()
        reports, self._pending = self._pending, []
        return reports

    @property
    def is_at_rest(self) -> bool:
        """Whether everything that was reported has been taken."""
        self._keep_reports()
        return not self._pending

    def restore(self, batches: Iterable[Batch]) -> None:
        """Bring the venue to where the journal ends, by showing it all it was shown before, or since it was at rest.

        Reports that the journal holds already are dropped; those that were on their way when the program died
        are delivered by the next `take_reports`. Raises JournalDamaged if the venue now reports otherwise.
        """
        journaled: list[BrokerReport] = []
        for batch in batches:
            self._replay(batch)
            journaled.extend(_reports_in(batch))
        self._keep_reports()
        reports, self._pending = self._pending, []
        if reports[: len(journaled)] != journaled:
            raise JournalDamaged(
                "the simulated venue no longer reports what this journal says it reported",
                next_step="Continue with the program version that began this journal, or begin a new one.",
            )
        self._pending = reports[len(journaled) :]

    def _submit(self, order: ApprovedOrder) -> None:
        if self._account is not None:
            self._account.note_order(order)
        self._venue.submit(order)

    def _observe_slice(self, slice_: BarSlice) -> None:
        account = self._account
        if account is None:
            self._venue.observe(slice_)
            return
        self._keep_reports()
        account.begin(slice_)
        self._venue.observe(slice_)
        self._keep_reports()
        account.end(slice_)

    def _keep_reports(self) -> None:
        """Take the venue's reports into the account, and keep them for who asks next."""
        reports = self._venue.take_reports()
        if self._account is not None:
            for report in reports:
                self._account.note(report)
        self._pending.extend(reports)

    def _replay(self, batch: Batch) -> None:
        for step in batch.steps:
            if isinstance(step.input, SliceClosed):
                self.observe(step.input.slice)
            elif isinstance(step.input, QuoteArrived):
                self.observe(step.input)
        for command in batch.commands:
            self._carry_out(command)
        for step in batch.steps:
            if isinstance(step.input, CorporateAction):
                self.observe(step.input)

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, SubmitOrder):
            self._submit(command.order)
        elif isinstance(command, CancelOrder):
            self._venue.cancel(command.order_id, at=command.occurred_at)
        else:
            self._venue.modify(command.order_id, command.terms, at=command.occurred_at)


def _reports_in(batch: Batch) -> Iterable[BrokerReport]:
    for step in batch.steps:
        if isinstance(step.input, BrokerReport):
            yield step.input
