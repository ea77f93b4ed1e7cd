"""Features over whole histories, compiled: the batch form, equal bit for bit to the panel's bar by bar form."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from robo_trader.core.features.feature import Feature, Rule
from robo_trader.research.compiled.compiler import Compiled, Compiler
from robo_trader.research.compiled.loops import feature_loop, is_local

Floats = NDArray[np.float64]


class FeatureBatch:
    """Computes features of one symbol from its columns."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._loops: dict[tuple[Rule, int, int, int, bool], Compiled] = {}

    def compute(
        self, feature: Feature, columns: Mapping[str, Floats], out: Floats | None = None, state: Floats | None = None
    ) -> Floats:
        """Return the feature's value at each record, shape (records,).

        columns: float64 arrays, shape (records,), by the names of the feature's inputs ("close", "close@SPY"); a
            record that a second symbol does not have is NaN there.
        out: where to write the values; state: where the feature's memory goes on, zeros for a beginning.
        """
        state = np.zeros(max(1, feature.state_size)) if state is None else state
        inputs = [columns[name] for name in feature.inputs]
        length = len(next(iter(columns.values())))
        values = np.empty(length) if out is None else out
        self._loop(feature)(0, length, state, *inputs, values, *feature.parameters)
        return values

    def _loop(self, feature: Feature) -> Compiled:
        may_miss = any("@" in name for name in feature.inputs)
        size = feature.state_size if is_local(feature.state_size) else 0
        shape = (feature.rule, len(feature.inputs), len(feature.parameters), size, may_miss)
        if shape not in self._loops:
            self._loops[shape] = feature_loop(self._compiler, *shape[:-1], may_miss=may_miss)
        return self._loops[shape]
