"""The inputs of a feature set from a table of bars, and its values from where they are missing on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from robo_trader.core.domain.errors import DataError, UnknownSymbol
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.market.columns import BAR_COLUMNS
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.compiled.features import FeatureBatch
from robo_trader.research.compiled.loops import comparison_loop
from robo_trader.research.feature_store.feature_set import FeatureSet
from robo_trader.research.feature_store.lane import ENDED_AT, ROW_HASH
from robo_trader.research.feature_store.row_hashes import Hashes, row_hashes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one symbol's features are computed from, one row a bar of its own."""

    symbol: Symbol
    slices: NDArray[np.intp]  # place of each row among the table's slices
    ended_at: NDArray[np.int64]
    columns: Mapping[str, Floats]
    hashes: Hashes


class Comparisons:
    """Comparing features of a table: each over all symbols of the universe, from the slice that is first asked for."""

    def __init__(self, compiler: Compiler, universe: Sequence[Symbol], bases: Mapping[str, Floats]) -> None:
        """bases: by the name of what is compared, its values, shape (slices, symbols of the universe)."""
        self._compiler = compiler
        self._universe = list(universe)
        self.bases = bases
        self._computed: dict[str, tuple[int, Floats]] = {}

    def values(self, feature: Feature, symbol: Symbol, slices: NDArray[np.intp]) -> Floats:
        """Return the symbol's values at these slices, which ascend."""
        begun, out = self._computed.get(feature.name, (-1, np.empty((0, 0))))
        if begun < 0 or slices[0] < begun:
            begun = int(slices[0])
            out = self._compared(feature, begun)
            self._computed[feature.name] = (begun, out)
        return np.ascontiguousarray(out[slices - begun, self._universe.index(symbol)])

    def _compared(self, feature: Feature, begun: int) -> Floats:
        assert feature.base is not None
        base = np.ascontiguousarray(self.bases[feature.base.name][begun:])
        numbers = {name: float(number) for number, name in enumerate(sorted(set(feature.groups.values())))}
        groups = np.array([numbers.get(feature.groups.get(symbol, ""), -1.0) for symbol in self._universe])
        out = np.empty(base.shape)
        comparison_loop(self._compiler, feature.rule)(base, groups, out)
        return out


def inputs_of(features: FeatureSet, table: BarTable, symbol: Symbol, bases: Mapping[str, Floats]) -> Inputs:
    """Return the inputs of a symbol's features.

    bases: as in `Comparisons`.

    Raises UnknownSymbol where the table lacks a symbol that they read, DataError where the symbol has no bar.
    """
    for wanted in (symbol, *features.others):
        if wanted not in table.symbols:
            raise UnknownSymbol(f"There are no bars of {wanted}", next_step=f"Load the bars of {wanted} as well.")
    place = table.symbols.index(symbol)
    slices = np.flatnonzero(~np.isnan(table.column("close", place)))
    columns = {name: np.ascontiguousarray(table.column(name, place)[slices]) for name in BAR_COLUMNS}
    for other in features.others:
        for name in BAR_COLUMNS:
            column = table.column(name, table.symbols.index(other))[slices]
            columns[f"{name}@{other}"] = np.ascontiguousarray(column)
    if not len(slices):
        raise DataError(f"There is not one sound bar of {symbol}", next_step="Check its file, or leave it out.")
    ended_at = table.ended_at[slices]
    compared = [matrix[slices, number] for matrix in bases.values() for number in range(matrix.shape[1])]
    return Inputs(symbol, slices, ended_at, columns, row_hashes([ended_at, *columns.values(), *compared]))


def compute_rows(
    features: Sequence[Feature],
    batch: FeatureBatch,
    comparisons: Comparisons,
    inputs: Inputs,
    *,
    begin: int,
    state: Floats,
) -> tuple[pl.DataFrame, Floats]:
    """Return the rows from `begin` on, and the rules' memory after the last one.

    features: in the order in which their memories follow each other in `state`.
    state: the memory before row `begin`; empty for none.
    """
    columns = {name: column[begin:] for name, column in inputs.columns.items()}
    moved, values = [], {}
    at = 0
    for feature in features:
        if feature.base is not None:
            values[feature.name] = comparisons.values(feature, inputs.symbol, inputs.slices[begin:])
            continue
        memory = np.zeros(max(1, feature.state_size))
        if len(state):
            memory[: feature.state_size] = state[at : at + feature.state_size]
        values[feature.name] = batch.compute(feature, columns, state=memory)
        moved.append(memory[: feature.state_size])
        at += feature.state_size
    frame = pl.DataFrame({ENDED_AT: inputs.ended_at[begin:], ROW_HASH: inputs.hashes[begin:], **values})
    return frame, np.concatenate(moved) if moved else np.zeros(0)
