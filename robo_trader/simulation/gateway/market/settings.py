"""How the pretend market is set up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.brokerage.settings import Listing

Past = Callable[[Symbol], Sequence[Bar]]


class MarketAccess(Enum):
    """What the login may see."""

    LIVE = "LIVE"
    DELAYED = "DELAYED"  # nothing is subscribed; old ticks are free
    NONE = "NONE"


def no_past(_symbol: Symbol) -> Sequence[Bar]:
    """Return that nothing is known of before the first shown bar."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSettings:
    """One market of US stocks, regular hours only."""

    sessions: SessionTable
    listings: tuple[Listing, ...]
    bar_size: BarSize = BarSize.DAY_1  # of the bars that are shown
    past: Past = no_past  # bars in order of time, of the same size; those not over yet are not looked at
    access: MarketAccess = MarketAccess.LIVE
    lines_max: int = 100  # subscriptions at once, of all clients
    histories_max: int = 50  # kept up to date at once, of all clients
    tick_streams_max: int = 3  # of them tick by tick
    delay: int = 900 * NANOS_PER_SECOND  # of delayed ticks, nanoseconds of the market's time
    half_spread: Decimal = Decimal("0.01")  # dollars; stands for quotes where only bars or prints are shown
    checks_steps: bool = False  # refuse durations with bars smaller than the broker's table has, minutes as well
    real_seconds: Callable[[], float] | None = None  # a clock that never goes back; paces questions for small bars
