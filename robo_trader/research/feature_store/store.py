"""The store: brings kept values up to a table of bars, and reads them as of a time.

Folders: set hash / bar size / symbol / version. A version holds the values of one history of bars. New bars are added
to it, from the rules' kept memory on; where an earlier bar differs from what was computed, the history was revised and
a new version is begun. No file is ever changed, so what was read once can be read again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.research.backtest.bar_table import BarTable, Floats
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.compiled.features import FeatureBatch
from robo_trader.research.feature_store.computing import Comparisons, Inputs, compute_rows, inputs_of
from robo_trader.research.feature_store.feature_set import FeatureSet
from robo_trader.research.feature_store.lane import ENDED_AT, Lane, TakenPart, Version
from robo_trader.research.feature_store.row_hashes import Hashes, digest

_ATTEMPTS = 20  # each that fails means that another program got further


@dataclass(frozen=True, slots=True)
class Computed:
    """What bringing a symbol up to date did."""

    symbol: Symbol
    version: int
    rows: int  # bars of the table, all of which have values now
    rows_computed: int  # of these, computed just now
    revised_at: int | None  # end of the first bar that differs from the version before, UTC nanoseconds


class FeatureStore:
    """Feature values in a folder, by the hash of their set, bar size and symbol."""

    def __init__(
        self, folder: Path, *, compiler: Compiler | None = None, clock: Callable[[], int] = time.time_ns
    ) -> None:
        """clock: UTC nanoseconds; it dates the versions."""
        self._folder = folder
        self._compiler = compiler or Compiler()
        self._batch = FeatureBatch(self._compiler)
        self._clock = clock

    def compute(
        self, features: FeatureSet, table: BarTable, bar_size: BarSize, *, symbols: Sequence[Symbol] | None = None
    ) -> list[Computed]:
        """Compute what is missing of the features of these symbols, all of the table if not said.

        Raises UnknownSymbol where the table lacks a symbol that features read, DataError where the folder cannot be
        read or written.
        """
        bases = self._bases(features, table, bar_size)
        comparisons = Comparisons(self._compiler, sorted(features.universe), bases)
        done = []
        for symbol in table.symbols if symbols is None else symbols:
            inputs = inputs_of(features, table, symbol, bases)
            done.append(self._bring_up(features, self._lane(features, symbol, bar_size), inputs, comparisons))
        return done

    def read(
        self,
        features: FeatureSet,
        symbol: Symbol,
        bar_size: BarSize,
        *,
        as_of: int | None = None,
        version: int | None = None,
    ) -> pl.DataFrame:
        """Return `ended_at` (UTC nanoseconds: when the values were known) and one column a feature.

        All rows are of one version: of `version` if that is given, else of the newest.

        as_of: UTC nanoseconds; no row that ended later is returned. Without `version`, the newest of the versions begun
            by then answers, as it would have answered then; where there was none yet, the newest of all.

        Raises DataError if nothing was computed, or if a file is damaged.
        """
        lane = self._lane(features, symbol, bar_size)
        chosen = _choose(lane.versions(), as_of=as_of, number=version)
        if chosen is None:
            raise DataError(
                f"No such features of {symbol} have been computed",
                next_step="Compute them: `robo-trader features compute`.",
            )
        frame = lane.values(chosen).select(ENDED_AT, *features.names)
        return frame if as_of is None else frame.filter(pl.col(ENDED_AT) <= as_of)

    def versions(self, features: FeatureSet, symbol: Symbol, bar_size: BarSize) -> tuple[Version, ...]:
        """Return the versions there are, oldest first."""
        return self._lane(features, symbol, bar_size).versions()

    def _lane(self, features: FeatureSet, symbol: Symbol, bar_size: BarSize) -> Lane:
        return Lane(self._folder / features.content_hash / bar_size.value.replace(" ", "-") / symbol)

    def _bases(self, features: FeatureSet, table: BarTable, bar_size: BarSize) -> Mapping[str, Floats]:
        """Return what is compared, by name, shape (slices, symbols of the universe); it is kept as a set of its own."""
        if not features.compares:
            return {}
        universe = sorted(features.universe)
        compared = FeatureSet(features.bases)
        matrices = {name: np.full((table.slices, len(universe)), np.nan) for name in compared.names}
        for number, computed in enumerate(self.compute(compared, table, bar_size, symbols=universe)):
            frame = self.read(compared, computed.symbol, bar_size, version=computed.version)
            rows = np.flatnonzero(~np.isnan(table.column("close", table.symbols.index(computed.symbol))))
            for name, matrix in matrices.items():
                matrix[rows, number] = frame[name].to_numpy()[: len(rows)]
        return matrices

    def _bring_up(self, features: FeatureSet, lane: Lane, inputs: Inputs, comparisons: Comparisons) -> Computed:
        rows = len(inputs.ended_at)
        for _ in range(_ATTEMPTS):
            versions = lane.versions()
            version, known = _matching(lane, versions, inputs.hashes)
            if version is not None and known >= rows:
                return Computed(inputs.symbol, version.number, rows, 0, None)
            number = version.number if version else (versions[-1].number + 1 if versions else 1)
            try:
                self._add(features, lane, inputs, comparisons, number=number, version=version)
            except TakenPart:
                continue
            revised_at = None if version or not versions else _first_difference(lane, versions[-1], inputs)
            return Computed(inputs.symbol, number, rows, rows - known, revised_at)
        raise DataError(
            f"Other programs keep writing the features of {inputs.symbol}", next_step="Wait for them, then try again."
        )

    def _add(
        self,
        features: FeatureSet,
        lane: Lane,
        inputs: Inputs,
        comparisons: Comparisons,
        *,
        number: int,
        version: Version | None,
    ) -> None:
        begin = version.rows if version else 0
        state = lane.state(version) if version else np.zeros(0)
        ordered = sorted(features.features, key=lambda feature: feature.name)
        frame, moved = compute_rows(ordered, self._batch, comparisons, inputs, begin=begin, state=state)
        facts = {
            "first_row": begin,
            "rows": len(frame),
            "bars_hash": digest(inputs.hashes),
            "computed_from": int(inputs.ended_at[0]),
            "computed_to": int(inputs.ended_at[-1]),
            "computed_at": self._clock(),
        }
        lane.add(number, frame, moved, facts)


def _choose(versions: Sequence[Version], *, as_of: int | None, number: int | None) -> Version | None:
    if number is not None:
        return next((version for version in versions if version.number == number), None)
    then = [version for version in versions if as_of is not None and version.begun_at <= as_of]
    candidates = then or versions
    return candidates[-1] if candidates else None


def _matching(lane: Lane, versions: Sequence[Version], hashes: Hashes) -> tuple[Version | None, int]:
    """Return the version whose inputs begin as these do, and how many of these rows it has; the longest such one."""
    best: tuple[Version | None, int] = (None, 0)
    for version in reversed(versions):
        stored = lane.hashes(version)
        known = min(len(stored), len(hashes))
        if known > best[1] and np.array_equal(stored[:known], hashes[:known]):
            best = (version, known)
    return best


def _first_difference(lane: Lane, version: Version, inputs: Inputs) -> int:
    stored = lane.hashes(version)
    common = min(len(stored), len(inputs.hashes))
    differ = np.flatnonzero(stored[:common] != inputs.hashes[:common])
    return int(inputs.ended_at[differ[0]])
