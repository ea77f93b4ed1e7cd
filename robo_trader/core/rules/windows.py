"""The last so many values of a series, kept in a part of a rule's state that begins at `at`.

    state[at]      whether `length` values have come: 1 or 0
    state[at + 1]  the place of the oldest one, which the next value takes; while it fills, how many have come
    state[at + 2]  the values, `length` of them

Sums over a window are summed afresh each time it has been replaced once, so that rounding errors of adding and
taking away never pile up; between, a step costs the same whatever the length.

The engine interprets these steps. So they choose (`a if a > b else b`) where `max` would read better but cost ten times
as much, compare floats with floats and whole numbers with whole numbers, as a mixed comparison costs five times one of
a kind, and turn a place into a whole number once. Compiled, they keep the place as a float and branch where the ring
turns, as turning it into a whole number and back would double the cost.
"""

import math


def window_size(length: int) -> int:
    """Return the floats a window needs."""
    return 2 + length


def window_push(state: list[float], at: int, value: float, length: int) -> float:
    """Take in a value; return the one that leaves, 0 while the window fills."""
    slot = state[at + 1]
    place = at + 2 + int(slot)
    outgoing = state[place]
    state[place] = value
    if place <= at + length:
        state[at + 1] = slot + 1.0
    else:
        state[at] = 1.0
        state[at + 1] = 0.0
    return outgoing


def window_is_full(state: list[float], at: int) -> bool:
    """Return whether as many values have come as the window is long."""
    return state[at] != 0.0


def window_has_turned(state: list[float], at: int) -> bool:
    """Return whether the last push replaced the end of the window: time to sum afresh."""
    return state[at + 1] == 0.0


def window_value(state: list[float], at: int, age: int, length: int) -> float:
    """Return the value of `age` pushes ago: 0 is the newest; 0.0 where none has come yet."""
    place = int(state[at + 1]) - 1 - age
    if place < 0:
        place += length
    return state[at + 2 + place]


def sum_size(length: int) -> int:
    """Return the floats a window with its total needs: the total comes first."""
    return 1 + window_size(length)


def sum_push(state: list[float], at: int, value: float, length: int) -> float:
    """Take in a value; return the sum of the window (of what has come, while it fills)."""
    slot = state[at + 2]
    place = at + 3 + int(slot)
    total = state[at] + (value - state[place])
    state[place] = value
    if place <= at + 1 + length:
        state[at + 2] = slot + 1.0
    else:
        total = 0.0
        for kept in state[at + 3 : at + 3 + length]:
            total += kept
        state[at + 1] = 1.0
        state[at + 2] = 0.0
    state[at] = total
    return total


def sum_is_full(state: list[float], at: int) -> bool:
    """Return whether as many values have come as the window is long."""
    return state[at + 1] != 0.0


def sum_deviation(state: list[float], at: int, center: float, length: int) -> float:
    """Return the sum of the distances of the values from their mean `center`, in a full window with its total.

    What stands above the mean and what stands below it are equally far from it, so the one is summed and doubled.
    """
    above = 0.0
    for kept in state[at + 3 : at + 3 + length]:
        above += kept - center if kept > center else 0.0  # not branched on: a processor cannot guess the way
    return 2.0 * above


TALLY_SUMS = 2  # the place of the first of a tally's sums, which all others follow


def tally_size(length: int) -> int:
    """Return the floats a tally needs: whether it is full, its place, the sum of newer values, sums of older ones."""
    return 3 + length


def tally_push(state: list[float], at: int, value: float, length: int) -> float:
    """Take in a value; return the sum of the last `length` (of what has come, while it fills), and never subtract.

    For values that differ by many powers of ten, as volumes do: where a giant leaves a running total, its rounding
    errors stay and drown what is small. Here they leave with it, and a window of zeros sums to exactly 0. Values pushed
    since the window last turned are summed in `state[at + 2]`; each place not yet reached again holds the sum of the
    older values from there on.
    """
    slot = state[at + 1]
    place = at + 3 + int(slot)
    last = at + 2 + length
    state[place] = value
    if place < last:
        newer = state[at + 2] + value
        state[at + 1] = slot + 1.0
        state[at + 2] = newer
        return newer + state[place + 1]
    total = 0.0
    for older in range(last, at + 2, -1):
        total += state[older]
        state[older] = total
    state[at] = 1.0
    state[at + 1] = 0.0
    state[at + 2] = 0.0
    return total


def tally_is_full(state: list[float], at: int) -> bool:
    """Return whether as many values have come as the tally is long."""
    return state[at] != 0.0


def peak_size(length: int) -> int:
    """Return the floats a peak needs: whether it is full, its place, the highest newer value, highest older ones."""
    return 3 + length


def peak_push(state: list[float], at: int, value: float, length: int) -> float:
    """Take in a value; return the highest of the last `length`, NaN until there are as many.

    Nothing is ever searched for, so that a step costs the same also in a steady fall. Values pushed since the window
    last turned, and the one it turned with, have their highest in `state[at + 2]`; each place not yet reached again
    holds the highest of the older values from there on. For the lowest, push and read negative values.
    """
    slot = state[at + 1]
    place = at + 3 + int(slot)
    last = at + 2 + length
    state[place] = value
    if place < last:
        if place == at + 3 and state[at] == 0.0:
            state[at + 2] = value
        newer = state[at + 2]
        newer = value if value > newer else newer
        state[at + 1] = slot + 1.0
        state[at + 2] = newer
        if state[at] == 0.0:
            return math.nan
        older = state[place + 1]
        return newer if newer > older else older
    highest = value
    for older in range(last - 1, at + 2, -1):
        kept = state[older]
        highest = kept if kept > highest else highest
        state[older] = highest
    state[at] = 1.0
    state[at + 1] = 0.0
    state[at + 2] = value
    return highest


def ratio_size(length: int) -> int:
    """Return the floats of two tallies side by side: whether full, their place, two newer sums, parts, wholes."""
    return 4 + 2 * length


def ratio_push(state: list[float], at: int, part: float, whole: float, length: int, empty: float) -> float:
    """Take in a part and its whole; return the sum of the last `length` parts over that of their wholes.

    NaN until there are `length`; `empty` where the wholes sum to 0. Both sums are tallies (`tally_push`).
    """
    slot = state[at + 1]
    place = at + 4 + int(slot)
    beside = place + length
    state[place] = part
    state[beside] = whole
    if place < at + 3 + length:
        parts = state[at + 2] + part
        wholes = state[at + 3] + whole
        state[at + 1] = slot + 1.0
        state[at + 2] = parts
        state[at + 3] = wholes
        if state[at] == 0.0:
            return math.nan
        parts += state[place + 1]
        wholes += state[beside + 1]
    else:
        parts = 0.0
        wholes = 0.0
        for older in range(place, at + 3, -1):
            parts += state[older]
            state[older] = parts
            beside = older + length
            wholes += state[beside]
            state[beside] = wholes
        state[at] = 1.0
        state[at + 1] = 0.0
        state[at + 2] = 0.0
        state[at + 3] = 0.0
    return parts / wholes if wholes != 0.0 else empty


def span_size(length: int) -> int:
    """Return the floats two peaks side by side need: whether full, their place, newer ones, the lowest, older ones."""
    return 5 + 2 * length


def span_push(state: list[float], at: int, high: float, low: float, length: int) -> float:
    """Take in a high and a low; return the highest of the last `length` highs, NaN until there are as many.

    Then `span_lowest` is the lowest of as many lows. Both are kept as `peak_push` keeps one.
    """
    slot = state[at + 1]
    top = at + 5 + int(slot)
    bottom = top + length
    state[top] = high
    state[bottom] = low
    if top < at + 4 + length:
        if slot == 0.0 and state[at] == 0.0:
            state[at + 2] = high
            state[at + 3] = low
        newer = state[at + 2]
        high = newer if newer > high else high
        newer = state[at + 3]
        low = newer if newer < low else low
        state[at + 1] = slot + 1.0
        state[at + 2] = high
        state[at + 3] = low
        if state[at] == 0.0:
            return math.nan
        older = state[bottom + 1]
        state[at + 4] = older if older < low else low
        older = state[top + 1]
        return older if older > high else high
    state[at + 2] = high
    state[at + 3] = low
    for place in range(top - 1, at + 4, -1):
        older = state[place]
        high = older if older > high else high
        state[place] = high
        older = state[place + length]
        low = older if older < low else low
        state[place + length] = low
    state[at] = 1.0
    state[at + 1] = 0.0
    state[at + 4] = low
    return high


LOWEST = 4  # where, from its beginning on, the lowest low of a span stands


def span_lowest(state: list[float], at: int) -> float:
    """Return the lowest low of a full span."""
    return state[at + LOWEST]
