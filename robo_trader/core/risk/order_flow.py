"""What an account has sent lately: how quickly, how often, and whether the same again.

Time is that of the orders. Nothing here forgets for good: the session's counts end with the session, and what is older
than the longest window is dropped because no control asks for it any more.
"""

from collections import deque
from decimal import Decimal

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import OrderIntent, Side
from robo_trader.core.rules.order_rate import bucket_level

MINUTE_NANOS = 60 * NANOS_PER_SECOND
Rate = tuple[Decimal, int]  # orders a second, and how many may leave at once
Likeness = tuple[str, Symbol, Side, Decimal, Decimal | None]  # strategy, symbol, side, shares, limit


class OrderFlow:
    """The orders of one account, as they leave."""

    def __init__(self) -> None:
        self._memory = MINUTE_NANOS
        self._buckets: dict[Rate, tuple[Decimal, int]] = {}  # how many orders each would let out, and as of when
        self._sent: deque[tuple[int, Likeness]] = deque()
        self.entries: dict[tuple[str, Symbol], int] = {}  # of this session, by strategy and symbol

    def remember(self, seconds: int) -> None:
        """Remember orders for so long, at least. What is forgotten already does not come back."""
        self._memory = max(seconds * NANOS_PER_SECOND, MINUTE_NANOS)

    def count_by(self, rate: Rate) -> None:
        """Keep the bucket of a rate from here on, so that it does not forget what the memory of orders does."""
        if rate not in self._buckets:
            self._buckets[rate] = self._reckoned(rate)

    def level(self, at: int, rate: Rate) -> Decimal:
        """Return how many orders the bucket of a rate would let out at a time."""
        level, since = self._buckets.get(rate) or self._reckoned(rate)
        return _refilled(level, at - since, rate)

    def _reckoned(self, rate: Rate) -> tuple[Decimal, int]:
        """Return a bucket that was full before all that is remembered."""
        level, since = Decimal(rate[1]), 0
        for at, _ in self._sent:
            level, since = _refilled(level, at - since, rate) - 1, at
        return level, since

    def sent_within(self, nanos: int, *, at: int, strategy: str | None = None) -> int:
        """Return how many orders left in the time up to `at`; of one strategy, or of all."""
        since = at - nanos
        return sum(then > since and strategy in {None, like[0]} for then, like in self._sent)

    def last_alike(self, intent: OrderIntent) -> int | None:
        """Return when the very same order left last, None if none is remembered."""
        alike = likeness(intent)
        return next((at for at, like in reversed(self._sent) if like == alike), None)

    def note(self, intent: OrderIntent, *, at: int, is_entry: bool) -> None:
        """Take note of an order that leaves."""
        for rate in self._buckets:
            self._buckets[rate] = self.level(at, rate) - 1, at
        while self._sent and self._sent[0][0] <= at - self._memory:
            self._sent.popleft()
        self._sent.append((at, likeness(intent)))
        if is_entry:
            key = intent.strategy, intent.symbol
            self.entries[key] = self.entries.get(key, 0) + 1

    def enter_session(self) -> None:
        """Begin to count a new session's entries."""
        self.entries.clear()

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self._buckets, self._memory, tuple(self._sent), self.entries


def _refilled(level: Decimal, nanos: int, rate: Rate) -> Decimal:
    return bucket_level(level, Decimal(nanos) / NANOS_PER_SECOND, rate[0], Decimal(rate[1]))


def likeness(intent: OrderIntent) -> Likeness:
    """Return what makes two orders the same to whoever sees them leave."""
    return intent.strategy, intent.symbol, intent.side, intent.quantity, intent.limit_price
