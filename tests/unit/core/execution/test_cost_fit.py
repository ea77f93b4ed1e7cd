"""The impact coefficient fitted to own orders: bounded, shrunk, and only from enough of them."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.orders import Side
from robo_trader.core.domain.parent_orders import Algorithm, ParentOrder, ParentOrderId, ParentStatus
from robo_trader.core.execution.cost_fit import FitBounds, fit_impact
from robo_trader.core.market.impact import ImpactModel
from tests.builders import AAPL, MINUTE, OPEN

DEFAULT = ImpactModel(half_spread_bps=1.0, coefficient=0.67)


def a_parent(*, price: str, side: Side = Side.BUY, filled: int = 100, unit: float | None = 10.0) -> ParentOrder:
    """100 shares that were worth 100 dollars each as they began; a coefficient of 1 would move them by 10 bps."""
    return ParentOrder(
        parent_id=ParentOrderId(1), signal_id="s.1", strategy="s", symbol=AAPL, side=side, quantity=Decimal(100),
        target=Decimal(100), is_exit=False, algorithm=Algorithm.TWAP, why="", begins_at=OPEN, ends_at=OPEN + MINUTE,
        arrival_price=Decimal(100), half_spread_bps=1.0, unit_impact_bps=unit, modelled_bps=7.7, traded_before=0.0,
        status=ParentStatus.DONE, filled=Decimal(filled), filled_value=Decimal(price) * filled,
    )  # fmt: skip


def test_what_a_parent_cost_is_against_its_arrival_price_and_its_side() -> None:
    assert a_parent(price="100.21").realized_bps == pytest.approx(21)
    assert a_parent(price="100.21", side=Side.SELL).realized_bps == pytest.approx(-21)
    assert a_parent(price="100", filled=0).realized_bps is None


def test_the_fit_lies_between_the_default_and_what_was_paid() -> None:
    """21 bps, less 1 of spread, over 10: a coefficient of 2; 30 orders of it and 30 of 0.67 make 1.335."""
    fitted = fit_impact([a_parent(price="100.21")] * 30, DEFAULT)
    assert fitted.coefficient == pytest.approx((2.0 + 0.67) / 2)
    assert fitted.half_spread_bps == 1.0


def test_many_orders_outweigh_the_default_up_to_the_bounds() -> None:
    assert fit_impact([a_parent(price="100.21")] * 3000, DEFAULT).coefficient == pytest.approx(2.0, abs=0.02)
    assert fit_impact([a_parent(price="101.01")] * 3000, DEFAULT).coefficient == 3.0
    assert fit_impact([a_parent(price="99")] * 3000, DEFAULT).coefficient == 0.1


def test_too_few_orders_and_orders_that_say_nothing_change_nothing() -> None:
    assert fit_impact([a_parent(price="101")] * 29, DEFAULT) == DEFAULT
    mute = [a_parent(price="101", unit=None), a_parent(price="101", filled=0), a_parent(price="101", unit=0.0)]
    working = replace(a_parent(price="101"), status=ParentStatus.WORKING)
    assert fit_impact([*mute, working] * 100, DEFAULT) == DEFAULT


def test_an_order_that_filled_in_part_moved_the_price_less() -> None:
    """A quarter filled moves it by half as much: 5 bps at a coefficient of 1, so 6 bps are one of 1."""
    bounds = FitBounds(sample_min=1, default_weight=0.0)
    assert fit_impact([a_parent(price="100.06", filled=25)], DEFAULT, bounds).coefficient == pytest.approx(1.0)
