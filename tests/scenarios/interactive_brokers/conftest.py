"""What a scenario leaves to chance is drawn by seed: one seed by day, three at night."""

from random import Random

import pytest

from tests.examples import seeds


@pytest.fixture(params=seeds(1))
def chance(request: pytest.FixtureRequest) -> Random:
    """Draws the same for the same test and seed: prices, places of a cut, sizes of parts, delays."""
    return Random(f"{request.node.originalname} {request.param}")  # noqa: S311 - a seed must repeat
