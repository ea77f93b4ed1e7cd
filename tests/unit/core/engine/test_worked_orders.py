"""Targets worked over time, minute by minute, by the real engine and venue; every schedule reckoned by hand.

1,000 shares of a stock at 20 dollars are wanted at the end of the first minute, unless a test says otherwise. The venue
fills at the next open, without slippage, as much as the bar has.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from robo_trader.core.domain.events import OrderDenied, OrderUpdated
from robo_trader.core.domain.orders import OrderStatus
from robo_trader.core.domain.parent_orders import Algorithm, ParentStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control
from robo_trader.core.execution.policy import ExecutionPolicy, Urgency
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.risk.protection import ProtectionPolicy
from tests.builders import (
    AAPL,
    FREE,
    MINUTE,
    OPEN,
    a_session,
    an_execution_policy,
    some_limits,
    venue_settings,
)
from tests.unit.core.engine.desk import Desk, only
from tests.unit.core.engine.minutes import as_shares, children, minutes, parents, settings_of

VENUE = venue_settings(slippage_bps=0.0, participation_max=1.0, commissions=FREE)


def a_desk(policy: ExecutionPolicy | None = None, *, wants: Mapping[int, float] | None = None, **more: Any) -> Desk:  # noqa: ANN401
    return Desk(settings_of(policy, wants=wants, **more), VENUE)


def held(desk: Desk) -> Decimal:
    return desk.engine.account.ledger.position(AAPL).quantity


class TestTwap:
    def test_equal_slices_fill_the_window(self) -> None:
        desk = a_desk()
        events = desk.close(*minutes(1, 12))
        assert children(desk) == as_shares(*((minute, 100) for minute in range(1, 11)))
        assert held(desk) == 1000
        began, ended = parents(events)
        assert began.status is ParentStatus.WORKING and began.ends_at == OPEN + 11 * MINUTE
        assert ended.status is ParentStatus.DONE and ended.filled == 1000 and ended.reason == "filled"
        assert ended.realized_bps == 0

    def test_slices_of_no_whole_number_differ_by_a_share(self) -> None:
        """25 shares in 10 minutes: 2.5, 5, 7.5 ... are due, cut to whole ones."""
        desk = a_desk(shares=25.0)
        desk.close(*minutes(1, 12))
        assert [shares for _, shares in children(desk)] == [2, 3, 2, 3, 2, 3, 2, 3, 2, 3]

    def test_what_did_not_fill_still_works_and_is_not_ordered_twice(self) -> None:
        desk = a_desk()
        desk.close(*minutes(1, 6, volume=40.0))
        orders = desk.engine.account.orders
        assert held(desk) == 200, "five minutes of 40 shares"
        assert sum(order.remaining for order in orders.open.values()) == 400, "600 are due, 200 filled"

    def test_small_children_wait_until_they_are_large_enough(self) -> None:
        """10, 20 ... are due each minute, but none below 25 leaves: 30, 60, 90; the last is smaller."""
        desk = a_desk(an_execution_policy(child_shares_min=25), shares=100.0)
        desk.close(*minutes(1, 12))
        assert children(desk) == as_shares((3, 30), (6, 30), (9, 30), (10, 10))

    def test_a_longer_interval_makes_fewer_children(self) -> None:
        desk = a_desk(an_execution_policy(interval=5 * MINUTE))
        desk.close(*minutes(1, 12))
        assert children(desk) == as_shares((1, 500), (6, 500))

    def test_a_half_day_ends_the_window_early(self) -> None:
        """13:00 is minute 210; 5 minutes before nothing is worked any more. From minute 201 that leaves four slices."""
        session = a_session(minutes=210)
        desk = a_desk(wants={201: 1.0})
        events = desk.close(*minutes(200, 210, session=session))
        assert children(desk) == as_shares((201, 250), (202, 250), (203, 250), (204, 250))
        assert parents(events)[0].ends_at == session.closes_at - 5 * MINUTE
        assert held(desk) == 1000

    def test_a_window_that_is_over_before_it_begins_is_crossed(self) -> None:
        desk = a_desk(wants={387: 1.0})
        desk.close(*minutes(386, 390))
        assert children(desk) == as_shares((387, 1000))
        assert held(desk) == 1000

    def test_what_is_wanted_at_the_close_is_worked_the_next_day(self) -> None:
        desk = a_desk(wants={390: 1.0})
        desk.close(*minutes(389, 390))
        assert children(desk) == []
        desk.close(*minutes(1, 12, session=a_session(day=1)))
        assert [shares for _, shares in children(desk)] == [100] * 10
        assert held(desk) == 1000


class TestTheEndOfTheWindow:
    def test_limits_that_did_not_fill_are_canceled_and_crossed_at_once(self) -> None:
        """Limits at 20.00 do not fill at 21; at 10 minutes all are canceled, and the market gets one order at 21."""
        desk = a_desk(an_execution_policy(Algorithm.PEGGED, modifies_max=0))
        desk.close(*minutes(1, 1), *minutes(2, 12, price=21.0))
        assert children(desk) == as_shares((1, 1000), (11, 1000))
        assert held(desk) == 1000
        assert desk.engine.account.orders.ended[1].status is OrderStatus.CANCELED  # type: ignore[index]

    def test_an_entry_may_be_given_up_instead(self) -> None:
        desk = a_desk(an_execution_policy(Algorithm.PEGGED, modifies_max=0, crosses_rest=False))
        events = desk.close(*minutes(1, 1), *minutes(2, 30, price=21.0))
        assert children(desk) == as_shares((1, 1000)) and held(desk) == 0
        assert parents(events)[-1].reason == "its time is up" and parents(events)[-1].filled == 0
        assert not desk.engine.account.orders.open and not desk.engine.unsettled

    def test_an_exit_is_crossed_even_then(self) -> None:
        policy = an_execution_policy(Algorithm.PEGGED, modifies_max=0, crosses_rest=False)
        desk = a_desk(policy, wants={1: 1.0, 5: 0.0})
        desk.close(*minutes(1, 1), *minutes(2, 5, price=19.0), *minutes(6, 20, price=18.0))
        assert held(desk) == 0
        assert children(desk) == as_shares((1, 1000), (5, 1000), (15, 1000))


class TestVwap:
    def test_slices_follow_the_usual_volume(self) -> None:
        """The day before, minutes 2 to 6 traded 100 shares each and minutes 7 to 11 300: of 1,000, 50 and 150 each."""
        usual = {minute: 100.0 if minute <= 6 else 300.0 for minute in range(1, 391)}
        desk = a_desk(an_execution_policy(Algorithm.VWAP), wants={1440 + 1: 1.0})
        desk.close(*minutes(1, 390, volumes=usual))
        desk.close(*minutes(1, 12, session=a_session(day=1)))
        assert [shares for _, shares in children(desk)] == [50] * 5 + [150] * 5
        assert held(desk) == 1000

    def test_without_a_day_before_it_is_twap(self) -> None:
        desk = a_desk(an_execution_policy(Algorithm.VWAP))
        desk.close(*minutes(1, 12))
        assert [shares for _, shares in children(desk)] == [100] * 10

    def test_a_half_day_is_nobodys_usual_day(self) -> None:
        usual = {minute: 100.0 if minute <= 6 else 300.0 for minute in range(1, 391)}
        desk = a_desk(an_execution_policy(Algorithm.VWAP), wants={1440 + 1: 1.0})
        desk.close(*minutes(1, 210, volumes=usual, session=a_session(minutes=210)))
        desk.close(*minutes(1, 12, session=a_session(day=1)))
        assert [shares for _, shares in children(desk)] == [100] * 10


class TestPov:
    def test_a_fraction_of_what_trades_is_ordered_and_the_rest_crossed(self) -> None:
        """A tenth of 1,500, then of 500, then of 25 (2.5, cut), then of 1,005 (100.5 and the half: 101) ..."""
        volumes = {2: 1500.0, 3: 500.0, 4: 25.0, 5: 1005.0}
        desk = a_desk(an_execution_policy(Algorithm.POV))
        desk.close(*minutes(1, 12, volumes={**dict.fromkeys(range(6, 13), 0.0), **volumes, 12: 5000.0}))
        assert children(desk) == as_shares((2, 150), (3, 50), (4, 2), (5, 101), (11, 697))
        assert held(desk) == 1000

    def test_it_ends_when_all_is_bought(self) -> None:
        desk = a_desk(an_execution_policy(Algorithm.POV))
        desk.close(*minutes(1, 8, volume=4000.0))
        assert children(desk) == as_shares((2, 400), (3, 400), (4, 200))


class TestPegged:
    def test_the_limit_moves_with_the_price_so_many_times(self) -> None:
        prices = {2: 20.5, 3: 21.0, 4: 21.5, 5: 22.0}
        desk = a_desk(an_execution_policy(Algorithm.PEGGED, modifies_max=2))
        events = desk.close(*minutes(1, 5, prices=prices))
        limits = [event.order.intent.limit_price for event in only(OrderUpdated, events)]
        assert limits[-1] == Decimal("21.00") and Decimal("20.50") in limits
        assert desk.engine.parent_orders[AAPL].modifies == 2
        assert children(desk) == as_shares((1, 1000))

    def test_it_holds_back_what_a_higher_limit_costs(self) -> None:
        desk = a_desk(an_execution_policy(Algorithm.PEGGED))
        desk.close(*minutes(1, 1))
        assert desk.engine.account.ledger.reserved == 20_000
        desk.close(*minutes(2, 2, price=21.0))
        assert desk.engine.account.ledger.reserved == 21_000
        desk.close(*minutes(3, 3, price=20.9))
        assert held(desk) == 1000 and desk.engine.account.ledger.reserved == 0

    def test_a_limit_that_could_not_be_paid_stays(self) -> None:
        desk = a_desk(an_execution_policy(Algorithm.PEGGED), shares=4990.0)
        desk.close(*minutes(1, 1), *minutes(2, 4, price=21.0))
        (order,) = desk.engine.account.orders.open.values()
        assert order.intent.limit_price == 20 and desk.engine.account.ledger.reserved == 99_800


class TestPassive:
    def test_it_waits_at_the_passive_price_and_then_crosses(self) -> None:
        """Three minutes of patience: the limit of 20.00 leaves at minute 1 and is taken back at minute 4."""
        desk = a_desk(an_execution_policy(Algorithm.PASSIVE))
        desk.close(*minutes(1, 1), *minutes(2, 6, price=20.5))
        assert children(desk) == as_shares((1, 1000), (4, 1000))
        assert held(desk) == 1000
        assert desk.engine.account.ledger.position(AAPL).cost == 20_500

    def test_it_need_not_cross_what_came_to_it(self) -> None:
        desk = a_desk(an_execution_policy(Algorithm.PASSIVE))
        desk.close(*minutes(1, 1), *minutes(2, 6, price=19.5))
        assert children(desk) == as_shares((1, 1000)) and held(desk) == 1000


class TestIceberg:
    def test_it_never_shows_more_than_its_tip(self) -> None:
        desk = a_desk(an_execution_policy(Algorithm.ICEBERG, display_shares=300))
        desk.close(*minutes(1, 6))
        assert children(desk) == as_shares((1, 300), (2, 300), (3, 300), (4, 100))
        assert held(desk) == 1000

    def test_the_next_tip_waits_for_the_one_before(self) -> None:
        desk = a_desk(an_execution_policy(Algorithm.ICEBERG, display_shares=300))
        desk.close(*minutes(1, 3, volume=100.0))
        assert children(desk) == as_shares((1, 300)) and held(desk) == 200
        desk.close(*minutes(4, 5, volume=100.0))
        assert children(desk) == as_shares((1, 300), (4, 300)) and held(desk) == 400


class TestWhatInterrupts:
    def test_a_new_target_cancels_the_children_and_begins_anew(self) -> None:
        """200 of 300 due are bought when the view turns: the third child is canceled, 200 are sold over 10 minutes."""
        desk = a_desk(wants={1: 1.0, 4: 0.0})
        events = desk.close(*minutes(1, 3), *minutes(4, 4, volume=0.0), *minutes(5, 16))
        assert held(desk) == 0
        assert [parent.reason for parent in parents(events)] == [
            "", "the target changed", "the target changed", "", "filled",
        ]  # fmt: skip
        sold = [shares for minute, shares in children(desk) if minute >= 4]
        assert sold == [20] * 10

    def test_a_halt_cancels_what_works_and_sends_nothing_more(self) -> None:
        desk = a_desk(an_execution_policy(Algorithm.PEGGED))
        desk.close(*minutes(1, 1))
        desk.engine.account.halt("a test says so", at=OPEN + MINUTE)
        desk.close(*minutes(2, 14, price=21.0))
        assert held(desk) == 0 and not desk.engine.account.orders.open
        assert children(desk) == as_shares((1, 1000))

    def test_reducing_stops_an_entry_and_not_an_exit(self) -> None:
        desk = a_desk(wants={1: 1.0, 20: 0.0})
        desk.close(*minutes(1, 5))
        desk.engine.account.enter_state(TradingState.REDUCING, "a test says so", at=OPEN)
        desk.close(*minutes(6, 19))
        assert held(desk) == 500, "the child of minute 5 has filled before anybody could stop it"
        desk.close(*minutes(20, 31))
        assert held(desk) == 0
        assert [shares for minute, shares in children(desk) if minute >= 20] == [50] * 10

    def test_risk_has_the_last_word_on_every_child(self) -> None:
        """Equity of 100,000 allows 19,000 in one symbol: at 21.20 dollars that are 896 shares, and 900 are refused."""
        desk = a_desk(limits=some_limits(max_position="0.19"), shares=950.0)
        events = desk.close(*minutes(1, 9), *minutes(10, 12, price=21.2))
        assert held(desk) == 855 and [shares for _, shares in children(desk)] == [95] * 9
        denied = only(OrderDenied, events)
        assert {one.violations[0].control for one in denied} == {Control.MAX_POSITION} and len(denied) == 3

    def test_what_is_crossed_is_no_larger_than_an_order_may_be(self) -> None:
        """100 shares at 20 are 2,000 dollars, the most of an order; at 25 dollars 80 shares are, and 20 follow."""
        desk = a_desk(an_execution_policy(Algorithm.PASSIVE), limits=some_limits(order_notional_max=2_000))
        desk.close(*minutes(1, 1), *minutes(2, 8, price=25.0))
        assert children(desk) == as_shares((1, 100), (4, 80), (5, 20))
        assert held(desk) == 100


class TestStopsAndProtection:
    def test_what_a_stop_leaves_goes_at_once(self) -> None:
        """Bought over 10 minutes at 20; at 18 the stop of 5 % is reached, and one order sells all."""
        desk = a_desk(stops=StopPolicy(fixed_fraction=0.05))
        desk.close(*minutes(1, 13), *minutes(14, 16, price=18.0))
        assert held(desk) == 0
        assert children(desk)[10:] == as_shares((14, 1000))

    def test_a_stop_hurries_an_exit_that_is_worked(self) -> None:
        """The view leaves at minute 14: 100 a minute. At 18, two minutes later, the stop sends the other 800."""
        desk = a_desk(stops=StopPolicy(fixed_fraction=0.05), wants={1: 1.0, 14: 0.0})
        events = desk.close(*minutes(1, 15), *minutes(16, 18, price=18.0))
        assert held(desk) == 0
        assert children(desk)[10:] == as_shares((14, 100), (15, 100), (16, 800))
        assert "a stop hurries it" in {parent.reason for parent in parents(events)}

    def test_a_stop_ends_an_entry_and_sells_what_it_bought(self) -> None:
        desk = a_desk(stops=StopPolicy(fixed_fraction=0.05))
        desk.close(*minutes(1, 4), *minutes(5, 8, price=18.0))
        assert held(desk) == 0
        assert sum(shares for _, shares in children(desk)[4:]) == 400

    def test_a_worked_exit_takes_its_shares_from_the_protective_order(self) -> None:
        """1,000 held and protected; of an exit each child takes 100 from the leg, until both are gone."""
        desk = a_desk(protection=ProtectionPolicy(fallback_fraction=0.5), wants={1: 1.0, 14: 0.0})
        desk.close(*minutes(1, 17))
        leg = desk.engine.account.orders.leg_for(AAPL)
        assert leg is not None and leg.remaining == held(desk) == 700
        desk.close(*minutes(18, 30))
        assert held(desk) == 0 and not desk.engine.account.orders.open

    def test_a_protective_order_that_fills_ends_the_exit_beside_it(self) -> None:
        desk = a_desk(protection=ProtectionPolicy(fallback_fraction=0.1), wants={1: 1.0, 14: 0.0})
        desk.close(*minutes(1, 15), *minutes(16, 30, price=17.0))
        assert held(desk) == 0 and not desk.engine.account.orders.open and not desk.engine.parent_orders


class TestSmart:
    def test_it_is_twap_while_nothing_is_known(self) -> None:
        desk = a_desk(an_execution_policy(None))
        events = desk.close(*minutes(1, 3))
        assert parents(events)[0].algorithm is Algorithm.TWAP
        assert parents(events)[0].why == "its usual volume is not known yet"
        assert parents(events)[0].modelled_bps is None

    def test_it_is_at_once_late_in_the_session(self) -> None:
        desk = a_desk(an_execution_policy(None), wants={384: 1.0})
        events = desk.close(*minutes(383, 386))
        assert parents(events) == [] and children(desk) == as_shares((384, 1000))

    @pytest.mark.parametrize(
        ("urgency", "shares", "algorithm"),
        [
            (Urgency.LOW, 10.0, Algorithm.PASSIVE),
            (Urgency.NORMAL, 10.0, Algorithm.AT_ONCE),
            (Urgency.NORMAL, 400.0, Algorithm.VWAP),
            (Urgency.NORMAL, 4000.0, Algorithm.POV),
            (Urgency.HIGH, 400.0, Algorithm.POV),
            (Urgency.HIGH, 10.0, Algorithm.AT_ONCE),
        ],
    )
    def test_it_goes_by_size_and_urgency_once_volume_is_known(
        self, urgency: Urgency, shares: float, algorithm: Algorithm
    ) -> None:
        """390,000 shares a day, a range of 2 %: volatility 1.19 %. 10 shares move it 0.4 bps, 400 2.6, 4,000 8.1.

        In 10 minutes 10,000 trade, of which a tenth are 1,000.
        """
        policy = an_execution_policy(None, urgency=urgency)
        desk = a_desk(policy, wants={1440 + 1: 1.0}, shares=shares)
        desk.close(*minutes(1, 390, prices={7: 20.4}, volume=1000.0))
        events = desk.close(*minutes(1, 12, session=a_session(day=1), volume=1000.0))
        began = parents(events)
        assert (began[0].algorithm if began else Algorithm.AT_ONCE) is algorithm
        if began:
            taken = shares / 390_000
            assert began[0].modelled_bps == pytest.approx(1.0 + 0.67 * 118.93 * taken**0.5, rel=1e-3)
