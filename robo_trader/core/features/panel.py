"""Features of many symbols, moved on by one slice of bars at a time.

The panel is part of the engine's state: `states` is all it remembers, as plain lists of floats.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.market.columns import BAR_COLUMNS, bar_columns

Row = tuple[float, ...]  # one number for each of BAR_COLUMNS
Step = Callable[[Mapping[str, Row], Row], float]  # (rows of the slice by symbol, own row) -> value

_NO_BAR: Row = (math.nan,) * len(BAR_COLUMNS)


class FeaturePanel:
    """The features of every symbol.

    A symbol without a bar in a slice keeps its memory; it has no value in that slice.
    """

    def __init__(self, wanted: Callable[[Symbol], Sequence[Feature]]) -> None:
        """wanted: the features of a symbol, in the order its values are returned in."""
        self._wanted = wanted
        self._lanes: dict[Symbol, _Lane] = {}
        self.states: dict[Symbol, list[list[float]]] = {}

    def update(self, bars: Sequence[Bar], session: TradingSession) -> dict[Symbol, Row]:
        """Return each bar's symbol's values as of the end of the slice. The bars are sound and end together.

        Raises StrategyError naming symbol and time where the rule of a feature fails.
        """
        rows: dict[str, Row] = {bar.symbol: bar_columns(bar, session) for bar in bars}
        values: dict[Symbol, Row] = {}
        for bar in bars:
            lane = self._lane(bar.symbol)
            try:
                values[bar.symbol] = lane.advance(rows, rows[bar.symbol])
            except Exception as error:  # the rule of a feature may be anybody's, and wrong in any way
                raise _failed(error, bar) from error
        return {symbol: self._lanes[symbol].compare(symbol, values, self._lanes) for symbol in values}

    def restore(self, states: Mapping[Symbol, Sequence[Sequence[float]]]) -> None:
        """Take over the memory of another panel with the same features."""
        for symbol, vectors in states.items():
            for state, vector in zip(self._lane(symbol).states, vectors, strict=True):
                assert len(state) == len(vector), (symbol, len(state), len(vector))
                state[:] = vector

    def _lane(self, symbol: Symbol) -> "_Lane":
        lane = self._lanes.get(symbol)
        if lane is None:
            lane = self._lanes[symbol] = _Lane(self._wanted(symbol))
            self.states[symbol] = lane.states
        return lane


def _failed(error: Exception, bar: Bar) -> StrategyError:
    at = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=bar.ended_at // 1000)).isoformat()
    return StrategyError(
        f"a feature failed for {bar.symbol} at {at}: {type(error).__name__}: {error}",
        next_step="Correct the feature's rule; nothing was decided on this bar.",
    )


class _Lane:
    """One symbol's features: each with its memory, its inputs looked up once."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self._features = tuple(features)
        computed = [feature if feature.base is None else feature.base for feature in features]
        self.states = [[0.0] * feature.state_size for feature in computed]
        self._steps = [_step(feature, state) for feature, state in zip(computed, self.states, strict=True)]
        self._compares = any(feature.base is not None for feature in features)

    def advance(self, rows: Mapping[str, Row], row: Row) -> Row:
        """Return own values; for a comparing feature, the value that is to be compared."""
        return tuple([step(rows, row) for step in self._steps])

    def compare(self, symbol: Symbol, values: Mapping[Symbol, Row], lanes: "Mapping[Symbol, _Lane]") -> Row:
        """Return the values with comparisons in the place of what was compared."""
        own = values[symbol]
        if not self._compares:
            return own
        return tuple(
            value if feature.base is None else _compared(feature, symbol, self._peers(index, values, lanes))
            for index, (feature, value) in enumerate(zip(self._features, own, strict=True))
        )

    def _peers(self, index: int, values: Mapping[Symbol, Row], lanes: "Mapping[Symbol, _Lane]") -> dict[Symbol, float]:
        """Return the values of all symbols that have the same feature in this place, in the order of their names."""
        name = self._features[index].name
        return {other: values[other][index] for other in sorted(values) if lanes[other].name_at(index) == name}

    def name_at(self, index: int) -> str | None:
        """Return the name of the feature in this place, None beyond the last."""
        return self._features[index].name if index < len(self._features) else None


def _compared(feature: Feature, symbol: Symbol, values: Mapping[Symbol, float]) -> float:
    names = sorted(set(feature.groups.values()))
    numbers = {name: float(number) for number, name in enumerate(names)}
    groups = [numbers.get(feature.groups.get(other, ""), -1.0) for other in values]
    own_group = numbers.get(feature.groups.get(symbol, ""), -1.0)
    return feature.rule(values[symbol], own_group, list(values.values()), groups)


def _step(feature: Feature, state: list[float]) -> Step:
    """Return the feature as a function of a slice; the common shapes are spelled out, because they run most."""
    rule, parameters = feature.rule, feature.parameters
    if any("@" in name for name in feature.inputs):
        return _step_elsewhere(feature, state)
    places = [BAR_COLUMNS.index(name) for name in feature.inputs]
    if len(places) == 1:
        place = places[0]
        if len(parameters) == 1:
            parameter = parameters[0]
            return lambda _rows, row: rule(state, row[place], parameter)
        return lambda _rows, row: rule(state, row[place], *parameters)
    take = itemgetter(*places) if places else lambda _row: ()
    return lambda _rows, row: rule(state, *take(row), *parameters)


def _step_elsewhere(feature: Feature, state: list[float]) -> Step:
    """As `_step`, for inputs that are read from other symbols' rows, which may be missing."""
    places = [_place(name) for name in feature.inputs]
    rule, parameters = feature.rule, feature.parameters

    def step(rows: Mapping[str, Row], row: Row) -> float:
        inputs = [row[column] if symbol is None else rows.get(symbol, _NO_BAR)[column] for symbol, column in places]
        return math.nan if any(map(math.isnan, inputs)) else rule(state, *inputs, *parameters)

    return step


def _place(name: str) -> tuple[str | None, int]:
    column, at, symbol = name.partition("@")
    return (symbol if at else None), BAR_COLUMNS.index(column)
