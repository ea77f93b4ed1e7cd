"""How quickly orders may follow each other, and how long a breaker stays open."""

from decimal import Decimal

import pytest

from robo_trader.core.rules.jumps import has_jumped
from robo_trader.core.rules.order_rate import bucket_level, next_cooldown
from robo_trader.core.rules.positions import losing_streak
from robo_trader.core.rules.slippage import slippage_bps


@pytest.mark.parametrize(
    ("level", "elapsed", "left"),
    [
        pytest.param("0", "0", "0", id="an empty bucket"),
        pytest.param("0", "0.25", "0.5", id="half an order in a quarter of a second"),
        pytest.param("-1", "1", "1", id="exits may have overdrawn it"),
        pytest.param("4", "10", "5", id="never above the burst"),
    ],
)
def test_two_orders_a_second_and_five_at_once(level: str, elapsed: str, left: str) -> None:
    assert bucket_level(Decimal(level), Decimal(elapsed), Decimal(2), Decimal(5)) == Decimal(left)


def test_each_opening_is_twice_as_long_up_to_eight_times() -> None:
    lengths, cooldown = [], 0
    for _ in range(6):
        cooldown = next_cooldown(cooldown, 10, 2, 8)
        lengths.append(cooldown)
    assert lengths == [10, 20, 40, 80, 80, 80]


@pytest.mark.parametrize(("streak", "profit", "after"), [(0, "-1", 1), (3, "-0.01", 4), (3, "0", 0), (3, "1", 0)])
def test_a_streak_ends_with_the_first_trade_that_does_not_lose(streak: int, profit: str, after: int) -> None:
    assert losing_streak(streak, Decimal(profit)) == after


@pytest.mark.parametrize(
    ("price", "sign", "bps"), [("100.10", 1, 10), ("99.90", 1, -10), ("99.90", -1, 10), ("100.10", -1, -10)]
)
def test_slippage_is_what_the_price_was_worse(price: str, sign: int, bps: int) -> None:
    assert slippage_bps(Decimal(price), Decimal(100), sign) == bps


@pytest.mark.parametrize(("price", "jumped"), [(119.0, False), (121.0, True), (81.0, False), (79.0, True)])
def test_a_jump_is_a_move_beyond_a_fraction(price: float, jumped: bool) -> None:
    assert has_jumped(100.0, price, 0.2) is jumped
