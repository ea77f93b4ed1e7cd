"""A symbol's own past return and its leader's must agree; the leader is not traded."""

import pytest

from robo_trader.core.strategies.cross_asset_momentum import CrossAssetMomentum
from tests.builders import AAPL, MSFT


def view(strategy: CrossAssetMomentum, own: float, leaders: float) -> float:
    return strategy.rule([0.0], own, leaders, 1e9, 0.01, *strategy.rule_parameters(AAPL))


@pytest.mark.parametrize(
    ("own", "leaders", "expected"), [(0.1, 0.1, 1.0), (-0.1, -0.1, -1.0), (0.1, -0.1, 0.0), (-0.1, 0.1, 0.0)]
)
def test_both_must_agree(own: float, leaders: float, expected: float) -> None:
    strategy = CrossAssetMomentum(shorts=1)
    assert view(strategy, own, leaders) == expected
    assert view(CrossAssetMomentum(shorts=1, opposed=1), own, -leaders) == expected, "volatility leads the other way"
    assert view(CrossAssetMomentum(), own, leaders) == max(0.0, expected), "no shorts unless asked for"


def test_the_leader_is_read_and_not_traded() -> None:
    strategy = CrossAssetMomentum(leader="MSFT", lookback=20)
    assert strategy.features(MSFT) == ()
    own, leaders = strategy.features(AAPL)[:2]
    assert (own.inputs, leaders.inputs) == (("close",), ("close@MSFT",))
    assert own.name != leaders.name
