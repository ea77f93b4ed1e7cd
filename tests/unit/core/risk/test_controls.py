"""Each control refuses by itself, and lets pass what is just inside its limit.

The account: equity 100,000 dollars, AAPL at 100, nothing held, nothing working, no commission; all other limits wide.
So a tenth of equity is 100 shares, and one share more is one too many.
"""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control, Violation
from robo_trader.core.market.commissions import IBKR_FIXED
from robo_trader.core.risk.gate import RiskGate
from robo_trader.core.risk.limits import RiskLimits, RiskView
from tests.builders import AAPL, CLOSE, HOUR, MSFT, OPEN, a_risk_view, an_exposure, an_intent, some_limits

BUY_100, BUY_101 = an_intent(), an_intent(quantity=101)
SELL_100, SELL_101 = an_intent(side=Side.SELL), an_intent(side=Side.SELL, quantity=101)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One order, the account it meets and the limits that hold."""

    intent: OrderIntent = BUY_100
    view: RiskView = field(default_factory=a_risk_view)
    limits: RiskLimits = field(default_factory=some_limits)

    def assess(self) -> ApprovedOrder | tuple[Violation, ...]:
        return RiskGate(self.limits).assess(self.intent, self.view, OrderId(1))

    def refused_by(self) -> list[Control]:
        verdict = self.assess()
        return [] if isinstance(verdict, ApprovedOrder) else [violation.control for violation in verdict]


def long(shares: int, *, bars_missed: int = 0) -> RiskView:
    return a_risk_view(exposures={AAPL: an_exposure(position=shares, bars_missed=bars_missed)})


def missed(bars: int) -> RiskView:
    return a_risk_view(exposures={AAPL: an_exposure(bars_missed=bars)})


TENTH = some_limits(max_position="0.1")
GROSS = some_limits(gross_exposure="0.2")
MSFT_10_000 = {AAPL: an_exposure(), MSFT: an_exposure(position=200, price=50)}
BUFFER = some_limits(cash_buffer="0.02")
AT_LIMIT = an_intent(limit=100)
CLOSED = some_limits(orders_for_next_open=False)
REDUCING = TradingState.REDUCING


@pytest.mark.parametrize(
    ("case", "control"),
    [
        pytest.param(Case(intent=BUY_101, limits=TENTH), Control.MAX_POSITION, id="a long above a tenth of equity"),
        pytest.param(Case(intent=SELL_101, limits=TENTH), Control.MAX_POSITION, id="a short above it"),
        pytest.param(
            Case(intent=an_intent(quantity=51), view=long(50), limits=TENTH),
            Control.MAX_POSITION,
            id="an addition that lifts a long above it",
        ),
        pytest.param(
            Case(intent=an_intent(side=Side.SELL, quantity=151), view=long(50), limits=TENTH),
            Control.MAX_POSITION,
            id="a flip that ends short above it",
        ),
        pytest.param(
            Case(intent=BUY_101, view=a_risk_view(exposures=MSFT_10_000), limits=GROSS),
            Control.GROSS_EXPOSURE,
            id="two symbols together above a fifth of equity",
        ),
        pytest.param(
            Case(
                intent=SELL_101,
                view=a_risk_view(exposures={AAPL: an_exposure(), MSFT: an_exposure(position=-200, price=50)}),
                limits=GROSS,
            ),
            Control.GROSS_EXPOSURE,
            id="two shorts together",
        ),
        pytest.param(
            Case(intent=BUY_101, limits=some_limits(order_notional_max=10_000)),
            Control.ORDER_NOTIONAL,
            id="an order above 10,000 dollars",
        ),
        pytest.param(
            Case(intent=BUY_101, limits=some_limits(order_notional="0.1")),
            Control.ORDER_NOTIONAL,
            id="an order above a tenth of equity",
        ),
        pytest.param(
            Case(intent=an_intent(limit="100.01"), limits=some_limits(order_notional_max=10_000)),
            Control.ORDER_NOTIONAL,
            id="an order above 10,000 dollars at its limit price",
        ),
        pytest.param(
            Case(view=a_risk_view(equity="97999.99"), limits=some_limits(daily_loss="0.02")),
            Control.DAILY_LOSS,
            id="a loss of more than 2 % in the session",
        ),
        pytest.param(Case(view=a_risk_view(cash="9999.99")), Control.CASH, id="more than all cash"),
        pytest.param(
            Case(view=a_risk_view(cash=20_000, reserved="10000.01")), Control.CASH, id="cash another order holds"
        ),
        pytest.param(
            Case(view=a_risk_view(cash="10199.99"), limits=BUFFER), Control.CASH, id="a market order without its buffer"
        ),
        pytest.param(
            Case(view=a_risk_view(cash="10000.99", commissions=IBKR_FIXED)), Control.CASH, id="commission unpaid"
        ),
        pytest.param(
            Case(view=a_risk_view(as_of=CLOSE), limits=CLOSED), Control.MARKET_HOURS, id="decided at the close"
        ),
        pytest.param(Case(view=a_risk_view(as_of=OPEN - 1), limits=CLOSED), Control.MARKET_HOURS, id="before the open"),
        pytest.param(
            Case(view=missed(4), limits=some_limits(stale_after_bars=3)), Control.STALE_DATA, id="four bars missed"
        ),
        pytest.param(Case(view=a_risk_view(trading_state=REDUCING)), Control.TRADING_STATE, id="reducing only"),
        pytest.param(Case(view=a_risk_view(trading_state=TradingState.HALTED)), Control.TRADING_STATE, id="halted"),
    ],
)
def test_one_control_alone_refuses(case: Case, control: Control) -> None:
    assert case.refused_by() == [control]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Case(limits=TENTH), id="a tenth of equity"),
        pytest.param(Case(intent=an_intent(quantity=50), view=long(50), limits=TENTH), id="up to a tenth in two steps"),
        pytest.param(
            Case(intent=an_intent(side=Side.SELL, quantity=150), view=long(50), limits=TENTH),
            id="a flip that ends at a tenth",
        ),
        pytest.param(
            Case(view=a_risk_view(exposures=MSFT_10_000), limits=GROSS), id="a fifth of equity in two symbols"
        ),
        pytest.param(Case(limits=some_limits(order_notional_max=10_000)), id="an order of 10,000 dollars"),
        pytest.param(Case(limits=some_limits(order_notional="0.1")), id="an order of a tenth of equity"),
        pytest.param(
            Case(view=a_risk_view(equity=98_000), limits=some_limits(daily_loss="0.02")), id="a loss of 2 % exactly"
        ),
        pytest.param(Case(view=a_risk_view(cash=10_000)), id="all of the cash"),
        pytest.param(Case(view=a_risk_view(cash=20_000, reserved=10_000)), id="all cash that no other order holds"),
        pytest.param(Case(view=a_risk_view(cash=10_200), limits=BUFFER), id="a market order and its buffer"),
        pytest.param(Case(intent=AT_LIMIT, view=a_risk_view(cash=10_000), limits=BUFFER), id="a limit needs no buffer"),
        pytest.param(Case(view=a_risk_view(cash=10_001, commissions=IBKR_FIXED)), id="the shares and the commission"),
        pytest.param(Case(intent=SELL_100, view=a_risk_view(cash=0)), id="a sale without cash"),
        pytest.param(Case(view=a_risk_view(as_of=OPEN), limits=CLOSED), id="at the open"),
        pytest.param(Case(view=a_risk_view(as_of=CLOSE - 1), limits=CLOSED), id="just before the close"),
        pytest.param(Case(view=a_risk_view(as_of=CLOSE + HOUR)), id="after the close, for the next open"),
        pytest.param(Case(view=missed(3), limits=some_limits(stale_after_bars=3)), id="three bars missed of three"),
    ],
)
def test_just_inside_the_limit_passes(case: Case) -> None:
    assert case.refused_by() == []


def test_a_violation_names_limit_value_and_unit() -> None:
    verdict = Case(intent=BUY_101, limits=TENTH).assess()
    assert isinstance(verdict, tuple)
    (violation,) = verdict
    assert violation == Violation(
        control=Control.MAX_POSITION,
        limit=Decimal(10_000),
        value=Decimal(10_100),
        unit="USD",
        context="AAPL: 101 shares at worst",
    )


def test_every_violation_is_named_not_just_the_first() -> None:
    limits = some_limits(max_position="0.1", gross_exposure="0.1", order_notional="0.1", stale_after_bars=0)
    view = a_risk_view(cash=0, exposures={AAPL: an_exposure(bars_missed=1)})
    assert Case(intent=BUY_101, view=view, limits=limits).refused_by() == [
        Control.STALE_DATA,
        Control.MAX_POSITION,
        Control.GROSS_EXPOSURE,
        Control.ORDER_NOTIONAL,
        Control.CASH,
    ]
