"""Whatever a broker says, and in whatever order, no invariant breaks: the engine books it, sets it aside, or halts.

Reports are drawn for orders that are there and for one that is not: answers, refusals, fills in parts, too large or
told twice, corrections, busts, commissions early and late; between them the market moves hour by hour.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.events import InputEvent, SliceClosed
from robo_trader.core.domain.order_reports import OrderModified
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.engine.engine import Engine
from robo_trader.core.risk.protection import ProtectionPolicy
from tests.builders import (
    AAPL,
    HOUR,
    MSFT,
    a_bar,
    a_session,
    a_slice,
    absent,
    accepted,
    cancel_rejected,
    canceled,
    charged,
    corrected,
    engine_settings,
    executed,
    expired,
    modify_rejected,
    rejected,
    some_limits,
    unanswered,
)
from tests.examples import examples
from tests.unit.core.engine.desk import an_engine
from tests.unit.core.engine.test_stops import Sides

PLAIN = (accepted, canceled, expired, rejected, cancel_rejected, modify_rejected, unanswered, absent)
REPORTS = st.tuples(
    st.sampled_from([*["execute"] * 6, "correct", "charge", "modify", *PLAIN, accepted, accepted]),
    st.integers(0, 3),  # which order, the newest first
    st.sampled_from(["all", "half", "one", "too many"]),
    st.integers(0, 4),  # which execution
)
HOURS = st.lists(st.tuples(st.sampled_from([94.0, 99.0, 101.0, 106.0]), st.lists(REPORTS, max_size=4)), max_size=24)
Hours = list[tuple[float, list[tuple[object, int, str, int]]]]


class Broker:
    """Says of an engine's orders what it is told to say."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.executions: list[tuple[str, int]] = []  # with their orders
        self.said = 0

    def report(self, kind: object, back: int, part: str, which: int, at: int) -> InputEvent | None:
        self.said += 1
        orders = self.engine.account.orders
        order_id = orders.last_id - back
        order = orders.order(OrderId(order_id))
        if order is None:
            return executed(order_id=99, at=at) if back == 3 and which == 4 else None
        left = max(order.remaining, Decimal(1))
        quantity = {"all": left, "half": max(left // 2, Decimal(1)), "one": Decimal(1), "too many": left + 7}[part]
        name, of = self.executions[which % len(self.executions)] if self.executions else ("E0", order_id)
        if kind == "execute":
            name = name if which == 4 else f"E{self.said}"
            self.executions.append((name, order_id))
            symbol = order.intent.symbol
            return executed(execution_id=name, order_id=order_id, symbol=symbol, quantity=quantity, commission=1, at=at)
        if kind == "correct":
            restated = 0 if part == "too many" else quantity  # 0 is a bust
            version = f"{name}.{self.said}"
            return corrected(execution_id=version, corrects=name, order_id=of, quantity=restated, price=99, at=at)
        if kind == "charge":
            return charged(execution_id=name, order_id=of, commission=which, at=at)
        if kind == "modify":
            terms = replace(order.intent.terms, quantity=quantity)
            if which == 4:
                terms = replace(terms, stop_price=None)  # it works without a stop, as far as the broker says
            return OrderModified(order_id=order.order_id, terms=terms, occurred_at=at)
        assert callable(kind), kind
        event: InputEvent = kind(order_id=order_id, at=at)
        return event


@given(HOURS, st.sampled_from([None, ProtectionPolicy(fallback_fraction=0.04)]), st.sampled_from([None, 20]))
@settings(deadline=None, max_examples=examples(400))
def test_no_invariant_breaks(hours: Hours, policy: ProtectionPolicy | None, offset: int | None) -> None:
    limits = some_limits(max_position="0.4", gross_exposure="0.6", daily_loss="0.05")
    engine = an_engine(
        engine_settings(
            symbols=(AAPL, MSFT), strategy=Sides(100.0, 1), limits=limits, protection=policy, limit_offset_bps=offset
        )
    )
    play(engine, hours)


def test_silence_blocks_the_symbol() -> None:
    """Bought at 106, canceled at 94, never answered; at 101 more shares are wanted, and none is ordered (I14)."""
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT), strategy=Sides(100.0, 1)))
    silence = [(unanswered, back, "all", 0) for back in (0, 1)]
    play(engine, [(106.0, []), (94.0, []), (101.0, [*silence])])
    assert engine.account.orders.last_id == 2
    assert engine.account.blocks.by_symbol.keys() == {AAPL, MSFT}


def busted_before_it_came() -> Engine:
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT), strategy=Sides(100.0, 1)))
    play(engine, [(106.0, [])])
    engine.process(corrected(execution_id="E1.1", corrects="E1", quantity=0, price=99))
    return engine


def test_a_bust_that_overtakes_its_execution_may_be_corrected() -> None:
    engine = busted_before_it_came()
    step = engine.process(corrected(execution_id="E1.2", corrects="E1", quantity=5, price=99, commission=2))
    assert [type(event).__name__ for event in step.events] == ["OrderUpdated", "FillBooked"]
    engine.process(corrected(execution_id="E1.3", corrects="E1.2", quantity=4, price=98, commission=1))
    position, order = engine.account.ledger.position(AAPL), engine.account.orders.order(OrderId(1))
    assert position.quantity == 4
    assert position.cost == 4 * 98
    assert order is not None
    assert order.filled == 4
    assert order.commission == 1


@pytest.mark.parametrize(
    "late",
    [
        pytest.param(lambda: charged(execution_id="E1", commission=2), id="what it costs"),
        pytest.param(lambda: corrected(execution_id="E1.2", corrects="E1", quantity=0, price=98), id="a second bust"),
        pytest.param(lambda: executed(execution_id="E1", quantity=5), id="the execution itself"),
    ],
)
def test_a_bust_that_overtakes_its_execution_stays_nothing(late: Callable[[], InputEvent]) -> None:
    engine = busted_before_it_came()
    cash = engine.account.ledger.cash
    engine.process(late())
    assert (engine.account.ledger.cash, engine.account.tally.fills) == (cash, 0)
    assert not engine.account.ledger.position(AAPL).quantity


def test_a_bust_before_its_execution_is_part_of_the_state() -> None:
    engine = busted_before_it_came()
    before = engine.state_hash()
    engine.account.orders.executions.unbooked.clear()
    assert engine.state_hash() != before


def play(engine: Engine, hours: Hours) -> None:
    """Let the market move hour by hour, and the broker say of it what is written there."""
    broker, session = Broker(engine), a_session(minutes=60 * 24)
    for number, (close, reports) in enumerate(hours):
        at = session.opens_at + number * HOUR
        for drawn in reports:
            report = broker.report(*drawn, at)
            if report is not None:
                engine.process(report)
        bars = [a_bar(symbol=symbol, started_at=at, open=close, close=close) for symbol in (AAPL, MSFT)]
        engine.process(SliceClosed(slice=a_slice(*bars, session=session, ended_at=at + HOUR)))
