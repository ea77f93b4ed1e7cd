"""The pretend Alpaca refuses what Alpaca refuses, with its status, and counts shares and dollars as it does."""

from decimal import Decimal
from typing import Any

import pytest

from robo_trader.core.domain.orders import OrderType
from robo_trader.simulation.alpaca.desk import AlpacaDesk
from robo_trader.simulation.alpaca.refusals import ApiRefusal
from robo_trader.simulation.venue.account import VenueAccount
from robo_trader.simulation.venue.venue import Venue
from tests.builders import AAPL, FREE, OPEN, an_arrival, venue_settings
from tests.unit.simulation.venue.showing import an_hour

ORDER: dict[str, Any] = {"symbol": "AAPL", "qty": "100", "side": "buy", "type": "market", "time_in_force": "day"}
LIMIT = ORDER | {"type": "limit", "limit_price": "90"}


@pytest.fixture
def desk() -> AlpacaDesk:
    """An account of 10,000 dollars, before the first price."""
    venue = Venue(venue_settings(slippage_bps=0.0, commissions=FREE, participation_max=1.0))
    return AlpacaDesk(venue, VenueAccount(Decimal(10_000)), now=OPEN, assets=frozenset({AAPL}))


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"symbol": ""}, 422, "not found"),
        ({"side": "hold"}, 422, "invalid side"),
        ({"type": "peg"}, 422, "invalid type"),
        ({"time_in_force": None}, 422, "invalid time_in_force"),
        ({"qty": None}, 422, "qty or notional is required"),
        ({"qty": "-1"}, 422, "must be > 0"),
        ({"qty": "many"}, 422, "invalid qty"),
        ({"qty": "0.5"}, 422, "fractional"),
        ({"type": "limit"}, 422, "limit orders require limit_price"),
        ({"limit_price": "90"}, 422, "market orders take no limit_price"),
        ({"type": "stop", "stop_price": "110", "time_in_force": "ioc"}, 422, "must be day or gtc"),
        ({"extended_hours": True}, 422, "extended hours"),
        ({"type": "limit", "limit_price": "0.12345"}, 422, "sub-penny"),
        ({"type": "trailing_stop", "trail_price": "1"}, 422, "no market price"),
        ({"type": "limit", "limit_price": "1000"}, 403, "insufficient buying power"),
    ],
)
def test_an_order_that_alpaca_would_not_take_is_refused(
    desk: AlpacaDesk, changes: dict[str, Any], status: int, said: str
) -> None:
    with pytest.raises(ApiRefusal) as caught:
        desk.submit(ORDER | changes)
    assert caught.value.status == status
    assert said in caught.value.message
    assert caught.value.body() == {"code": caught.value.code, "message": caught.value.message}
    assert not desk.orders


def test_a_trailing_stop_begins_at_the_market(desk: AlpacaDesk) -> None:
    desk.show(an_arrival())
    trailing = desk.submit(ORDER | {"side": "sell", "type": "trailing_stop", "trail_price": "2", "qty": "10"})
    order = desk.order(trailing["id"])
    assert order.intent.order_type is OrderType.TRAILING_STOP
    assert order.intent.stop_price == 98
    assert trailing["hwm"] == "100.0"


def test_open_orders_use_up_buying_power(desk: AlpacaDesk) -> None:
    assert desk.buying_power() == 20_000
    desk.submit(LIMIT)
    assert desk.buying_power() == 11_000
    with pytest.raises(ApiRefusal, match="insufficient buying power"):
        desk.submit(LIMIT | {"qty": "123"})


def test_shares_stand_behind_one_order_only_and_no_order_turns_a_position(desk: AlpacaDesk) -> None:
    desk.submit(ORDER)
    desk.show(an_hour(1))
    stop = ORDER | {"side": "sell", "type": "stop", "stop_price": "90"}
    with pytest.raises(ApiRefusal, match="requested: 150, available: 100"):
        desk.submit(stop | {"qty": "150"})
    desk.submit(stop)
    with pytest.raises(ApiRefusal, match="requested: 100, available: 0"):
        desk.submit(stop)


@pytest.mark.parametrize(
    ("changes", "said"), [({"stop_price": "95"}, "take no stop price"), ({"limit_price": "91.001"}, "sub-penny")]
)
def test_terms_that_do_not_fit_are_refused_and_the_order_goes_on(
    desk: AlpacaDesk, changes: dict[str, str], said: str
) -> None:
    order_id = desk.submit(LIMIT)["id"]
    with pytest.raises(ApiRefusal, match=said):
        desk.replace(order_id, changes)
    assert desk.order(order_id).status == "new"
    assert len(desk.orders) == 1


def test_what_has_ended_is_replaced_by_nothing(desk: AlpacaDesk) -> None:
    order_id = desk.submit(LIMIT)["id"]
    desk.cancel(order_id)
    with pytest.raises(ApiRefusal, match="unable to replace"):
        desk.replace(order_id, {"limit_price": "91"})
    with pytest.raises(ApiRefusal, match='already in "canceled" state'):
        desk.cancel(order_id)
