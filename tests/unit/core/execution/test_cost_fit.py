"""The cost model fitted to own orders: bounded, shrunk, and only from enough of them."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.orders import Side
from robo_trader.core.domain.parent_orders import Algorithm, ParentOrder, ParentOrderId, ParentStatus
from robo_trader.core.execution.cost_fit import DEFAULT_BOUNDS, CostSample, FitBounds, cost_samples, fit_costs
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


def fitted(parents: list[ParentOrder], bounds: FitBounds = DEFAULT_BOUNDS) -> ImpactModel:
    return fit_costs(cost_samples(parents), DEFAULT, bounds).model


def test_the_fit_lies_between_the_default_and_what_was_paid() -> None:
    """21 bps, less 1 of spread, over 10: a coefficient of 2; 30 orders of it and 30 of 0.67 make 1.335."""
    found = fitted([a_parent(price="100.21")] * 30)
    assert found.coefficient == pytest.approx((2.0 + 0.67) / 2)
    assert found.half_spread_bps == 1.0, "orders that are all alike do not tell it"


def test_many_orders_outweigh_the_default_up_to_the_bounds() -> None:
    assert fitted([a_parent(price="100.21")] * 3000).coefficient == pytest.approx(2.0, abs=0.02)
    assert fitted([a_parent(price="101.01")] * 3000).coefficient == 3.0
    assert fitted([a_parent(price="99")] * 3000).coefficient == 0.1


def test_orders_of_several_sizes_tell_the_spread_from_the_impact() -> None:
    """4 bps of spread and a coefficient of 0.5: 9 bps where the law moves by 10, 14 where it moves by 20."""
    parents = [a_parent(price="100.09"), a_parent(price="100.14", unit=20.0)] * 3000
    found = fitted(parents)
    assert found.half_spread_bps == pytest.approx(4.0, abs=0.03)
    assert found.coefficient == pytest.approx(0.5, abs=0.01)
    cheap = [a_parent(price="100.05"), a_parent(price="100.15", unit=20.0)] * 3000
    assert fitted(cheap).half_spread_bps == 0.0, "never below nothing"


def test_too_few_orders_and_orders_that_say_nothing_change_nothing() -> None:
    assert fitted([a_parent(price="101")] * 29) == DEFAULT
    mute = [a_parent(price="101", unit=None), a_parent(price="101", filled=0), a_parent(price="101", unit=0.0)]
    working = replace(a_parent(price="101"), status=ParentStatus.WORKING)
    assert not cost_samples([*mute, working])


def test_an_order_that_filled_in_part_moved_the_price_less() -> None:
    """A quarter filled moves it by half as much: 5 bps at a coefficient of 1, so 6 bps are one of 1."""
    bounds = FitBounds(sample_min=1, default_weight=0.0)
    assert fitted([a_parent(price="100.06", filled=25)] * 2, bounds).coefficient == pytest.approx(1.0)


def test_what_was_modelled_stands_beside_what_was_paid() -> None:
    """7.7 bps were expected each; 21 and 1 were paid: 3.3 more on average, give or take 10."""
    found = fit_costs(cost_samples([a_parent(price="100.21"), a_parent(price="100.01")]), DEFAULT)
    assert (found.orders, found.modelled_bps) == (2, 7.7)
    assert found.realized_bps == pytest.approx(11.0) and found.error_bps == pytest.approx(10.0)
    assert found.model == DEFAULT, "two are too few"
    assert found.coefficient.estimate == pytest.approx(1.0) and found.coefficient.error == pytest.approx(1.0)


def test_what_chance_explains_changes_nothing() -> None:
    """Half of the orders cost 10 bps more than the others, whatever their size: 200 of them tell no impact."""
    noisy = [a_parent(price=price, unit=unit) for price in ("100.12", "99.92") for unit in (0.2, 0.4)]
    found = fit_costs(cost_samples(noisy * 50), DEFAULT)
    assert found.model == DEFAULT and not found.coefficient.is_told and not found.half_spread.is_told
    assert found.coefficient.error > 1 and found.half_spread.error > 1
    assert fit_costs(cost_samples(noisy * 5_000), DEFAULT).half_spread.is_told, "so many tell it after all"


MOVED = st.lists(st.floats(0.1, 100), min_size=3, max_size=40)


@given(moved=MOVED, half_spread=st.floats(0, 50), coefficient=st.floats(0.1, 3))
def test_a_market_that_follows_the_law_exactly_is_found(
    moved: list[float], half_spread: float, coefficient: float
) -> None:
    assume(max(moved) > 1.5 * min(moved))
    samples = [
        CostSample(moved=one, half_spread=1.0, modelled=1.0, realized=half_spread + coefficient * one) for one in moved
    ]
    found = fit_costs(samples, DEFAULT, FitBounds(sample_min=3, default_weight=0.0))
    assert found.model.half_spread_bps == pytest.approx(half_spread, abs=1e-6)
    assert found.model.coefficient == pytest.approx(coefficient, abs=1e-6)
    assert found.coefficient.error == pytest.approx(0.0, abs=1e-5)
