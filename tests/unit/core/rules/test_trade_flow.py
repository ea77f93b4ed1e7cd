"""Signs of trades, and flow made of them.

Worked by hand. Buckets of 100 shares: 60 bought, 70 sold, 70 bought fill one with 60 - 40 = 20 to the good and one with
70 - 30 = 40 to the good. Over these two VPIN is (20 + 40) / 200 = 0.3.
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.rules.trade_flow import (
    signed_volume_state_size,
    signed_volume_update,
    trade_sign_state_size,
    trade_sign_update,
    vpin_state_size,
    vpin_update,
)

NAN = math.nan
BID, ASK = 10.00, 10.02
Trade = tuple[float, float, float, float]


def buy(size: float) -> Trade:
    return ASK, size, BID, ASK


def sell(size: float) -> Trade:
    return BID, size, BID, ASK


def signs(trades: list[tuple[float, float, float]]) -> list[float]:
    state = [0.0] * trade_sign_state_size()
    return [trade_sign_update(state, *trade) for trade in trades]


def volumes(trades: list[Trade], length: int) -> list[float]:
    state = [0.0] * signed_volume_state_size(length)
    return [signed_volume_update(state, *trade, length) for trade in trades]


def vpins(trades: list[Trade], bucket: int, buckets: int) -> list[float]:
    state = [0.0] * vpin_state_size(bucket, buckets)
    return [vpin_update(state, *trade, bucket, buckets) for trade in trades]


def test_the_quote_decides_first() -> None:
    assert signs([(10.02, BID, ASK), (10.00, BID, ASK), (10.015, BID, ASK), (10.005, BID, ASK)]) == [1, -1, 1, -1]


def test_in_the_middle_the_last_change_of_price_decides() -> None:
    middle = [(10.25, 10.0, 10.5), (10.5, 10.25, 10.75), (10.5, 10.0, 11.0), (10.25, 10.0, 10.5)]
    assert signs(middle) == pytest.approx([NAN, 1, 1, -1], nan_ok=True)


def test_without_a_sound_quote_the_last_change_of_price_decides() -> None:
    unsound = [(10.0, NAN, NAN), (9.0, 0.0, 11.0), (9.0, NAN, 9.0), (9.5, 9.0, 8.0)]
    assert signs(unsound) == pytest.approx([NAN, -1, -1, 1], nan_ok=True)


@pytest.mark.parametrize("price", [NAN, 0.0, -1.0, math.inf])
def test_a_trade_without_a_price_is_forgotten(price: float) -> None:
    assert signs([(10.0, NAN, NAN), (price, BID, ASK), (10.5, NAN, NAN)]) == pytest.approx([NAN, NAN, 1], nan_ok=True)


def test_signed_volume_is_bought_less_sold() -> None:
    values = volumes([buy(100), sell(300), buy(50), buy(25)], 3)
    assert values == pytest.approx([NAN, NAN, -150, -225], nan_ok=True)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param((ASK, 0.0, BID, ASK), id="no shares"),
        pytest.param((ASK, NAN, BID, ASK), id="unknown shares"),
        pytest.param((ASK, math.inf, BID, ASK), id="endless shares"),
        pytest.param((NAN, 100.0, BID, ASK), id="no price"),
    ],
)
def test_an_odd_trade_is_not_counted(odd: Trade) -> None:
    trades = [buy(60), sell(70), buy(70)]
    for rule, parameters in ((volumes, (2,)), (vpins, (100, 2))):
        values = rule([*trades[:2], odd, *trades[2:]], *parameters)
        assert math.isnan(values.pop(2))
        assert values == pytest.approx(rule(trades, *parameters), nan_ok=True)


def test_a_trade_nobody_can_sign_is_not_counted() -> None:
    unknown = (10.01, 500.0, BID, ASK)
    assert volumes([unknown, buy(60)], 1) == pytest.approx([NAN, 60], nan_ok=True)
    assert vpins([unknown, buy(60)], 50, 1) == pytest.approx([NAN, 1], nan_ok=True)


def test_vpin_is_the_one_sided_part_of_the_volume() -> None:
    assert vpins([buy(60), sell(70), buy(70)], 100, 2) == pytest.approx([NAN, NAN, 0.3], nan_ok=True)


def test_vpin_stands_until_the_next_bucket_is_full() -> None:
    assert vpins([buy(10), sell(9), sell(1)], 10, 1) == pytest.approx([1, 1, 1])
    assert vpins([buy(10), buy(5), sell(4), sell(1)], 10, 1) == pytest.approx([1, 1, 1, 0])


def test_a_trade_larger_than_all_buckets_fills_them_and_leaves_its_rest() -> None:
    huge = vpins([buy(4), sell(1_000_007), buy(9)], 10, 3)
    assert huge == pytest.approx([NAN, 1.0, (10 + 10 + 8) / 30], nan_ok=True)
    assert vpins([sell(1e15)], 7, 2) == [1.0]


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 70)), min_size=1, max_size=30),
    st.integers(1, 40),
    st.integers(1, 5),
)
@settings(deadline=None)
def test_vpin_counts_shares_not_trades(trades: list[tuple[bool, int]], bucket: int, buckets: int) -> None:
    whole = [buy(size) if bought else sell(size) for bought, size in trades]
    single = [buy(1) if bought else sell(1) for bought, size in trades for _ in range(size)]
    last = vpins(whole, bucket, buckets)[-1]
    assert last == pytest.approx(vpins(single, bucket, buckets)[-1], rel=1e-12, nan_ok=True)
    assert math.isnan(last) or 0 <= last <= 1
