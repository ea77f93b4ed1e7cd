"""A strategy's views over a whole table of bars, compiled."""

import math
from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from robo_trader.core.features.feature import Feature
from robo_trader.core.portfolio.sizing import Sizer
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.strategies.strategy import Strategy, checked_strength, failed_rule
from robo_trader.research.backtest.bar_table import BarTable, Floats
from robo_trader.research.compiled.account_layout import Views
from robo_trader.research.compiled.account_loop import find_news
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.compiled.features import FeatureBatch
from robo_trader.research.compiled.loops import comparison_loop, strategy_loop

_TRIED = 100  # slices after the warm-up in which a rule is looked for a first record to be tried on


class ViewMaker:
    """Computes features, each once, and the views that rest on them."""

    def __init__(self, table: BarTable, compiler: Compiler) -> None:
        self._table = table
        self._compiler = compiler
        self._batch = FeatureBatch(compiler)
        self._own: dict[tuple[str, int], Floats] = {}
        self._memories: dict[tuple[str, int], Floats] = {}
        self.columns: dict[int, list[Floats]] = {}  # by place: all values a symbol's views, sizes and stops rest on
        self.strategy_memories: dict[int, Floats] = {}  # by place: what the strategy remembers at the end
        self._compared: dict[Hashable, Floats] = {}
        self._present = [
            np.flatnonzero(~np.isnan(table.market.close[:, place])) if table.has_gaps else None
            for place in range(len(table.symbols))
        ]

    def views(self, strategy: Strategy, sizer: Sizer, stops: StopPolicy) -> Views:
        """Return the views of all symbols. Raises StrategyError naming symbol and time for a wrong strength."""
        shape = (self._table.slices, len(self._table.symbols))
        strength = np.zeros(shape, order="F")
        unused = np.zeros((2, shape[1]), order="F")  # laid out as the others, so that one compiled loop takes both
        risk = np.full(shape, np.nan, order="F") if sizer.features else unused
        stop_range = np.full(shape, np.nan, order="F") if stops.features else unused
        wanted = [strategy.features(symbol) for symbol in self._table.symbols]
        peers = [_peers(wanted, index) for index in range(max(map(len, wanted)))]
        for place, features in enumerate(wanted):
            if not features:
                continue
            values = [self.value(feature, place, peers[index]) for index, feature in enumerate(features)]
            more = [self.value(feature, place) for feature in (*sizer.features, *stops.features)]
            if sizer.features:
                risk[:, place] = more[0]
            if stops.features:
                stop_range[:, place] = more[-1]
            self.columns[place] = [*values, *more]
            self._look(strategy, place, values, more, strength[:, place])
        news = np.zeros(len(strength), np.bool_)
        changes = self._compiler.compile(find_news)(strength, news)
        return Views(strength, news, changes, risk, stop_range)

    def value(self, feature: Feature, place: int, peers: Mapping[str, tuple[int, ...]] | None = None) -> Floats:
        """Return a feature of the symbol at a place, shape (slices,); NaN where the symbol has no bar.

        peers: by the name of a comparing feature, the places of the symbols it compares; all if there is none.
        """
        if feature.base is not None:
            every = tuple(range(len(self._table.symbols)))
            return self._comparison(feature, (peers or {}).get(feature.name, every))[:, place]
        key = (feature.name, place)
        if key not in self._own:
            self._own[key] = self._computed(feature, place)
        return self._own[key]

    def memory(self, feature: Feature, place: int) -> list[float]:
        """Return what a feature of the symbol at a place remembers at the end of the table."""
        own = feature if feature.base is None else feature.base
        self.value(own, place)
        return [float(number) for number in self._memories[own.name, place][: own.state_size]]

    def _computed(self, feature: Feature, place: int) -> Floats:
        present, state = self._present[place], np.zeros(max(1, feature.state_size))
        self._memories[feature.name, place] = state
        columns = {"close": self._table.column("close", place)} | {
            name: self._column(name, place) for name in feature.inputs
        }
        if present is None or len(present) == self._table.slices:
            return self._batch.compute(feature, columns, state=state)
        values = np.full(self._table.slices, np.nan)
        compact = {name: column[present] for name, column in columns.items()}
        values[present] = self._batch.compute(feature, compact, state=state)
        return values

    def _column(self, name: str, place: int) -> Floats:
        column, _, other = name.partition("@")
        if other and other not in self._table.symbols:
            return np.full(self._table.slices, np.nan)
        return self._table.column(column, [*self._table.symbols].index(other) if other else place)  # type: ignore[arg-type]

    def _comparison(self, feature: Feature, peers: tuple[int, ...]) -> Floats:
        assert feature.base is not None
        key = (feature.name, peers, tuple(sorted(feature.groups.items())))
        if key not in self._compared:
            base = np.full((self._table.slices, len(self._table.symbols)), np.nan)  # a NaN takes no part
            for place in peers:
                base[:, place] = self.value(feature.base, place)
            out = np.empty(base.shape)
            comparison_loop(self._compiler, feature.rule)(base, self._groups(feature.groups), out)
            self._compared[key] = out
        return self._compared[key]

    def _groups(self, groups: Mapping[str, str]) -> Floats:
        numbers = {name: float(number) for number, name in enumerate(sorted(set(groups.values())))}
        return np.array([numbers.get(groups.get(symbol, ""), -1.0) for symbol in self._table.symbols])

    def _look(
        self, strategy: Strategy, place: int, values: Sequence[Floats], more: Sequence[Floats], out: Floats
    ) -> None:
        symbol = self._table.symbols[place]
        parameters = strategy.rule_parameters(symbol)
        self._try(strategy, place, values, parameters)
        loop = strategy_loop(
            self._compiler, strategy.rule, len(values), len(more), len(parameters), strategy.state_size
        )
        state = self.strategy_memories[place] = np.zeros(max(1, strategy.state_size))
        wrong = loop(0, self._table.slices, state, 0.0, *values, *more, out, *parameters)
        if wrong >= 0:
            checked_strength(float(out[wrong]), strategy.name, symbol, int(self._table.ended_at[wrong]))

    def _try(self, strategy: Strategy, place: int, values: Sequence[Floats], parameters: Sequence[float]) -> None:
        """Ask the rule once as it stands: it can tell what is wrong with it, compiled it would do something else."""
        symbol = self._table.symbols[place]
        warm = max((feature.warm_up for feature in strategy.features(symbol)), default=1)
        for t in range(warm - 1, min(self._table.slices, warm + _TRIED)):
            row = [value[t].item() for value in values]
            if not any(map(math.isnan, row)):
                ended_at = int(self._table.ended_at[t])
                try:
                    strength = strategy.rule([0.0] * strategy.state_size, *row, *parameters)
                except Exception as error:  # a rule may be anybody's, and wrong in any way
                    raise failed_rule(error, strategy.name, symbol, ended_at) from error
                checked_strength(strength, strategy.name, symbol, ended_at)
                return


def _peers(wanted: Sequence[Sequence[Feature]], index: int) -> dict[str, tuple[int, ...]]:
    """Return the places of the symbols that have a feature at `index`, by its name."""
    places: dict[str, list[int]] = {}
    for place, features in enumerate(wanted):
        if index < len(features):
            places.setdefault(features[index].name, []).append(place)
    return {name: tuple(found) for name, found in places.items()}
