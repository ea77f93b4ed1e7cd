"""A strategy's views over a whole table of bars, compiled."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from robo_trader.core.engine.settings import Sleeve
from robo_trader.core.features.feature import Feature
from robo_trader.research.backtest.asking import Asked
from robo_trader.research.backtest.bar_table import BarTable, Floats
from robo_trader.research.compiled.account_layout import CHANGE_COLUMNS, CHANGE_LANE, CHANGE_SLICE, Views
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.compiled.features import FeatureBatch
from robo_trader.research.compiled.loops import comparison_loop


@dataclass(frozen=True, slots=True)
class SleeveViews:
    """What one strategy thinks, and the values its sizer and stops need."""

    changes: Floats  # of its views, columns as in `account_layout`; the lane is the symbol's place
    risk: Floats | None  # (slices, symbols); None if none is needed
    stop_range: Floats | None
    columns: Mapping[int, Sequence[Floats]]  # by place: all values a symbol's views, sizes and stops rest on, if kept
    memories: Mapping[int, Floats]  # by place: what the strategy remembers at the end, if kept


class ViewMaker:
    """Computes features, each once, and the views that rest on them."""

    def __init__(self, table: BarTable, compiler: Compiler) -> None:
        self._table = table
        self._compiler = compiler
        self._batch = FeatureBatch(compiler)
        self._own: dict[tuple[str, int], Floats] = {}
        self._memories: dict[tuple[str, int], Floats] = {}
        self._compared: dict[Hashable, Floats] = {}

    def views(self, sleeve: Sleeve, *, kept: bool = True) -> SleeveViews:
        """Return the views of all symbols. Raises StrategyError naming symbol and time for a wrong strength.

        kept: whether every feature is computed once and kept, for further strategies and for who looks at them; else
            those that compare no symbols are computed where the strategy takes them, which is quicker, and forgotten.
        """
        strategy, sizer, stops = sleeve.rule_strategy, sleeve.sizer, sleeve.stops
        wanted = [(strategy.features(symbol), strategy.rule_parameters(symbol)) for symbol in self._table.symbols]
        traded = [place for place, (features, _) in enumerate(wanted) if features]
        peers = _peers([(*features, *sizer.features) if features else () for features, _ in wanted])
        risk = self._matrix(sizer.features[0], traded, peers) if sizer.features else None
        stop_range = self._matrix(stops.features[-1], traded, peers) if stops.features else None
        waits_for = [matrix for matrix in (risk, stop_range) if matrix is not None]
        found: list[Floats] = []
        kept_columns: dict[int, Sequence[Floats]] = {}
        memories: dict[int, Floats] = {}
        for places in _alike(wanted, apart=kept):
            features, parameters = wanted[places[0]]
            if not features:
                continue
            columns: dict[int, Floats] = {}
            for index, feature in enumerate(features):
                if kept:
                    columns[index] = self.value(feature, places[0], peers)
                elif feature.base is not None:
                    columns[index] = self._comparison(feature, peers[feature.name])
            state = np.zeros(max(1, strategy.state_size))
            asked = Asked(self._table, places, strategy, features, parameters, columns)
            found.append(asked.changes(self._compiler, waits_for, state))
            if kept:
                more = [self.value(feature, places[0], peers) for feature in (*sizer.features, *stops.features)]
                kept_columns[places[0]] = [*columns.values(), *more]
                memories[places[0]] = state
        return SleeveViews(_by_slice(found), risk, stop_range, kept_columns, memories)

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
        present = np.flatnonzero(~np.isnan(self._table.column("close", place))) if self._table.has_gaps else None
        state = np.zeros(max(1, feature.state_size))
        self._memories[feature.name, place] = state
        columns = {"close": self._table.column("close", place)} | {
            name: self._table.input_column(name, place) for name in feature.inputs
        }
        if present is None or len(present) == self._table.slices:
            return self._batch.compute(feature, columns, state=state)
        values = np.full(self._table.slices, np.nan)
        compact = {name: column[present] for name, column in columns.items()}
        values[present] = self._batch.compute(feature, compact, state=state)
        return values

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

    def _matrix(self, feature: Feature, places: Sequence[int], peers: Mapping[str, tuple[int, ...]]) -> Floats:
        matrix = np.full((self._table.slices, len(self._table.symbols)), np.nan, order="F")
        for place in places:
            matrix[:, place] = self.value(feature, place, peers)
        return matrix


def joined_views(parts: Sequence[SleeveViews], symbols: int) -> Views:
    """Return the views of strategies side by side: of each lane, where the lanes of the first come first."""
    changes = [_shifted(part.changes, number * symbols) for number, part in enumerate(parts)]
    return Views(
        _by_slice(changes),
        _side_by_side([part.risk for part in parts], symbols),
        _side_by_side([part.stop_range for part in parts], symbols),
    )


def no_views(symbols: int, strategies: int) -> Views:
    """Return what strategies think that never think anything, laid out as `joined_views` does."""
    none = _side_by_side([None] * strategies, symbols)
    return Views(np.empty((0, CHANGE_COLUMNS)), none, none)


def _shifted(changes: Floats, first_lane: int) -> Floats:
    if not first_lane:
        return changes
    shifted = changes.copy()
    shifted[:, CHANGE_LANE] += first_lane
    return shifted


def _side_by_side(matrices: Sequence[Floats | None], symbols: int) -> Floats:
    """Return (slices, lanes); of two slices where none is needed, laid out as the others, for one compiled loop."""
    needed = [matrix for matrix in matrices if matrix is not None]
    if not needed:
        return np.zeros((2, symbols * len(matrices)), order="F")
    if len(matrices) == 1:
        return needed[0]
    none = np.full(needed[0].shape, np.nan)
    return np.asfortranarray(np.hstack([none if matrix is None else matrix for matrix in matrices]))


def _alike(wanted: Sequence[object], *, apart: bool) -> Iterator[range]:
    """Yield the places of symbols side by side of which the same is wanted; apart: one by one."""
    begin = 0
    for end in range(1, len(wanted) + 1):
        if apart or end == len(wanted) or wanted[end] != wanted[begin]:
            yield range(begin, end)
            begin = end


def _by_slice(found: Sequence[Floats]) -> Floats:
    """Return all changes in order of slice, those of one slice by symbol."""
    changes = found[0] if len(found) == 1 else np.concatenate([np.empty((0, CHANGE_COLUMNS)), *found])
    slices = changes[:, CHANGE_SLICE]
    return changes if (slices[1:] >= slices[:-1]).all() else changes[np.argsort(slices, kind="stable")]


def _peers(wanted: Sequence[Sequence[Feature]]) -> Mapping[str, tuple[int, ...]]:
    """Return, by the name of a comparing feature, the places of the symbols that have it."""
    peers: dict[str, list[int]] = {}
    for place, features in enumerate(wanted):
        for name in {feature.name for feature in features if feature.base is not None}:
            peers.setdefault(name, []).append(place)
    return {name: tuple(places) for name, places in peers.items()}
