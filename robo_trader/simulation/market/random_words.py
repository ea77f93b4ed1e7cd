"""Random numbers that are functions of their name: the same name gives the same number, in whatever order asked.

Only hashes, integer arithmetic and exact float steps are used, no generator object with a state and no library
whose stream may change with its version: a seed written down today means the same prices in ten years.
"""

from hashlib import blake2b
from math import sqrt

import numpy as np
from numpy.typing import NDArray

# SplitMix64, constants by Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators"
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)

_PIECE = 0xFFFF  # 16 bits
_PIECES_MEAN = 4 * _PIECE / 2
_PIECES_DEVIATION = sqrt(((_PIECE + 1) ** 2 - 1) / 3)  # of four independent pieces, variance 4 (n^2 - 1) / 12

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]


def name_words(*parts: str | int) -> tuple[int, int, int, int]:
    """Return four independent 64-bit words that belong to a name."""
    digest = blake2b("|".join(map(str, parts)).encode(), digest_size=32).digest()
    first, second, third, fourth = (int.from_bytes(digest[at : at + 8], "big") for at in (0, 8, 16, 24))
    return first, second, third, fourth


def to_unit(word: int) -> float:
    """Return a word as a number in [0, 1)."""
    return (word >> 11) * 2.0**-53


def to_normal(word: int) -> float:
    """Return a word as a nearly standard normal number: the sum of its four pieces, within +/- 3.47."""
    pieces = sum(word >> shift & _PIECE for shift in (0, 16, 32, 48))
    return (pieces - _PIECES_MEAN) / _PIECES_DEVIATION


def row_words(keys: list[int], count: int) -> Words:
    """Return `count` words for each key, shape (keys, count). A row depends on its own key alone."""
    counters = np.arange(1, count + 1, dtype=np.uint64) * _GAMMA
    words = np.array(keys, dtype=np.uint64)[:, None] + counters[None, :]
    words = (words ^ (words >> np.uint64(30))) * _MIX_1
    words = (words ^ (words >> np.uint64(27))) * _MIX_2
    mixed: Words = words ^ (words >> np.uint64(31))
    return mixed


def pieces_of(words: Words) -> tuple[Floats, Floats, Floats, Floats]:
    """Split each word into four independent numbers in [0, 1), of 16 bits each."""
    first, second, third, fourth = (_piece(words, shift) / (_PIECE + 1) for shift in (0, 16, 32, 48))
    return first, second, third, fourth


def normals_of(words: Words) -> Floats:
    """Return each word as `to_normal` would."""
    pieces = _piece(words, 0) + _piece(words, 16) + _piece(words, 32) + _piece(words, 48)
    normals: Floats = (pieces - _PIECES_MEAN) / _PIECES_DEVIATION
    return normals


def _piece(words: Words, shift: int) -> Floats:
    return (words >> np.uint64(shift) & np.uint64(_PIECE)).astype(np.float64)
