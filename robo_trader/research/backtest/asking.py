"""What a strategy answers to the bars of symbols it takes alike: the changes of its views, found by a compiled loop."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from robo_trader.core.features.feature import Feature
from robo_trader.core.strategies.strategy import Strategy, checked_strength, failed_rule
from robo_trader.research.backtest.bar_table import BarTable, Floats
from robo_trader.research.compiled.account_layout import CHANGE_COLUMNS, CHANGE_LANE, CHANGE_SLICE, CHANGE_STRENGTH
from robo_trader.research.compiled.compiler import Compiled, Compiler
from robo_trader.research.compiled.view_loop import Computed, Shape, local_size, view_loop

_TRIED = 100  # records after the warm-up in which a rule is looked for a first one to be tried on


@dataclass(frozen=True)
class Asked:
    """Symbols, by their places in the table, for which a strategy takes the same features and parameters."""

    table: BarTable
    places: range
    strategy: Strategy
    features: Sequence[Feature]
    parameters: Sequence[float]
    columns: Mapping[int, Floats]  # by the place of a feature: values there are, (slices,) or (slices, symbols)

    def changes(self, compiler: Compiler, waits_for: Sequence[Floats], state: Floats) -> Floats:
        """Return the changes of views, columns as in `account_layout`, by symbol, then slice.

        waits_for: matrices without a value in which there is no view.
        state: what the strategy remembers of a symbol; left as it is after the last one.

        Raises StrategyError naming symbol and time for a wrong strength.
        """
        self._try_rule()
        loop, arguments = self._loop(compiler, waits_for)
        cells = self.table.slices * len(self.places)
        rows = 1024 + cells // 16
        while True:
            changes = np.empty((rows, CHANGE_COLUMNS))
            close = self.table.market.close.T
            count = loop(np.array(self.places), self.table.slices, changes, close, state, *arguments)
            if count >= 0:
                return changes[:count]
            if count < -1:
                self._refuse(changes[-2 - count])
            rows = min(8 * rows, cells)

    def _refuse(self, row: Floats) -> None:
        place, t = int(row[CHANGE_LANE]), int(row[CHANGE_SLICE])
        symbol, ended_at = self.table.symbols[place], int(self.table.ended_at[t])
        checked_strength(float(row[CHANGE_STRENGTH]), self.strategy.name, symbol, ended_at)

    def _loop(self, compiler: Compiler, waits_for: Sequence[Floats]) -> tuple[Compiled, list[object]]:
        """Return the loop of this strategy and these features, and what it takes beside places, changes and state."""
        rules: dict[Callable[..., float], int] = {}
        names: dict[str, int] = {}
        columns: list[Floats] = []
        values: list[Computed | int] = []
        rest: list[object] = []
        for index, feature in enumerate(self.features):
            if index in self.columns:
                values.append(len(columns))
                columns.append(self.columns[index])
                continue
            for name in feature.inputs:
                if name not in names:
                    names[name] = len(columns)
                    columns.append(self.table.whole_column(name))
            values.append(
                Computed(
                    rule=rules.setdefault(feature.rule, len(rules)),
                    columns=tuple(names[name] for name in feature.inputs),
                    parameters=len(feature.parameters),
                    local_size=local_size(feature.rule, feature.state_size),
                    may_miss=any("@" in name for name in feature.inputs),
                )
            )
            rest += [np.empty(max(1, feature.state_size)), *feature.parameters]
        waited = range(len(columns), len(columns) + len(waits_for))
        columns += waits_for
        shape = Shape(
            values=tuple(values), waits_for=tuple(waited), by_symbol=tuple(column.ndim == 2 for column in columns),
            parameters=len(self.parameters), state_size=self.strategy.state_size, has_gaps=self.table.has_gaps,
        )  # fmt: skip
        return view_loop(compiler, shape, self.strategy.rule, tuple(rules)), [
            *(column.T for column in columns),
            *rest,
            *self.parameters,
        ]

    def _try_rule(self) -> None:
        """Ask the rule once as it stands: it can tell what is wrong with it, compiled it would do something else."""
        name = self.strategy.name
        for place in self.places:
            symbol = self.table.symbols[place]
            for t, row in self._rows(place):
                if not any(map(math.isnan, row)):
                    ended_at = int(self.table.ended_at[t])
                    try:
                        strength = self.strategy.rule([0.0] * self.strategy.state_size, *row, *self.parameters)
                    except Exception as error:  # a rule may be anybody's, and wrong in any way
                        raise failed_rule(error, name, symbol, ended_at) from error
                    checked_strength(strength, name, symbol, ended_at)
                    return

    def _rows(self, place: int) -> Iterator[tuple[int, list[float]]]:
        """Yield slices with the features' values, from the first on that may have all of them.

        Nothing where the rule of a feature fails: that is for the compiled form to tell.
        """
        warm = max((feature.warm_up for feature in self.features), default=1)
        whole = {index: column[:, place] if column.ndim == 2 else column for index, column in self.columns.items()}
        slices = range(min(self.table.slices, warm + _TRIED))
        if len(whole) == len(self.features):
            yield from ((t, [whole[index][t].item() for index in range(len(whole))]) for t in slices[warm - 1 :])
            return
        close = self.table.column("close", place)
        memories = [[0.0] * feature.state_size for feature in self.features]
        for t in slices:
            if close[t] == close[t]:
                try:
                    row = [
                        whole[index][t].item() if index in whole else self._value(feature, memories[index], place, t)
                        for index, feature in enumerate(self.features)
                    ]
                except Exception:  # noqa: BLE001 - the rule of a feature, too, may be anybody's
                    return
                if t >= warm - 1:
                    yield t, row

    def _value(self, feature: Feature, memory: list[float], place: int, t: int) -> float:
        columns = [self.table.whole_column(name) for name in feature.inputs]
        row = [column[t, place].item() if column.ndim == 2 else column[t].item() for column in columns]
        missed = any("@" in name for name in feature.inputs) and any(map(math.isnan, row))
        return math.nan if missed else feature.rule(memory, *row, *feature.parameters)


def strength_matrix(changes: Floats, slices: int, symbols: int) -> Floats:
    """Return the views that changes make, (slices, symbols): each holds until the next; 0 before the first."""
    matrix = np.zeros((slices, symbols), order="F")
    at, place = changes[:, CHANGE_SLICE].astype(np.int64), changes[:, CHANGE_LANE].astype(np.int64)
    order = np.argsort(place, kind="stable")
    bounds = np.searchsorted(place[order], np.arange(symbols + 1))
    for symbol in range(symbols):
        own = order[bounds[symbol] : bounds[symbol + 1]]
        if len(own):
            lasting = np.diff(at[own], append=slices)
            matrix[at[own[0]] :, symbol] = np.repeat(changes[own, CHANGE_STRENGTH], lasting)
    return matrix
