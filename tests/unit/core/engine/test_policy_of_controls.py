"""Controls that remember follow a policy: they keep what they know, and protective orders pass them all.

Worked by hand: on the cross at 110 dollars AAPL is wanted, 5 % of 100,000: 45 shares.
"""

from decimal import Decimal

import pytest

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.commands import CancelOrder
from robo_trader.core.domain.events import BreakerChanged, InstructionGiven, OrderUpdated
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.orders import OrderPurpose
from robo_trader.core.domain.policies import LimitValue
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import BreakerState, Control
from robo_trader.core.risk.limits import RiskLimits
from tests.builders import AAPL, CLOSE, MSFT, a_day, engine_settings, rejected, some_limits, venue_settings
from tests.unit.core.engine.desk import Desk, an_engine, only
from tests.unit.core.engine.test_policy import a_change
from tests.unit.core.engine.test_protection import POLICY
from tests.unit.core.engine.test_safeguards import Story, rising, settings
from tests.unit.core.engine.test_stops import Sides

ACTIVE, REDUCING, HALTED = TradingState


def on(name: str, value: str | bool, level: str = "account") -> dict[tuple[str, str], LimitValue]:
    return {(level, name): value if isinstance(value, bool) else Decimal(value)}


class TestBreakers:
    REJECTS = on("breaker_rejects", "1") | on("breaker_cooldown_seconds", "14400")

    def a_story_with_an_open_breaker(self) -> Story:
        """Switched on by a policy; the first reject opens it."""
        story = Story(settings())
        story.tell(a_change(self.REJECTS))
        assert rising(story).orders
        assert story.tell(rejected()).breakers == [("rejects", BreakerState.OPEN)]
        return story

    def test_one_that_a_policy_switches_on_holds_entries_back(self) -> None:
        story = self.a_story_with_an_open_breaker()
        assert story.hour(AAPL=111.0, MSFT=50.0).refusals == [Control.CIRCUIT_BREAKER]

    def test_another_policy_leaves_it_open(self) -> None:
        story = self.a_story_with_an_open_breaker()
        story.tell(a_change({**self.REJECTS, **on("breaker_losing_streak", "3"), **on("price_min", "1")}))
        assert story.hour(AAPL=111.0, MSFT=50.0).refusals == [Control.CIRCUIT_BREAKER]

    def test_taking_its_limit_away_closes_it_and_says_so(self) -> None:
        story = self.a_story_with_an_open_breaker()
        assert story.tell(a_change({})).breakers == [], "nobody answers for it"
        told = story.tell(a_change({}, actor="anna"))
        (change,) = only(BreakerChanged, told.events)
        assert (change.name, change.after, change.reason) == ("rejects", BreakerState.CLOSED, "its limit is off")
        assert story.hour(AAPL=111.0, MSFT=50.0).orders

    def test_a_longer_cool_down_leaves_the_one_it_is_in(self) -> None:
        story = self.a_story_with_an_open_breaker()
        guards = story.engine.account.safeguards
        assert guards is not None and guards.breakers is not None
        until = guards.breakers.by_name["rejects"].open_until
        story.tell(a_change(on("breaker_rejects", "1") | on("breaker_cooldown_seconds", "86400")))
        assert guards.breakers.by_name["rejects"].open_until == until > 0
        assert story.day(1, AAPL=111.0, MSFT=50.0).orders, "a day later one entry is tried"
        reopened = only(BreakerChanged, story.tell(rejected(order_id=story.last_order(), at=a_day(1).ended_at)).events)
        assert [change.open_until - change.occurred_at for change in reopened] == [86_400 * NANOS_PER_SECOND], (
            "no less than the limit in force"
        )


def test_a_fall_is_measured_from_the_peak_before_the_policy() -> None:
    """45 shares from 130 to 100: 1,350 dollars, more than 1 % of the peak; the policy came in between."""
    story = Story(settings())
    rising(story)
    story.fill(110)
    story.hour(AAPL=130.0, MSFT=50.0)
    story.tell(a_change(on("drawdown_fraction", "0.01")))
    story.hour(AAPL=100.0, MSFT=50.0)
    assert story.engine.account.trading_state is HALTED


def test_a_week_is_measured_from_its_beginning() -> None:
    """450 dollars lost since the week began, before the policy came: more than 0.4 %."""
    story = Story(settings())
    rising(story)
    story.fill(110)
    story.hour(AAPL=100.0, MSFT=50.0)
    story.tell(a_change(on("weekly_loss_fraction", "0.004")))
    assert story.engine.account.trading_state is ACTIVE
    story.hour(AAPL=100.0, MSFT=50.0)
    assert story.engine.account.trading_state is REDUCING and story.engine.account.week_is_lost


def test_what_a_strategy_lost_before_the_policy_is_not_counted() -> None:
    """450 dollars are lost already; 45 more, a dollar a share, are 0.045 % of the account, and 0.04 % are allowed."""
    story = Story(settings())
    rising(story)
    story.fill(110)
    story.hour(AAPL=100.5, MSFT=50.0)
    story.tell(a_change(on("strategy_loss_fraction", "0.0004")))
    story.hour(AAPL=100.5, MSFT=50.0)
    guards = story.engine.account.safeguards
    assert guards is not None
    assert guards.strategy_loss("sma_crossover") == 0
    story.hour(AAPL=99.5, MSFT=50.0)
    assert guards.strategy_loss("sma_crossover") == 45


def test_a_rate_of_one_symbol_counts_the_orders_of_all() -> None:
    """An order a minute for MSFT; AAPL, whose bar is of the same moment, was ordered just before."""
    story = Story(settings())
    story.tell(a_change(on("orders_per_minute", "1", "symbol.MSFT")))
    story.hour(AAPL=100.0, MSFT=50.0)
    told = story.hour(AAPL=110.0, MSFT=60.0)
    assert [order.symbol for order in told.orders] == [AAPL] and told.refusals == [Control.ORDER_RATE]


def test_a_bucket_of_another_rate_knows_the_orders_of_the_last_minute() -> None:
    """Two may leave at once under the settings; after both left, a policy allows one, and a slower refill."""
    story = Story(settings(orders_per_second="2", order_burst=2))
    story.hour(AAPL=100.0, MSFT=50.0)
    assert len(story.hour(AAPL=110.0, MSFT=60.0).orders) == 2
    guards = story.engine.account.safeguards
    assert guards is not None
    slower, at = (Decimal("0.01"), 1), story.engine._market.last_ended_at
    assert guards.flow.level(at, (Decimal(2), 2)) == 0
    assert guards.flow.level(at, slower) == -1


def test_targets_are_cut_to_the_shares_of_their_own_symbol() -> None:
    story = Story(settings())
    story.tell(a_change({**on("order_shares_max", "20", "symbol.AAPL"), **on("order_shares_max", "50")}))
    story.hour(AAPL=100.0, MSFT=50.0)
    assert [int(order.quantity) for order in story.hour(AAPL=110.0, MSFT=60.0).orders] == [20, 50]


def test_a_replay_ends_in_the_same_state() -> None:
    story = Story(settings(breaker_orders=50))
    story.tell(a_change(on("duplicate_seconds", "90")))
    rising(story)
    story.fill(110)
    story.tell(a_change({**on("duplicate_seconds", "120"), **on("breaker_rejects", "2", "account")}))
    story.hour(AAPL=90.0, MSFT=60.0)
    story.tell(a_change(on("strategy_loss_fraction", "0.5", "strategy.sma_crossover"), actor="anna"))
    story.hour(AAPL=91.0, MSFT=61.0)
    fresh = an_engine(story.settings)
    for event in story.inputs:
        fresh.process(event)
    assert fresh.state_hash() == story.engine.state_hash()


def guarded(limits: RiskLimits) -> Desk:
    """Long above 100 dollars, with a stop that rests at the venue."""
    strategy = Sides(100.0, 1)
    joined = engine_settings(symbols=(AAPL, MSFT), strategy=strategy, protection=POLICY, limits=limits)
    return Desk(joined, venue_settings(slippage_bps=0.0))


def legs(desk: Desk) -> list[str]:
    found = (desk.engine.account.orders.leg_for(symbol) for symbol in (AAPL, MSFT))
    return [leg.intent.symbol for leg in found if leg is not None]


STRICT = some_limits(
    orders_per_minute=2, orders_per_second=Decimal("0.001"), order_burst=2, symbol_working_orders_max=1,
    working_orders_max=2, duplicate_seconds=86_400, entries_per_session=1, breaker_orders=3, order_shares_max=45,
    heat_fraction=Decimal(1), daily_turnover_fraction=Decimal(1), orders_for_next_open=True,
)  # fmt: skip


def test_a_protective_order_passes_every_limit_and_uses_up_none() -> None:
    """Two entries use up every rate there is; both stops leave after them, and a breaker of three orders stays shut."""
    desk = guarded(STRICT)
    desk.close(a_day(0, AAPL=110.0, MSFT=110.0), a_day(1, AAPL=110.0, MSFT=110.0))
    assert legs(desk) == [AAPL, MSFT]
    guards = desk.engine.account.safeguards
    assert guards is not None and guards.breakers is not None
    assert guards.breakers.by_name["orders"].state is BreakerState.CLOSED
    assert guards.flow.sent_within(10**18, at=10**18) == 2 and not guards.breakers.refusing(CLOSE)


@pytest.mark.parametrize("kind", [InstructionKind.HALT, InstructionKind.REDUCE])
def test_an_operator_who_stops_entries_leaves_the_stops_where_they_rest(kind: InstructionKind) -> None:
    desk = guarded(some_limits())
    desk.close(a_day(0, AAPL=110.0, MSFT=90.0), a_day(1, AAPL=110.0, MSFT=110.0))
    open_ = desk.engine.account.orders.open.values()
    assert {order.intent.purpose for order in open_} == set(OrderPurpose), "a stop of AAPL, an entry of MSFT"
    step = desk.engine.process(InstructionGiven(kind=kind, actor="ann", reason="news", expected=ACTIVE, occurred_at=0))
    canceled = [event.order.intent for event in only(OrderUpdated, step.events)]
    assert [intent.symbol for intent in canceled] == [MSFT] and len(only(CancelOrder, step.commands)) == 1
    assert legs(desk) == [AAPL]
