"""All strategies there are, by name: rules, which take bars, and those in event form."""

from difflib import get_close_matches

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.strategies.breakout import Breakout
from robo_trader.core.strategies.cross_asset_momentum import CrossAssetMomentum
from robo_trader.core.strategies.cross_sectional_momentum import CrossSectionalMomentum
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.mean_reversion import BollingerReversion, MeanReversion, RsiReversion
from robo_trader.core.strategies.microstructure_imbalance import MicrostructureImbalance
from robo_trader.core.strategies.momentum import Momentum
from robo_trader.core.strategies.pairs import Pairs
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.stat_arb import StatArb
from robo_trader.core.strategies.strategy import AnyStrategy, Strategy, strategy_name

_KINDS: tuple[type[Strategy], ...] = (
    SmaCrossover,
    Momentum,
    CrossSectionalMomentum,
    MeanReversion,
    BollingerReversion,
    RsiReversion,
    Breakout,
    Pairs,
    StatArb,
    CrossAssetMomentum,
)

STRATEGIES: dict[str, type[Strategy]] = {strategy_name(kind): kind for kind in _KINDS}
EVENT_STRATEGIES: dict[str, type[EventStrategy]] = {strategy_name(kind): kind for kind in (MicrostructureImbalance,)}
ALL_STRATEGIES: dict[str, type[AnyStrategy]] = {**STRATEGIES, **EVENT_STRATEGIES}


def find_strategy(name: str) -> type[AnyStrategy]:
    """Return the strategy called `name`. Raises InvalidConfig naming the nearest one."""
    found = ALL_STRATEGIES.get(name)
    if found is not None:
        return found
    near = get_close_matches(name, ALL_STRATEGIES, n=1)
    raise InvalidConfig(
        f"there is no strategy called {name!r}",
        next_step=f"Did you mean {near[0]!r}?" if near else "See `robo-trader strategies list`.",
    )
