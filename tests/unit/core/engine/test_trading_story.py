"""From bars to the books and back, as worked by hand.

100,000 dollars; long while the close is above the mean of the last two; 5 % of equity; 2 bps of slippage; IBKR fixed.
Day 0 closes at 100, day 1 at 110: 110 > 105, so 5,000 / 110 = 45 shares are ordered. They fill at the open of day 2,
111, at 111.0222 for a commission of 1: cash 95,003.001. The day closes at 112, equity is 100,043.001. Day 3 closes at
90, and 90 < 101: all is sold at the open of day 4, 91, at 90.9818 for 1 and a fee of 45 * 0.000166 = 0.00747: cash
99,096.17453.
"""

from decimal import Decimal

from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.events import (
    AccountMarked,
    FillBooked,
    OrderUpdated,
    SignalEmitted,
    TargetSet,
)
from robo_trader.core.domain.orders import Side
from robo_trader.core.domain.outcomes import SignalSettled
from robo_trader.core.engine.engine import Engine
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from tests.builders import DAY, a_day, a_session, accepted, engine_settings, expired
from tests.unit.core.engine.desk import Desk, an_engine, close, only

WARM_UP, CROSS = a_day(0, AAPL=100.0), a_day(1, AAPL=110.0)
ENTRY, FALL = a_day(2, AAPL=(111.0, 112.0)), a_day(3, AAPL=(112.0, 90.0))
EXIT = a_day(4, AAPL=(91.0, 89.0))


def submitted(engine: Engine, *days: int) -> list[Decimal]:
    """Shares ordered by an engine that saw the first two days, and then saw days without a change of view."""
    slices = [WARM_UP, CROSS, *(a_day(day, AAPL=110.0 + day) for day in days)]
    return [
        command.order.intent.quantity
        for step in close(engine, *slices)
        for command in step.commands
        if isinstance(command, SubmitOrder)
    ]


def test_the_whole_story() -> None:
    desk = Desk()
    desk.close(WARM_UP, CROSS)
    entry = desk.close(ENTRY)
    (bought,) = only(FillBooked, entry)
    assert bought.fill.quantity == 45 and bought.fill.price == Decimal("111.0222")
    assert bought.fill.signal_id == "sma_crossover.1"
    assert bought.fill.occurred_at == a_session(day=2).opens_at
    (mark,) = only(AccountMarked, entry)
    assert mark.mark.cash == Decimal("95003.001") and mark.mark.equity == Decimal("100043.001")
    assert mark.mark.gross_exposure == 5_040 and mark.prices == (Decimal(112),)
    (sold,) = only(FillBooked, desk.close(FALL, EXIT))
    assert sold.fill.side is Side.SELL and sold.fill.price == Decimal("90.9818")
    assert sold.realised == 45 * (Decimal("90.9818") - Decimal("111.0222"))
    assert desk.engine.account.ledger.cash == Decimal("99096.17453")
    assert desk.engine.account.ledger.reserved == 0 and not desk.engine.account.orders.open


def test_while_averages_warm_up_nothing_is_decided() -> None:
    strategy = SmaCrossover(2, 5)
    desk = Desk(engine_settings(strategy=strategy))
    events = desk.close(*(a_day(day, AAPL=100.0 + 10 * day) for day in range(4)))
    assert {type(event) for event in events} == {AccountMarked}
    assert only(SignalEmitted, desk.close(a_day(4, AAPL=140.0)))


def test_a_cross_up_leads_from_signal_to_order() -> None:
    engine = an_engine()
    step = close(engine, WARM_UP, CROSS)[1]
    assert [type(event) for event in step.events] == [
        SignalEmitted,
        TargetSet,
        OrderUpdated,
        SignalSettled,
        AccountMarked,
    ]
    (signal,), (target,) = only(SignalEmitted, step.events), only(TargetSet, step.events)
    assert signal.signal.strength == 1 and signal.signal.reason == "sma_1 110.0000 > sma_2 105.0000"
    assert target.target.quantity == 45 and target.target.reference_price == 110
    (command,) = step.commands
    assert isinstance(command, SubmitOrder)
    assert command.order.intent.quantity == 45 and command.order.approved_at == CROSS.ended_at
    # 45 * 110 = 4,950 and the minimum commission
    assert engine.account.ledger.reserved == 4_951


def test_an_order_that_works_is_not_ordered_again() -> None:
    assert submitted(an_engine(), 2, 3) == [45]


def test_what_lapsed_is_ordered_again_while_the_signal_lasts() -> None:
    engine = an_engine(engine_settings(signal_lifetime=2 * DAY))
    assert submitted(engine) == [45]
    for day, order_id in ((2, 1), (3, 2)):
        engine.process(accepted(order_id=order_id))
        engine.process(expired(order_id=order_id))
        assert engine.account.ledger.reserved == 0
        (step,) = close(engine, a_day(day, AAPL=110.0 + day))
        assert len(step.commands) == 1, "also in the last moment of the signal"
    engine.process(expired(order_id=3))
    (late,) = close(engine, a_day(4, AAPL=114.0))
    assert not late.commands, "an entry that could not be made in time is not made late"


def test_an_exit_is_pursued_for_as_long_as_it_takes() -> None:
    desk = Desk(engine_settings(signal_lifetime=1))
    desk.close(WARM_UP, CROSS, ENTRY, FALL)
    desk.close(*(a_day(day, MSFT=50.0) for day in range(4, 9)))
    (order,) = desk.engine.account.orders.open.values()
    assert order.intent.side is Side.SELL and order.order_id == 7, "asked for anew each time it lapsed"
    assert only(FillBooked, desk.close(a_day(9, AAPL=80.0)))
