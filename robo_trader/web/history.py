"""Pages of history from the projections, oldest row first.

The port can give the newest N rows, or all above a sequence. What lies before something is therefore found by
asking for more and more of the newest, which suits how a chart is scrolled back: step by step, from the end.

Bounds are exclusive, so a page never ends between rows of equal key: it grows by the few that belong together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """Some rows, and whether rows within the same bounds were left out."""

    rows: Sequence[Row]
    more: bool


def oldest(rows: Sequence[Row], limit: int, *, key: Callable[[Row], int]) -> Slice[Row]:
    """Return the first `limit` of rows that are in order of `key`."""
    page, rest = rows[:limit], rows[limit:]
    together = list(takewhile(lambda row: key(row) == key(page[-1]), rest))
    return Slice([*page, *together], len(rest) > len(together))


def newest(rows: Sequence[Row], limit: int, *, key: Callable[[Row], int]) -> Slice[Row]:
    """Return the last `limit` of rows that are in order of `key`."""
    page = oldest(rows[::-1], limit, key=key)
    return Slice(page.rows[::-1], page.more)


def newest_before(
    read_newest: Callable[[int], Sequence[Row]], limit: int, *, before: int, key: Callable[[Row], int]
) -> Slice[Row]:
    """Return the newest `limit` rows whose key is below `before`.

    read_newest: gives the newest so many rows, in order of `key`.
    """
    asked = limit + 1
    while True:
        found = read_newest(asked)
        older = [row for row in found if key(row) < before]
        page = newest(older, limit, key=key)
        if page.more or len(found) < asked:
            return page
        asked *= 4
