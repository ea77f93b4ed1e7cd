"""Limits, and the account as risk sees it."""
# ruff: noqa: PLR0913 - a builder names every field once, and its callers only a few

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.risk.limits import NO_FACTS, Exposure, OrderFacts, RiskLimits, RiskView
from tests.builders.markets import AAPL, HOUR, OPEN, a_session
from tests.builders.orders import Exact

FREE = CommissionSchedule(per_share=Decimal(0), minimum=Decimal(0), maximum_fraction=Decimal(0))


def some_limits(
    *,
    max_position: Exact = 100,
    gross_exposure: Exact = 100,
    order_notional_max: Exact = 1_000_000_000,
    order_notional: Exact = 100,
    daily_loss: Exact = 1,
    intraday_drawdown: Exact = 1,
    cash_buffer: Exact = 0,
    stale_after_bars: Exact = 1_000,
    orders_for_next_open: bool = True,
    **more: Any,  # noqa: ANN401 - each limit has its own type
) -> RiskLimits:
    """Limits that refuse nothing; those without a unit in their name are fractions of equity.

    more: limits that may be off, by their own names; numbers as text become decimals.
    """
    given: dict[str, Any] = {name: Decimal(value) if isinstance(value, str) else value for name, value in more.items()}
    return RiskLimits(
        max_position_fraction=Decimal(max_position),
        gross_exposure_fraction=Decimal(gross_exposure),
        order_notional_max=Decimal(order_notional_max),
        order_notional_fraction=Decimal(order_notional),
        daily_loss_fraction=Decimal(daily_loss),
        intraday_drawdown_fraction=Decimal(intraday_drawdown),
        cash_buffer_fraction=Decimal(cash_buffer),
        stale_after_bars=Decimal(stale_after_bars),
        orders_for_next_open=orders_for_next_open,
        **given,
    )


def an_exposure(
    *,
    position: Exact = 0,
    working_buys: Exact = 0,
    working_sells: Exact = 0,
    price: Exact = 100,
    bars_missed: int = 0,
) -> Exposure:
    return Exposure(
        position=Decimal(position),
        working_buys=Decimal(working_buys),
        working_sells=Decimal(working_sells),
        price=Decimal(price),
        bars_missed=bars_missed,
    )


def a_risk_view(
    *,
    as_of: int = OPEN + HOUR,
    trading_state: TradingState = TradingState.ACTIVE,
    equity: Exact = 100_000,
    session_opening_equity: Exact = 100_000,
    cash: Exact = 1_000_000_000,
    reserved: Exact = 0,
    exposures: Mapping[Symbol, Exposure] | None = None,
    commissions: CommissionSchedule = FREE,
    net_value: Exact = 0,
    week_opening_equity: Exact = 100_000,
    facts: OrderFacts = NO_FACTS,
) -> RiskView:
    """The account an hour after the open, flat, with more cash than any test spends."""
    return RiskView(
        as_of=as_of,
        session=a_session(),
        trading_state=trading_state,
        equity=Decimal(equity),
        session_opening_equity=Decimal(session_opening_equity),
        cash=Decimal(cash),
        reserved=Decimal(reserved),
        exposures=exposures or {AAPL: an_exposure()},
        commissions=commissions,
        net_value=Decimal(net_value),
        week_opening_equity=Decimal(week_opening_equity),
        facts=facts,
    )
