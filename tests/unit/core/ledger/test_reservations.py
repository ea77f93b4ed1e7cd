"""Buying power is held while an order works: never below zero, and nothing once it has ended.

Worked by hand: 1,010 dollars held for 100 shares. After 40 are filled 606 are held, after 30 more 303.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.orders import OrderId
from robo_trader.core.ledger.ledger import Ledger

ONE, TWO = OrderId(1), OrderId(2)


def shrink(ledger: Ledger, before: int, remaining: int) -> None:
    ledger.shrink(ONE, remaining=Decimal(remaining), before=Decimal(before))


def test_a_reservation_shrinks_with_the_order_and_goes_with_it() -> None:
    ledger = Ledger()
    ledger.reserve(ONE, Decimal(1_010))
    ledger.reserve(TWO, Decimal(500))
    assert ledger.reserved == 1_510
    shrink(ledger, 100, 60)
    assert ledger.reserved == 1_106
    shrink(ledger, 60, 30)
    assert ledger.reserved == 803
    ledger.release(ONE)
    assert ledger.reserved == 500
    ledger.release(TWO)
    assert ledger.reserved == 0 and not ledger.reservations


def test_an_order_without_reservation_has_nothing_to_shrink_or_release() -> None:
    ledger = Ledger()
    shrink(ledger, 100, 60)
    ledger.release(ONE)
    assert not ledger.reservations


def test_nothing_is_kept_for_an_order_that_needs_nothing() -> None:
    ledger = Ledger()
    ledger.reserve(ONE, Decimal(0))
    assert not ledger.reservations


def test_an_overfilled_order_holds_nothing() -> None:
    ledger = Ledger()
    ledger.reserve(ONE, Decimal(1_010))
    shrink(ledger, 100, -30)
    assert ledger.reserved == 0


def test_reserving_twice_or_below_zero_is_a_bug() -> None:
    ledger = Ledger()
    ledger.reserve(ONE, Decimal(1))
    with pytest.raises(AssertionError):
        ledger.reserve(ONE, Decimal(1))
    with pytest.raises(AssertionError):
        ledger.reserve(TWO, Decimal(-1))


@given(st.decimals(0, 10**6, places=6), st.lists(st.integers(1, 400), min_size=1, max_size=20))
@settings(deadline=None)
def test_held_money_only_ever_shrinks_and_is_used_up_by_the_last_fill(amount: Decimal, parts: list[int]) -> None:
    ledger = Ledger()
    ledger.reserve(ONE, amount)
    unfilled, held = sum(parts), amount
    for part in parts:
        shrink(ledger, unfilled, unfilled - part)
        unfilled -= part
        assert 0 <= ledger.reserved <= held
        held = ledger.reserved
        share = amount * unfilled / sum(parts)
        assert abs(held - share) < Decimal("0.00002"), "in step with what is left, but for rounding"
    assert held == 0
