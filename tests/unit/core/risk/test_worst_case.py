"""Controls count working orders at their worst, and exits are spared what only entries must pass.

The account: equity 100,000 dollars, AAPL at 100. Where a case says so, ignoring what works would let the order pass.
"""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderIntent, Side
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control
from robo_trader.core.risk.exposures import reduces, worst_case
from robo_trader.core.risk.gate import RiskGate
from robo_trader.core.risk.limits import Exposure, RiskLimits, RiskView
from tests.builders import AAPL, MSFT, a_risk_view, an_exposure, an_intent, some_limits
from tests.examples import examples

TENTH, GROSS = some_limits(max_position="0.1"), some_limits(gross_exposure="0.2")
NOTHING = some_limits(max_position=0, gross_exposure=0, order_notional_max=0, order_notional=0, daily_loss=0)
SIDES = st.sampled_from(Side)


def refused_by(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> list[Control]:
    verdict = RiskGate(limits).assess(intent, view, OrderId(1))
    return [] if isinstance(verdict, ApprovedOrder) else [violation.control for violation in verdict]


def test_what_an_exposure_may_come_to_is_reckoned_from_it_and_from_nothing_else() -> None:
    exposure = an_exposure(position=30, working_buys=20, working_sells=100, price=10)
    assert exposure.worst_value == 700  # all sales fill, no purchase does: 70 shares short
    assert replace(exposure, working_sells=Decimal(0), worst_value=Decimal(1)).worst_value == 500


def buy(shares: int) -> OrderIntent:
    return an_intent(quantity=shares)


def sell(shares: int) -> OrderIntent:
    return an_intent(side=Side.SELL, quantity=shares)


@pytest.mark.parametrize(
    ("intent", "exposures", "limits", "control"),
    [
        pytest.param(
            buy(41), {AAPL: an_exposure(working_buys=60)}, TENTH, Control.MAX_POSITION, id="purchases under way count"
        ),
        pytest.param(
            sell(41), {AAPL: an_exposure(working_sells=60)}, TENTH, Control.MAX_POSITION, id="sales under way count"
        ),
        pytest.param(
            sell(50), {AAPL: an_exposure(position=90, working_sells=141)}, TENTH, Control.MAX_POSITION,
            id="a sale that would reduce, were all not being sold already",
        ),
        pytest.param(
            buy(11), {AAPL: an_exposure(position=50, working_buys=40, working_sells=90)}, TENTH, Control.MAX_POSITION,
            id="sales under way make no room for purchases",
        ),
        pytest.param(
            buy(100), {AAPL: an_exposure(), MSFT: an_exposure(working_buys=101)}, GROSS, Control.GROSS_EXPOSURE,
            id="purchases of another symbol count",
        ),
        pytest.param(
            buy(100), {AAPL: an_exposure(), MSFT: an_exposure(position=50, working_sells=151)}, GROSS,
            Control.GROSS_EXPOSURE, id="another symbol sold through zero counts",
        ),
    ],
)  # fmt: skip
def test_only_the_worst_case_catches_it(
    intent: OrderIntent, exposures: Mapping[Symbol, Exposure], limits: RiskLimits, control: Control
) -> None:
    idle = {symbol: an_exposure(position=exposure.position) for symbol, exposure in exposures.items()}
    assert refused_by(intent, a_risk_view(exposures=exposures), limits) == [control]
    assert refused_by(intent, a_risk_view(exposures=idle), limits) == [], "it is the working orders that matter"


@pytest.mark.parametrize(
    ("intent", "exposure", "spared"),
    [
        pytest.param(sell(100), an_exposure(position=100), True, id="selling all of a long"),
        pytest.param(sell(40), an_exposure(position=100, working_sells=60), True, id="selling what is not on its way"),
        pytest.param(buy(100), an_exposure(position=-100), True, id="buying back all of a short"),
        pytest.param(buy(40), an_exposure(position=-100, working_buys=60), True, id="buying back the rest"),
        pytest.param(sell(101), an_exposure(position=100), False, id="one share more opens a short"),
        pytest.param(sell(41), an_exposure(position=100, working_sells=60), False, id="one more than not on its way"),
        pytest.param(buy(101), an_exposure(position=-100), False, id="one share more opens a long"),
        pytest.param(buy(41), an_exposure(position=-100, working_buys=60), False, id="one more than was owed"),
        pytest.param(sell(1), an_exposure(), False, id="a short sale from nothing"),
        pytest.param(buy(1), an_exposure(position=100), False, id="an addition"),
    ],
)
def test_exits_are_spared_the_controls_of_entries(intent: OrderIntent, exposure: Exposure, spared: bool) -> None:
    view = a_risk_view(cash=0, equity=90_000, exposures={AAPL: exposure})
    assert reduces(intent, view) is spared
    assert bool(refused_by(intent, view, NOTHING)) is not spared


@pytest.mark.parametrize("side", Side)
def test_exits_pass_while_reducing_and_not_while_halted(side: Side) -> None:
    exposures = {AAPL: an_exposure(position=-100 * side.sign)}
    intent = an_intent(side=side, quantity=100)
    reducing = a_risk_view(trading_state=TradingState.REDUCING, exposures=exposures)
    halted = a_risk_view(trading_state=TradingState.HALTED, exposures=exposures)
    assert refused_by(intent, reducing, NOTHING) == []
    assert refused_by(intent, halted, NOTHING) == [Control.TRADING_STATE]


def test_exits_are_not_spared_stale_prices_and_closed_markets() -> None:
    view = a_risk_view(as_of=0, exposures={AAPL: an_exposure(position=100, bars_missed=9)})
    limits = some_limits(stale_after_bars=3, orders_for_next_open=False)
    assert refused_by(sell(100), view, limits) == [Control.MARKET_HOURS, Control.STALE_DATA]


@given(st.integers(-200, 200), st.integers(0, 200), st.integers(0, 200), SIDES, st.integers(1, 200))
@settings(deadline=None, max_examples=examples(200))
def test_what_reduces_never_flips_nor_worsens_the_worst_case(
    position: int, buys: int, sells: int, side: Side, quantity: int
) -> None:
    exposure = an_exposure(position=position, working_buys=buys, working_sells=sells)
    intent = an_intent(side=side, quantity=quantity)
    if reduces(intent, a_risk_view(exposures={AAPL: exposure})):
        assert worst_case(exposure, side=side, quantity=intent.quantity) <= worst_case(exposure)
        against = position - sells if side is Side.SELL else -position - buys
        assert against - quantity >= 0, "all of one side filled leaves the position at zero or on its side"
