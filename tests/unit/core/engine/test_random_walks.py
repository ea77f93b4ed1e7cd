"""Whatever the market does, after every slice the books, the orders and the venue tell one story.

Random walks of two symbols, hour by hour through days of four hours, with gaps, missing and faulty bars, little volume,
limits that bind, loss limits that close days, and stops.
"""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.bars import Bar, BarSlice
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.events import AccountMarked, FillBooked, InstructionGiven, OrderUpdated
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.order_reports import OrderExecuted
from robo_trader.core.domain.orders import OrderIntent, OrderPurpose, OrderStatus, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.execution.transitions import ENDED
from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.portfolio.stops import NO_STOPS, StopPolicy
from robo_trader.core.risk.protection import ProtectionPolicy
from tests.builders import AAPL, HOUR, MSFT, a_bar, a_session, a_slice, engine_settings, some_limits
from tests.examples import examples
from tests.unit.core.engine.desk import CASH, Desk, only

LIMITS = some_limits(
    max_position="0.4", gross_exposure="0.6", daily_loss="0.01", intraday_drawdown="0.008", cash_buffer="0.02",
    stale_after_bars=2,
)  # fmt: skip
HOURS_PER_DAY = 4
BARS = st.tuples(
    st.sampled_from([-0.06, -0.02, -0.003, 0.0, 0.003, 0.02, 0.06]),  # open against the close before
    st.sampled_from([-0.06, -0.02, -0.003, 0.003, 0.02, 0.06]),  # close against the open
    st.sampled_from([0.0, 900.0, 40_000.0]),  # volume
    st.sampled_from(["sound"] * 8 + ["missing", "faulty"]),
)
HOURS = st.lists(st.tuples(BARS, BARS), min_size=4, max_size=24)
DESKS = st.builds(
    lambda fraction, offset, stops, protection: Desk(
        engine_settings(
            symbols=(AAPL, MSFT),
            sizer=FixedFraction(fraction=fraction),
            limits=LIMITS,
            limit_offset_bps=offset,
            stops=stops,
            protection=protection,
        )
    ),
    st.sampled_from([0.1, 0.35]),
    st.sampled_from([None, 0, 20]),
    st.sampled_from([NO_STOPS, StopPolicy(fixed_fraction=0.02, trailing_fraction=0.03, bars_max=5)]),
    st.sampled_from([None, ProtectionPolicy(fallback_fraction=0.04), ProtectionPolicy(waivers={AAPL: "a test"})]),
)
Moves = tuple[float, float, float, str]


def a_walk(hours: list[tuple[Moves, Moves]]) -> list[BarSlice]:
    last = {AAPL: 100.0, MSFT: 37.21}
    slices = []
    for number, moves in enumerate(hours):
        day, hour = divmod(number, HOURS_PER_DAY)
        session = a_session(day=day, minutes=60 * HOURS_PER_DAY)
        start = session.opens_at + hour * HOUR
        bars: list[Bar] = []
        for symbol, (gap, move, volume, condition) in zip(last, moves, strict=True):
            open_ = last[symbol] * (1 + gap)
            last[symbol] = open_ * (1 + move)
            if condition != "missing":
                close = last[symbol] if condition == "sound" else -1.0
                bars.append(a_bar(symbol=symbol, started_at=start, open=open_, close=close, volume=volume))
        slices.append(a_slice(*bars, session=session, ended_at=start + HOUR))
    return slices


@given(HOURS, DESKS)
@settings(deadline=None, max_examples=examples(120))
def test_one_story(hours: list[tuple[Moves, Moves]], desk: Desk) -> None:
    for slice_ in a_walk(hours):
        events = desk.close(slice_)
        check_books(desk)
        check_orders(desk)
        check_protection(desk)
        check_account(desk, only(AccountMarked, events)[-1])
        assert desk.engine.account.trading_state is not TradingState.HALTED
        assert desk.engine.account.tally.quarantined == 0


def check_books(desk: Desk) -> None:
    ledger = desk.engine.account.ledger
    costs = sum((position.cost for position in ledger.positions.values()), Decimal(0))
    assert ledger.cash + costs + ledger.balances["commission"] + ledger.balances["realised"] == CASH
    fills = [booked.fill for step in desk.steps for booked in only(FillBooked, step.events)]
    executions = only(OrderExecuted, desk.reports)
    assert [fill.execution_id for fill in fills] == [execution.execution_id for execution in executions]
    assert ledger.balances["commission"] == sum(execution.commission for execution in executions)
    for symbol in (AAPL, MSFT):
        position = ledger.position(symbol)
        assert position.quantity == sum(fill.side.sign * fill.quantity for fill in fills if fill.symbol == symbol)
        assert position.quantity >= 0, "the strategy never sells short"
        assert position.quantity or not position.cost


def check_protection(desk: Desk) -> None:
    """Every share that is held rests in a stop at the venue, and no stop is for shares that are not held."""
    orders, policy = desk.engine.account.orders, desk.engine._settings.protection
    for symbol in (AAPL, MSFT):
        held, leg = desk.engine.account.ledger.position(symbol).quantity, orders.leg_for(symbol)
        legs = [order for order in orders.open_for(symbol) if order.intent.purpose is OrderPurpose.PROTECTION]
        assert len(legs) <= 1
        if policy is None or symbol in policy.waivers or not held:
            assert leg is None
        else:
            assert leg is not None
            assert leg.remaining == held
            assert leg.intent.stop_price is not None
        _, sold = orders.working_shares(symbol)
        assert sold <= held, "whatever fills, no more is sold than is held"


def check_orders(desk: Desk) -> None:
    ledger, orders = desk.engine.account.ledger, desk.engine.account.orders
    assert all(order.status in ENDED for order in orders.ended.values())
    assert all(0 <= order.filled <= order.intent.quantity for order in (orders.open | orders.ended).values())
    assert ledger.reservations.keys() <= orders.open.keys()
    assert all(held > 0 for held in ledger.reservations.values())
    assert orders.open or ledger.reserved == 0
    for symbol in (AAPL, MSFT):
        assert len({order.intent.side for order in orders.targeting(symbol)}) <= 1, "two orders could meet each other"
    updates = [update.order for step in desk.steps for update in only(OrderUpdated, step.events)]
    assert {order.order_id: order for order in updates} == orders.open | orders.ended
    assert OrderStatus.REJECTED not in {order.status for order in updates}


def check_account(desk: Desk, marked: AccountMarked) -> None:
    ledger, mark = desk.engine.account.ledger, marked.mark
    values = [position.quantity * price for position, price in zip(marked.positions, marked.prices, strict=True)]
    assert mark.cash == ledger.cash
    assert mark.reserved >= ledger.reserved, "a cancel may have been answered after the mark"
    assert mark.equity == ledger.cash + sum(values) == desk.engine.account.valuation.equity
    assert mark.gross_exposure == sum(values)
    unrealised = sum(values) - sum(position.cost for position in marked.positions)
    assert mark.equity == CASH + mark.realised + unrealised - mark.commission
    assert 0 <= mark.drawdown <= desk.engine.account.valuation.max_drawdown


INSTRUCTIONS = st.lists(st.none() | st.tuples(st.sampled_from(InstructionKind), st.sampled_from(TradingState)))


@given(HOURS, DESKS, INSTRUCTIONS)
@settings(deadline=None, max_examples=examples(120))
def test_what_an_operator_says_holds(
    hours: list[tuple[Moves, Moves]], desk: Desk, said: list[tuple[InstructionKind, TradingState] | None]
) -> None:
    """I12: HALTED, no new order; REDUCING, only orders that cannot pass zero. Only a person leaves a halt."""
    account = desk.engine.account
    for number, slice_ in enumerate(a_walk(hours)):
        if number < len(said) and (word := said[number]) is not None:
            kind, expected = word
            before = account.trading_state
            desk.tell_operator(
                InstructionGiven(
                    kind=kind, actor="ann", reason="news", expected=expected, occurred_at=account_time(desk)
                )
            )  # fmt: skip
            assert account.trading_state is before or expected is before
        state, steps = account.trading_state, len(desk.steps)
        desk.close(slice_)
        assert state is not TradingState.HALTED or account.trading_state is TradingState.HALTED
        for step in desk.steps[steps:]:
            for command in step.commands:
                if isinstance(command, SubmitOrder):
                    check_exit(desk, command.order.intent)
        check_books(desk)
        check_orders(desk)


def account_time(desk: Desk) -> int:
    """The time of the last slice."""
    return desk.engine._market.last_ended_at


def check_exit(desk: Desk, intent: OrderIntent) -> None:
    account = desk.engine.account
    assert account.trading_state is not TradingState.HALTED
    if account.trading_state is TradingState.REDUCING:
        _, sells = account.orders.working_shares(intent.symbol)
        assert intent.side is Side.SELL and sells <= account.ledger.position(intent.symbol).quantity
