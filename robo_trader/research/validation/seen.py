"""What a strategy makes of a table of bars, slice by slice: its features and its strengths, in either form."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from robo_trader.core.engine.settings import Sleeve
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.core.strategies.views import StrategyViews
from robo_trader.research.backtest.asking import strength_matrix
from robo_trader.research.backtest.bar_table import BarTable, Floats
from robo_trader.research.backtest.views import ViewMaker
from robo_trader.research.compiled.compiler import Compiler

FeatureOf = tuple[int, str]  # place of the symbol in the table, name of the feature

_UNSIZED = FixedShares(quantity=1.0)  # needs no feature, so that a view waits for the strategy's own alone


@dataclass(frozen=True)
class Seen:
    """Strengths, shape (slices, symbols), 0 before the first; features, shape (slices,), NaN where there is none."""

    strength: Floats
    features: Mapping[FeatureOf, Floats] = field(default_factory=dict)


def part_of(table: BarTable, begin: int, end: int) -> BarTable:
    """Return the slices from `begin` to before `end`. The calendar stays whole: it is known ahead."""
    market = table.market
    cut = market._replace(
        open=np.asfortranarray(market.open[begin:end]),
        high=np.asfortranarray(market.high[begin:end]),
        low=np.asfortranarray(market.low[begin:end]),
        close=np.asfortranarray(market.close[begin:end]),
        volume=np.asfortranarray(market.volume[begin:end]),
        started_at=market.started_at[begin:end],
        ended_at=market.ended_at[begin:end],
        session=market.session[begin:end],
    )
    return replace(table, market=cut)


def interpreted(table: BarTable, strategy: Strategy) -> Seen:
    """Return what the engine's own form sees: bar by bar, in plain Python. Raises StrategyError as the engine does."""
    panel, views = FeaturePanel(strategy.features), StrategyViews(strategy, signal_lifetime=0)
    strength = np.zeros((table.slices, len(table.symbols)))
    places = {symbol: place for place, symbol in enumerate(table.symbols)}
    names = [[feature.name for feature in strategy.features(symbol)] for symbol in table.symbols]
    features = {(place, name): np.full(table.slices, np.nan) for place in range(len(names)) for name in names[place]}
    for t in range(table.slices):
        slice_ = table.slice_at(t)
        values = panel.update(slice_.bars, slice_.session)
        for bar in slice_.bars:
            place, row = places[bar.symbol], values[bar.symbol]
            for name, value in zip(names[place], row, strict=True):
                features[place, name][t] = value
            if row and not any(map(math.isnan, row)):
                views.look(bar, row)
        strength[t] = [views.strengths.get(symbol, 0.0) for symbol in table.symbols]
    return Seen(strength, features)


def compiled(table: BarTable, strategy: Strategy, compiler: Compiler) -> Seen:
    """Return what the compiled form sees, without features that compare symbols. Raises StrategyError as a backtest."""
    maker = ViewMaker(table, compiler)
    views = maker.views(Sleeve(name=strategy.name, strategy=strategy, sizer=_UNSIZED))
    strength = strength_matrix(views.changes, table.slices, len(table.symbols))
    features = {
        (place, feature.name): maker.value(feature, place)
        for place, symbol in enumerate(table.symbols)
        for feature in strategy.features(symbol)
        if feature.base is None
    }
    return Seen(strength, features)
