"""Each strategy reads dollar volume and volatility last, of its own or of an index, which is then not traded."""

from typing import Any

import pytest

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.breakout import Breakout
from robo_trader.core.strategies.catalogue import STRATEGIES
from robo_trader.core.strategies.cross_asset_momentum import CrossAssetMomentum
from robo_trader.core.strategies.filtered import FilteredStrategy, elsewhere
from robo_trader.core.strategies.mean_reversion import RsiReversion
from robo_trader.core.strategies.momentum import Momentum
from robo_trader.core.strategies.pairs import Pairs
from tests.builders import AAPL, HOUR, MSFT, OPEN, a_bar, a_session

FILTERED = [kind for kind in STRATEGIES.values() if issubclass(kind, FilteredStrategy)]


def test_all_but_the_average_are_filtered() -> None:
    assert set(STRATEGIES) - {kind().name for kind in FILTERED} == {"sma_crossover"}


@pytest.mark.parametrize("kind", FILTERED)
def test_filters_are_off_at_first(kind: type[FilteredStrategy]) -> None:
    assert kind().filter_parameters == (0.0, 0.0)


@pytest.mark.parametrize("kind", [kind for kind in FILTERED if kind is not Pairs])
def test_filters_are_read_last(kind: type[FilteredStrategy]) -> None:
    strategy = kind(dollar_volume_min=1e6, volatility_max=0.03, filter_length=7)
    names = [feature.name for feature in strategy.features(AAPL)]
    assert names[-2:] == ["dollar_volume_7", "realised_volatility_7"]
    assert strategy.rule_parameters(AAPL)[-2:] == (1e6, 0.03)


@pytest.mark.parametrize("kind", [kind for kind in FILTERED if kind is not Pairs])
def test_an_index_of_volatility_is_read_and_not_traded(kind: type[FilteredStrategy]) -> None:
    strategy = kind(volatility_index="MSFT", volatility_max=25.0)
    assert strategy.features(AAPL)[-1].inputs == ("close@MSFT",)
    assert strategy.features(MSFT) == ()


@pytest.mark.parametrize("kind", STRATEGIES.values())
def test_each_rule_takes_what_it_is_given(kind: type[Any]) -> None:
    """One value a feature, then the parameters; with everything warm, at rest, and nothing limited, it answers."""
    strategy = kind()
    for symbol in (AAPL, MSFT):
        values = (1.0,) * len(strategy.features(symbol))
        if values:
            answer = strategy.rule([0.0] * strategy.state_size, *values, *strategy.rule_parameters(symbol))
            assert -1.0 <= answer <= 1.0
            assert strategy.reason(symbol, values)


@pytest.mark.parametrize("kind", STRATEGIES.values())
def test_each_class_says_how_it_enters_and_leaves(kind: type[Any]) -> None:
    told = str(kind.__doc__).lower()
    assert kind.__name__ == "SmaCrossover" or ("entry" in told and "exit" in told)
    assert "source" in str(__import__(kind.__module__, fromlist=["_"]).__doc__).lower()


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Momentum, {"lookback": 0}),
        (Momentum, {"lookback": 20, "skip": 20}),
        (RsiReversion, {"oversold": 65.0}),
        (Breakout, {"shorts": 2}),
        (Breakout, {"dollar_volume_min": -1.0}),
        (CrossAssetMomentum, {"leader": ""}),
    ],
)
def test_what_makes_no_sense_is_refused(kind: type[Any], given: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig) as refused:
        kind(**given)
    assert refused.value.next_step


def test_elsewhere_is_what_the_other_symbol_has_itself() -> None:
    panel = FeaturePanel(lambda symbol: (sma(2) if symbol == MSFT else elsewhere(sma(2), MSFT),))
    for n, price in enumerate((10.0, 20.0, 40.0)):
        bars = [a_bar(symbol=name, started_at=OPEN + n * HOUR, open=price * k) for k, name in ((7, AAPL), (1, MSFT))]
        values = panel.update(bars, a_session())
        assert n == 0 or values[AAPL] == values[MSFT] == (1.5 * price / 2,)
