"""Slippage is always against us. Worked by hand: 5 bps of 200 dollars are 0.10."""

from decimal import Decimal

import pytest

from robo_trader.core.rules.slippage import slipped_price


@pytest.mark.parametrize(
    ("sign", "expected"),
    [pytest.param(1, "200.1", id="a buyer pays more"), pytest.param(-1, "199.9", id="a seller gets less")],
)
def test_slippage_is_against_the_taker(sign: int, expected: str) -> None:
    assert slipped_price(Decimal(200), sign, Decimal(5)) == Decimal(expected)
    assert slipped_price(200.0, sign, 5.0) == pytest.approx(float(expected), rel=1e-15)


@pytest.mark.parametrize("sign", [1, -1])
def test_without_slippage_the_price_stands(sign: int) -> None:
    assert slipped_price(123.45, sign, 0.0) == 123.45
