"""An operator halts, reduces and resumes by instruction; nothing else leaves a halt.

Worked by hand: 454 shares of AAPL bought at 110, half of 100,000 dollars.
"""

import pytest

from robo_trader.core.domain.commands import CancelOrder, Step, SubmitOrder
from robo_trader.core.domain.events import (
    InstructionGiven,
    InstructionRefused,
    OrderDenied,
    OrderUpdated,
    TradingStateChanged,
)
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.portfolio.sizing import FixedFraction
from tests.builders import AAPL, CLOSE, MSFT, a_day, engine_settings, executed, some_limits
from tests.unit.core.engine.desk import an_engine, close, only

HALT, REDUCE, RESUME = InstructionKind
ACTIVE, REDUCING, HALTED = TradingState


def settings(**limits: object) -> EngineSettings:
    within = some_limits(**limits)  # type: ignore[arg-type]
    return engine_settings(symbols=(AAPL, MSFT), sizer=FixedFraction(fraction=0.5), limits=within)


def an_engine_that_holds(**limits: object) -> Engine:
    engine = an_engine(settings(**limits))
    close(engine, a_day(0, AAPL=100.0, MSFT=50.0), a_day(1, AAPL=110.0, MSFT=50.0))
    engine.process(executed(quantity=454, price=110, commission="2.27"))
    return engine


def told(
    kind: InstructionKind, expected: TradingState, *, actor: str = "ann", reason: str = "news", at: int = CLOSE
) -> InstructionGiven:
    return InstructionGiven(kind=kind, actor=actor, reason=reason, expected=expected, occurred_at=at)


def change_of(step: Step) -> tuple[TradingState, TradingState]:
    (change,) = only(TradingStateChanged, step.events)
    return change.before, change.after


def test_a_halt_lets_nothing_out_until_it_is_resumed_by_name() -> None:
    engine = an_engine_that_holds()
    (change,) = only(TradingStateChanged, engine.process(told(HALT, ACTIVE)).events)
    assert (change.before, change.after, change.actor, change.reason) == (ACTIVE, HALTED, "ann", "news")
    (step,) = close(engine, a_day(2, AAPL=90.0, MSFT=50.0))
    assert not step.commands, "not even an exit"
    assert change_of(engine.process(told(RESUME, HALTED, actor="bob"))) == (HALTED, ACTIVE)
    (step,) = close(engine, a_day(3, AAPL=90.0, MSFT=50.0))
    assert [command.order.intent.quantity for command in step.commands if isinstance(command, SubmitOrder)] == [454]


def test_reducing_by_instruction_outlasts_the_session_and_lets_exits_out() -> None:
    engine = an_engine_that_holds()
    assert change_of(engine.process(told(REDUCE, ACTIVE))) == (ACTIVE, REDUCING)
    (step,) = close(engine, a_day(2, AAPL=90.0, MSFT=60.0))
    assert engine.account.trading_state is REDUCING, "a new session does not lift it"
    assert [command.order.intent.symbol for command in step.commands if isinstance(command, SubmitOrder)] == [AAPL]
    (denied,) = only(OrderDenied, step.events)
    assert denied.intent.symbol == MSFT
    assert [violation.control for violation in denied.violations] == [Control.TRADING_STATE]
    assert change_of(engine.process(told(RESUME, REDUCING))) == (REDUCING, ACTIVE)


def test_reducing_for_a_loss_becomes_reducing_until_told() -> None:
    engine = an_engine_that_holds(daily_loss="0.01")
    close(engine, a_day(2, AAPL=100.0, MSFT=50.0))
    assert engine.account.trading_state is REDUCING
    assert change_of(engine.process(told(REDUCE, REDUCING))) == (REDUCING, REDUCING)
    close(engine, a_day(3, AAPL=100.0, MSFT=50.0))
    assert engine.account.trading_state is REDUCING


@pytest.mark.parametrize("kind", [HALT, REDUCE])
def test_entries_that_work_are_canceled_and_exits_are_left(kind: InstructionKind) -> None:
    engine = an_engine(settings())
    close(engine, a_day(0, AAPL=100.0, MSFT=50.0), a_day(1, AAPL=110.0, MSFT=50.0))
    step = engine.process(told(kind, ACTIVE))
    assert [command.order_id for command in step.commands if isinstance(command, CancelOrder)] == [1]
    assert [update.order.cancel_requested for update in only(OrderUpdated, step.events)] == [True]
    selling = an_engine_that_holds()
    close(selling, a_day(2, AAPL=90.0, MSFT=50.0))
    assert selling.account.orders.open
    assert not selling.process(told(kind, ACTIVE)).commands


@pytest.mark.parametrize(
    ("before", "instruction", "reason"),
    [
        pytest.param((), told(HALT, HALTED), "it expects HALTED, and trading is ACTIVE", id="the world has moved on"),
        pytest.param((), told(RESUME, ACTIVE), "trading is ACTIVE already", id="nothing to resume"),
        pytest.param((told(HALT, ACTIVE),), told(HALT, HALTED), "trading is HALTED already", id="halted twice"),
        pytest.param(
            (told(HALT, ACTIVE),), told(REDUCE, HALTED), "trading is HALTED, which lets out less already",
            id="a halt is not eased",
        ),
        pytest.param((), told(HALT, ACTIVE, actor=" "), "it does not say who asks for it, and why", id="no actor"),
        pytest.param((), told(HALT, ACTIVE, reason=""), "it does not say who asks for it, and why", id="no reason"),
    ],
)  # fmt: skip
def test_what_does_not_fit_changes_nothing(
    before: tuple[InstructionGiven, ...], instruction: InstructionGiven, reason: str
) -> None:
    engine = an_engine_that_holds()
    for one in before:
        engine.process(one)
    state = engine.account.trading_state
    step = engine.process(instruction)
    (refused,) = only(InstructionRefused, step.events)
    assert (refused.instruction, refused.reason) == (instruction, reason)
    assert engine.account.trading_state is state and not step.commands


def test_a_fall_from_the_peak_halts_and_is_measured_anew_once_resumed() -> None:
    """454 shares: 104,537.73 at 120, the peak; 10 % less is 94,083.96, below 97 dollars a share."""
    engine = an_engine_that_holds(drawdown_fraction="0.10")
    close(engine, a_day(2, AAPL=120.0, MSFT=50.0), a_day(3, AAPL=97.0, MSFT=50.0))
    assert engine.account.trading_state is ACTIVE
    (step,) = close(engine, a_day(4, AAPL=96.9, MSFT=50.0))
    (change,) = only(TradingStateChanged, step.events)
    assert change.after is HALTED
    assert change.reason == "fell 10487.40 USD from the peak, 10453.77 USD allowed"
    close(engine, a_day(5, AAPL=120.0, MSFT=50.0))
    assert engine.account.trading_state is HALTED, "a halt is latched"
    engine.process(told(RESUME, HALTED))
    close(engine, a_day(6, AAPL=119.0, MSFT=50.0))
    assert engine.account.trading_state is ACTIVE
    assert engine.account.valuation.peak_equity == engine.account.valuation.halt_peak


def test_a_drawdown_that_was_accepted_does_not_halt_again() -> None:
    engine = an_engine_that_holds(drawdown_fraction="0.10")
    close(engine, a_day(2, AAPL=85.0, MSFT=50.0))
    assert engine.account.trading_state is HALTED
    engine.process(told(RESUME, HALTED))
    close(engine, a_day(3, AAPL=84.0, MSFT=50.0))
    assert engine.account.trading_state is ACTIVE
    assert engine.account.valuation.max_drawdown > engine.account.valuation.equity * 0, "the record keeps the fall"


def test_a_week_that_is_lost_stays_closed_until_the_next_one() -> None:
    """454 shares: 4,542.27 lost at 100, more than 4 % of 100,000. Day 0 is a Monday, day 7 the next."""
    engine = an_engine_that_holds(weekly_loss_fraction="0.04")
    (step,) = close(engine, a_day(2, AAPL=100.0, MSFT=50.0))
    (change,) = only(TradingStateChanged, step.events)
    assert change.reason == "lost 4542.27 USD of 4000.00 USD allowed in a week"
    close(engine, a_day(3, AAPL=110.0, MSFT=50.0), a_day(4, AAPL=115.0, MSFT=50.0))
    assert engine.account.trading_state is REDUCING, "a loss that is made good keeps the week closed"
    close(engine, a_day(7, AAPL=115.0, MSFT=50.0))
    assert engine.account.trading_state is ACTIVE
