"""How quickly orders may follow each other.

Source: the token bucket of Turner (1986), "New directions in communications", IEEE Communications Magazine 24(10).
"""

from robo_trader.core.rules.numbers import Number


def bucket_level(level: Number, elapsed: Number, rate: Number, burst: Number) -> Number:
    """Return how many orders may leave at once.

    level: as it was; elapsed: seconds since then, 0 or above; rate: orders a second; burst: the most that is saved up.
    """
    refilled = level + elapsed * rate
    return burst if refilled > burst else refilled


def next_cooldown(cooldown: int, base: int, factor: int, most: int) -> int:
    """Return how long a breaker that opens again stays open: `factor` times as long as before, at most `most` bases.

    cooldown: of the last opening, 0 if it was closed; in the unit of base.
    """
    if cooldown == 0:
        return base
    longer, longest = cooldown * factor, base * most
    return longest if longer > longest else longer
