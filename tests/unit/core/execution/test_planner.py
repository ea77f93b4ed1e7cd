"""The plan brings the position to the target, never buys and sells at once, and prices limits beyond the market.

Worked by hand: a buyer's limit 5 bps above 100.37 is 100.420185, on the tick 100.42; a seller's 100.319815, 100.32.
"""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.orders import Order, OrderId, OrderType, Side, TimeInForce
from robo_trader.core.execution.planner import OrderStyle, Plan, limit_price, plan_orders
from tests.builders import a_signal, a_target, an_order

MARKET = OrderStyle(order_type=OrderType.MARKET, limit_offset_bps=Decimal(5))
LIMIT = OrderStyle(order_type=OrderType.LIMIT, limit_offset_bps=Decimal(5))


def plan(target: int, position: int = 0, working: Sequence[Order] = (), style: OrderStyle = MARKET) -> Plan:
    return plan_orders(
        a_target(quantity=target),
        a_signal(),
        position=Decimal(position),
        working=working,
        price=Decimal("100.37"),
        style=style,
    )


def buying(shares: int, *, order_id: int = 1, filled: int = 0, cancel_requested: bool = False) -> Order:
    return an_order(order_id=order_id, quantity=shares, filled=filled, cancel_requested=cancel_requested)


def selling(shares: int, *, order_id: int = 1, cancel_requested: bool = False) -> Order:
    return an_order(order_id=order_id, side=Side.SELL, quantity=shares, cancel_requested=cancel_requested)


@pytest.mark.parametrize(
    ("target", "position", "working", "ordered"),
    [
        pytest.param(100, 0, [], 100, id="an entry"),
        pytest.param(-100, 0, [], -100, id="a short entry"),
        pytest.param(0, 100, [], -100, id="an exit"),
        pytest.param(0, -100, [], 100, id="a short exit"),
        pytest.param(-50, 100, [], -150, id="a flip"),
        pytest.param(100, 30, [], 70, id="what is missing"),
        pytest.param(100, 0, [buying(60)], 40, id="what is missing besides what works"),
        pytest.param(100, 20, [buying(60, filled=20)], 40, id="of a partly filled order only the rest works"),
        pytest.param(0, 100, [selling(30), selling(20, order_id=2)], -50, id="the rest of an exit"),
        pytest.param(
            100, 0, [buying(60, cancel_requested=True)], 40, id="a cancel that is not answered may still fill"
        ),
    ],
)
def test_orders_what_is_missing(target: int, position: int, working: list[Order], ordered: int) -> None:
    result = plan(target, position, working)
    assert result.intent is not None and not result.cancels
    assert result.intent.quantity * result.intent.side.sign == ordered


@pytest.mark.parametrize(
    ("target", "position", "working"),
    [
        pytest.param(0, 0, [], id="flat and wanted flat"),
        pytest.param(100, 100, [], id="already there"),
        pytest.param(100, 40, [buying(60)], id="on its way"),
        pytest.param(0, 100, [selling(100)], id="on its way out"),
    ],
)
def test_nothing_to_do(target: int, position: int, working: list[Order]) -> None:
    assert plan(target, position, working) == Plan()


@pytest.mark.parametrize(
    ("target", "position", "working", "canceled"),
    [
        pytest.param(0, 0, [buying(100)], [1], id="an entry no longer wanted"),
        pytest.param(0, 40, [buying(100, filled=40)], [1], id="a partly filled entry no longer wanted"),
        pytest.param(60, 0, [buying(100)], [1], id="an entry too large"),
        pytest.param(100, 100, [selling(100)], [1], id="an exit no longer wanted"),
        pytest.param(-100, 0, [buying(50), buying(50, order_id=2)], [1, 2], id="all that oppose"),
        pytest.param(0, 0, [buying(100), selling(50, order_id=2)], [1], id="only those that oppose"),
        pytest.param(0, 0, [buying(100, cancel_requested=True)], [], id="asked for once, not again"),
        pytest.param(
            0, 0, [buying(50, cancel_requested=True), buying(50, order_id=2)], [2], id="only what was not asked for"
        ),
    ],
)
def test_what_opposes_is_canceled_before_anything_is_ordered(
    target: int, position: int, working: list[Order], canceled: list[int]
) -> None:
    result = plan(target, position, working)
    assert [order.order_id for order in result.cancels] == list(map(OrderId, canceled))
    assert result.intent is None


@pytest.mark.parametrize(
    ("style", "limit"), [pytest.param(MARKET, None, id="market"), pytest.param(LIMIT, Decimal("100.42"), id="limit")]
)
def test_the_intent_carries_signal_style_and_price(style: OrderStyle, limit: Decimal | None) -> None:
    intent = plan(100, style=style).intent
    assert intent is not None
    assert (intent.signal_id, intent.strategy, intent.symbol) == ("sma_crossover.1", "sma_crossover", "AAPL")
    assert (intent.order_type, intent.limit_price, intent.reference_price) == (
        style.order_type, limit, Decimal("100.37"),
    )  # fmt: skip
    assert intent.time_in_force is TimeInForce.DAY


@pytest.mark.parametrize(
    ("price", "side", "offset_bps", "limit"),
    [
        pytest.param("100.37", Side.BUY, 5, "100.42", id="a buyer is rounded down"),
        pytest.param("100.37", Side.SELL, 5, "100.32", id="a seller is rounded up"),
        pytest.param("100", Side.BUY, 5, "100.05", id="a price on the tick stays"),
        pytest.param("100.3799", Side.BUY, 0, "100.37", id="without offset, down to the tick"),
        pytest.param("100.3701", Side.SELL, 0, "100.38", id="without offset, up to the tick"),
    ],
)
def test_limit_price(price: str, side: Side, offset_bps: int, limit: str) -> None:
    assert limit_price(Decimal(price), side, Decimal(offset_bps)) == Decimal(limit)


@given(st.decimals("0.05", 5_000, places=4), st.sampled_from(Side), st.integers(0, 500))
@settings(deadline=None)
def test_a_limit_is_never_worse_than_its_offset_and_stands_on_the_tick(
    price: Decimal, side: Side, offset_bps: int
) -> None:
    limit = limit_price(price, side, Decimal(offset_bps))
    furthest = price * (1 + side.sign * Decimal(offset_bps) / 10_000)
    tick = Decimal("0.01") if furthest >= 1 else Decimal("0.0001")
    assert limit % tick == 0
    assert Decimal(0) <= (furthest - limit) * side.sign < tick
