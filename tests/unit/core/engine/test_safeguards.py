"""Controls that remember, through the engine that trades: what it saw decides what it lets out.

The strategy is long AAPL while its close is above the mean of the last two, with 5 % of 100,000 dollars. Hours are
those of day 0, a Monday; daily bars close a session each.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.events import (
    BreakerChanged,
    InputEvent,
    InstructionGiven,
    OrderDenied,
    SliceClosed,
    TradingStateChanged,
)
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.orders import OrderId, OrderIntent, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.risk_facts import AccountFacts, FactsReported, MarketFacts
from robo_trader.core.domain.violations import BreakerState, Control
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.exposures import Exposures
from robo_trader.core.engine.limit_book import LimitBook
from robo_trader.core.engine.order_facts import OrderFactFinder
from robo_trader.core.engine.quoted_market import QuotedMarket
from robo_trader.core.engine.safeguards import Safeguards, safeguards_of
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from tests.builders import (
    AAPL,
    DAY,
    HOUR,
    MSFT,
    OPEN,
    Exact,
    a_bar,
    a_day,
    a_fill,
    a_quote,
    a_session,
    a_sleeve,
    a_slice,
    accepted,
    an_arrival,
    an_intent,
    canceled,
    engine_settings,
    executed,
    expired,
    rejected,
    some_limits,
)
from tests.unit.core.engine.desk import an_engine, only

ACTIVE, REDUCING, HALTED = TradingState


def settings(**limits: object) -> EngineSettings:
    within = some_limits(**limits)  # type: ignore[arg-type]
    return engine_settings(symbols=(AAPL, MSFT), limits=within, signal_lifetime=60 * DAY)


class Story:
    """An engine that is shown one thing after the other, and remembers what it was shown."""

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.engine = an_engine(settings)
        self.inputs: list[InputEvent] = []
        self.hours = 0

    def tell(self, event: InputEvent) -> "Told":
        self.inputs.append(event)
        step = self.engine.process(event)
        return Told(step.events, [one.order.intent for one in step.commands if isinstance(one, SubmitOrder)])

    def hour(self, **closes: float) -> "Told":
        """The bars of the next hour of day 0."""
        bars = [a_bar(symbol=name, started_at=OPEN + self.hours * HOUR, open=price) for name, price in closes.items()]
        self.hours += 1
        return self.close(a_slice(*bars))

    def day(self, day: int, **closes: float) -> "Told":
        return self.close(a_day(day, **closes))

    def close(self, slice_: BarSlice) -> "Told":
        return self.tell(SliceClosed(slice=slice_))

    def last_order(self) -> OrderId:
        return OrderId(self.engine.account.orders.last_id)

    def fill(self, price: Exact, *, at: int = OPEN) -> "Told":
        """All of the last order, at a price and without commission."""
        order = self.engine.account.orders.open[self.last_order()]
        return self.tell(
            executed(
                execution_id=f"E{order.order_id}", order_id=order.order_id, symbol=order.intent.symbol,
                quantity=order.remaining, price=price, at=at,
            )
        )  # fmt: skip


class Told:
    """What the engine made of it."""

    def __init__(self, events: tuple[object, ...], orders: list[OrderIntent]) -> None:
        self.events, self.orders = events, orders

    @property
    def refusals(self) -> list[Control]:
        return [found.control for denied in only(OrderDenied, self.events) for found in denied.violations]

    @property
    def breakers(self) -> list[tuple[str, BreakerState]]:
        return [(change.name, change.after) for change in only(BreakerChanged, self.events)]


def rising(story: Story) -> Told:
    """Two hours after which AAPL is wanted."""
    story.hour(AAPL=100.0, MSFT=50.0)
    return story.hour(AAPL=110.0, MSFT=50.0)


def test_nothing_is_kept_where_nothing_remembers() -> None:
    forgetful = some_limits(order_shares_max=5, weekly_loss_fraction="0.1", short_sales=True, heat_fraction="0.1")
    assert safeguards_of(LimitBook(forgetful)) is None
    assert safeguards_of(LimitBook(some_limits(duplicate_seconds=5))) is not None


def test_c06_the_same_order_after_a_reject_is_a_duplicate_for_a_while() -> None:
    story = Story(settings(duplicate_seconds=3_601))
    assert rising(story).orders
    story.tell(rejected())
    assert story.hour(AAPL=110.0).refusals == [Control.DUPLICATE_ORDER]
    assert story.hour(AAPL=110.0).orders, "two hours later"


def test_c07_a_second_entry_waits_for_the_next_session() -> None:
    story = Story(settings(entries_per_session=1))
    assert rising(story).orders
    story.fill(110)
    assert story.hour(AAPL=100.0).orders, "an exit is no entry"
    story.fill(100)
    assert story.hour(AAPL=110.0).refusals == [Control.REPEATED_ENTRY]
    assert story.day(1, AAPL=111.0).orders


def test_c21_an_order_whose_cancel_is_not_answered_still_works() -> None:
    story = Story(settings(working_orders_max=1))
    rising(story)
    assert story.hour(AAPL=90.0, MSFT=60.0).refusals == [Control.WORKING_ORDERS]
    assert story.engine.account.orders.open[OrderId(1)].cancel_requested
    story.tell(canceled())
    assert story.hour(AAPL=90.0, MSFT=60.0).orders


def test_c14_what_is_traded_and_what_works_counts_and_the_session_ends_it() -> None:
    """45 shares at 110 are 4,950 dollars, sold at 100 another 4,500; 40-odd more are too much for a tenth."""
    story = Story(settings(daily_turnover_fraction="0.13"))
    assert rising(story).orders
    story.fill(110)
    assert story.hour(AAPL=100.0).orders
    story.fill(100)
    assert story.engine.account.safeguards is not None and story.engine.account.safeguards.traded == 9_450
    assert story.hour(AAPL=110.0).refusals == [Control.DAILY_TURNOVER]
    assert story.day(1, AAPL=111.0).orders


def test_c14_a_fill_after_the_close_belongs_to_the_next_session() -> None:
    story = Story(settings(daily_turnover_fraction="1"))
    story.day(0, AAPL=100.0)
    story.day(1, AAPL=110.0)
    story.fill(110, at=a_session(day=2).opens_at)
    guards = story.engine.account.safeguards
    assert guards is not None and guards.traded == 0
    story.day(2, AAPL=111.0)
    assert guards.traded == 45 * 110


def test_c15_a_symbol_is_opened_once_twenty_sessions_are_known() -> None:
    story = Story(settings(adv_order_fraction="0.01"))
    refused = [story.day(day, AAPL=100.0 + day).refusals for day in range(20)]
    assert refused == [[], *[[Control.LIQUIDITY]] * 19]
    assert story.day(20, AAPL=130.0).orders


def test_c25_a_jump_is_traded_once_a_second_bar_confirms_it() -> None:
    story = Story(settings(jump_fraction="0.2"))
    story.hour(AAPL=100.0)
    assert story.hour(AAPL=130.0).refusals == [Control.QUARANTINE]
    assert story.hour(AAPL=131.0).orders


def test_facts_come_as_events_and_what_is_not_known_is_refused() -> None:
    story = Story(settings(market_cap_min="1000", excess_liquidity_fraction="0.1"))
    assert rising(story).refusals == [Control.MARKET_CAP, Control.EXCESS_LIQUIDITY]
    known = {AAPL: MarketFacts(market_cap=Decimal(1_000))}
    story.tell(FactsReported(markets=known, account=AccountFacts(excess_liquidity=Decimal(50_000)), occurred_at=OPEN))
    assert story.hour(AAPL=110.0).orders
    story.tell(FactsReported(markets={}, account=None, occurred_at=OPEN))
    guards = story.engine.account.safeguards
    assert guards is not None and guards.account.excess_liquidity == 50_000, "nothing new is nothing lost"


def test_shares_bought_since_the_broker_reckoned_bind_their_whole_value() -> None:
    story = Story(settings(excess_liquidity_fraction="0.1"))
    facts = FactsReported(markets={}, account=AccountFacts(excess_liquidity=Decimal(50_000)), occurred_at=OPEN)
    story.tell(facts)
    assert rising(story).orders
    story.fill("110")
    guards = story.engine.account.safeguards
    assert guards is not None
    bought = story.engine.account.ledger.position(AAPL).quantity
    assert bought > 0
    assert guards.account.excess_liquidity == 50_000 - bought * 110
    story.tell(facts)
    assert guards.account.excess_liquidity == 50_000, "the broker has reckoned anew"
    assert story.hour(AAPL=50.0).orders, "it leaves"
    story.fill("50")
    assert guards.account.excess_liquidity == 50_000, "an exit binds nothing"


def test_rejects_open_a_breaker_and_one_entry_closes_it() -> None:
    story = Story(settings(breaker_rejects=1, breaker_cooldown_seconds=2 * 3_600))
    rising(story)
    assert story.tell(rejected(at=OPEN + 2 * HOUR)).breakers == [("rejects", BreakerState.OPEN)]
    assert story.hour(AAPL=110.0).refusals == [Control.CIRCUIT_BREAKER]
    trial = story.hour(AAPL=110.0, MSFT=60.0)
    assert trial.breakers == [("rejects", BreakerState.HALF_OPEN)]
    assert len(trial.orders) == 1 and trial.refusals == [Control.CIRCUIT_BREAKER], "AAPL tries, MSFT waits"
    assert story.tell(accepted(order_id=2)).breakers == [("rejects", BreakerState.CLOSED)]
    assert story.hour(AAPL=110.0, MSFT=60.0).orders


def test_a_trial_that_expires_makes_room_for_another() -> None:
    story = Story(settings(breaker_slippage_bps="1", breaker_slippage_fills=1, breaker_cooldown_seconds=3_600))
    rising(story)
    assert story.fill(111, at=OPEN).breakers == [("slippage", BreakerState.OPEN)]
    trial = story.hour(AAPL=110.0, MSFT=60.0)
    assert trial.breakers == [("slippage", BreakerState.HALF_OPEN)] and trial.orders
    story.tell(expired(order_id=2))
    assert story.hour(MSFT=60.0).orders


def test_trades_that_lose_open_a_breaker_and_those_that_win_do_not() -> None:
    story = Story(settings(breaker_losing_streak=1))
    rising(story)
    story.fill(90)
    story.hour(AAPL=100.0)
    assert story.fill(100).breakers == [], "sold above what it cost"
    story.hour(AAPL=110.0)
    story.fill(110)
    story.hour(AAPL=100.0)
    assert story.fill(100).breakers == [("losing_streak", BreakerState.OPEN)]


def test_reports_that_contradict_the_books_open_a_breaker() -> None:
    story = Story(settings(breaker_errors=2))
    rising(story)
    assert story.tell(expired(order_id=9)).breakers == []
    assert story.tell(expired(order_id=9)).breakers == [("errors", BreakerState.OPEN)]


def test_too_many_refusals_halt() -> None:
    limits = {"emergency_violations": 3, "emergency_window_seconds": 7_201, "denied_symbols": (AAPL,)}
    story = Story(settings(**limits))
    rising(story)
    assert story.hour(AAPL=110.0).refusals == [Control.SYMBOL_LIST]
    third = story.hour(AAPL=110.0)
    (change,) = only(TradingStateChanged, third.events)
    assert change.after is HALTED
    assert change.reason == "emergency: 3 orders refused within 7201 s, 3 halt"
    assert not only(TradingStateChanged, story.hour(AAPL=110.0).events), "once"


@pytest.mark.parametrize(
    "limits",
    [{"breaker_rejects": 1, "breaker_cooldown_seconds": 10**6}, {"daily_loss": "0.004"}],
    ids=["a breaker", "a bad day"],
)
def test_what_is_held_back_by_design_does_not_halt(limits: dict[str, object]) -> None:
    story = Story(settings(**limits, emergency_violations=1))
    rising(story)
    story.fill(110)
    story.hour(AAPL=100.0)
    story.tell(rejected(order_id=2))
    for _ in range(3):
        assert story.hour(AAPL=100.0, MSFT=60.0).refusals
    assert story.engine.account.trading_state is not HALTED


def test_refusals_far_apart_do_not_halt() -> None:
    story = Story(settings(emergency_violations=2, emergency_window_seconds=3_600, denied_symbols=(AAPL,)))
    rising(story)
    for _ in range(3):
        assert story.hour(AAPL=110.0).refusals == [Control.SYMBOL_LIST]
    assert story.engine.account.trading_state is ACTIVE


def test_c12_a_strategy_that_has_lost_opens_nothing_more_and_the_other_may() -> None:
    """Quick holds 45 AAPL from 110. At 100 it has lost 450 dollars, more than 0.4 % of 100,000, and slow takes them."""
    sleeves = (a_sleeve(SmaCrossover(1, 2), name="quick"), a_sleeve(SmaCrossover(2, 3), name="slow"))
    limits = some_limits(strategy_loss_fraction="0.004")
    story = Story(engine_settings(symbols=(AAPL, MSFT), sleeves=sleeves, limits=limits))
    rising(story)
    story.fill(110)
    guards = story.engine.account.safeguards
    assert guards is not None
    assert not story.hour(AAPL=100.0, MSFT=50.0).refusals
    assert guards.strategy_loss("quick") == 450 and guards.strategy_loss("slow") == 0
    story.hour(AAPL=110.0, MSFT=50.0)
    both = story.hour(AAPL=110.0, MSFT=60.0)
    assert both.refusals == [Control.STRATEGY_LOSS]
    (denied,) = only(OrderDenied, both.events)
    assert (denied.intent.strategy, denied.intent.symbol) == ("quick", MSFT)
    (order,) = both.orders
    assert (order.strategy, order.symbol) == ("slow", AAPL)


def test_c12_a_strategy_alone_is_held_to_the_account_until_the_next_session() -> None:
    """45 AAPL from 110: 450 dollars lost at 100, more than 0.4 % of 100,000."""
    story = Story(settings(strategy_loss_fraction="0.004"))
    rising(story)
    story.fill(110)
    assert story.hour(AAPL=100.0, MSFT=60.0).refusals == [Control.STRATEGY_LOSS], "AAPL is sold, MSFT is not bought"
    story.fill(100)
    assert story.day(1, MSFT=61.0).orders, "what was lost before is not lost today"


def test_the_quotes_spread_and_the_largest_positions_are_found() -> None:
    limits = some_limits(spread_max_fraction="0.01", top_five_fraction="0.5")
    account, market = Account(LimitBook(limits)), QuotedMarket((AAPL, MSFT))
    assert account.safeguards is not None
    market.come_to(an_arrival(a_quote(bid=99.0, ask=101.0)))
    market.come_to(an_arrival(a_quote(symbol=MSFT, bid=49.0, ask=51.0)))
    account.ledger.book(a_fill(quantity=10))
    account.ledger.book(a_fill(execution_id="E2", symbol=MSFT, quantity=30, price=50, side=Side.SELL))
    exposures = Exposures(account, market)
    exposures.see(an_intent())
    facts = OrderFactFinder(account, market).find(account.safeguards, an_intent(), exposures)
    assert facts.spread == pytest.approx(0.02)
    assert facts.largest_others == (Decimal(1_500),), "the symbol of the order is counted with its order"


def everything() -> Story:
    """A story in which every memory holds something, and an operator has spoken."""
    limits = {
        "breaker_rejects": 1, "breaker_losing_streak": 2, "breaker_slippage_bps": "1", "breaker_slippage_fills": 2,
        "breaker_errors": 2, "breaker_orders": 50, "emergency_violations": 50, "daily_turnover_fraction": "5",
        "jump_fraction": "0.2", "adv_order_fraction": "0.5", "strategy_loss_fraction": "0.5", "orders_per_minute": 9,
        "orders_per_second": "1", "weekly_loss_fraction": "0.5", "drawdown_fraction": "0.5",
    }  # fmt: skip
    story = Story(settings(**limits))
    for day in range(21):
        story.day(day, AAPL=100.0 + day, MSFT=50.0)
    story.fill(121, at=a_session(day=21).opens_at)
    story.tell(expired(order_id=9, at=a_session(day=21).opens_at))
    story.day(21, AAPL=110.0, MSFT=50.0)
    story.fill(109, at=a_session(day=22).opens_at)
    story.day(22, AAPL=111.0, MSFT=80.0)
    story.tell(rejected(order_id=3, at=a_session(day=22).closes_at))
    story.day(23, AAPL=111.0, MSFT=80.0)
    story.tell(
        InstructionGiven(kind=InstructionKind.HALT, actor="ann", reason="news", expected=ACTIVE, occurred_at=OPEN)
    )
    story.tell(FactsReported(markets={MSFT: MarketFacts(borrow_rate=Decimal(1))}, account=None, occurred_at=OPEN))
    return story


def test_a_replay_of_the_inputs_ends_in_the_same_state() -> None:
    """Latch and counters are durable: the journal's inputs bring them back (I13, I15)."""
    story = everything()
    again = an_engine(story.settings)
    for event in story.inputs:
        again.process(event)
    assert again.state_hash() == story.engine.state_hash()
    assert again.account.trading_state is HALTED


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda guards: guards.flow.enter_session(), id="entries of the session"),
        pytest.param(lambda guards: guards.flow._sent.clear(), id="orders sent"),
        pytest.param(lambda guards: guards.flow._buckets.clear(), id="the bucket"),
        pytest.param(lambda guards: guards.breakers.by_name.pop("rejects"), id="a breaker"),
        pytest.param(lambda guards: setattr(guards.breakers, "_streak", 9), id="a streak"),
        pytest.param(lambda guards: guards.breakers._slippages.append(Decimal(1)), id="slippages"),
        pytest.param(lambda guards: guards.breakers._times["errors"].clear(), id="errors"),
        pytest.param(lambda guards: guards.bars._volumes[AAPL].append(1.0), id="volumes"),
        pytest.param(lambda guards: guards.bars._closes.clear(), id="closes"),
        pytest.param(lambda guards: setattr(guards, "traded", Decimal(9)), id="turnover"),
        pytest.param(lambda guards: setattr(guards, "_traded_after", Decimal(9)), id="turnover of the next session"),
        pytest.param(lambda guards: guards._opening.update(sma_crossover=Decimal(9)), id="a strategy's opening"),
        pytest.param(lambda guards: guards._refused.append(1), id="refusals"),
        pytest.param(lambda guards: guards.markets.clear(), id="facts"),
    ],
)
def test_the_state_hash_covers_every_memory(tamper: Callable[[Safeguards], object]) -> None:
    story = everything()
    before, guards = story.engine.state_hash(), story.engine.account.safeguards
    assert guards is not None
    tamper(guards)
    assert story.engine.state_hash() != before


@pytest.mark.parametrize("name", ["is_held_back", "week_is_lost"])
def test_the_state_hash_covers_what_holds_trading_back(name: str) -> None:
    engine: Engine = everything().engine
    before = engine.state_hash()
    setattr(engine.account, name, not getattr(engine.account, name))
    assert engine.state_hash() != before
