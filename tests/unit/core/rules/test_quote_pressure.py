"""In at an imbalance of 0.6 with flow on the same side, out at 0.1."""

import pytest

from robo_trader.core.rules.quote_pressure import pressure_view


@pytest.mark.parametrize(
    ("held", "imbalance", "flow", "shorts", "expected"),
    [
        pytest.param(0.0, 0.6, 1.0, 1.0, 1.0, id="more is bid, and some joins"),
        pytest.param(0.0, 0.59, 1.0, 1.0, 0.0, id="not enough more"),
        pytest.param(0.0, 0.6, 0.0, 1.0, 0.0, id="nothing joins"),
        pytest.param(1.0, 0.11, -5.0, 1.0, 1.0, id="held, whatever the flow"),
        pytest.param(1.0, 0.1, 5.0, 1.0, 0.0, id="left when hardly more is bid"),
        pytest.param(1.0, -0.6, -1.0, 1.0, -1.0, id="or turned"),
        pytest.param(0.0, -0.6, -1.0, 1.0, -1.0, id="more is offered"),
        pytest.param(0.0, -0.6, 1.0, 1.0, 0.0, id="but joins the bid"),
        pytest.param(0.0, -0.6, -1.0, 0.0, 0.0, id="no shorts"),
        pytest.param(-1.0, -0.11, 0.0, 1.0, -1.0, id="the short is held"),
        pytest.param(-1.0, -0.1, 0.0, 1.0, 0.0, id="and left"),
        pytest.param(-1.0, 0.7, 1.0, 1.0, 1.0, id="or turned"),
    ],
)
def test_with_the_side_that_presses(held: float, imbalance: float, flow: float, shorts: float, expected: float) -> None:
    assert pressure_view(held, imbalance, flow, 0.6, 0.1, shorts) == expected
