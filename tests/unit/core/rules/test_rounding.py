"""Floats are cut to prices, shares and ticks where exact decimals are, though their last bits differ.

Worked by hand: a buyer's limit 5 bps above 100.37 is 100.420185, on the tick 100.42; a seller's 100.319815, 100.32.
"""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.rounding import limit_beyond, rounded_money, rounded_price, whole_shares
from tests.examples import examples

CENT, HUNDREDTH = Decimal("0.01"), Decimal("0.0001")
PRICES = st.decimals("0.0001", 100_000, places=4)
OFFSETS = st.decimals(0, 300, places=2)


def exact_limit(price: Decimal, sign: int, offset_bps: Decimal) -> Decimal:
    """The limit in exact decimals: on the tick towards the price, one tick at least."""
    raw = price + sign * price * offset_bps / 10_000
    tick = CENT if raw >= 1 else HUNDREDTH
    return max(raw.quantize(tick, ROUND_FLOOR if sign > 0 else ROUND_CEILING), tick)


@pytest.mark.parametrize(
    ("price", "sign", "offset_bps", "limit"),
    [
        pytest.param(100.37, 1, 5.0, 100.42, id="a buyer is rounded down"),
        pytest.param(100.37, -1, 5.0, 100.32, id="a seller is rounded up"),
        pytest.param(100.0, 1, 5.0, 100.05, id="a price on the tick stays"),
        pytest.param(0.5, 1, 5.0, 0.5002, id="below a dollar the tick is a hundredth of a cent"),
        pytest.param(0.9999, 1, 300.0, 1.02, id="a buyer who comes over a dollar is on cents"),
        pytest.param(99.9999, 1, 0.01, 99.99, id="99.9999999999 has not reached the next cent"),
        pytest.param(61.1111, -1, 0.18, 61.12, id="61.1100000002 has passed its own"),
        pytest.param(0.0001, -1, 300.0, 0.0001, id="never less than a tick"),
    ],
)
def test_a_limit_lies_on_the_tick_towards_the_price(price: float, sign: int, offset_bps: float, limit: float) -> None:
    assert limit_beyond(price, sign, offset_bps) == limit


@given(PRICES, st.sampled_from([1, -1]), OFFSETS)
@settings(deadline=None, max_examples=examples(500))
def test_a_limit_is_that_of_exact_decimals(price: Decimal, sign: int, offset_bps: Decimal) -> None:
    assert limit_beyond(float(price), sign, float(offset_bps)) == float(exact_limit(price, sign, offset_bps))


@pytest.mark.parametrize(
    ("shares", "whole"),
    [
        pytest.param(99.999, 99.0, id="a share too few costs little"),
        pytest.param(-99.999, -99.0, id="short, towards zero as well"),
        pytest.param(99.9999999999, 100.0, id="a billionth short of a share is that share"),
        pytest.param(-99.9999999999, -100.0, id="short as well"),
        pytest.param(0.9, 0.0, id="less than one is none"),
        pytest.param(0.0, 0.0, id="none is none"),
    ],
)
def test_shares_are_whole(shares: float, whole: float) -> None:
    assert whole_shares(shares) == whole


@given(st.floats(-1e9, 1e9))
@settings(deadline=None)
def test_whole_shares_never_turn_or_enlarge_a_position(shares: float) -> None:
    cut = whole_shares(shares)
    assert cut == math.trunc(cut) and cut * shares >= 0
    assert abs(shares) - 1 < abs(cut) <= abs(shares) + 1e-9


@given(st.integers(1, 10**6), st.sampled_from([1, -1]), st.floats(-1e-10, 1e-10))
@settings(deadline=None)
def test_a_count_that_is_off_in_its_last_bits_is_that_count(shares: int, sign: int, error: float) -> None:
    assert whole_shares(sign * (shares + error)) == sign * shares


@given(st.decimals("0.0001", 100_000, places=6))
@settings(deadline=None)
def test_a_price_is_that_of_exact_decimals(value: Decimal) -> None:
    if value % HUNDREDTH == Decimal("0.00005"):  # which side a half falls to may differ in the last bit
        return
    assert rounded_price(float(value)) == float(value.quantize(HUNDREDTH, ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("value", "price"), [(0.1 + 0.2, 0.3), (1.23456, 1.2346), (100.00004, 100.0), (0.0001, 0.0001)]
)
def test_a_price_has_four_decimals(value: float, price: float) -> None:
    assert rounded_price(value) == price


@pytest.mark.parametrize(("value", "money"), [(0.1 + 0.2, 0.3), (-1.2345678, -1.234568), (2.5e-7, 0.0), (7e-7, 1e-6)])
def test_money_has_six_decimals(value: float, money: float) -> None:
    assert rounded_money(value) == money
