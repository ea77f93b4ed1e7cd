"""All our orders of a symbol share a part of each bar's volume; the rest waits for the next bar.

Worked by hand: a tenth of 1,000 shares is 100 an hour. Bought in parts at 100.02, 1,000 shares cost 5.00 in commission:
the first hundred the minimum of 1.00, nothing more until 200 are filled, then 0.50 a hundred.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.order_reports import OrderExecuted
from robo_trader.core.domain.orders import Side, TimeInForce
from robo_trader.core.market.commissions import SCHEDULES
from tests.builders import MSFT, a_session, an_intent, venue_settings
from tests.examples import examples
from tests.unit.simulation.venue.showing import a_venue, an_hour, fills, hour


def parts(executions: list[OrderExecuted]) -> list[tuple[int, int]]:
    """Order and shares of each execution."""
    return [(int(execution.order_id), int(execution.quantity)) for execution in executions]


def test_a_large_order_fills_in_parts() -> None:
    executions = fills(a_venue(an_intent(quantity=250)), *(an_hour(n, volume=1_000.0) for n in (1, 2, 3, 4)))
    assert parts(executions) == [(1, 100), (1, 100), (1, 50)]
    assert [execution.execution_id for execution in executions] == ["SIM1.1", "SIM1.2", "SIM1.3"]


def test_orders_of_a_symbol_share_the_volume_first_come_first_served() -> None:
    venue = a_venue(an_intent(quantity=130), an_intent(quantity=100), an_intent(side=Side.SELL, quantity=20))
    assert parts(fills(venue, an_hour(1, volume=1_000.0))) == [(1, 100)]
    assert parts(fills(venue, an_hour(2, volume=1_000.0))) == [(1, 30), (2, 70)]
    assert parts(fills(venue, an_hour(3, volume=1_000.0))) == [(2, 30), (3, 20)]


def test_an_order_that_is_not_reached_uses_no_volume() -> None:
    venue = a_venue(an_intent(quantity=100, limit=90), an_intent(quantity=100))
    assert parts(fills(venue, an_hour(1, volume=1_000.0))) == [(2, 100)]


def test_symbols_have_volumes_of_their_own() -> None:
    venue = a_venue(an_intent(quantity=100), an_intent(symbol=MSFT, quantity=100))
    both = hour(1, *an_hour(1, volume=1_000.0).bars, *an_hour(1, symbol=MSFT, volume=1_000.0).bars)
    assert parts(fills(venue, both)) == [(1, 100), (2, 100)]


@pytest.mark.parametrize(("volume", "filled"), [(0.0, []), (9.0, []), (10.0, [(1, 1)]), (19.0, [(1, 1)])])
def test_only_whole_shares_of_what_was_traded(volume: float, filled: list[tuple[int, int]]) -> None:
    assert parts(fills(a_venue(an_intent()), an_hour(1, volume=volume))) == filled


def test_the_minimum_commission_is_paid_once_an_order() -> None:
    executions = fills(a_venue(an_intent(quantity=500)), *(an_hour(n, volume=1_000.0) for n in range(1, 6)))
    assert [execution.commission for execution in executions] == list(map(Decimal, ("1", "0", "0.5", "0.5", "0.5")))


@pytest.mark.parametrize("name", SCHEDULES)
@given(st.sampled_from(Side), st.integers(1, 3_000), st.lists(st.integers(0, 9_000), min_size=1, max_size=6))
@settings(deadline=None, max_examples=examples(60))
def test_parts_never_exceed_the_volume_nor_the_order_and_cost_what_the_order_costs(
    name: str, side: Side, quantity: int, volumes: list[int]
) -> None:
    schedule = SCHEDULES[name]
    intent = an_intent(side=side, quantity=quantity, time_in_force=TimeInForce.GTC)
    venue = a_venue(intent, settings=venue_settings(participation_max=0.25, commissions=schedule))
    filled = value = charged = Decimal(0)
    for number, volume in enumerate(volumes):
        executions = fills(venue, an_hour(1, session=a_session(day=number), open_=0.5 + number, volume=float(volume)))
        assert sum(execution.quantity for execution in executions) == min(quantity - filled, volume // 4)
        for execution in executions:
            assert execution.commission >= 0
            filled, value = filled + execution.quantity, value + execution.quantity * execution.price
            charged += execution.commission
    assert charged == schedule.charge(filled, value, is_sale=side is Side.SELL)
