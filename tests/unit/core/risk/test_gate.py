"""Tightening a limit never makes a refused order acceptable (I31), and what is trimmed to fit does fit.

Worked by hand: equity 100,000; a position of 10 % and an order of 5 % or 4,000 dollars: 40 shares at 100.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.market.commissions import IBKR_FIXED
from robo_trader.core.risk.gate import assess, trim_shares
from robo_trader.core.risk.limits import RiskLimits, RiskView
from tests.builders import AAPL, CLOSE, MSFT, OPEN, a_risk_view, an_exposure, an_intent, some_limits

FRACTION = st.decimals(0, 2, places=2)
SHARES = st.integers(0, 300)
LIMITS = st.builds(
    some_limits,
    max_position=FRACTION,
    gross_exposure=FRACTION,
    order_notional_max=st.integers(0, 40_000),
    order_notional=FRACTION,
    daily_loss=st.decimals(0, "0.1", places=3),
    intraday_drawdown=st.decimals(0, "0.1", places=3),
    cash_buffer=FRACTION,
    stale_after_bars=st.integers(0, 5),
    orders_for_next_open=st.booleans(),
)
EXPOSURES = st.builds(
    an_exposure,
    position=st.integers(-300, 300),
    working_buys=SHARES,
    working_sells=SHARES,
    price=st.integers(1, 300),
    bars_missed=st.integers(0, 5),
)
VIEWS = st.builds(
    a_risk_view,
    as_of=st.integers(OPEN, CLOSE),
    trading_state=st.sampled_from(TradingState),
    equity=st.integers(50_000, 110_000),
    cash=st.integers(0, 60_000),
    reserved=st.integers(0, 20_000),
    exposures=st.fixed_dictionaries({AAPL: EXPOSURES, MSFT: EXPOSURES}),
    commissions=st.just(IBKR_FIXED),
)
INTENTS = st.builds(
    an_intent,
    side=st.sampled_from(Side),
    quantity=st.integers(1, 300),
    limit=st.none() | st.integers(50, 150),
)


def tighter(one: RiskLimits, other: RiskLimits) -> RiskLimits:
    """In each respect the stricter of two."""
    return RiskLimits(
        max_position_fraction=min(one.max_position_fraction, other.max_position_fraction),
        gross_exposure_fraction=min(one.gross_exposure_fraction, other.gross_exposure_fraction),
        order_notional_max=min(one.order_notional_max, other.order_notional_max),
        order_notional_fraction=min(one.order_notional_fraction, other.order_notional_fraction),
        daily_loss_fraction=min(one.daily_loss_fraction, other.daily_loss_fraction),
        intraday_drawdown_fraction=min(one.intraday_drawdown_fraction, other.intraday_drawdown_fraction),
        cash_buffer_fraction=max(one.cash_buffer_fraction, other.cash_buffer_fraction),
        stale_after_bars=min(one.stale_after_bars, other.stale_after_bars),
        orders_for_next_open=one.orders_for_next_open and other.orders_for_next_open,
    )


def approved(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> bool:
    return isinstance(assess(intent, view, limits, OrderId(1)), ApprovedOrder)


@given(INTENTS, VIEWS, LIMITS, LIMITS)
@settings(deadline=None, max_examples=400)
def test_tightening_never_makes_a_refused_order_acceptable(
    intent: OrderIntent, view: RiskView, limits: RiskLimits, other: RiskLimits
) -> None:
    assert approved(intent, view, limits) or not approved(intent, view, tighter(limits, other))


@given(INTENTS, VIEWS, LIMITS)
@settings(deadline=None, max_examples=200)
def test_a_larger_entry_is_never_easier(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> None:
    larger = replace(intent, quantity=intent.quantity + 1)
    assert approved(intent, view, limits) or not approved(larger, view, limits)


def test_what_passes_carries_its_id_and_time() -> None:
    view = a_risk_view()
    intent = an_intent()
    expected = ApprovedOrder(order_id=OrderId(7), intent=intent, approved_at=view.as_of)
    assert assess(intent, view, some_limits(), OrderId(7)) == expected


@pytest.mark.parametrize(
    ("shares", "order_notional", "order_notional_max", "trimmed"),
    [
        pytest.param(39, "0.05", 4_000, 39, id="what fits stands"),
        pytest.param(500, "0.05", 4_000, 40, id="an order's dollars bind"),
        pytest.param(500, "0.05", 9_000, 50, id="an order's fraction binds"),
        pytest.param(500, "0.5", 90_000, 100, id="the position's fraction binds"),
        pytest.param(-500, "0.5", 90_000, -100, id="a short is cut the same way"),
    ],
)
def test_trim(shares: int, order_notional: str, order_notional_max: int, trimmed: int) -> None:
    limits = some_limits(max_position="0.1", order_notional=order_notional, order_notional_max=order_notional_max)
    equity, price = Decimal(100_000), Decimal(100)
    assert trim_shares(Decimal(shares), equity=equity, price=price, limits=limits) == trimmed


@given(st.integers(-(10**6), 10**6), st.decimals("0.01", 500, places=4), FRACTION)
@settings(deadline=None)
def test_what_is_trimmed_to_fit_does_fit(shares: int, price: Decimal, fraction: Decimal) -> None:
    limits = some_limits(max_position=fraction, order_notional="0.3", order_notional_max=40_000)
    view = a_risk_view(exposures={AAPL: an_exposure(price=price)})
    trimmed = trim_shares(Decimal(shares), equity=view.equity, price=price, limits=limits)
    if trimmed:
        side = Side.BUY if trimmed > 0 else Side.SELL
        assert approved(an_intent(side=side, quantity=abs(trimmed), reference=price), view, limits)
