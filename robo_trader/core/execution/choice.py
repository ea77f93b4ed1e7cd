"""Which algorithm suits an order: a rule in words and numbers, the first line that fits.

1. The session is nearly over: at once.
2. It is urgent: at once where that costs little by the square-root law, or nothing is known, else beside what trades.
3. What usually trades is not known yet: evenly over time.
4. It costs little at once: at once; but where the spread is wide, or there is no hurry, a limit waits first.
5. It is a large part of what trades in its window: with the market's volume, however long that takes.
6. Everything else: along the usual volume.
"""

from msgspec import Struct

from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.execution.policy import ExecutionPolicy, Urgency
from robo_trader.core.rules.slippage import impact_bps, square_root_bps

LITTLE_IMPACT_BPS = 2.0  # what today's paper broker charges a taker by default
WIDE_HALF_SPREAD_BPS = 5.0  # a spread of a tenth of a percent


class Conditions(Struct, frozen=True, kw_only=True, gc=False):
    """What is known as an order begins. Shares are floats."""

    quantity: float
    daily_volume: float  # 0 where not known
    daily_volatility: float  # of return, as a fraction
    half_spread_bps: float  # of the quote, or as the settings assume
    window_volume: float  # shares that usually trade while it may be worked
    time_left: int  # nanoseconds until nothing is worked any more

    def impact_bps(self, coefficient: float) -> float | None:
        """Return the order's impact by the square-root law, None where volume is not known yet."""
        if self.daily_volume <= 0:
            return None
        return impact_bps(self.daily_volatility, coefficient, self.quantity / self.daily_volume)

    def cost_bps(self, coefficient: float) -> float | None:
        """Return what the order is expected to cost: half the spread, and its impact."""
        if self.daily_volume <= 0:
            return None
        taken = self.quantity / self.daily_volume
        return square_root_bps(self.half_spread_bps, self.daily_volatility, coefficient, taken)


def choose(found: Conditions, policy: ExecutionPolicy) -> tuple[Algorithm, str]:
    """Return the algorithm for an order, and why in words."""
    if policy.algorithm is not None:
        return policy.algorithm, "as configured"
    if found.time_left < 2 * policy.interval:
        return Algorithm.AT_ONCE, "the session is nearly over"
    if found.daily_volume <= 0:
        is_urgent = policy.urgency is Urgency.HIGH
        return Algorithm.AT_ONCE if is_urgent else Algorithm.TWAP, "its usual volume is not known yet"
    return _by_cost(found, policy)


def _by_cost(found: Conditions, policy: ExecutionPolicy) -> tuple[Algorithm, str]:
    taken = found.quantity / found.daily_volume
    moves = impact_bps(found.daily_volatility, policy.impact.coefficient, taken)
    if moves <= LITTLE_IMPACT_BPS:
        return _small(found, policy, f"it moves the price by {moves:.1f} bps")
    if policy.urgency is Urgency.HIGH:
        return Algorithm.POV, f"urgent, and at once it moves the price by {moves:.1f} bps"
    if found.quantity > policy.participation * found.window_volume:
        return Algorithm.POV, f"it is {taken:.1%} of a day's volume, too much for its window"
    return Algorithm.VWAP, f"at once it moves the price by {moves:.1f} bps"


def _small(found: Conditions, policy: ExecutionPolicy, why: str) -> tuple[Algorithm, str]:
    if policy.urgency is Urgency.HIGH:
        return Algorithm.AT_ONCE, f"urgent, and {why} only"
    if policy.urgency is Urgency.LOW:
        return Algorithm.PASSIVE, f"no hurry, and {why} only"
    if found.half_spread_bps > WIDE_HALF_SPREAD_BPS:
        return Algorithm.PASSIVE, f"{why} only, but half the spread is {found.half_spread_bps:.1f} bps"
    return Algorithm.AT_ONCE, f"{why} only"
