"""The strategy that is tortured when nobody names one: it changes its mind often, and remembers that it did."""

from dataclasses import dataclass
from random import Random

from msgspec import Struct

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.fills import Fill
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, Values

_STRENGTHS = (0.0, 0.3, 0.6, 1.0)
_OFTEN = 0.4  # of bars that change its mind


class Memory(Struct):
    """What it has seen."""

    bars: int = 0
    fills: int = 0


@dataclass(frozen=True)
class Restless(EventStrategy):
    """Wants something else now and then, by bar and seed alone."""

    seed: int = 0

    def memory(self) -> Memory:
        """Begin with nothing."""
        return Memory()

    def on_bar(self, memory: Memory, bar: Bar, values: Values, desk: Desk) -> None:  # noqa: ARG002
        """Want something else, or nothing new."""
        memory.bars += 1
        chance = Random(f"{self.seed}/{bar.symbol}/{bar.ended_at}")  # noqa: S311 - a mood
        if chance.random() < _OFTEN:
            desk.want(bar.symbol, chance.choice(_STRENGTHS), "a mood")

    def on_fill(self, memory: Memory, fill: Fill, desk: Desk) -> None:  # noqa: ARG002
        """Count."""
        memory.fills += 1
