"""How orders are worked: everything that may be chosen, within its bounds."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.market.impact import ImpactModel


class Urgency(Enum):
    """How much a delay is feared more than the cost of haste."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Peg(Enum):
    """What a pegged limit follows."""

    MID = "mid"  # the middle of the quote
    PRIMARY = "primary"  # our side of it: the bid for a buy


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionPolicy:
    """How parent orders are worked. Durations are nanoseconds."""

    algorithm: Algorithm | None  # None: chosen for each order by `choice`
    urgency: Urgency
    window: int  # time an order may take; never past the close of its session
    interval: int  # between children, at least
    close_margin: int  # before the close, in which nothing is worked any more
    child_shares_min: Decimal  # no smaller child, but for the last one
    participation: float  # fraction of what trades that POV orders
    display_shares: Decimal  # most that an iceberg shows
    patience: int  # time that a passive limit waits
    modifies_max: int  # moves of a pegged limit
    peg: Peg
    crosses_rest: bool  # whether what is left of an entry is taken at the end; of an exit it always is
    profile_sessions: int  # sessions that the usual volume is the mean of
    impact: ImpactModel

    def __post_init__(self) -> None:
        """Hold whoever joins it to numbers that mean something."""
        assert self.algorithm is not Algorithm.AT_ONCE, "what is at once needs no policy"
        assert self.interval > 0 and self.window > 0 and self.profile_sessions > 0, self
        assert 0 < self.participation <= 1 and self.display_shares > 0 and self.child_shares_min > 0, self
