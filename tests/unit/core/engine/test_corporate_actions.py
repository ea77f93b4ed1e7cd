"""Corporate actions in the engine: nothing is lost at a split, and nothing of old shares is sent in new ones.

Worked by hand: 100 shares of AAPL bought at 100 dollars. Two for one makes 200 at a cost of 50 each, worth as much as
before. Three for two of 101 shares makes 151.5: 151 stay, and half a share is paid out at the new price.
"""

import dataclasses
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from robo_trader.core.domain.action_events import (
    CorporateActionApplied,
    CorporateActionRefused,
    SymbolPaused,
    SymbolResumed,
)
from robo_trader.core.domain.corporate_actions import (
    CashDividend,
    CorporateAction,
    Delisting,
    StockSplit,
    SymbolChange,
)
from robo_trader.core.domain.events import (
    BarRejected,
    CashBooked,
    FillBooked,
    OrderUpdated,
    TradingStateChanged,
)
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderPurpose, OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.domain.statements import BrokerStatement, StatedPosition, StatementReceived
from robo_trader.core.ledger.ledger import CASH
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.core.strategies.event_strategy import Desk as EventDesk
from robo_trader.core.strategies.event_strategy import EventStrategy
from tests.builders import (
    AAPL,
    FREE,
    HOUR,
    MSFT,
    a_day,
    a_quote,
    a_session,
    a_sleeve,
    an_arrival,
    engine_settings,
    executed,
    some_limits,
    venue_settings,
)
from tests.unit.core.engine.desk import Desk, only
from tests.unit.core.engine.test_stops import Sides

NEW = Symbol("NEWCO")


def a_split(new: int = 2, old: int = 1, *, day: int = 4) -> StockSplit:
    on = a_session(day=day)
    return StockSplit(symbol=AAPL, new=new, old=old, ex_date=on.date, occurred_at=on.opens_at)


def a_dividend(amount: str = "0.5", *, day: int = 4) -> CashDividend:
    on = a_session(day=day)
    return CashDividend(symbol=AAPL, amount=Decimal(amount), ex_date=on.date, occurred_at=on.opens_at)


def a_change(day: int = 4) -> SymbolChange:
    on = a_session(day=day)
    return SymbolChange(symbol=AAPL, new_symbol=NEW, ex_date=on.date, occurred_at=on.opens_at)


def a_delisting(price: str = "30", *, day: int = 4) -> Delisting:
    on = a_session(day=day)
    return Delisting(symbol=AAPL, price=Decimal(price), ex_date=on.date, occurred_at=on.opens_at)


def a_desk(**more: object) -> Desk:
    """Fifty shares at 100 dollars from the third day on, at no cost."""
    joined = engine_settings(symbols=(AAPL, NEW), commissions=FREE, **more)  # type: ignore[arg-type]
    desk = Desk(joined, venue_settings(slippage_bps=0.0, commissions=FREE))
    desk.close(a_day(0, AAPL=90), a_day(1, AAPL=100), a_day(2, AAPL=100), a_day(3, AAPL=100))
    return desk


def held(desk: Desk, symbol: str = AAPL) -> Decimal:
    return desk.engine.account.ledger.position(Symbol(symbol)).quantity


def balanced(desk: Desk) -> bool:
    return sum(desk.engine.account.ledger.balances.values()) == 0


@pytest.mark.parametrize(
    ("new", "old", "shares", "cash"),
    [
        pytest.param(2, 1, "100", "0", id="two for one"),
        pytest.param(3, 2, "75", "0", id="three for two"),
        pytest.param(7, 3, "116", "28.571429", id="parts of a share are paid out at the new price"),
        pytest.param(1, 10, "5", "0", id="reverse"),
        pytest.param(1, 100, "0", "5000", id="nothing is left of half a share"),
    ],
)
def test_a_split_loses_nothing(new: int, old: int, shares: str, cash: str) -> None:
    desk = a_desk()
    before, at_first = desk.engine.account.ledger.position(AAPL), desk.engine.account.ledger.cash
    equity = desk.engine.account.valuation.equity
    (applied,) = only(CorporateActionApplied, desk.act(a_split(new, old)))
    assert held(desk) == Decimal(shares) == applied.position.quantity
    assert desk.engine.account.ledger.cash - at_first == Decimal(cash)
    assert sum(posting.amount for posting in applied.entry.postings) == 0 and balanced(desk)
    assert applied.entry.reason == f"split AAPL {new}:{old} 2024-03-08"
    if not applied.paid:
        assert applied.position.cost == before.cost
    worth, _ = desk.engine._market.worth(desk.engine.account.ledger)
    assert desk.engine.account.ledger.cash + worth == pytest.approx(equity, abs=Decimal("0.000001"))


def test_a_split_is_no_loss_and_no_signal() -> None:
    desk = a_desk()
    fallen = desk.engine.account.valuation.max_drawdown
    desk.act(a_split(4))
    told = desk.close(a_day(4, AAPL=25), a_day(5, AAPL=25))
    assert held(desk) == 200 and desk.engine.account.valuation.equity == 100_000
    assert desk.engine.account.valuation.max_drawdown == fallen
    assert not only(TradingStateChanged, told) and not only(OrderUpdated, told)


def test_what_comes_after_a_split_is_as_if_bars_had_been_adjusted() -> None:
    raw, smooth = a_desk(), Desk(engine_settings(symbols=(AAPL, NEW), commissions=FREE), venue_settings(
        slippage_bps=0.0, commissions=FREE
    ))  # fmt: skip
    smooth.close(a_day(0, AAPL=45), a_day(1, AAPL=50), a_day(2, AAPL=50), a_day(3, AAPL=50))
    raw.act(a_split(2))
    later = [a_day(day, AAPL=price) for day, price in enumerate([51, 49, 48, 50.5, 52, 47, 46, 49], start=4)]
    for slice_ in later:
        raw.close(slice_)
        smooth.close(slice_)
        assert raw.engine.account.valuation.equity == smooth.engine.account.valuation.equity
        assert held(raw) == held(smooth)
    fills = [len([one for step in desk.steps for one in only(FillBooked, step.events)]) for desk in (raw, smooth)]
    assert fills == [fills[0]] * 2 and fills[0] > 2


def test_working_orders_are_canceled_and_planned_again_in_new_shares() -> None:
    desk = Desk(engine_settings(commissions=FREE), venue_settings(slippage_bps=0.0, commissions=FREE))
    desk.close(a_day(2, AAPL=90), a_day(3, AAPL=100))
    (order,) = desk.engine.account.orders.open.values()
    assert order.intent.quantity == 50
    told = desk.act(a_split(2))
    assert desk.engine.account.orders.ended[order.order_id].status is OrderStatus.CANCELED
    assert only(SymbolPaused, told) and not desk.engine.account.orders.open
    (applied,) = only(SymbolResumed, desk.close(a_day(4, AAPL=51)))
    assert applied.symbol == AAPL
    (again,) = desk.engine.account.orders.open.values()
    assert again.intent.quantity == 100, "the same worth, in new shares"


def test_a_pause_that_awaits_a_statement_ends_with_it_and_only_if_it_agrees() -> None:
    desk = Desk(dataclasses.replace(engine_settings(commissions=FREE), actions_await_statement=True))
    desk.close(a_day(0, AAPL=90), a_day(1, AAPL=100), a_day(2, AAPL=100), a_day(3, AAPL=100))
    desk.act(a_split(2))
    assert not only(OrderUpdated, desk.close(a_day(4, AAPL=40))), "an exit is due, and nothing is sent"
    at = a_session(day=4).closes_at + 1
    for quantity, ends in ((held(desk) / 2, False), (held(desk), True)):
        position = StatedPosition(symbol=AAPL, quantity=quantity, average_cost=Decimal(50))
        statement = BrokerStatement(since=at, positions=(position,), executions=())
        told = desk.engine.process(StatementReceived(statement=statement, asked_at=at, occurred_at=at))
        assert bool(only(SymbolResumed, told.events)) is ends
    assert only(OrderUpdated, desk.close(a_day(5, AAPL=40)))


def test_a_split_is_no_jump_no_volume_and_no_return() -> None:
    limits = some_limits(jump_fraction="0.2", adv_order_fraction="0.5", heat_fraction="1")
    desk = Desk(engine_settings(commissions=FREE, limits=limits))
    days = [a_day(day, AAPL=100.0 + day % 3) for day in range(25)]
    desk.close(*days)
    guards = desk.engine.account.safeguards
    assert guards is not None
    assert guards.bars is not None
    before = guards.bars.average_volume(AAPL)
    assert before is not None
    desk.act(a_split(2, day=25))
    assert guards.bars.average_volume(AAPL) == 2 * before
    desk.close(a_day(25, AAPL=50.5))
    assert not guards.bars.is_suspected(AAPL)
    watch = desk.engine._portfolio
    assert watch is not None
    closes = watch._closes._closes[AAPL]
    assert max(abs(after / earlier - 1) for earlier, after in pairwise(closes)) < 0.03


def test_the_leg_rests_again_at_its_level_in_new_shares() -> None:
    desk = a_desk(protection=ProtectionPolicy(fallback_fraction=0.1))
    leg = desk.engine.account.orders.leg_for(AAPL)
    assert leg is not None and leg.intent.stop_price == 90
    desk.act(a_split(2))
    assert desk.engine.account.orders.leg_for(AAPL) is None
    desk.close(a_day(4, AAPL=50))
    again = desk.engine.account.orders.leg_for(AAPL)
    assert again is not None and again.intent.purpose is OrderPurpose.PROTECTION
    assert [again.intent.stop_price, again.intent.quantity] == [45, 100]


@pytest.mark.parametrize(
    "stops",
    [
        pytest.param(StopPolicy(trailing_fraction=0.1), id="trailing"),
        pytest.param(StopPolicy(fixed_fraction=0.1), id="fixed"),
        pytest.param(StopPolicy(break_even_fraction=0.05), id="break-even"),
    ],
)
def test_a_stop_is_reached_where_it_would_have_been(stops: StopPolicy) -> None:
    exits = []
    for ratio in (1, 2):
        desk = a_desk(stops=stops)
        desk.close(a_day(4, AAPL=110))
        if ratio == 2:
            desk.act(a_split(2, day=5))
        desk.close(*(a_day(day, AAPL=price / ratio) for day, price in enumerate([108.0, 104.0, 99.5, 88.0, 88.0], 5)))
        exits.append([
            event.fill.occurred_at for step in desk.steps for event in only(FillBooked, step.events)
        ])  # fmt: skip
    assert exits[0] == exits[1] and len(exits[0]) == 2


def test_dividends_are_paid_to_who_holds_and_by_who_is_short_once() -> None:
    desk = a_desk()
    cash = desk.engine.account.ledger.cash
    (booked,) = only(CashBooked, desk.act(a_dividend("0.5")))
    assert booked.amount == 25 and desk.engine.account.ledger.balances[CASH] == cash + 25 and balanced(desk)
    (refused,) = only(CorporateActionRefused, desk.act(a_dividend("0.5")))
    assert "already" in refused.reason
    assert desk.engine.account.ledger.cash == cash + 25


def test_a_split_and_a_dividend_of_one_day_are_paid_on_new_shares() -> None:
    desk = a_desk()
    told = desk.act(a_split(2), a_dividend("0.25"))
    assert only(CashBooked, told)[0].amount == 25


def test_everything_moves_to_a_new_name() -> None:
    desk = a_desk()
    before = desk.engine.account.ledger.position(AAPL)
    desk.act(a_change())
    after = desk.engine.account.ledger.position(NEW)
    assert (after.quantity, after.cost) == (before.quantity, before.cost) and not held(desk) and balanced(desk)
    told = desk.close(a_day(4, NEWCO=100), a_day(5, NEWCO=90), a_day(6, NEWCO=90))
    assert held(desk, NEW) == 0, "the history of AAPL told it to leave"
    assert {event.fill.symbol for event in only(FillBooked, told)} == {NEW}
    assert only(BarRejected, desk.close(a_day(7, AAPL=100))), "the old name is gone"


@pytest.mark.parametrize("name", [AAPL, NEW], ids=["under the old name", "under the new one"])
def test_a_fill_that_comes_after_the_change_is_of_the_new_name(name: Symbol) -> None:
    """The order was canceled for the change; the broker tells of an execution that came before that."""
    desk = Desk(engine_settings(symbols=(AAPL, NEW), commissions=FREE), venue_settings(commissions=FREE))
    desk.close(a_day(2, AAPL=90), a_day(3, AAPL=100))
    (order,) = desk.engine.account.orders.open.values()
    desk.act(a_change())
    late = executed(order_id=order.order_id, symbol=name, quantity=10, price=100, at=a_session(day=3).closes_at)
    told = desk.engine.process(late)
    assert [booked.fill.symbol for booked in only(FillBooked, told.events)] == [NEW]
    assert held(desk, NEW) == 10
    assert desk.engine.account.trading_state is TradingState.ACTIVE
    desk.close(a_day(4, NEWCO=100))
    assert balanced(desk)


@pytest.mark.parametrize(("price", "cash"), [("30", 96_500), ("0", 95_000)], ids=["paid out", "worthless"])
def test_a_delisted_symbol_is_paid_out_and_traded_no_more(price: str, cash: int) -> None:
    desk = a_desk()
    (applied,) = only(CorporateActionApplied, desk.act(a_delisting(price)))
    assert [applied.paid, applied.realised] == [50, Decimal(price) * 50 - 5_000]
    assert held(desk) == 0 and desk.engine.account.ledger.cash == cash and balanced(desk)
    told = desk.close(a_day(4, AAPL=120), a_day(5, AAPL=130))
    assert only(BarRejected, told) and not only(OrderUpdated, told)
    assert not desk.engine.unsettled and desk.engine.account.valuation.equity == cash


@pytest.mark.parametrize(
    ("action", "why"),
    [
        pytest.param(a_split(day=3), "begun", id="too late"),
        pytest.param(
            StockSplit(symbol=MSFT, new=2, old=1, ex_date="2024-03-08", occurred_at=a_session(day=4).opens_at),
            "not among", id="not traded here",
        ),
        pytest.param(
            SymbolChange(symbol=AAPL, new_symbol=MSFT, ex_date="2024-03-08", occurred_at=a_session(day=4).opens_at),
            "MSFT is not among", id="a name that is not traded here",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_changes_nothing(action: CorporateAction, why: str) -> None:
    desk = a_desk()
    before = desk.engine.state_hash()
    (refused,) = only(CorporateActionRefused, desk.act(action))
    assert why in refused.reason and desk.engine.state_hash() == before


def test_replay_over_actions_comes_to_the_same_state() -> None:
    desk = a_desk(protection=ProtectionPolicy())
    desk.act(a_split(7, 3), a_dividend())
    desk.close(a_day(4, AAPL=43), a_day(5, AAPL=44))
    again = Desk(engine_settings(symbols=(AAPL, NEW), commissions=FREE, protection=ProtectionPolicy()))
    steps = [again.engine.process(event) for event in desk.inputs]
    assert steps == desk.steps and again.engine.state_hash() == desk.engine.state_hash()


def a_shared_desk() -> Desk:
    """Two strategies side by side, long at different times, so that they hold odd numbers of shares."""
    sleeves = (
        a_sleeve(Sides(95.0, 1), name="low", sizer=FixedShares(quantity=33)),
        a_sleeve(Sides(105.0, 1), name="high", sizer=FixedShares(quantity=20)),
        a_sleeve(Sides(98.0, -1), name="short", sizer=FixedShares(quantity=7)),
    )
    desk = Desk(engine_settings(symbols=(AAPL, NEW), sleeves=sleeves), venue_settings())
    desk.close(a_day(0, AAPL=100), a_day(1, AAPL=110), a_day(2, AAPL=110), a_day(3, AAPL=110))
    return desk


@pytest.mark.parametrize("action", [a_split(3, 2), a_split(7, 3), a_split(1, 10), a_change(), a_delisting("12.34")])
def test_the_strategies_shares_are_the_accounts_over_every_action(action: CorporateAction) -> None:
    desk = a_shared_desk()
    accounts, books = desk.engine._strategy.ownership.sub_accounts, desk.engine.account.ledger
    assert accounts.shares_by_strategy(AAPL) == {"low": 33, "high": 20, "short": -7}
    (applied,) = only(CorporateActionApplied, desk.act(action))
    symbol = applied.position.symbol
    assert accounts.shares(symbol) == books.position(symbol).quantity == applied.position.quantity and balanced(desk)
    assert sum(part.quantity for part in applied.allotments) == pytest.approx(-applied.paid)
    ratio = action.new / action.old if isinstance(action, StockSplit) else 1
    desk.close(*(a_day(day, **{symbol: price / ratio}) for day, price in enumerate([109.0, 101.0, 90.0, 90.0], 4)))
    assert accounts.shares(symbol) == books.position(symbol).quantity and balanced(desk)


def test_who_held_what_it_wanted_holds_what_it_wants_after_a_split() -> None:
    desk = a_shared_desk()
    desk.act(a_split(3, 2))
    strategies = desk.engine._strategy
    shares = {name: int(held) for name, held in strategies.ownership.sub_accounts.shares_by_strategy(AAPL).items()}
    assert shares == {"low": 50, "high": 30, "short": -11}, "49.5, 30 and -10.5 are 69 together"
    wanted = {one.sleeve.name: int(one.wanted[AAPL][1].quantity) for one in strategies._sleeves}
    assert wanted == shares


@dataclasses.dataclass(frozen=True)
class Teller(EventStrategy):
    """Wants to hold, at every quote."""

    def on_quote(self, memory: Any, quote: Quote, values: tuple[float, ...], desk: EventDesk) -> None:  # noqa: ARG002, ANN401
        desk.want(quote.symbol, 1.0, "a quote")


def test_a_strategy_in_event_form_goes_on_in_new_shares_after_its_first_quote() -> None:
    desk = Desk(
        engine_settings(strategy=Teller(), sizer=FixedShares(quantity=11), commissions=FREE),
        venue_settings(slippage_bps=0.0, commissions=FREE, quoted=(AAPL,)),
    )
    desk.tell(*(an_arrival(a_quote(at=a_session().opens_at + n * HOUR)) for n in range(1, 4)))
    assert held(desk) == 11
    equity = desk.engine.account.valuation.equity
    on = a_session(day=4)
    told = desk.act(a_split(2))
    assert only(SymbolPaused, told) and held(desk) == 22
    told = desk.tell(an_arrival(a_quote(at=on.opens_at + HOUR, bid=49.99, ask=50.01), session=on))
    assert only(SymbolResumed, told) and not only(OrderUpdated, told)
    desk.close(a_day(4, AAPL=50))
    assert desk.engine.account.valuation.equity == pytest.approx(equity, abs=Decimal("0.5"))
    assert held(desk) == 22
