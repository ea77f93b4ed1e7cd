"""Puts quotes, prints and slices of bars into one order of time."""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

from robo_trader.core.domain.bars import BarSlice, TradingSession
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.events import QuoteArrived, TradePrinted

H = TypeVar("H", bound=BarSlice | QuoteArrived | TradePrinted)
Happening = BarSlice | QuoteArrived | TradePrinted


def merge_records(
    slices: Iterable[BarSlice], quotes: Iterable[QuoteArrived] = (), trades: Iterable[TradePrinted] = ()
) -> Iterator[Happening]:
    """Yield all in order of time; each of them must be so already.

    Of the same moment prints come first, since a print is held against the quote before it; then quotes; and last the
    slice that ends then, which so has seen all that happened in it.
    """
    streams: tuple[Iterable[Happening], ...] = (trades, quotes, slices)
    yield from heapq.merge(*streams, key=_moment)


def with_actions(
    happenings: Iterable[H], actions: Iterable[CorporateAction], *, is_new: bool
) -> Iterator[H | CorporateAction]:
    """Yield all, each action before the first happening that comes after it; both must be in order of time.

    is_new: whether nothing was played yet. Then what happened before the first session is no more than history.
    """
    waiting = deque(actions)
    for happening in happenings:
        while waiting and waiting[0].occurred_at < _moment(happening):
            action = waiting.popleft()
            if not is_new or action.occurred_at >= _session(happening).opens_at:
                yield action
        is_new = False
        yield happening


def _session(happening: Happening) -> TradingSession:
    return happening.session


def _moment(happening: Happening) -> int:
    return happening.ended_at if isinstance(happening, BarSlice) else happening.occurred_at
