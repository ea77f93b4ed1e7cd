"""A limit order fills when the open meets its price or the bar trades through it, and never at a worse price.

The bar: open 100, high 105, low 95. A buyer at 95 saw the price touch: nobody can say who was filled.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.matching import (
    limit_fill_price,
    limit_is_reached,
    limit_meets_quote,
    participation_shares,
)
from robo_trader.core.rules.slippage import slipped_price

PRICE = st.integers(1, 20_000).map(lambda cents: cents / 100)
BUY, SELL = 1, -1


@pytest.mark.parametrize(
    ("sign", "limit", "reached"),
    [
        pytest.param(BUY, 94.0, False, id="a buyer below the low"),
        pytest.param(BUY, 95.0, False, id="a buyer at the low is only touched"),
        pytest.param(BUY, 95.01, True, id="a buyer above the low is traded through"),
        pytest.param(BUY, 100.0, True, id="a buyer at the open"),
        pytest.param(BUY, 110.0, True, id="a buyer above all"),
        pytest.param(SELL, 106.0, False, id="a seller above the high"),
        pytest.param(SELL, 105.0, False, id="a seller at the high is only touched"),
        pytest.param(SELL, 104.99, True, id="a seller below the high is traded through"),
        pytest.param(SELL, 100.0, True, id="a seller at the open"),
        pytest.param(SELL, 90.0, True, id="a seller below all"),
    ],
)
def test_reach(sign: int, limit: float, reached: bool) -> None:
    assert limit_is_reached(95.0, 105.0, 100.0, limit, sign) is reached


@pytest.mark.parametrize(("sign", "open_"), [pytest.param(BUY, 95.0, id="low"), pytest.param(SELL, 105.0, id="high")])
def test_an_open_at_the_extreme_fills_the_limit_there(sign: int, open_: float) -> None:
    assert limit_is_reached(95.0, 105.0, open_, open_, sign)


@pytest.mark.parametrize(
    ("sign", "open_", "slipped", "limit", "price"),
    [
        pytest.param(BUY, 100.0, 100.5, 98.0, 98.0, id="bought at the limit when the price comes down to it"),
        pytest.param(BUY, 100.0, 100.5, 103.0, 100.5, id="bought at the slipped open, which is better"),
        pytest.param(BUY, 100.0, 100.5, 100.2, 100.2, id="slippage never carries a buyer past the limit"),
        pytest.param(SELL, 100.0, 99.5, 102.0, 102.0, id="sold at the limit when the price comes up to it"),
        pytest.param(SELL, 100.0, 99.5, 97.0, 99.5, id="sold at the slipped open, which is better"),
        pytest.param(SELL, 100.0, 99.5, 99.8, 99.8, id="slippage never carries a seller past the limit"),
    ],
)
def test_price(sign: int, open_: float, slipped: float, limit: float, price: float) -> None:
    assert limit_fill_price(open_, slipped, limit, sign) == price


@given(st.sampled_from([BUY, SELL]), PRICE, PRICE, PRICE, PRICE, st.floats(0, 100))
@settings(deadline=None)
def test_a_fill_is_within_the_bar_or_its_slippage_and_never_beyond_the_limit(
    sign: int, open_: float, one: float, other: float, limit: float, slippage_bps: float
) -> None:
    low, high = min(open_, one, other), max(open_, one, other)
    slipped = slipped_price(open_, sign, slippage_bps)
    if limit_is_reached(low, high, open_, limit, sign):
        price = limit_fill_price(open_, slipped, limit, sign)
        assert sign * price <= sign * limit
        assert min(low, slipped) <= price <= max(high, slipped)
    else:
        assert sign * limit <= (low if sign > 0 else -high), "an order beyond the range was left out"


@pytest.mark.parametrize(
    ("far", "limit", "sign", "meets"),
    [
        (100.01, 100.00, 1, False),
        (100.01, 100.01, 1, True),
        (100.01, 100.02, 1, True),
        (99.99, 100.00, -1, False),
        (99.99, 99.99, -1, True),
        (99.99, 99.98, -1, True),
    ],
)
def test_a_quote_fills_a_limit_at_its_far_side(far: float, limit: float, sign: int, meets: bool) -> None:
    assert limit_meets_quote(far, limit, sign) is meets


@pytest.mark.parametrize(
    ("volume", "fraction", "shares"),
    [
        pytest.param(1_000.0, 0.25, 250.0, id="a quarter"),
        pytest.param(1_003.0, 0.25, 250.0, id="whole shares only"),
        pytest.param(3.0, 0.25, 0.0, id="too few for one share"),
        pytest.param(0.0, 1.0, 0.0, id="nothing was traded"),
    ],
)
def test_participation(volume: float, fraction: float, shares: float) -> None:
    assert participation_shares(volume, fraction) == shares
