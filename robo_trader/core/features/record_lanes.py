"""Features of quotes or prints, moved on by one record at a time."""

import math
from collections.abc import Callable, Sequence

from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature

Row = tuple[float, ...]
# A feature's rule, what it remembers, the places of a record's numbers that it takes, and its parameters.
Call = tuple[Callable[..., float], list[float], tuple[int, ...], tuple[float, ...]]


class RecordLanes:
    """The features of every symbol's quotes, or prints. `states` is all they remember, as plain lists of floats."""

    def __init__(self, wanted: Callable[[Symbol], Sequence[Feature]], columns: tuple[str, ...]) -> None:
        """wanted: the features of a symbol, in the order its values are returned in; columns: of a record's row."""
        self._wanted = wanted
        self._columns = columns
        self._calls: dict[Symbol, list[Call]] = {}
        self.states: dict[Symbol, list[list[float]]] = {}

    def update(self, symbol: Symbol, row: Row) -> Row | None:
        """Return the values as of this record, None while one of them is NaN.

        Raises StrategyError where the rule of a feature fails.
        """
        calls = self._calls.get(symbol)
        if calls is None:
            calls = self._begin(symbol)
        try:
            values = tuple(
                [
                    rule(state, *[row[place] for place in places], *parameters)
                    for rule, state, places, parameters in calls
                ]
            )
        except Exception as error:  # the rule of a feature may be anybody's, and wrong in any way
            raise StrategyError(
                f"a feature failed for {symbol}: {type(error).__name__}: {error}",
                next_step="Correct the feature's rule; nothing was decided on this record.",
            ) from error
        return None if any(map(math.isnan, values)) else values

    def forget(self, symbol: Symbol) -> None:
        """Begin anew with a symbol: its records count other shares now."""
        self._calls.pop(symbol, None)
        self.states.pop(symbol, None)

    def _begin(self, symbol: Symbol) -> list[Call]:
        features = self._wanted(symbol)
        self.states[symbol] = [[0.0] * feature.state_size for feature in features]
        self._calls[symbol] = [
            (feature.rule, state, tuple(map(self._columns.index, feature.inputs)), tuple(feature.parameters))
            for feature, state in zip(features, self.states[symbol], strict=True)
        ]
        return self._calls[symbol]
