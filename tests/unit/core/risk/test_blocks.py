"""A blocked symbol lets nothing leave, exits included; others are free."""

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.discrepancies import Block
from robo_trader.core.domain.orders import OrderId, Side
from robo_trader.core.domain.violations import Control
from robo_trader.core.risk.gate import RiskGate
from tests.builders import AAPL, OPEN, a_risk_view, an_exposure, an_intent, some_limits

GATE = RiskGate(some_limits())
HELD = a_risk_view(exposures={AAPL: an_exposure(position=100)})


def a_block(control: Control, cause: str = "order 7") -> Block:
    return Block(symbol=AAPL, cause=cause, control=control, reason=f"{cause} was never answered", since=OPEN)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("control", [Control.RECONCILIATION, Control.UNKNOWN_ORDER])
def test_entries_and_exits_are_refused(side: Side, control: Control) -> None:
    view = replace(HELD, blocks=(a_block(control), a_block(control, "order 8")))
    verdict = GATE.assess(an_intent(side=side), view, OrderId(1))
    assert isinstance(verdict, tuple)
    (violation,) = verdict
    assert (violation.control, int(violation.value)) == (control, 2)
    assert violation.context == "order 7 was never answered"


def test_both_causes_are_named() -> None:
    view = replace(HELD, blocks=(a_block(Control.UNKNOWN_ORDER), a_block(Control.RECONCILIATION)))
    verdict = GATE.assess(an_intent(), view, OrderId(1))
    assert isinstance(verdict, tuple)
    assert [one.control for one in verdict] == [Control.RECONCILIATION, Control.UNKNOWN_ORDER]


def test_nothing_is_refused_without_a_block() -> None:
    assert not isinstance(GATE.assess(an_intent(side=Side.SELL), HELD, OrderId(1)), tuple)
