"""Features of quotes or prints, moved on by one record at a time."""

import math
from collections.abc import Callable, Sequence
from operator import itemgetter

from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature

Row = tuple[float, ...]
Step = Callable[[Row], float]


class RecordLanes:
    """The features of every symbol's quotes, or prints. `states` is all they remember, as plain lists of floats."""

    def __init__(self, wanted: Callable[[Symbol], Sequence[Feature]], columns: tuple[str, ...]) -> None:
        """wanted: the features of a symbol, in the order its values are returned in; columns: of a record's row."""
        self._wanted = wanted
        self._columns = columns
        self._steps: dict[Symbol, list[Step]] = {}
        self.states: dict[Symbol, list[list[float]]] = {}

    def update(self, symbol: Symbol, row: Row) -> Row | None:
        """Return the values as of this record, None while one of them is NaN.

        Raises StrategyError where the rule of a feature fails.
        """
        steps = self._steps.get(symbol)
        if steps is None:
            steps = self._begin(symbol)
        try:
            values = tuple([step(row) for step in steps])
        except Exception as error:  # the rule of a feature may be anybody's, and wrong in any way
            raise StrategyError(
                f"a feature failed for {symbol}: {type(error).__name__}: {error}",
                next_step="Correct the feature's rule; nothing was decided on this record.",
            ) from error
        return None if any(map(math.isnan, values)) else values

    def forget(self, symbol: Symbol) -> None:
        """Begin anew with a symbol: its records count other shares now."""
        self._steps.pop(symbol, None)
        self.states.pop(symbol, None)

    def _begin(self, symbol: Symbol) -> list[Step]:
        features = self._wanted(symbol)
        self.states[symbol] = [[0.0] * feature.state_size for feature in features]
        self._steps[symbol] = [
            _step(feature, state, self._columns) for feature, state in zip(features, self.states[symbol], strict=True)
        ]
        return self._steps[symbol]


def _step(feature: Feature, state: list[float], columns: tuple[str, ...]) -> Step:
    rule, parameters = feature.rule, feature.parameters
    places = [columns.index(name) for name in feature.inputs]
    if len(places) == 1:
        place = places[0]
        return lambda row: rule(state, row[place], *parameters)
    take = itemgetter(*places) if places else lambda _row: ()
    return lambda row: rule(state, *take(row), *parameters)
