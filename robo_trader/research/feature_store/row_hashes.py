"""A number for each row of inputs, by which a changed row is found.

Two rows that differ anywhere almost never share it (about one chance in 2**64); it guards against revised data, not
against forgery. The mixing is the finalizer of SplitMix64: Steele, Lea and Flood (2014), "Fast splittable pseudorandom
number generators", OOPSLA.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_NAN = np.uint64(0x7FF8000000000000)  # there are many NaNs; to us they are one
_DIGEST_BYTES = 12


def row_hashes(columns: Sequence[NDArray[np.int64] | NDArray[np.float64]]) -> Hashes:
    """Return one number a row, shape (rows,). columns: arrays of 64-bit numbers, each of shape (rows,)."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = _mixed((mixed ^ _words(column)) + _GOLDEN)
    return mixed


def digest(hashes: Hashes) -> str:
    """Return hexadecimal digits that stand for all rows in their order."""
    return blake2b(np.ascontiguousarray(hashes).tobytes(), digest_size=_DIGEST_BYTES).hexdigest()


def _words(column: NDArray[np.int64] | NDArray[np.float64]) -> Hashes:
    words = np.ascontiguousarray(column).view(np.uint64)
    return np.where(np.isnan(column), _NAN, words) if column.dtype == np.float64 else words


def _mixed(words: Hashes) -> Hashes:
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    mixed: Hashes = words ^ (words >> np.uint64(31))
    return mixed
