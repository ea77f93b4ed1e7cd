"""Against what a symbol's sector does not share, in proportion, so that a sector's strengths sum to 0."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.strategies.stat_arb import StatArb
from tests.builders import AAPL, DAY, a_bar, a_session

NAMES = tuple(map(Symbol, ("AAPL", "GOOG", "IBM", "META", "MSFT", "SPY")))
DAILY = StatArb(length=1, days=0, filter_length=2, full=3.0)


def view(
    strategy: StatArb, zscore: float, *, beta: float = 1.0, day: float = 0.0, state: list[float] | None = None
) -> float:
    memory = [0.0] * strategy.state_size if state is None else state
    return strategy.rule(memory, zscore, day, beta, 1e9, 0.01, *strategy.rule_parameters(AAPL))


@pytest.mark.parametrize(("zscore", "strength"), [(1.0, -0.5), (-1.0, 0.5), (2.0, -1.0), (-5.0, 1.0), (0.0, 0.0)])
def test_a_full_strength_at_two_deviations(zscore: float, strength: float) -> None:
    assert view(StatArb(), zscore) == strength


def test_near_the_mean_there_is_nothing_to_do() -> None:
    assert [view(StatArb(entry=1.0), z) for z in (0.99, 1.0, -0.5)] == [0.0, -0.5, 0.0]


def test_between_rebalancings_a_strength_stays() -> None:
    """Seven days from one Thursday to the next, the first of them 1 January 1970."""
    state = [0.0] * 3
    seen = [view(StatArb(), z, day=day, state=state) for day, z in ((14, 1), (18, -1), (20, 2), (21, -1), (40, 2))]
    assert seen == [-0.5, -0.5, -0.5, 0.5, -1.0]


def test_every_bar_if_asked_for() -> None:
    state = [0.0] * 3
    assert [view(StatArb(days=0), z, state=state) for z in (1, -1, 1)] == [-0.5, 0.5, -0.5]


@pytest.mark.parametrize(("beta", "strength"), [(0.5, -1.0), (1.0, -0.5), (2.0, -0.25), (0.1, -1.0)])
def test_with_a_market_all_carry_the_same_beta(beta: float, strength: float) -> None:
    assert view(StatArb(market="SPY"), 2.0, beta=beta) == strength
    assert view(StatArb(), 2.0, beta=beta) == -1.0, "without one, what stands in its place does not count"


def test_the_market_is_read_and_not_traded() -> None:
    strategy = StatArb(market="SPY", beta_length=30)
    assert strategy.features(Symbol("SPY")) == ()
    assert strategy.features(AAPL)[2].inputs == ("close", "close@SPY")


def strengths(strategy: StatArb, closes: list[list[float]]) -> dict[Symbol, float]:
    """The views after the last of some days' closes, one for each of NAMES."""
    panel = FeaturePanel(strategy.features)
    states = {name: [0.0] * strategy.state_size for name in NAMES}
    views: dict[Symbol, float] = {}
    for n, row in enumerate(closes):
        session = a_session(day=n)
        bars = [
            a_bar(symbol=name, started_at=session.opens_at, ended_at=session.opens_at + DAY // 24, open=close)
            for name, close in zip(NAMES, row, strict=True)
        ]
        for name, values in panel.update(bars, session).items():
            if not any(value != value for value in values):  # noqa: PLR0124 - NaN
                views[name] = strategy.rule(states[name], *values, *strategy.rule_parameters(name))
    return views


CLOSES = st.lists(st.lists(st.floats(50.0, 200.0), min_size=6, max_size=6), min_size=3, max_size=5)


@given(CLOSES)
@settings(deadline=None)
def test_the_universe_is_neutral(closes: list[list[float]]) -> None:
    """No z-score of six exceeds the root of 5, so none of these is cut off at 3."""
    assert sum(strengths(DAILY, closes).values()) == pytest.approx(0.0, abs=1e-9)


@given(CLOSES)
@settings(deadline=None)
def test_each_sector_is_neutral(closes: list[list[float]]) -> None:
    sectors = tuple((str(name), "one" if n < 3 else "two") for n, name in enumerate(NAMES))
    views = strengths(StatArb(length=1, days=0, filter_length=2, full=3.0, sectors=sectors), closes)
    for members in (NAMES[:3], NAMES[3:]):
        assert sum(views.get(name, 0.0) for name in members) == pytest.approx(0.0, abs=1e-9)


def test_the_best_of_its_sector_is_sold() -> None:
    views = strengths(DAILY, [[100.0] * 6, [101.0] * 6, [103.0, 101.0, 101.0, 101.0, 101.0, 99.0]])
    assert views[AAPL] < 0.0 < views[Symbol("SPY")]
    assert views[AAPL] == min(views.values())
