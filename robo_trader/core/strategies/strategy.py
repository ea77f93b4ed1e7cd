"""What a strategy is: the features it reads and a rule from their values to a strength."""

from typing import Protocol

from robo_trader.core.features.feature import Feature


class Strategy(Protocol):
    """A stateless view: the same feature values always give the same strength."""

    @property
    def name(self) -> str:
        """How configuration, journal and dashboard call it."""
        ...

    @property
    def features(self) -> tuple[Feature, ...]:
        """The features `strength` takes, in this order."""
        ...

    def strength(self, *values: float) -> float:
        """Return the view in [-1, 1]: the sign is the side, the size the conviction; 0 is no view.

        Values are NaN while a feature warms up; the answer must then be 0.
        """
        ...

    def reason(self, *values: float) -> str:
        """Return the view in words, with the values it rests on."""
        ...
