"""Tightening any limit never makes a refused order acceptable in the same state (invariant I31)."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent, OrderPurpose, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.market.commissions import IBKR_FIXED
from robo_trader.core.risk.gate import RiskGate
from robo_trader.core.risk.limits import RiskLimits, RiskView
from tests.builders import AAPL, CLOSE, HOUR, MSFT, OPEN, a_risk_view, an_exposure, an_intent, some_limits
from tests.examples import examples

FRACTIONS = st.sampled_from(["0", "0.01", "0.05", "0.3", "1", "100"])
LIMITS = st.builds(
    some_limits,
    max_position=FRACTIONS, gross_exposure=FRACTIONS, order_notional=FRACTIONS, daily_loss=FRACTIONS,
    order_notional_max=st.sampled_from([1, 3_000, 1_000_000]), cash_buffer=FRACTIONS,
    stale_after_bars=st.sampled_from([0, 1, 1_000]), orders_for_next_open=st.booleans(),
)  # fmt: skip
EXPOSURES = st.builds(
    an_exposure, position=st.integers(-60, 60), working_buys=st.integers(0, 40), working_sells=st.integers(0, 40),
    price=st.sampled_from([1, 100]), bars_missed=st.integers(0, 2),
)  # fmt: skip
VIEWS = st.builds(
    lambda own, other, **more: a_risk_view(exposures={AAPL: own, MSFT: other}, commissions=IBKR_FIXED, **more),
    EXPOSURES, EXPOSURES, as_of=st.sampled_from([OPEN + HOUR, CLOSE]), trading_state=st.sampled_from(TradingState),
    equity=st.sampled_from([-5, 0, 9_000, 100_000]), cash=st.sampled_from([0, 5_000, 1_000_000]),
    reserved=st.sampled_from([0, 4_000]),
)  # fmt: skip
INTENTS = st.builds(
    an_intent, side=st.sampled_from(Side), quantity=st.integers(1, 90), limit=st.sampled_from([None, 99, 101])
)


def tighter(one: RiskLimits, other: RiskLimits) -> RiskLimits:
    """The narrower of both limits, each by itself."""
    names = [
        "max_position_fraction", "gross_exposure_fraction", "order_notional_max", "order_notional_fraction",
        "daily_loss_fraction", "intraday_drawdown_fraction", "stale_after_bars",
    ]  # fmt: skip
    narrow: dict[str, Any] = {name: min(getattr(one, name), getattr(other, name)) for name in names}
    return replace(
        one, **narrow, cash_buffer_fraction=max(one.cash_buffer_fraction, other.cash_buffer_fraction),
        orders_for_next_open=one.orders_for_next_open and other.orders_for_next_open,
    )  # fmt: skip


@given(LIMITS, LIMITS, VIEWS, INTENTS)
@settings(deadline=None, max_examples=examples(500))
def test_a_tighter_limit_lets_nothing_more_pass(
    wide: RiskLimits, other: RiskLimits, view: RiskView, intent: OrderIntent
) -> None:
    assert intent.purpose is OrderPurpose.TARGET
    if isinstance(RiskGate(tighter(wide, other)).assess(intent, view, OrderId(1)), ApprovedOrder):
        assert isinstance(RiskGate(wide).assess(intent, view, OrderId(1)), ApprovedOrder)
