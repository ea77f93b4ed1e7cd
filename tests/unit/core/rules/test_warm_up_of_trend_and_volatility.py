"""Every trend and volatility feature knows its first value exactly as late as it says, and has one ever after."""

import math
import random

import pytest

from robo_trader.core.features import trend, volatility
from robo_trader.core.features.feature import Definition, Feature
from robo_trader.core.market.columns import PRICE_COLUMNS

BARS = 150


def rows() -> list[tuple[float, ...]]:
    """Return ordinary bars, seeded: no two prices alike."""
    draw = random.Random(4)  # noqa: S311 - prices, not secrets
    close = 100.0
    found: list[tuple[float, ...]] = []
    for _ in range(BARS):
        open_ = close * draw.uniform(0.995, 1.005)
        close *= math.exp(draw.gauss(0, 0.02))
        high, low = max(open_, close) * draw.uniform(1.001, 1.01), min(open_, close) * draw.uniform(0.99, 0.999)
        found.append((open_, high, low, close, 1_000.0))
    return found


def features_of(definition: Definition) -> list[Feature]:
    """Return the feature with its defaults, with the shortest lengths, and with some between."""
    lengths = [parameter for parameter in definition.parameters if parameter.is_whole]
    shortest = [int(parameter.minimum) for parameter in lengths]
    least = [length + n for n, length in enumerate(shortest)]  # in rising order, as fast and slow must be
    between = [length + 3 + 2 * n for n, length in enumerate(shortest)]
    return [definition(), *([definition(*least), definition(*between)] if lengths else [])]


@pytest.mark.parametrize("definition", [*trend.DEFINITIONS, *volatility.DEFINITIONS], ids=lambda one: one.name)
def test_the_first_value_comes_when_it_was_said_to(definition: Definition) -> None:
    places = [PRICE_COLUMNS.index(name) for name in definition.inputs]
    for feature in features_of(definition):
        state = [0.0] * feature.state_size
        values = [feature.rule(state, *(row[place] for place in places), *feature.parameters) for row in rows()]
        assert [math.isnan(value) for value in values] == [n + 1 < feature.warm_up for n in range(BARS)], feature.name
        assert all(map(math.isfinite, state))
