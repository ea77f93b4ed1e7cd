"""The loop acts on nothing that is not durable, and carries the broker's reports on until there are none."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import pytest

from robo_trader.core.domain.commands import CancelOrder, Command, Step, SubmitOrder
from robo_trader.core.domain.errors import JournalDamaged, JournalUnwritable
from robo_trader.core.domain.events import InputEvent, SessionStarted, SliceClosed, TimerFired, TradePrinted
from robo_trader.core.domain.order_reports import BrokerReport, OrderAccepted
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.quotes import TradePrint
from robo_trader.core.domain.statements import StatementPart
from robo_trader.core.ports.journal import Batch, StepRecord
from robo_trader.runtime.recovery import last_slice_end, replay
from robo_trader.runtime.trading_loop import TradingLoop
from tests.builders import AAPL, OPEN, a_quote, a_session, a_slice, an_approved_order, an_arrival


class ScriptedEngine:
    """Answers each input with the commands written for its kind."""

    def __init__(self, commands: dict[type, tuple[Command, ...]]) -> None:
        self.commands = commands
        self.seen: list[InputEvent] = []

    def process(self, event: InputEvent) -> Step:
        self.seen.append(event)
        return Step((), self.commands.get(type(event), ()))


class ListJournal:
    """Keeps batches in memory; refuses from the n-th on."""

    def __init__(self, record: list[str], *, refuses_from: int | None = None) -> None:
        self.stored: list[Batch] = []
        self.record = record
        self.refuses_from = refuses_from

    async def commit(self, batch: Batch) -> None:
        if self.refuses_from is not None and len(self.stored) >= self.refuses_from:
            raise JournalUnwritable("full")
        self.stored.append(batch)
        self.record.append("commit")

    def batches(self) -> Iterator[Batch]:
        return iter(self.stored)


class RecordingBroker:
    """Accepts what it gets, and says so."""

    def __init__(self, record: list[str]) -> None:
        self.record = record
        self.reports: list[BrokerReport] = []

    async def submit(self, order: ApprovedOrder) -> None:
        self.record.append(f"submit {order.order_id}")
        self.reports.append(OrderAccepted(order_id=order.order_id, broker_order_id="B", occurred_at=1))

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        self.record.append(f"cancel {order_id} at {at}")

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        self.record.append(f"modify {order_id} to {terms.quantity} at {at}")

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        self.record.append(f"state {len(parts)} parts at {at}")

    def take_reports(self) -> Sequence[BrokerReport]:
        reports, self.reports = self.reports, []
        return reports


SUBMIT_THEN_CANCEL: dict[type, tuple[Command, ...]] = {
    SliceClosed: (SubmitOrder(order=an_approved_order()), CancelOrder(order_id=OrderId(9), occurred_at=7)),
}


async def test_commands_are_carried_out_in_order_after_the_commit_and_reports_follow() -> None:
    record: list[str] = []
    engine, journal = ScriptedEngine(SUBMIT_THEN_CANCEL), ListJournal(record)
    told: list[Batch] = []
    loop = TradingLoop(engine, journal, RecordingBroker(record), listeners=[told.append])
    await loop.close_slice(a_slice())
    assert record == ["commit", "submit 1", "cancel 9 at 7", "commit"]
    assert [type(event) for event in engine.seen] == [SliceClosed, OrderAccepted]
    assert told == journal.stored


async def test_nothing_is_sent_and_nobody_is_told_when_the_journal_refuses() -> None:
    record: list[str] = []
    told: list[Batch] = []
    journal = ListJournal(record, refuses_from=0)
    loop = TradingLoop(ScriptedEngine(SUBMIT_THEN_CANCEL), journal, RecordingBroker(record), listeners=[told.append])
    with pytest.raises(JournalUnwritable):
        await loop.close_slice(a_slice())
    assert record == [] and told == []


async def test_observers_see_the_slice_before_the_engine_does() -> None:
    engine = ScriptedEngine({})
    seen_by_engine: list[int] = []
    loop = TradingLoop(
        engine, ListJournal([]), RecordingBroker([]), observers=[lambda _: seen_by_engine.append(len(engine.seen))]
    )
    await loop.close_slice(a_slice())
    assert seen_by_engine == [0]


def timers(*times: int) -> Callable[[int], TimerFired | None]:
    """What an engine would ask for that wants to be woken at these times."""
    left = list(times)
    return lambda before: TimerFired(key="tea", occurred_at=left.pop(0)) if left and left[0] < before else None


async def test_timers_that_are_due_come_before_the_slice_and_its_own_moment_after() -> None:
    engine, at = ScriptedEngine({}), a_slice().ended_at
    seen: list[int] = []
    loop = TradingLoop(
        engine, ListJournal([]), RecordingBroker([]), observers=[lambda _: seen.append(len(engine.seen))],
        due_timer=timers(at - 2, at - 1, at),
    )  # fmt: skip
    await loop.close_slice(a_slice())
    assert [event.occurred_at for event in engine.seen] == [at - 2, at - 1, at]
    assert isinstance(engine.seen[-1], SliceClosed) and seen == [2], "what they ordered may fill in the slice"
    await loop.fire_timers(before=at + 1)
    assert engine.seen[3:] == [TimerFired(key="tea", occurred_at=at)]


async def test_a_quote_is_shown_to_the_market_first_and_a_print_to_the_engine_alone() -> None:
    engine = ScriptedEngine({})
    seen: list[object] = []
    loop = TradingLoop(engine, ListJournal([]), RecordingBroker([]), observers=[seen.append], due_timer=timers(OPEN))
    trade = TradePrinted(trade=TradePrint(AAPL, OPEN, 100.0, 1.0), session=a_session())
    quote = an_arrival(a_quote(at=OPEN + 1))
    await loop.take_record(trade)
    await loop.take_record(quote)
    assert seen == [quote]
    assert engine.seen == [trade, TimerFired(key="tea", occurred_at=OPEN), quote]


async def test_quotes_are_durable_together_with_the_timers_between_them() -> None:
    engine, record = ScriptedEngine({}), list[str]()
    journal = ListJournal(record)
    loop = TradingLoop(engine, journal, RecordingBroker(record), due_timer=timers(OPEN, OPEN + 1, OPEN + 3))
    quotes = [an_arrival(a_quote(at=OPEN + at)) for at in (1, 2, 4)]
    await loop.take_records(quotes)
    woken = [TimerFired(key="tea", occurred_at=at) for at in (OPEN, OPEN + 1, OPEN + 3)]
    assert engine.seen == [woken[0], quotes[0], woken[1], quotes[1], woken[2], quotes[2]]
    assert record == ["commit"] and loop.latest == OPEN + 4
    assert [step.input for step in journal.stored[0].steps] == engine.seen


def opening() -> SessionStarted:
    return SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(1))


def test_replay_yields_batches_that_decide_the_same() -> None:
    batch = Batch((StepRecord(opening(), ()), StepRecord(SliceClosed(slice=a_slice()), ())), ())
    assert list(replay([batch], ScriptedEngine({}))) == [batch]
    assert last_slice_end(batch) == a_slice().ended_at
    assert last_slice_end(Batch((StepRecord(opening(), ()),), ())) == 0


def test_replay_refuses_a_journal_that_decided_otherwise() -> None:
    batch = Batch((StepRecord(SliceClosed(slice=a_slice()), ()),), ())
    with pytest.raises(JournalDamaged, match="other decisions"):
        list(replay([batch], ScriptedEngine(SUBMIT_THEN_CANCEL)))
