"""What the best bid and ask say; an unsound quote says nothing and is forgotten.

Worked by hand. 99.99 by 100.01 is a spread of 0.02 about 100, or 2 bps. With 300 shares bid and 100 offered the
imbalance is 200 / 400, and the micro price stands three quarters of the way to the ask.

Order flow of 10.00 x 100 by 10.02 x 200, then: bid 10.01 x 50 (rises: +50); ask 10.03 x 70 (leaves: +200); bid 10.01
x 80 (joins: +30); bid 10.00 x 10, ask 10.02 x 5 (bid falls: -80, ask comes nearer: -5); ask 10.02 x 45 (joins: -40).
"""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.rules.quotes import (
    imbalance_update,
    micro_price_update,
    mid_update,
    order_flow_imbalance_state_size,
    order_flow_imbalance_update,
    quote_state_size,
    realised_volatility_mid_state_size,
    realised_volatility_mid_update,
    spread_bps_update,
    spread_update,
)

Quote = tuple[float, float, float, float]
NOTHING = [0.0] * quote_state_size()
FLOW: list[Quote] = [
    (10.00, 10.02, 100, 200),
    (10.01, 10.02, 50, 200),
    (10.01, 10.03, 50, 70),
    (10.01, 10.03, 80, 70),
    (10.00, 10.02, 10, 5),
    (10.00, 10.02, 10, 45),
]
UNSOUND_PRICES = [
    pytest.param(math.nan, 10.0, id="no bid"),
    pytest.param(10.0, math.nan, id="no ask"),
    pytest.param(0.0, 10.0, id="a bid of 0"),
    pytest.param(10.0, 0.0, id="an ask of 0"),
    pytest.param(-1.0, 10.0, id="a bid below 0"),
    pytest.param(10.01, 10.0, id="crossed"),
    pytest.param(10.0, math.inf, id="an endless ask"),
]
UNSOUND_SIZES = [(0.0, 5.0), (5.0, 0.0), (math.nan, 5.0), (5.0, math.nan), (math.inf, 5.0), (5.0, math.inf)]


def flows(quotes: list[Quote], length: int) -> list[float]:
    state = [0.0] * order_flow_imbalance_state_size(length)
    return [order_flow_imbalance_update(state, *quote, length) for quote in quotes]


def test_the_spread_is_ask_less_bid() -> None:
    assert spread_update(NOTHING, 99.99, 100.01) == pytest.approx(0.02)
    assert spread_bps_update(NOTHING, 99.99, 100.01) == pytest.approx(2.0)
    assert mid_update(NOTHING, 99.99, 100.01) == pytest.approx(100.0)


def test_a_locked_market_has_a_spread_of_0() -> None:
    assert spread_update(NOTHING, 100.0, 100.0) == 0.0
    assert micro_price_update(NOTHING, 100.0, 100.0, 5.0, 7.0) == 100.0


def test_the_larger_side_pushes_the_price_away() -> None:
    assert imbalance_update(NOTHING, 99.0, 101.0, 300.0, 100.0) == 0.5
    assert micro_price_update(NOTHING, 99.0, 101.0, 300.0, 100.0) == 100.5


def test_order_flow_counts_what_joins_and_leaves_each_side() -> None:
    values = flows(FLOW, 1)
    assert math.isnan(values[0])
    assert values[1:] == [50, 200, 30, -85, -40]
    assert flows(FLOW, 3)[3:] == [280, 145, -95]
    assert [math.isnan(value) for value in flows(FLOW, 3)] == [True, True, True, False, False, False]


@pytest.mark.parametrize(("bid", "ask"), UNSOUND_PRICES)
def test_an_unsound_quote_has_no_value(bid: float, ask: float) -> None:
    assert all(math.isnan(rule(NOTHING, bid, ask)) for rule in (spread_update, spread_bps_update, mid_update))
    assert all(math.isnan(rule(NOTHING, bid, ask, 5.0, 5.0)) for rule in (micro_price_update, imbalance_update))


@pytest.mark.parametrize(("bid_size", "ask_size"), UNSOUND_SIZES)
@pytest.mark.parametrize("rule", [micro_price_update, imbalance_update])
def test_a_side_without_shares_has_no_weight(rule: Callable[..., float], bid_size: float, ask_size: float) -> None:
    assert math.isnan(rule(NOTHING, 10.0, 10.02, bid_size, ask_size))


@pytest.mark.parametrize(
    "unsound",
    [
        *[(bid, ask, 5.0, 5.0) for bid, ask in ((math.nan, 10.0), (10.0, 0.0), (11.0, 10.0))],
        *[(10.0, 10.02, *sizes) for sizes in UNSOUND_SIZES],
    ],
)
def test_an_unsound_quote_leaves_order_flow_as_it_was(unsound: Quote) -> None:
    values = flows([*FLOW[:3], unsound, *FLOW[3:]], 3)
    assert math.isnan(values.pop(3))
    assert values == pytest.approx(flows(FLOW, 3), nan_ok=True)


def test_volatility_of_the_mid_is_of_a_sample_of_log_returns() -> None:
    state = [0.0] * realised_volatility_mid_state_size(2)
    quotes = [(99.0, 101.0), (math.nan, 101.0), (109.0, 111.0), (99.5, 100.5)]
    values = [realised_volatility_mid_update(state, bid, ask, 2) for bid, ask in quotes]
    assert [math.isnan(value) for value in values] == [True, True, True, False]
    assert values[-1] == pytest.approx(math.log(1.1) * math.sqrt(2))


@given(st.integers(1, 10**6), st.integers(0, 500), st.integers(1, 10**6), st.integers(1, 10**6))
def test_prices_lie_within_the_quote(bid_cents: int, cents_between: int, bid_size: int, ask_size: int) -> None:
    bid, ask = bid_cents / 100, (bid_cents + cents_between) / 100
    assert bid <= mid_update(NOTHING, bid, ask) <= ask
    micro_price = micro_price_update(NOTHING, bid, ask, float(bid_size), float(ask_size))
    assert bid * (1 - 1e-15) <= micro_price <= ask * (1 + 1e-15)
    assert -1 < imbalance_update(NOTHING, bid, ask, float(bid_size), float(ask_size)) < 1
