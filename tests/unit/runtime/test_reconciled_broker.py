"""The engine hears READY after two whole statements of the present connection, and not before."""

import asyncio
from collections.abc import Sequence

from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import FromBroker
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import StatementPart, StatementReceived
from robo_trader.core.execution.statement_schedule import EVERYTHING, StatementSchedule
from robo_trader.runtime.reconciled_broker import ANSWER_NANOS, ReconciledBroker
from tests.builders import OPEN, accepted, unanswered
from tests.statements import a_statement, received

SECOND = 1_000_000_000
SCHEDULE = StatementSchedule()


class Talker:
    """A broker that says what the test puts into it, and notes what it is asked."""

    def __init__(self) -> None:
        self.says: list[FromBroker] = []
        self.asked: list[tuple[StatementPart, ...]] = []
        self.arrived = asyncio.Event()

    async def submit(self, order: ApprovedOrder) -> None:
        raise NotImplementedError

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        raise NotImplementedError

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        raise NotImplementedError

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        assert at == OPEN
        self.asked.append(parts)

    def take_reports(self) -> Sequence[FromBroker]:
        says, self.says = self.says, []
        return says

    def now(self) -> int:
        return OPEN


class Stage:
    """The reconciled broker before a talker, and a clock that the test moves."""

    def __init__(self) -> None:
        self.talker, self.time = Talker(), 0
        self.broker = ReconciledBroker(self.talker, SCHEDULE, lambda: self.time)

    def told(self, *says: FromBroker) -> list[FromBroker]:
        self.talker.says += says
        return list(self.broker.take_reports())

    async def asked(self, *, after: float = 0.0) -> list[tuple[StatementPart, ...]]:
        self.time += int(after * SECOND)
        before = len(self.talker.asked)
        await self.broker.ask()
        return self.talker.asked[before:]

    async def come_to_ready(self) -> None:
        self.told(link(LinkState.READY))
        for _ in range(2):
            assert await self.asked() == [EVERYTHING]
            self.told(whole())
        assert [type(one) for one in self.told()] == [BrokerLinkChanged] and self.broker.is_ready


def link(state: LinkState, epoch: int = 1) -> BrokerLinkChanged:
    return BrokerLinkChanged(state=state, reason="so", epoch=epoch, occurred_at=OPEN)


def whole() -> StatementReceived:
    told = received(a_statement(positions=(), cash="100000", open_orders=(), completed_orders=(), executions=()))
    assert told.statement.is_whole
    return told


async def test_ready_comes_after_two_whole_statements_and_after_what_they_say() -> None:
    stage = Stage()
    assert stage.told(link(LinkState.SYNCHRONISING), link(LinkState.READY)) == [link(LinkState.SYNCHRONISING)]
    assert await stage.asked() == [EVERYTHING] and await stage.asked() == [], "one at a time"
    assert len(stage.told(whole())) == 1 and not stage.broker.is_ready
    assert await stage.asked() == [EVERYTHING]
    assert [type(one) for one in stage.told(accepted(), whole())] == [type(accepted()), StatementReceived]
    [ready] = stage.told()
    assert isinstance(ready, BrokerLinkChanged) and ready.state is LinkState.READY
    assert stage.broker.is_ready and not stage.told()


async def test_a_statement_with_a_part_missing_does_not_count() -> None:
    stage = Stage()
    stage.told(link(LinkState.READY))
    for _ in range(5):
        await stage.asked()
        stage.told(received(a_statement(positions=(), cash="1")))
    assert not stage.told() and not stage.broker.is_ready


async def test_a_line_that_breaks_in_between_begins_anew() -> None:
    stage = Stage()
    stage.told(link(LinkState.READY))
    await stage.asked()
    stage.told(whole())
    await stage.asked()
    assert stage.told(whole(), link(LinkState.DOWN))[-1] == link(LinkState.DOWN)
    assert not stage.told() and await stage.asked() == [], "nobody is there to be asked"
    await stage.come_to_ready()


async def test_no_answer_is_asked_for_again() -> None:
    stage = Stage()
    stage.told(link(LinkState.READY))
    await stage.asked()
    assert await stage.asked(after=ANSWER_NANOS / SECOND - 1) == []
    assert await stage.asked(after=1) == [EVERYTHING]


async def test_later_it_is_asked_by_the_schedule() -> None:
    stage = Stage()
    await stage.come_to_ready()
    assert await stage.asked(after=29) == []
    assert await stage.asked(after=1) == [(StatementPart.ORDERS,)]
    stage.told(whole())
    assert await stage.asked(after=30) == [EVERYTHING]


async def test_an_order_that_nobody_answered_is_looked_for_at_once_and_twice() -> None:
    stage = Stage()
    await stage.come_to_ready()
    assert stage.told(unanswered()) == [unanswered()]
    for _ in range(2):
        assert await stage.asked() == [EVERYTHING]
        stage.told(whole())
    assert await stage.asked() == []
