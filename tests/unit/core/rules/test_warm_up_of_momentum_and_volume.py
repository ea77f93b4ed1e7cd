"""Every momentum and volume feature knows its first value exactly as late as it says, and has one ever after."""

import math
import random

import pytest

from robo_trader.core.features import momentum, volume
from robo_trader.core.features.feature import Definition
from robo_trader.core.market.columns import BAR_COLUMNS

BARS = 120
OTHER: dict[int, list[tuple[int, ...]]] = {1: [(1,), (2,), (7,)], 2: [(2, 3), (5, 9)], 3: [(1, 2, 3), (4, 5, 9)]}
OTHER_SKIPPED: list[tuple[int, ...]] = [(3, 0), (9, 8)]


def rows() -> list[tuple[float, ...]]:
    """Return ordinary bars, seeded: no two prices or volumes alike."""
    draw = random.Random(8)  # noqa: S311 - prices, not secrets
    close = 100.0
    found: list[tuple[float, ...]] = []
    for n in range(BARS):
        open_ = close
        close *= math.exp(draw.gauss(0, 0.02))
        high, low = max(open_, close) * draw.uniform(1.001, 1.01), min(open_, close) * draw.uniform(0.99, 0.999)
        found.append((open_, high, low, close, draw.lognormvariate(10, 1), 15_000.0 + n // 13, 0.0, 390.0, 0.0, 0.0))
    return found


def parameters_of(definition: Definition) -> list[tuple[int, ...]]:
    """Return the shortest and some longer parameters."""
    if definition is momentum.momentum_12_1:
        return OTHER_SKIPPED
    choices = OTHER.get(len(definition.parameters), [()])
    least = [int(parameter.minimum) for parameter in definition.parameters]
    return [tuple(map(max, values, least)) for values in choices]


@pytest.mark.parametrize("definition", [*momentum.DEFINITIONS, *volume.DEFINITIONS], ids=lambda one: one.name)
def test_the_first_value_comes_when_it_was_said_to(definition: Definition) -> None:
    places = [BAR_COLUMNS.index(name) for name in definition.inputs]
    for parameters in parameters_of(definition):
        feature = definition(*parameters)
        state = [0.0] * feature.state_size
        values = [feature.rule(state, *(row[place] for place in places), *feature.parameters) for row in rows()]
        assert [math.isnan(value) for value in values] == [n + 1 < feature.warm_up for n in range(BARS)], feature.name
        assert not any(map(math.isinf, values + state))
