"""Simple and exponential moving averages, and what is made of exponential ones alone."""

import math


def sma_state_size(length: int) -> int:
    """Whether `length` values have come, place of the oldest one, running total, and the last `length` values."""
    return 3 + length


def sma_update(state: list[float], value: float, length: int) -> float:
    """Return the mean of the last `length` values, NaN until there are that many.

    state: vector of `sma_state_size(length)` floats, zeros at first.
    length: 1 or above.

    The total is summed afresh each time the window has been replaced once, so that rounding errors of
    adding and taking away never pile up.
    """
    slot = state[1]
    place = 3 + int(slot)
    total = state[2] + (value - state[place])
    state[place] = value
    if place <= 1 + length:
        state[1] = slot + 1.0
    else:
        total = 0.0
        for kept in state[3 : 3 + length]:
            total += kept
        state[0] = 1.0
        state[1] = 0.0
    state[2] = total
    if state[0] == 0.0:
        return math.nan
    return total / length


EMA_SIZE = 3  # a new value's weight (0 before the average begins), the average (a total before), values so far


def ema_push(state: list[float], at: int, value: float, length: int) -> float:
    """Take in a value; return its exponential average, as `ema_update` does.

    It is kept in the `EMA_SIZE` floats of the state from `at` on.
    """
    weight = state[at]
    if weight != 0.0:
        average = state[at + 1]
        average += (value - average) * weight
        state[at + 1] = average
        return average
    total = state[at + 1] + value
    count = state[at + 2] + 1.0
    state[at + 1] = total
    state[at + 2] = count
    if count < length:
        return math.nan
    average = total / length
    state[at] = 2.0 / (length + 1.0)
    state[at + 1] = average
    return average


def ema_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of one exponential average."""
    return EMA_SIZE


def ema_update(state: list[float], value: float, length: int) -> float:
    """Return the exponential average with weight 2 / (length + 1), NaN for the first length - 1 values.

    It begins with the simple mean of the first `length` values, as TA-Lib's EMA does.

    state: vector of 3 floats, zeros at first.
    length: 1 or above.
    """
    return ema_push(state, 0, value, length)


def dema_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of the average and of the average of it."""
    return 2 * EMA_SIZE


def dema_update(state: list[float], value: float, length: int) -> float:
    """Return the double exponential average, NaN for the first 2 * (length - 1) values.

    Twice the exponential average less the exponential average of it: what the second one lags behind the first is
    added back.
    Source: Patrick G. Mulloy (1994), "Smoothing data with faster moving averages", Technical Analysis of Stocks &
    Commodities 12(1).

    state: vector of 6 floats, zeros at first.
    length: 1 or above.
    """
    first = ema_push(state, 0, value, length)
    if math.isnan(first):
        return math.nan
    second = ema_push(state, EMA_SIZE, first, length)
    return 2.0 * first - second  # NaN as long as the second one is


def tema_state_size(length: int) -> int:  # noqa: ARG001 - every rule with memory has the same face
    """Return the floats of the average, of the average of it, and of the average of that."""
    return 3 * EMA_SIZE


def tema_update(state: list[float], value: float, length: int) -> float:
    """Return the triple exponential average, NaN for the first 3 * (length - 1) values.

    Of the exponential average, the average of it, and the average of that: three times the first, less three times
    the second, plus the third.
    Source: Patrick G. Mulloy (1994), "Smoothing data with less lag", Technical Analysis of Stocks & Commodities 12(2).

    state: vector of 9 floats, zeros at first.
    length: 1 or above.
    """
    first = ema_push(state, 0, value, length)
    if math.isnan(first):
        return math.nan
    second = ema_push(state, EMA_SIZE, first, length)
    if math.isnan(second):
        return math.nan
    third = ema_push(state, 2 * EMA_SIZE, second, length)
    return 3.0 * first - 3.0 * second + third  # NaN as long as the third one is
