"""Where bars come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRequest:
    """Bars of one symbol and size that start at or after `start` and end at or before `end` (UTC ns)."""

    symbol: Symbol
    bar_size: BarSize
    start: int
    end: int


class MarketFeed(Protocol):
    """A source of bars. Faulty bars are handed on as they are: the core refuses and counts them."""

    @property
    def name(self) -> str:
        """How the feed is called in configuration, logs and the session's record."""
        ...

    def serves(self, symbol: Symbol, bar_size: BarSize) -> bool:
        """Whether the feed holds bars of this symbol and size."""
        ...

    def last_bar_ends_at(self, symbol: Symbol, bar_size: BarSize) -> int | None:
        """End of the last bar held for a symbol that is served; None if the feed has no end of its own."""
        ...

    async def history(self, request: BarRequest) -> Sequence[Bar]:
        """Return the bars of a symbol that is served, ordered by their end; ties keep the source's order.

        Raises DataError if the source cannot be read.
        """
        ...
