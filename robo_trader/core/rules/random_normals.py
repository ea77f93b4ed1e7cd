"""Random numbers that anybody can draw again: the same from the same seed, interpreted or compiled, on any machine.

Two multiplicative congruential generators, their difference taken; every product stays below 2^53, so that floats hold
it exactly. The period is 2.3e18.

Source: Pierre L'Ecuyer (1988), "Efficient and portable combined random number generators", Communications of the ACM
31(6). Normal numbers: G. E. P. Box and Mervin E. Muller (1958), "A note on the generation of random normal deviates",
The Annals of Mathematical Statistics 29(2).
"""

import math

RANDOM_STATE_SIZE = 2  # both generators

_FIRST = 2147483563.0
_SECOND = 2147483399.0
_WARM_UP = 16  # draws thrown away, so that neighboring seeds part


def seed_random(state: list[float], seed: int) -> None:
    """Begin anew. state: vector of RANDOM_STATE_SIZE floats; seed: 0 to 2^32 - 1."""
    state[0] = 1.0 + seed % 2147483562
    state[1] = 1.0 + (seed // 2 + 1234567) % 2147483398
    for _ in range(_WARM_UP):
        next_uniform(state)


def next_uniform(state: list[float]) -> float:
    """Return a number in (0, 1), never at an end."""
    state[0] = (40014.0 * state[0]) % _FIRST
    state[1] = (40692.0 * state[1]) % _SECOND
    difference = state[0] - state[1]
    if difference < 1.0:
        difference += _FIRST - 1.0
    return difference / _FIRST


def next_normal(state: list[float]) -> float:
    """Return a standard normal number."""
    radius = math.sqrt(-2.0 * math.log(next_uniform(state)))
    return radius * math.cos(2.0 * math.pi * next_uniform(state))
