"""The last so many values of a series, kept in a part of a rule's state that begins at `at`.

    state[at]      how many values there are, up to `length`
    state[at + 1]  the place of the oldest one, which the next value takes
    state[at + 2]  the values, `length` of them

Sums over a window are summed afresh each time it has been replaced once, so that rounding errors of adding and
taking away never pile up; between, a step costs the same whatever the length.
"""

import math


def window_size(length: int) -> int:
    """Return the floats a window needs."""
    return 2 + length


def window_push(state: list[float], at: int, value: float, length: int) -> float:
    """Take in a value; return the one that leaves, 0 while the window fills."""
    slot = state[at + 1]  # counted on as a float: turning it into a whole number and back would double the cost
    place = at + 2 + int(slot)
    outgoing = state[place]
    state[place] = value
    slot += 1.0
    state[at + 1] = 0.0 if slot == length else slot
    if state[at] < length:
        state[at] += 1.0
    return outgoing


def window_is_full(state: list[float], at: int, length: int) -> bool:
    """Return whether `length` values have come."""
    return state[at] >= length


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
    total = state[at] + (value - window_push(state, at + 1, value, length))
    if window_has_turned(state, at + 1):
        total = 0.0
        for place in range(at + 3, at + 3 + length):
            total += state[place]
    state[at] = total
    return total


def sum_is_full(state: list[float], at: int, length: int) -> bool:
    """Return whether `length` values have come."""
    return state[at + 1] >= length


def highest_size(length: int) -> int:
    """Return the floats a window with its highest value needs: the value, its age, the window."""
    return 2 + window_size(length)


def highest_push(state: list[float], at: int, value: float, length: int) -> float:
    """Take in a value; return the highest of the window so far. Of equal ones the newest counts, for its age.

    The age of the highest, in values, is `state[at + 1]`. For the lowest, push and read negative values.
    """
    empty = state[at + 2] == 0.0
    window_push(state, at + 2, value, length)
    age = state[at + 1] + 1.0
    if empty or value >= state[at]:
        state[at] = value
        age = 0.0
    elif age >= length:
        age = _search_highest(state, at, length)
    state[at + 1] = age
    return state[at]


def highest_is_full(state: list[float], at: int, length: int) -> bool:
    """Return whether `length` values have come."""
    return state[at + 2] >= length


def _search_highest(state: list[float], at: int, length: int) -> float:
    """Find the highest in a full window anew, from the newest value on; return its age."""
    best = window_value(state, at + 2, 0, length)
    best_age = 0
    for age in range(1, length):
        value = window_value(state, at + 2, age, length)
        if value > best:
            best = value
            best_age = age
    state[at] = best
    return float(best_age)


def sum_deviation(state: list[float], at: int, center: float, length: int) -> float:
    """Return the sum of the distances of the values from `center`, in a full window with its total."""
    total = 0.0
    for place in range(at + 3, at + 3 + length):
        total += abs(state[place] - center)
    return total


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
    place = at + 3 + int(state[at + 1])
    last = at + 2 + length
    state[place] = value
    if place < last:
        newer = state[at + 2] + value
        state[at + 1] += 1.0
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
    last turned have their highest in `state[at + 2]`; each place not yet reached again holds the highest of the older
    values from there on. For the lowest, push and read negative values.
    """
    place = at + 3 + int(state[at + 1])
    last = at + 2 + length
    state[place] = value
    if place < last:
        newer = state[at + 2]
        if value > newer or place == at + 3:
            newer = value
            state[at + 2] = value
        state[at + 1] += 1.0
        if state[at] == 0.0:
            return math.nan
        older = state[place + 1]
        return newer if newer > older else older  # noqa: FURB136 - calling `max` would cost the engine twice the step
    highest = value
    for older in range(last - 1, at + 2, -1):
        highest = max(highest, state[older])
        state[older] = highest
    state[at] = 1.0
    state[at + 1] = 0.0
    return highest


def ratio_size(length: int) -> int:
    """Return the floats of two tallies side by side: whether full, their place, two newer sums, parts, wholes."""
    return 4 + 2 * length


def ratio_push(state: list[float], at: int, part: float, whole: float, length: int, empty: float) -> float:
    """Take in a part and its whole; return the sum of the last `length` parts over that of their wholes.

    NaN until there are `length`; `empty` where the wholes sum to 0. Both sums are tallies (`tally_push`).
    """
    place = at + 4 + int(state[at + 1])
    last = at + 3 + length
    state[place] = part
    state[place + length] = whole
    if place < last:
        parts = state[at + 2] + part
        wholes = state[at + 3] + whole
        state[at + 1] += 1.0
        state[at + 2] = parts
        state[at + 3] = wholes
        if state[at] == 0.0:
            return math.nan
        parts += state[place + 1]
        wholes += state[place + 1 + length]
    else:
        parts = 0.0
        wholes = 0.0
        for older in range(last, at + 3, -1):
            parts += state[older]
            wholes += state[older + length]
            state[older] = parts
            state[older + length] = wholes
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
    slot = int(state[at + 1])
    top = at + 5 + slot
    bottom = top + length
    state[top] = high
    state[bottom] = low
    if slot < length - 1:
        if slot > 0:
            high = max(high, state[at + 2])
            low = min(low, state[at + 3])
        state[at + 1] += 1.0
        state[at + 2] = high
        state[at + 3] = low
        if state[at] == 0.0:
            return math.nan
        state[at + 4] = min(low, state[bottom + 1])
        return max(high, state[top + 1])
    for _ in range(slot):
        top -= 1
        bottom -= 1
        high = max(high, state[top])
        low = min(low, state[bottom])
        state[top] = high
        state[bottom] = low
    state[at] = 1.0
    state[at + 1] = 0.0
    state[at + 4] = low
    return high


def span_lowest(state: list[float], at: int) -> float:
    """Return the lowest low of a full span."""
    return state[at + 4]
