"""Tightening a limit never makes a refused order acceptable (I31), and what is trimmed to fit does fit.

Worked by hand: equity 100,000; a position of 10 % and an order of 5 % or 4,000 dollars: 40 shares at 100.
"""

from dataclasses import MISSING, fields
from dataclasses import replace as replace_limits
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent, OrderPurpose, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.risk_facts import AccountFacts, MarketFacts
from robo_trader.core.domain.violations import Control
from robo_trader.core.market.commissions import IBKR_FIXED
from robo_trader.core.risk.controls import CONTROLS, PORTFOLIO_CONTROLS
from robo_trader.core.risk.gate import RiskGate, trim_shares, trimming_limit
from robo_trader.core.risk.limits import OrderFacts, RiskLimits, RiskView
from robo_trader.core.risk.order_flow import OrderFlow
from robo_trader.core.risk.policies import TIGHTER, Tighter
from tests.builders import AAPL, CLOSE, MSFT, OPEN, a_risk_view, an_exposure, an_intent, some_limits
from tests.examples import examples


def off_value(name: str) -> object:
    """What a limit that may be off is then."""
    return next(field.default for field in fields(RiskLimits) if field.name == name)


FRACTION = st.decimals(0, 2, places=2)
SHARES = st.integers(0, 300)
NOBODY = (Symbol("ZZZ"),)
SYMBOLS = st.lists(st.sampled_from([AAPL, MSFT]), max_size=1).map(tuple)
MAY_BE_OFF = {
    "order_shares_max": st.integers(1, 300),
    "price_collar_fraction": FRACTION,
    "spread_max_fraction": FRACTION,
    "orders_per_second": st.decimals("0.01", 2, places=2),
    "orders_per_minute": st.integers(1, 4),
    "strategy_orders_per_minute": st.integers(1, 4),
    "duplicate_seconds": st.integers(1, 90),
    "entries_per_session": st.integers(1, 4),
    "symbol_working_orders_max": st.integers(1, 3),
    "working_orders_max": st.integers(1, 5),
    "daily_turnover_fraction": FRACTION,
    "top_five_fraction": FRACTION,
    "net_exposure_max_fraction": FRACTION,
    "net_exposure_min_fraction": FRACTION.map(lambda fraction: -fraction),
    "weekly_loss_fraction": st.decimals(0, "0.5", places=3),
    "strategy_loss_fraction": st.decimals(0, "0.1", places=3),
    "adv_order_fraction": FRACTION,
    "adv_position_fraction": FRACTION,
    "adv_dollars_min": st.decimals(0, 1_000_000, places=0),
    "price_min": st.decimals(0, 200, places=0),
    "market_cap_min": st.decimals(0, 1_000, places=0),
    "allowed_symbols": SYMBOLS,
    "denied_symbols": SYMBOLS,
    "short_sales": st.booleans(),
    "borrow_rate_max": FRACTION,
    "entry_delay_minutes": st.integers(1, 390),
    "entry_cutoff_minutes": st.integers(1, 390),
    "jump_fraction": FRACTION,
    "excess_liquidity_fraction": FRACTION,
    "delta_max": FRACTION,
    "vega_max": FRACTION,
    "breaker_rejects": st.integers(1, 5),
    "replaces_max": st.integers(1, 5),
    "fill_collar_fraction": FRACTION,
    "fills_after_halt": st.booleans(),
}
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
    **{name: st.sampled_from([off_value(name)]) | values for name, values in MAY_BE_OFF.items()},
)
EXPOSURES = st.builds(
    an_exposure,
    position=st.integers(-300, 300),
    working_buys=SHARES,
    working_sells=SHARES,
    price=st.integers(1, 300),
    bars_missed=st.integers(0, 5),
)
UNKNOWN_OR = st.none() | FRACTION


@st.composite
def flows(draw: st.DrawFn) -> OrderFlow:
    """Orders that left within the last two minutes."""
    flow = OrderFlow()
    flow.remember(120)
    for ago in sorted(draw(st.lists(st.integers(0, 120), max_size=6)), reverse=True):
        intent = an_intent(symbol=draw(st.sampled_from([AAPL, MSFT])), quantity=draw(st.sampled_from([1, 100])))
        flow.note(intent, at=OPEN - ago * NANOS_PER_SECOND, is_entry=draw(st.booleans()))
    return flow


FACTS = st.builds(
    OrderFacts,
    flow=flows(),
    open_orders=st.dictionaries(st.sampled_from([AAPL, MSFT]), st.integers(0, 4)),
    traded=st.decimals(0, 100_000, places=0),
    largest_others=st.lists(st.decimals(0, 50_000, places=0), max_size=5).map(tuple),
    strategy_loss=st.decimals(-9_000, 9_000, places=0),
    spread=st.none() | st.floats(0, 1),
    average_volume=st.none() | st.floats(0, 10_000),
    is_quarantined=st.booleans(),
    open_breakers=st.sampled_from([(), ("rejects",)]),
    replaces=st.integers(0, 6),
    market=st.builds(MarketFacts, borrow_rate=UNKNOWN_OR, market_cap=UNKNOWN_OR),
    account=st.builds(AccountFacts, excess_liquidity=st.none() | st.decimals(0, 90_000, places=0), delta=UNKNOWN_OR),
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
    net_value=st.integers(-60_000, 60_000),
    week_opening_equity=st.integers(90_000, 120_000),
    facts=FACTS,
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
        **{  # type: ignore[arg-type]
            field.name: stricter(field.name, getattr(one, field.name), getattr(other, field.name))
            for field in fields(RiskLimits)
        }
    )


def stricter(name: str, one: object, other: object) -> object:
    """The stricter of two values of one limit; None is none at all."""
    if name == "denied_symbols":
        return (*one, *other)  # type: ignore[misc]
    if name == "allowed_symbols":
        both = tuple(symbol for symbol in one if symbol in other)  # type: ignore[attr-defined, operator]
        return (both or NOBODY) if one and other else one or other
    if one is None or other is None:
        return other if one is None else one
    return max(one, other) if TIGHTER.get(name) is Tighter.HIGHER else min(one, other)  # type: ignore[call-overload]


def approved(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> bool:
    return isinstance(RiskGate(limits).assess(intent, view, OrderId(1)), ApprovedOrder)


@given(INTENTS, VIEWS, LIMITS, LIMITS)
@settings(deadline=None, max_examples=examples(400))
def test_tightening_never_makes_a_refused_order_acceptable(
    intent: OrderIntent, view: RiskView, limits: RiskLimits, other: RiskLimits
) -> None:
    assert approved(intent, view, limits) or not approved(intent, view, tighter(limits, other))


@given(INTENTS, VIEWS, LIMITS, st.data())
@settings(deadline=None, max_examples=examples(300))
def test_tightening_one_limit_never_makes_a_refused_order_acceptable(
    intent: OrderIntent, view: RiskView, limits: RiskLimits, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(MAY_BE_OFF)))
    value = data.draw(MAY_BE_OFF[name])
    change: dict[str, Any] = {name: stricter(name, getattr(limits, name), value)}
    tightened = replace_limits(limits, **change)
    assert approved(intent, view, limits) or not approved(intent, view, tightened)


def test_every_limit_is_drawn() -> None:
    named = {field.name for field in fields(RiskLimits) if field.default is not MISSING}
    told = {name for name in named if name.startswith(("breaker_", "emergency_"))}
    elsewhere = {"order_burst", "drawdown_fraction", "gamma_max"}  # of the bucket, of the state, and as delta_max
    elsewhere.add("cancel_fill_ratio_max")  # which warns
    elsewhere |= {key for entry in CONTROLS if entry.control in PORTFOLIO_CONTROLS for key in entry.keys}
    assert named - told - elsewhere == MAY_BE_OFF.keys() - {"breaker_rejects"}


@given(INTENTS, VIEWS, LIMITS)
@settings(deadline=None, max_examples=examples(200))
def test_halted_lets_nothing_out_and_reducing_only_what_cannot_flip(
    intent: OrderIntent, view: RiskView, limits: RiskLimits
) -> None:
    """I12: whatever the limits."""
    assert not approved(intent, replace(view, trading_state=TradingState.HALTED), limits)
    reducing = replace(view, trading_state=TradingState.REDUCING)
    if approved(intent, reducing, limits):
        exposure, sign = view.exposures[intent.symbol], intent.side.sign
        working = exposure.working_sells if sign < 0 else exposure.working_buys
        assert exposure.position * sign <= -(working + intent.quantity), "all of its side filled does not pass zero"


@given(INTENTS, VIEWS, LIMITS)
@settings(deadline=None, max_examples=examples(200))
def test_a_larger_entry_is_never_easier(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> None:
    limits = replace_limits(limits, duplicate_seconds=None)  # a larger one is no longer the same
    larger = replace(intent, quantity=intent.quantity + 1)
    assert approved(intent, view, limits) or not approved(larger, view, limits)


def test_what_passes_carries_its_id_and_time() -> None:
    view = a_risk_view()
    intent = an_intent()
    expected = ApprovedOrder(order_id=OrderId(7), intent=intent, approved_at=view.as_of)
    assert RiskGate(some_limits()).assess(intent, view, OrderId(7)) == expected


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


@given(
    st.decimals("0.01", 1, places=2), st.decimals("0.01", 1, places=2), st.none() | st.integers(1, 300),
    st.decimals("1", "300", places=2), st.integers(-2_000, 2_000),
)  # fmt: skip
def test_the_limit_that_is_named_is_the_one_that_cuts(
    position: Decimal, order: Decimal, shares_max: int | None, price: Decimal, shares: int
) -> None:
    """Without it, more would be left; without any other, nothing would change."""
    limits = some_limits(max_position=position, order_notional=order, order_shares_max=shares_max)

    def trimmed(within: RiskLimits) -> Decimal:
        return abs(trim_shares(Decimal(shares), equity=Decimal(100_000), price=price, limits=within))

    control, dollars = trimming_limit(Decimal(100_000), price, limits)
    assert trimmed(limits) == min(abs(shares), int(dollars / price))
    freed = {
        Control.MAX_POSITION: {"max_position_fraction": Decimal(1_000)},
        Control.ORDER_NOTIONAL: {"order_notional_fraction": Decimal(1_000)},
        Control.ORDER_SHARES: {"order_shares_max": None},
    }
    assert trimmed(replace_limits(limits, **freed[control])) >= trimmed(limits)  # type: ignore[arg-type]
    for other in freed.keys() - {control}:
        assert trimmed(replace_limits(limits, **freed[other])) == trimmed(limits)  # type: ignore[arg-type]


def test_a_protective_order_is_asked_about_the_trading_state_alone() -> None:
    """Stale, at no hour of trading, without cash, beyond every size: it may rest, unless all is halted."""
    nothing = some_limits(
        max_position=0, gross_exposure=0, order_notional_max=0, order_notional=0, daily_loss=0, stale_after_bars=0,
        orders_for_next_open=False, price_collar_fraction=0, orders_per_minute=1, order_shares_max=1,
    )  # fmt: skip
    view = a_risk_view(as_of=CLOSE, cash=0, exposures={AAPL: an_exposure(position=100, bars_missed=9)})
    stop = replace(an_intent(side=Side.SELL), purpose=OrderPurpose.PROTECTION)
    assert approved(stop, view, nothing)
    assert approved(stop, replace(view, trading_state=TradingState.REDUCING), nothing)
    assert not approved(stop, replace(view, trading_state=TradingState.HALTED), nothing)
    assert not approved(an_intent(side=Side.SELL), view, nothing)
