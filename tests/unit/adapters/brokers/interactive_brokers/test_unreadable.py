"""What cannot be read is not known: no half of an execution, no answer with a row too few, no wrong time."""

import time
from decimal import Decimal
from pathlib import Path

import pytest
from ib_async.objects import BarData
from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.answers import Answers, NoAnswerError
from robo_trader.adapters.brokers.interactive_brokers.bar_stream import BarStream
from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
from robo_trader.adapters.brokers.interactive_brokers.executions import KEPT_MAX, Recent
from robo_trader.adapters.brokers.interactive_brokers.speech import BarsTold, BarTold
from robo_trader.adapters.brokers.interactive_brokers.translation import UnreadableError, exact, side_of
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import OrderExecuted
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.protocol import messages as said
from robo_trader.simulation.gateway.protocol.frames import frame
from robo_trader.simulation.gateway.protocol.writing import write_message
from tests.builders import AAPL, OPEN, a_session
from tests.gateway_running import ACCOUNT
from tests.unit.adapters.brokers.interactive_brokers.hostile_gateway import VERSION, HostileGateway
from tests.unit.adapters.brokers.interactive_brokers.messages import (
    a_tracker,
    an_execution,
    reference,
    shown,
    state,
    stock,
)
from tests.unit.adapters.brokers.interactive_brokers.test_mutated_frames import misread
from tests.unit.adapters.brokers.interactive_brokers.virtual_time import run
from tests.unit.simulation.gateway.protocol.test_writing_at_length import AAPL as CONTRACT

SECOND, DAY = 1_000_000_000, 86_400_000_000_000


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e300, 1e15])
def test_a_figure_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(UnreadableError):
        exact(value)


def test_a_side_that_is_none_is_refused() -> None:
    assert side_of("SSHORT").value == "SELL"
    with pytest.raises(UnreadableError):
        side_of("SIDEWAYS")


def test_an_execution_that_could_not_be_read_is_heard_when_it_is_told_again() -> None:
    """It was taken for known before it was read, and the fill never counted."""
    tracker, execution = a_tracker(1), an_execution(shares=float("nan"))
    with pytest.raises(UnreadableError):
        tracker.hear_execution(stock(), execution)
    tracker.hear_execution(stock(), an_execution())
    assert [type(one) for one in tracker.take_reports()] == [OrderExecuted]


def test_an_order_keeps_its_number_on_a_connection() -> None:
    """A cancel under another number would be one of another order."""
    tracker = a_tracker(1)
    tracker.hear_open_order(stock(), shown(1), state("Submitted"))
    tracker.hear_open_order(stock(), shown(900, named=reference(1)), state("Submitted"))
    known = tracker.open_orders()[0]
    assert known.wire_id == 1 and "calls it 900" in tracker.alarms[0]


def test_a_completed_order_of_another_number_ends_nothing() -> None:
    tracker = a_tracker(1)
    tracker.hear_open_order(stock(), shown(1), state("Submitted"))
    tracker.take_reports()
    tracker.hear_completed(stock(), shown(1, perm=999), state("Cancelled"))
    assert not tracker.take_reports() and tracker.alarms
    tracker.hear_completed(stock(), shown(1), state("Cancelled"))
    assert tracker.take_reports()


def test_only_the_newest_executions_are_kept() -> None:
    kept: Recent[int] = Recent()
    for number in range(KEPT_MAX + 5):
        kept[str(number)] = number
    assert len(kept) == KEPT_MAX and "4" not in kept and "5" in kept


@pytest.mark.parametrize("nanos", [0, -1, 10**40, 4_200_000_000 * SECOND])
def test_a_time_that_cannot_be_is_refused(nanos: int) -> None:
    clock = MarketClock()
    with pytest.raises(UnreadableError):
        clock.hear(nanos)
    assert clock.now() == 0


def test_the_wall_s_day_is_not_left_before_another_connection() -> None:
    """One wrong time would stamp everything that follows."""
    clock = MarketClock()
    clock.hear_gateway(time.time_ns())
    for wrong in (clock.hear, clock.hear_gateway):
        with pytest.raises(UnreadableError):
            wrong(time.time_ns() + 2 * DAY)
    assert abs(clock.now() - time.time_ns()) < DAY and not clock.is_simulated
    clock.forget_gateway()
    clock.hear_gateway(OPEN)
    assert clock.is_simulated


def test_a_day_that_was_a_mistake_is_left() -> None:
    clock = MarketClock()
    clock.hear_gateway(time.time_ns() + 400 * DAY)
    clock.hear_gateway(time.time_ns())
    assert abs(clock.now() - time.time_ns()) < DAY


@pytest.mark.parametrize("date", ["20240231", "1709560000", "x"])
def test_a_day_s_bar_of_no_day_is_dropped(date: str) -> None:
    stream = BarStream(BarSize.DAY_1, SessionTable([a_session()]), after=0)
    row = BarTold(date=date, open=1, high=1, low=1, close=1, volume=1)
    stream.take(BarsTold(symbol=Symbol(AAPL), bars=(row,)))
    assert not stream.closed(OPEN + DAY)


def test_a_bar_without_a_time_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        gateway = HostileGateway(tmp_path)
        gateway.connect()
        await gateway.watch()
        [number] = gateway.session.market._histories
        with pytest.raises(UnreadableError):
            gateway.session.market.hear_bar(number, BarData(date="9" * 400))  # type: ignore[arg-type]
        gateway.session.close()

    run(story())


@pytest.mark.parametrize("row", [b"61\x003\0DU1234567\0x\0", b"5\x007\0"])
def test_an_answer_with_a_row_that_cannot_be_read_is_none(row: bytes, tmp_path: Path) -> None:
    """The other rows are not all there is: shares, or an order, would be missing."""

    async def story() -> None:
        gateway = HostileGateway(tmp_path)
        gateway.connect()
        with misread() as heard:
            await gateway.ask([frame(row)] * 20)
        gateway.session.close()
        assert heard.refused

    run(story())


async def test_a_spoilt_question_has_no_answer() -> None:
    answers = Answers()

    async def send() -> None:
        answers.add(7, "a row")
        answers.spoil_numbered()
        answers.end(7)

    with pytest.raises(NoAnswerError, match="could not be read"):
        await answers.ask(7, send, 1.0)


@pytest.mark.parametrize("greeting", [b"x\0y\0", b"9999\0y\0", b"\0"])
def test_what_is_no_greeting_ends_the_connection(greeting: bytes, tmp_path: Path) -> None:
    async def story() -> None:
        gateway = HostileGateway(tmp_path)
        gateway.begin_again()
        gateway.feed(frame(greeting))
        gateway.say(said.ManagedAccountsList(accounts=("DU1",)), said.NextValidId(order_id=1))
        assert gateway.has_hung_up
        gateway.session.close()

    run(story())


@pytest.mark.parametrize("offered", ["9" * 12, "-" + "9" * 12])
def test_a_number_too_high_is_not_taken_for_the_next_one(offered: str, tmp_path: Path) -> None:
    """Numbers only go up, and are kept: the next order would have none."""

    async def story() -> None:
        gateway = HostileGateway(tmp_path)
        gateway.connect()
        with misread() as heard:
            gateway.feed(frame(f"9\x001\0{offered}\0".encode()))
        assert gateway.session._wire.ears.next_id == 10 and heard.refused
        gateway.session.close()

    run(story())


def test_what_is_told_twice_in_an_answer_is_there_once(tmp_path: Path) -> None:
    """An order that changes while all are told, and shares that trade meanwhile: two orders were a contradiction."""

    async def story() -> None:
        gateway = HostileGateway(tmp_path)
        gateway.connect()
        held = said.PositionMessage(account=ACCOUNT, contract=CONTRACT, quantity=Decimal(40), average_cost=Decimal(10))
        more = replace(held, quantity=Decimal(60))
        rows = b"".join(frame(write_message(one, VERSION)) for one in (gateway.shown(1), held, more))
        await gateway.ask([rows] * 20)
        assert gateway.statement is not None and gateway.statement.positions is not None
        assert sorted(one.order_id or 0 for one in gateway.statement.open_orders or ()) == [1, 2, 3]
        assert [one.quantity for one in gateway.statement.positions] == [60]
        gateway.session.close()

    run(story())
