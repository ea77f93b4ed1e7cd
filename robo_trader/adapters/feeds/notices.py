"""What a feed left out or put right while reading, for whoever shows it to the user."""

from dataclasses import dataclass
from enum import Enum

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize


class NoticeKind(Enum):
    """What happened to the rows. Reordered rows are handed on, the others are not."""

    REORDERED = "rows that stood later than their time were put in order"
    NO_TIME = "rows without a time were left out"
    NO_SESSION = "bars on days without a session were left out"
    OUTSIDE_HOURS = "bars that start outside regular hours were left out"
    OUTSIDE_SESSION = "rows outside regular hours were left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedNotice:
    """How many rows of one symbol's file something happened to, and where it did first."""

    symbol: Symbol
    bar_size: BarSize
    kind: NoticeKind
    rows: int
    first: str  # e.g. "line 12"

    def __str__(self) -> str:
        return f"{self.symbol}, {self.bar_size.value}: {self.rows} {self.kind.value}, the first at {self.first}"
