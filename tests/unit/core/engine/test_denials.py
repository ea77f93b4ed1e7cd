"""What risk refuses never becomes an order, and what is sized to fit the limits is not refused.

Worked by hand: on the cross at 110 dollars, half of 100,000 are 454 shares, worth 49,940; 60 % are 545, worth 59,950.
"""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from robo_trader.core.domain.events import OrderDenied, OrderUpdated, SignalEmitted, TargetSet
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderStatus, Side
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.portfolio.sizing import AtrRisk, FixedFraction
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy
from tests.builders import AAPL, MSFT, a_day, engine_settings, rejected, some_limits
from tests.unit.core.engine.desk import Desk, an_engine, close, look_away, only

CROSS_UP = (a_day(0, AAPL=100.0), a_day(1, AAPL=110.0))


@dataclass(frozen=True)
class Bear(Strategy):
    """Sells short once two bars are known."""

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (sma(2),)

    @staticmethod
    def rule(state: list[float], average: float) -> float:  # noqa: ARG004 - it remembers nothing, and fears all prices
        return -1.0


def sized(fraction: float, limits: RiskLimits, *, limit_offset_bps: int | None = None) -> EngineSettings:
    return engine_settings(sizer=FixedFraction(fraction=fraction), limits=limits, limit_offset_bps=limit_offset_bps)


def test_a_breached_limit_denies_with_what_broke_it() -> None:
    engine = an_engine(sized(0.5, some_limits(gross_exposure="0.4")))
    step = close(engine, *CROSS_UP)[1]
    (denied,) = only(OrderDenied, step.events)
    (violation,) = denied.violations
    assert violation.control is Control.GROSS_EXPOSURE and violation.unit == "USD"
    assert violation.limit == 40_000 and violation.value == 49_940
    assert denied.intent.quantity == 454 and denied.occurred_at == CROSS_UP[1].ended_at
    assert not step.commands and not engine.account.orders.open and engine.account.ledger.reserved == 0
    assert engine.account.tally.violations == {"GROSS_EXPOSURE": 1} and engine.account.tally.orders == 0
    assert engine.account.orders.next_id() == 1, "no order id is used up"


def test_symbols_share_the_money_in_the_order_of_their_names() -> None:
    settings = engine_settings(symbols=(MSFT, AAPL), sizer=FixedFraction(fraction=0.6))
    desk = Desk(settings)
    events = desk.close(a_day(0, AAPL=100.0, MSFT=100.0), a_day(1, AAPL=110.0, MSFT=110.0))
    (denied,) = only(OrderDenied, events)
    assert denied.intent.symbol == MSFT
    assert [violation.control for violation in denied.violations] == [Control.CASH]
    assert denied.violations[0].limit == Decimal("40047.275"), "100,000 - 59,950 - 545 * 0.005"
    assert [order.intent.symbol for order in desk.engine.account.orders.open.values()] == [AAPL]


def test_symbols_share_the_gross_exposure_with_orders_that_still_work() -> None:
    limits = some_limits(gross_exposure="0.9")
    settings = engine_settings(symbols=(AAPL, MSFT), sizer=FixedFraction(fraction=0.5), limits=limits)
    engine = an_engine(settings)
    step = close(engine, a_day(0, AAPL=100.0, MSFT=100.0), a_day(1, AAPL=110.0, MSFT=110.0))[1]
    (denied,) = only(OrderDenied, step.events)
    assert denied.intent.symbol == MSFT
    assert [(violation.control, violation.value) for violation in denied.violations] == [
        (Control.GROSS_EXPOSURE, Decimal(99_880))
    ]


def test_an_order_too_old_for_its_data_is_denied() -> None:
    """The broker refuses the first order; the second would rest on a price two bars old."""
    engine = an_engine(engine_settings(symbols=(AAPL, MSFT), limits=some_limits(stale_after_bars=1)))
    close(engine, *CROSS_UP, a_day(2, MSFT=50.0))
    engine.process(rejected())
    (step,) = close(engine, a_day(3, MSFT=50.0))
    (denied,) = only(OrderDenied, step.events)
    assert [violation.control for violation in denied.violations] == [Control.STALE_DATA]
    assert denied.violations[0].value == 2 and denied.violations[0].unit == "bars"


def test_at_the_close_nothing_leaves_unless_it_may_wait_for_the_next_open() -> None:
    engine = an_engine(engine_settings(limits=some_limits(orders_for_next_open=False)))
    (denied,) = only(OrderDenied, close(engine, *CROSS_UP)[1].events)
    assert [violation.control for violation in denied.violations] == [Control.MARKET_HOURS]


def test_without_a_known_range_nothing_is_bought() -> None:
    engine = an_engine(engine_settings(sizer=AtrRisk(risk_fraction=0.01, length=14, multiple=2.0)))
    step = close(engine, *CROSS_UP)[1]
    assert only(SignalEmitted, step.events) == [], "a view that cannot be sized is not taken, and so not lost"
    assert not step.commands


@pytest.mark.parametrize("equity", [0, -1])
def test_an_account_that_is_worth_nothing_buys_nothing(equity: int) -> None:
    engine = an_engine()
    look_away(engine)
    engine.account.ledger.deposit(equity - engine.account.ledger.cash)
    step = close(engine, *CROSS_UP)[1]
    assert [event.target.quantity for event in only(TargetSet, step.events)] == [0]
    assert not step.commands


@pytest.mark.parametrize(
    ("close_", "limit_offset_bps"),
    [
        pytest.param(100.0, None, id="at the market"),
        pytest.param(100.0, 5, id="at a limit 5 bps higher, where 50 shares are 5,002.50 dollars of 5,000"),
        pytest.param(0.99999, None, id="at a price that is booked higher, 1.0000: 5,000 shares of 4,999.95 dollars"),
    ],
)
def test_what_is_sized_to_fit_the_limits_is_not_refused(close_: float, limit_offset_bps: int | None) -> None:
    limits = some_limits(max_position="0.05", order_notional="0.05")
    settings = sized(0.5, limits, limit_offset_bps=limit_offset_bps)
    engine = an_engine(settings, cash="99999" if close_ < 1 else 100_000)
    step = close(engine, a_day(0, AAPL=close_ * 0.9), a_day(1, AAPL=close_))[1]
    assert only(OrderDenied, step.events) == []
    (order,) = only(OrderUpdated, step.events)
    assert order.order.status is OrderStatus.SUBMITTED and order.order.intent.side is Side.BUY


@pytest.mark.parametrize(
    ("strategy", "close_", "limit_offset_bps"),
    [
        pytest.param(SmaCrossover(1, 2), 5.005, 5, id="a buyer's limit, 5.0075, is rounded to 5.00, below the price"),
        pytest.param(Bear(), 5.0, 50, id="a short seller's limit, 4.98, lies below the price"),
    ],
)
def test_a_limit_below_the_price_does_not_lift_the_position_above_its_limit(
    strategy: Strategy, close_: float, limit_offset_bps: int
) -> None:
    """1,000 shares at 5.00 are 5,000 dollars, but the position counts at the price: 5,005. 1,004 short ones: 5,020."""
    limits = some_limits(max_position="0.05", order_notional="0.05")
    settings = engine_settings(
        strategy=strategy, sizer=FixedFraction(fraction=0.5), limits=limits, limit_offset_bps=limit_offset_bps
    )
    steps = close(an_engine(settings), a_day(0, AAPL=close_ * 0.9), a_day(1, AAPL=close_))
    assert [event.violations for step in steps for event in only(OrderDenied, step.events)] == []
    assert only(OrderUpdated, steps[1].events)
