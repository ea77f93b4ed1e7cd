"""What a purchase holds back, and what it lets go of as it fills.

Worked by hand: 100 shares at 110 are 11,000, with a buffer of 2 % 11,220. When 40 of them remain, 4,488 stay.
"""

from decimal import Decimal

from robo_trader.core.rules.cash import purchase_value, remaining_reservation


def test_a_purchase_holds_its_value_and_the_buffer() -> None:
    assert purchase_value(Decimal(100), Decimal(110), Decimal("0.02")) == 11_220
    assert purchase_value(100.0, 110.0, 0.02) == 11_220.0


def test_without_buffer_it_is_the_value() -> None:
    assert purchase_value(Decimal(100), Decimal("110.01"), Decimal(0)) == 11_001


def test_a_reservation_shrinks_with_what_remains() -> None:
    assert remaining_reservation(Decimal(11_220), Decimal(40), Decimal(100)) == 4_488
    assert remaining_reservation(11_220.0, 0.0, 100.0) == 0.0
