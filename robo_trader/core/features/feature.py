"""What a feature is: a name, the bar columns it reads, its parameters, its warm-up, and the rule it runs."""

from collections.abc import Callable
from dataclasses import dataclass

from robo_trader.core.domain.bars import Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number a bar, known at the bar's end."""

    name: str  # unique within a run: kind and parameters, e.g. "sma_20"
    inputs: tuple[str, ...]  # columns of the bar, in the order the rule takes them
    parameters: tuple[int, ...]
    warm_up: int  # bars until the first value that is not NaN, that bar included
    state_size: int
    rule: Callable[..., float]  # (state, *inputs, *parameters) -> value, NaN while it warms up

    def reader(self) -> Callable[[Bar], tuple[float, ...]]:
        """Return a function that takes the feature's inputs from a bar."""
        columns = self.inputs
        return lambda bar: tuple(getattr(bar, column) for column in columns)
