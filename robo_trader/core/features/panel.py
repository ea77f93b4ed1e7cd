"""Features of many symbols: bar by bar (`FeaturePanel`) and over a whole history (`compute_batch`).

Both run the feature's one rule, so they cannot differ.
"""

from collections.abc import Sequence

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature


class FeaturePanel:
    """The current value of every feature for every symbol, moved on by one bar at a time.

    A symbol without a bar keeps its values; whoever decides looks at the bars of the slice, not at the panel.
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self._readers = tuple(feature.reader() for feature in self.features)
        self.states: dict[Symbol, list[list[float]]] = {}

    def update(self, bar: Bar) -> tuple[float, ...]:
        """Return the features' values as of the end of `bar`, in the order of `features`."""
        states = self.states.get(bar.symbol)
        if states is None:
            states = [[0.0] * feature.state_size for feature in self.features]
            self.states[bar.symbol] = states
        return tuple(
            feature.rule(state, *read(bar), *feature.parameters)
            for feature, read, state in zip(self.features, self._readers, states, strict=True)
        )


def compute_batch(feature: Feature, bars: Sequence[Bar]) -> list[float]:
    """Return the feature's value at the end of each bar of one symbol."""
    state = [0.0] * feature.state_size
    read = feature.reader()
    return [feature.rule(state, *read(bar), *feature.parameters) for bar in bars]
