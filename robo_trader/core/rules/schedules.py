"""How much of an order is due by when: evenly over time, along a session's usual volume, or beside what trades."""

import math

NEARLY = 1e-9  # share; as in `rounding`


def slice_number(now: int, begins_at: int, interval: int) -> int:
    """Return in which of the slices of `interval` nanoseconds from `begins_at` a time lies: 0 is the first."""
    return (now - begins_at) // interval


def time_part(begins_at: int, ends_at: int, until: int) -> float:
    """Return the part of a window that has gone by at a time, in [0, 1]; all of an empty one."""
    if until >= ends_at:
        return 1.0
    return max(0.0, (until - begins_at) / (ends_at - begins_at))


def volume_until(profile: list[float], bucket: int, since_open: int) -> float:
    """Return the shares that usually trade from the open until so many nanoseconds later.

    profile: shares of each bucket of a session, one after the other; bucket: nanoseconds of each. Within a bucket
    they come evenly.
    """
    full = min(max(since_open, 0) // bucket, len(profile))
    shares = 0.0
    for place in range(full):
        shares += profile[place]
    if 0 <= full < len(profile) and since_open > 0:
        shares += profile[full] * (since_open - full * bucket) / bucket
    return shares


def volume_part(profile: list[float], bucket: int, begins: int, ends: int, until: int) -> float:
    """Return the part of a window's usual volume that has traded at a time, in [0, 1]; NaN where none ever did.

    begins, ends, until: nanoseconds since the open; the rest as `volume_until`.
    """
    if until >= ends:
        return 1.0
    before = volume_until(profile, bucket, begins)
    whole = volume_until(profile, bucket, ends) - before
    if whole <= 0.0:
        return math.nan
    return max(0.0, (volume_until(profile, bucket, until) - before) / whole)


def due_shares(quantity: float, part: float) -> float:
    """Return the whole shares of an order that are due once a part of its window has gone by."""
    return float(math.floor(quantity * part + NEARLY))


def share_of_volume(traded: float, participation: float) -> float:
    """Return the whole shares that a fraction of what has traded comes to."""
    return float(math.floor(traded * participation + NEARLY))


def running_mean(mean: float, value: float, count: int, length: int) -> float:
    """Return a mean with one value more: of all values as long as there are no more than `length`.

    Later each counts for 1 / length, and old ones fade. count: values before this one.
    """
    return mean + (value - mean) / min(count + 1, length)
