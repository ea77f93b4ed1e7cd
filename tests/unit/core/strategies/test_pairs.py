"""Both legs see the same pair, and trade it against each other; where there is none, they say so."""

import math
from typing import Any

import numpy as np
import pytest

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.features.statistical import hedge_ratio, spread_zscore
from robo_trader.core.strategies.pair_features import pair_feature
from robo_trader.core.strategies.pairs import Pairs
from tests.builders import AAPL, HOUR, MSFT, OPEN, a_bar, a_session

IBM = Symbol("IBM")
PAIR = Pairs(first="AAPL", second="MSFT", length=30, critical=-2.0, lost=0.0, filter_length=2)
GOOD = (2.5, -4.0, 10.0, 0.5)  # distance, statistic, half-life, ratio
QUIET = (1e9, 1e9, 0.01, 0.01)  # dollars a bar and volatility of both legs


def rows_of_a_pair(seed: int, bars: int = 200) -> list[dict[Symbol, float]]:
    """AAPL goes with half of MSFT's moves, and its distance from that comes back by a quarter a bar."""
    draw = np.random.default_rng(seed)
    other = 4.0 + np.cumsum(draw.normal(0, 0.01, bars))
    distance = np.zeros(bars)
    for n in range(1, bars):
        distance[n] = 0.75 * distance[n - 1] + draw.normal(0, 0.01)
    return [{AAPL: math.exp(2 + 0.5 * x + d), MSFT: math.exp(x)} for x, d in zip(other, distance, strict=True)]


def play(strategy: Pairs, rows: list[dict[Symbol, float]]) -> list[dict[Symbol, float]]:
    """The views of both legs at each slice in which both have values."""
    panel = FeaturePanel(strategy.features)
    states = {symbol: [0.0] * strategy.state_size for symbol in (AAPL, MSFT)}
    found: list[dict[Symbol, float]] = []
    for n, row in enumerate(rows):
        bars = [a_bar(symbol=name, started_at=OPEN + n * HOUR, open=price) for name, price in row.items()]
        values = panel.update(bars, a_session())
        if not any(map(math.isnan, [value for one in values.values() for value in one])):
            found.append({
                symbol: strategy.rule(states[symbol], *one, *strategy.rule_parameters(symbol))
                for symbol, one in values.items()
            })  # fmt: skip
    return found


@pytest.mark.parametrize("seed", range(4))
def test_legs_stand_against_each_other_from_first_to_last(seed: int) -> None:
    views = play(PAIR, rows_of_a_pair(seed))
    assert any(view[AAPL] for view in views), "it trades"
    for view in views:
        assert (view[AAPL] == 0.0) == (view[MSFT] == 0.0)
        assert view[AAPL] * view[MSFT] <= 0.0
        assert max(map(abs, view.values())) in {0.0, 1.0}


def rule(strategy: Pairs, symbol: Symbol, *values: float, state: list[float] | None = None) -> float:
    memory = [0.0] * strategy.state_size if state is None else state
    return strategy.rule(memory, *values, *strategy.rule_parameters(symbol))


def test_a_wide_spread_is_sold_weighed_by_the_ratio() -> None:
    """Half a dollar of MSFT for a dollar of AAPL."""
    assert (rule(PAIR, AAPL, *GOOD, *QUIET), rule(PAIR, MSFT, *GOOD, *QUIET)) == (-1.0, 0.5)
    narrow = (-GOOD[0], *GOOD[1:])
    assert (rule(PAIR, AAPL, *narrow, *QUIET), rule(PAIR, MSFT, *narrow, *QUIET)) == (1.0, -0.5)


def test_the_weight_is_that_of_the_entry() -> None:
    state = [0.0] * PAIR.state_size
    assert rule(PAIR, MSFT, *GOOD, *QUIET, state=state) == 0.5
    assert rule(PAIR, MSFT, 2.0, -4.0, 10.0, 0.8, *QUIET, state=state) == 0.5


@pytest.mark.parametrize(
    ("values", "why"),
    [
        pytest.param((2.5, -1.9, 10.0, 0.5), "no pair: dickey_fuller above -2", id="not cointegrated"),
        pytest.param((2.5, -4.0, 80.0, 0.5), "no pair: half-life not from 1 to 60", id="too slow"),
        pytest.param((2.5, -4.0, 1e9, 0.5), "half-life endless", id="never"),
        pytest.param((2.5, -4.0, 10.0, -0.5), "no pair: ratio beyond 5", id="no hedge"),
    ],
)
def test_where_there_is_no_pair_it_says_so(values: tuple[float, ...], why: str) -> None:
    assert rule(PAIR, AAPL, *values, *QUIET) == 0.0
    assert why in PAIR.reason(AAPL, (*values, *QUIET))


def test_the_reason_for_a_pair() -> None:
    told = "AAPL over MSFT: z 2.5, dickey_fuller -4, half-life 10 bars, ratio 0.5"
    assert PAIR.reason(AAPL, (*GOOD, *QUIET)) == PAIR.reason(MSFT, (*GOOD, *QUIET)) == told


def test_a_pair_that_is_lost_is_left() -> None:
    state = [0.0] * PAIR.state_size
    values = [(2.5, -4.0, 10.0, 0.5), (2.5, -0.5, 10.0, 0.5), (2.5, 0.1, 10.0, 0.5)]
    assert [rule(PAIR, AAPL, *one, *QUIET, state=state) for one in values] == [-1.0, -1.0, 0.0]


@pytest.mark.parametrize("symbol", [AAPL, MSFT])
@pytest.mark.parametrize("market", [(1e9, 1e5, 0.01, 0.01), (1e9, 1e9, 0.05, 0.01), (1e9, 1e9, 0.01, 0.05)])
def test_what_one_leg_meets_both_heed(symbol: Symbol, market: tuple[float, ...]) -> None:
    strategy = Pairs(first="AAPL", second="MSFT", dollar_volume_min=1e6, volatility_max=0.02)
    assert rule(strategy, symbol, *GOOD, *market) == 0.0
    assert rule(strategy, symbol, *GOOD, *QUIET) != 0.0


def test_an_entry_that_was_blocked_is_not_made_up_for_on_the_way_home() -> None:
    strategy = Pairs(first="AAPL", second="MSFT", dollar_volume_min=1e6)
    state = [0.0] * strategy.state_size
    thin = (1e5, 1e9, 0.01, 0.01)
    assert rule(strategy, AAPL, *GOOD, *thin, state=state) == 0.0
    assert rule(strategy, AAPL, 1.5, *GOOD[1:], *QUIET, state=state) == 0.0


def test_other_symbols_are_not_traded() -> None:
    assert PAIR.features(IBM) == ()


@pytest.mark.parametrize("kalman", [0, 1])
def test_both_legs_read_the_same(kalman: int) -> None:
    strategy = Pairs(first="AAPL", second="MSFT", kalman=kalman)
    features = strategy.features(AAPL)
    assert features == strategy.features(MSFT)
    assert len({feature.name for feature in features}) == len(features)
    assert all("@" in name for feature in features for name in feature.inputs)
    assert ("kalman" in features[0].name) == bool(kalman)


def test_an_index_of_volatility_stands_for_both() -> None:
    strategy = Pairs(first="AAPL", second="MSFT", volatility_index="VIX")
    assert [feature.inputs for feature in strategy.features(AAPL)[-2:]] == [("close@VIX",), ("close@VIX",)]


def test_a_pair_feature_is_the_first_legs_own() -> None:
    plain, paired = hedge_ratio(5, other="MSFT"), pair_feature(hedge_ratio, "AAPL", "MSFT", 5)
    panel = FeaturePanel(lambda symbol: (plain, paired) if symbol == AAPL else (paired,))
    values: dict[Symbol, tuple[float, ...]] = {}
    for n, row in enumerate(rows_of_a_pair(1, 8)):
        bars = [a_bar(symbol=name, started_at=OPEN + n * HOUR, open=price) for name, price in row.items()]
        values = panel.update(bars, a_session())
    own, seen = values[AAPL]
    assert own == seen == values[MSFT][0]
    assert pair_feature(spread_zscore, "AAPL", "MSFT", 5).name != spread_zscore(5, other="MSFT").name


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"first": "AAPL", "second": "AAPL"}, "needs two symbols"),
        ({"second": ""}, "needs two symbols"),
        ({"leave": 2.0}, "leave < entry < stop"),
        ({"critical": -1.0}, "critical is above lost"),
        ({"half_life_min": 61.0}, "half_life_min is above half_life_max"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidConfig, match=why) as refused:
        Pairs(**given)
    assert refused.value.next_step
