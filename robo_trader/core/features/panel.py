"""Features of many symbols, moved on by one slice of bars at a time.

The panel is part of the engine's state: `states` is all it remembers, as plain lists of floats.

Every bar runs many rules, most of them a few hundred nanoseconds long, so a symbol's lane looks nothing up at a bar: it
keeps the numbers that its rules take side by side, in `cells`, the bar's columns first and then the parameters of its
features. Rules that take the same count of numbers are called in one loop.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.market.columns import BAR_COLUMNS, SESSION_COLUMNS, SessionClock

Row = tuple[float, ...]  # the values of a symbol's features, in their order
Cells = list[float]  # one number for each of BAR_COLUMNS, and then parameters
Call = tuple[Any, ...]  # (place among the values, rule, state, cells of the numbers it takes), the cells spelled out
Run = Callable[[Sequence[Call], Cells, Cells], None]  # (calls, cells, values to write)

_WIDTH = len(BAR_COLUMNS)
_NO_BAR: Cells = [math.nan] * _WIDTH


class FeaturePanel:
    """The features of every symbol.

    A symbol without a bar in a slice keeps its memory; it has no value in that slice.
    """

    def __init__(self, wanted: Callable[[Symbol], Sequence[Feature]]) -> None:
        """wanted: the features of a symbol, in the order its values are returned in."""
        self._wanted = wanted
        self._clock = SessionClock()
        self._lanes: dict[Symbol, _Lane] = {}
        # What no feature wants is not done at every bar.
        self._compares = self._reads_abroad = self._reads_clock = False
        self.states: dict[Symbol, list[list[float]]] = {}
        self._ratios: dict[Symbol, float] = {}  # new shares for each one that a lane counts in, where there was a split

    def update(self, bars: Sequence[Bar], session: TradingSession) -> dict[Symbol, Row]:
        """Return each bar's symbol's values as of the end of the slice. The bars are sound and end together.

        Raises StrategyError naming symbol and time where the rule of a feature fails.
        """
        known = self._lanes
        lanes = [known.get(bar.symbol) or self._lane(bar.symbol) for bar in bars]
        clock = self._clock.columns(session, bars[0].ended_at) if bars and self._reads_clock else None
        for bar, lane in zip(bars, lanes, strict=True):
            cells = lane.cells
            cells[0], cells[1], cells[2], cells[3], cells[4] = bar.open, bar.high, bar.low, bar.close, bar.volume
            if clock is not None:
                cells[5:_WIDTH] = clock
        if self._ratios:
            self._count_back(bars)
        present: dict[str, Cells] = {bar.symbol: known[bar.symbol].cells for bar in bars} if self._reads_abroad else {}
        values: dict[Symbol, Row] = {}
        for bar, lane in zip(bars, lanes, strict=True):
            try:
                values[bar.symbol] = lane.advance(present)
            except Exception as error:  # the rule of a feature may be anybody's, and wrong in any way
                raise _failed(error, bar) from error
        return self._finished(values) if self._ratios or self._compares else values

    def split(self, symbol: Symbol, new: int, old: int) -> None:
        """Count the bars to come back into the shares that the symbol's memory is in, and values into new shares.

        So the memory needs no change, whatever a rule keeps in it, and goes on as if bars had been adjusted
        beforehand: to the last bit where the ratio is a power of two, else but for the rounding of a product.
        """
        self._ratios[symbol] = self._ratios.get(symbol, 1.0) * (new / old)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know a symbol under its new name, where the features of both are the same; they begin anew where not."""
        lane = self._lanes.pop(symbol, None)
        self.states.pop(symbol, None)
        ratio = self._ratios.pop(symbol, None)
        for other in self._lanes.values():
            other.rename(symbol, new_symbol)
        if lane is None or [one.name for one in self._wanted(new_symbol)] != lane.names:
            return
        lane.rename(symbol, new_symbol)
        self._lanes[new_symbol], self.states[new_symbol] = lane, lane.states
        if ratio is not None:
            self._ratios[new_symbol] = ratio

    def _finished(self, values: dict[Symbol, Row]) -> dict[Symbol, Row]:
        """Return values in the shares of today, compared where a feature compares."""
        lanes = self._lanes
        for symbol in self._ratios.keys() & values.keys():
            values[symbol] = lanes[symbol].in_new_shares(values[symbol], self._ratios[symbol])
        if not self._compares:
            return values
        return {symbol: lanes[symbol].compare(symbol, values, lanes) for symbol in values}

    def _count_back(self, bars: Sequence[Bar]) -> None:
        for bar in bars:
            ratio = self._ratios.get(bar.symbol)
            if ratio is not None:
                cells = self._lanes[bar.symbol].cells
                for place in range(4):
                    cells[place] *= ratio
                cells[4] /= ratio

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
            self._compares = self._compares or lane.compares
            self._reads_abroad = self._reads_abroad or lane.reads_abroad
            self._reads_clock = self._reads_clock or lane.reads_clock
        return lane


def _failed(error: Exception, bar: Bar) -> StrategyError:
    at = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=bar.ended_at // 1000)).isoformat()
    return StrategyError(
        f"a feature failed for {bar.symbol} at {at}: {type(error).__name__}: {error}",
        next_step="Correct the feature's rule; nothing was decided on this bar.",
    )


class _Lane:
    """One symbol's features: each with its memory, and with the places of the numbers its rule takes."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self._features = tuple(features)
        computed = [feature if feature.base is None else feature.base for feature in features]
        self.states = [[0.0] * feature.state_size for feature in computed]
        self.cells: Cells = [math.nan] * _WIDTH
        self.compares = any(feature.base is not None for feature in features)
        self._places = {feature.name: place for place, feature in enumerate(features)}
        self._powers = [feature.price_power for feature in computed]
        self.names = [feature.name for feature in self._features]
        self._abroad: list[Call] = []  # as `Call`, its cells (symbol or None for the own one, place)
        names = [name.partition("@") for feature in computed for name in feature.inputs]
        self.reads_abroad = any(at for _, at, _ in names)
        self.reads_clock = any(column in SESSION_COLUMNS for column, _, _ in names)
        self._values = [math.nan] * len(self._features)  # written anew at each bar
        calls: dict[int, list[Call]] = {}  # by the count of numbers taken
        for place, (feature, state) in enumerate(zip(computed, self.states, strict=True)):
            parameters = range(len(self.cells), len(self.cells) + len(feature.parameters))
            self.cells += feature.parameters
            if any("@" in name for name in feature.inputs):
                self._abroad.append((place, feature.rule, state, [_cell(name) for name in feature.inputs], parameters))
                continue
            taken = (*(BAR_COLUMNS.index(name) for name in feature.inputs), *parameters)
            arguments = taken if len(taken) < len(_RUNS) else (taken,)
            calls.setdefault(len(taken), []).append((place, feature.rule, state, *arguments))
        self._runs = [(_RUNS[count] if count < len(_RUNS) else _run_more, calls[count]) for count in sorted(calls)]

    def advance(self, present: Mapping[str, Cells]) -> Row:
        """Return own values; for a comparing feature, the value that is to be compared.

        present: the cells of every symbol that has a bar in the slice, if this one reads others.
        """
        cells, values = self.cells, self._values
        for run, calls in self._runs:
            run(calls, cells, values)
        if self._abroad:
            _run_abroad(self._abroad, cells, present, values)
        return tuple(values)

    def compare(self, symbol: Symbol, values: Mapping[Symbol, Row], lanes: "Mapping[Symbol, _Lane]") -> Row:
        """Return the values with comparisons in the place of what was compared."""
        own = values[symbol]
        if not self.compares:
            return own
        return tuple(
            value if feature.base is None else _compared(feature, symbol, _peers(feature.name, values, lanes))
            for feature, value in zip(self._features, own, strict=True)
        )

    def in_new_shares(self, values: Row, ratio: float) -> Row:
        """Return values that were computed in old shares, `ratio` new ones for each."""
        pairs = zip(values, self._powers, strict=True)
        return tuple([value / ratio**power if power else value for value, power in pairs])

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Read another symbol's bars under its new name."""
        for _, _, _, sources, _ in self._abroad:
            sources[:] = [(new_symbol if of == symbol else of, place) for of, place in sources]

    def place_of(self, name: str) -> int | None:
        """Return where the feature of this name stands among the symbol's, None if it has none."""
        return self._places.get(name)


def _peers(name: str, values: Mapping[Symbol, Row], lanes: "Mapping[Symbol, _Lane]") -> dict[Symbol, float]:
    """Return the values of all symbols that have the feature of this name, in the order of the symbols' names."""
    places = {other: lanes[other].place_of(name) for other in sorted(values)}
    return {other: values[other][place] for other, place in places.items() if place is not None}


def _compared(feature: Feature, symbol: Symbol, values: Mapping[Symbol, float]) -> float:
    names = sorted(set(feature.groups.values()))
    numbers = {name: float(number) for number, name in enumerate(names)}
    groups = [numbers.get(feature.groups.get(other, ""), -1.0) for other in values]
    own_group = numbers.get(feature.groups.get(symbol, ""), -1.0)
    return feature.rule(values[symbol], own_group, list(values.values()), groups)


def _cell(name: str) -> tuple[str | None, int]:
    column, at, symbol = name.partition("@")
    return (symbol if at else None), BAR_COLUMNS.index(column)


def _run_abroad(calls: Sequence[Call], cells: Cells, present: Mapping[str, Cells], values: Cells) -> None:
    """Run rules that read other symbols' bars, which may be missing: then the value is NaN."""
    for place, rule, state, sources, parameters in calls:
        inputs = [cells[n] if symbol is None else present.get(symbol, _NO_BAR)[n] for symbol, n in sources]
        if any(map(math.isnan, inputs)):
            values[place] = math.nan
        else:
            values[place] = rule(state, *inputs, *[cells[n] for n in parameters])


def _run_none(calls: Sequence[Call], _cells: Cells, values: Cells) -> None:
    for place, rule, state in calls:
        values[place] = rule(state)


def _run_one(calls: Sequence[Call], cells: Cells, values: Cells) -> None:
    for place, rule, state, a in calls:
        values[place] = rule(state, cells[a])


def _run_two(calls: Sequence[Call], cells: Cells, values: Cells) -> None:
    for place, rule, state, a, b in calls:
        values[place] = rule(state, cells[a], cells[b])


def _run_three(calls: Sequence[Call], cells: Cells, values: Cells) -> None:
    for place, rule, state, a, b, c in calls:
        values[place] = rule(state, cells[a], cells[b], cells[c])


def _run_four(calls: Sequence[Call], cells: Cells, values: Cells) -> None:
    for place, rule, state, a, b, c, d in calls:
        values[place] = rule(state, cells[a], cells[b], cells[c], cells[d])


def _run_five(calls: Sequence[Call], cells: Cells, values: Cells) -> None:
    for place, rule, state, a, b, c, d, e in calls:
        values[place] = rule(state, cells[a], cells[b], cells[c], cells[d], cells[e])


def _run_more(calls: Sequence[Call], cells: Cells, values: Cells) -> None:
    for place, rule, state, taken in calls:
        values[place] = rule(state, *[cells[n] for n in taken])


_RUNS: tuple[Run, ...] = (_run_none, _run_one, _run_two, _run_three, _run_four, _run_five)
