"""What is shown without being decided on: bars of before trading began, and those that were missed meanwhile."""

from msgspec import Struct

from robo_trader.core.domain.bars import BarSlice


class HistoryShown(Struct, frozen=True, kw_only=True, gc=False):
    """Bars of one moment that is over for good: features and windows take them in, nothing is decided on them."""

    slice: BarSlice

    @property
    def occurred_at(self) -> int:
        """The end of the bars."""
        return self.slice.ended_at
