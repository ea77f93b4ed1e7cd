"""Long after a gain, short after a loss where that is allowed, flat where nothing has moved."""

import pytest

from robo_trader.core.strategies.momentum import Momentum
from tests.builders import AAPL

CALM = (1e9, 0.01)  # dollars a bar, volatility


def views(strategy: Momentum, *returns: float, market: tuple[float, float] = CALM) -> list[float]:
    state = [0.0] * strategy.state_size
    return [strategy.rule(state, change, *market, *strategy.rule_parameters(AAPL)) for change in returns]


@pytest.mark.parametrize(("shorts", "expected"), [(0, [1.0, 1.0, 0.0, 0.0]), (1, [1.0, 1.0, -1.0, 0.0])])
def test_the_sign_of_the_past_return(shorts: int, expected: list[float]) -> None:
    assert views(Momentum(shorts=shorts), 0.2, 0.01, -0.1, 0.0) == expected


def test_it_reads_a_year_by_default() -> None:
    assert Momentum().features(AAPL)[0].name == "momentum_12_1_252_0"


def test_a_wild_market_is_left() -> None:
    strategy = Momentum(volatility_max=0.02)
    assert views(strategy, 0.2, market=(1e9, 0.021)) == [0.0]
    assert views(strategy, 0.2, market=(1e9, 0.02)) == [1.0]


def test_a_thin_market_is_not_entered() -> None:
    assert views(Momentum(dollar_volume_min=1e6), 0.2, market=(999_999.0, 0.01)) == [0.0]


def test_a_position_may_stay_where_the_market_has_become_thin() -> None:
    strategy = Momentum(dollar_volume_min=1e6)
    state = [0.0]
    rest = strategy.rule_parameters(AAPL)
    assert [strategy.rule(state, r, v, 0.01, *rest) for r, v in ((0.1, 2e6), (0.1, 5e5), (-0.1, 5e5), (0.1, 5e5))] == [
        1.0, 1.0, 0.0, 0.0,
    ]  # fmt: skip
