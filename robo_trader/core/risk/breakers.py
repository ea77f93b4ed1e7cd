"""Circuit breakers: when something goes wrong again and again, nothing new is opened for a while.

A breaker opens for a cool-down. After it, at the next order, it is half open: one entry may leave, and what becomes of
it decides. A good outcome closes the breaker; a bad one opens it again for twice as long, up to eight cool-downs. An
entry that ends without an outcome makes room for another. Exits pass always.

| breaker | opens | good | bad |
| --- | --- | --- | --- |
| losing_streak | so many closed trades in a row lost | a trade closes without a loss | one loses |
| rejects | so many orders rejected by the broker in a window | the entry is accepted or fills | an order is rejected |
| slippage | mean of the last fills is too far from the decision prices | the entry fills within the limit | beyond it |
| errors | so many reports quarantined in a window | the entry fills | a report is quarantined |
| orders | so many orders left in a window | the entry fills | as many left again |
"""

from collections import deque
from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.events import BreakerChanged
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.violations import BreakerState
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.rules.comparison import exceeds
from robo_trader.core.rules.order_rate import next_cooldown
from robo_trader.core.rules.positions import losing_streak
from robo_trader.core.rules.slippage import slippage_bps

LONGER = 2  # times as long, each time a breaker opens again
LONGEST = 8  # cool-downs
CLOSED, OPEN, HALF_OPEN = BreakerState
LOSING_STREAK, REJECTS, SLIPPAGE, ERRORS, ORDERS = "losing_streak", "rejects", "slippage", "errors", "orders"


class Breaker(Struct):
    """One breaker, as it is."""

    name: str
    limit: Decimal
    unit: str
    state: BreakerState = CLOSED
    cooldown: int = 0  # of the last opening, nanoseconds; 0 while closed
    open_until: int = 0
    probation: OrderId | None = None  # the entry that decides, while half open
    value: Decimal = ZERO  # that opened it


class Breakers:
    """The breakers of one account that its limits switch on, and what they count."""

    def __init__(self, limits: RiskLimits) -> None:
        self.by_name: dict[str, Breaker] = {}
        self._streak = 0
        self._times: dict[str, deque[int]] = {name: deque() for name in (REJECTS, ERRORS, ORDERS)}
        self._slippages: deque[Decimal] = deque(maxlen=limits.breaker_slippage_fills)
        self._changes: list[BreakerChanged] = []
        self.follow(limits, at=0)

    def follow(self, limits: RiskLimits, *, at: int) -> None:
        """Go by these limits from here on.

        A breaker that stays on keeps its state, its cool-down and what it has counted; a tighter limit that is
        exceeded already opens it at the next count. One that is switched off is closed and forgets; one that is
        switched on counts from here.
        """
        self._cooldown = limits.breaker_cooldown_seconds * NANOS_PER_SECOND
        self._window = limits.breaker_window_seconds * NANOS_PER_SECOND
        given = (
            (LOSING_STREAK, limits.breaker_losing_streak, "losing trades"),
            (REJECTS, limits.breaker_rejects, "rejects"),
            (SLIPPAGE, limits.breaker_slippage_bps, "bps"),
            (ERRORS, limits.breaker_errors, "reports"),
            (ORDERS, limits.breaker_orders, "orders"),
        )
        known, self.by_name = self.by_name, {}
        for name, limit, unit in given:
            breaker = known.get(name)
            if limit is not None:
                self.by_name[name] = breaker or Breaker(name, Decimal(limit), unit)
                self.by_name[name].limit = Decimal(limit)
            elif breaker is not None:
                self._forget(name)
                if breaker.state is not CLOSED:
                    self._close(breaker, "its limit is off", at)

    def take_changes(self) -> list[BreakerChanged]:
        """Return what has changed since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def refusing(self, at: int) -> tuple[str, ...]:
        """Return the breakers that let no entry pass at a time; one whose cool-down is over is tried."""
        for breaker in self.by_name.values():
            if breaker.state is OPEN and at >= breaker.open_until:
                self._enter(
                    breaker, HALF_OPEN, f"the cool-down of {breaker.cooldown // NANOS_PER_SECOND} s is over", at
                )
        return tuple(
            name
            for name, breaker in self.by_name.items()
            if breaker.state is OPEN or (breaker.state is HALF_OPEN and breaker.probation is not None)
        )

    def note_order(self, order_id: OrderId, *, at: int, is_entry: bool) -> None:
        """An order leaves. An entry is the one that decides, for every breaker that is half open."""
        if is_entry:
            for breaker in self._trying(None):
                breaker.probation = order_id
        self._count(ORDERS, at, "orders left in a window")

    def note_accepted(self, order_id: OrderId, *, at: int) -> None:
        """The broker works an order."""
        self._recover(REJECTS, order_id, "the broker accepted an order again", at)

    def note_rejected(self, *, at: int) -> None:
        """The broker refused an order."""
        self._count(REJECTS, at, "orders rejected in a window")

    def note_error(self, *, at: int) -> None:
        """A report contradicted the books."""
        self._count(ERRORS, at, "reports quarantined in a window")

    def note_fill(self, fill: Fill, reference: Decimal) -> None:
        """An order filled, in part at least. reference: its decision price, dollars a share."""
        order_id, at = fill.order_id, fill.occurred_at
        self._recover(REJECTS, order_id, "the broker filled an order again", at)
        self._recover(ERRORS, order_id, "an order filled and the books agree", at)
        self._recover(ORDERS, order_id, "an order filled", at)
        breaker = self.by_name.get(SLIPPAGE)
        if breaker is None:
            return
        slipped = slippage_bps(fill.price, reference, fill.side.sign)
        self._slippages.append(slipped)
        if breaker.state is HALF_OPEN:
            if exceeds(slipped, breaker.limit):
                self._trip(SLIPPAGE, slipped, "a fill was too far from its decision price again", at)
            else:
                self._recover(SLIPPAGE, order_id, "a fill was near its decision price again", at)
        elif len(self._slippages) == self._slippages.maxlen:
            mean = sum(self._slippages, ZERO) / len(self._slippages)
            if exceeds(mean, breaker.limit):
                self._trip(SLIPPAGE, mean, f"mean of the last {len(self._slippages)} fills", at)

    def note_closed(self, profit: Decimal, *, at: int) -> None:
        """A position was closed. profit: of the whole of it, dollars after commission."""
        breaker = self.by_name.get(LOSING_STREAK)
        if breaker is None:
            return
        self._streak = losing_streak(self._streak, profit)
        if self._streak == 0:
            if breaker.state is HALF_OPEN:
                self._close(breaker, "a trade closed without a loss", at)
        elif breaker.state is HALF_OPEN or self._streak >= breaker.limit:
            self._trip(LOSING_STREAK, Decimal(self._streak), "closed trades lost in a row", at)

    def note_ended(self, order_id: OrderId, *, was_filled: bool) -> None:
        """An order came to its end. If it was to decide and has not, another entry may."""
        for breaker in self._trying(order_id):
            if breaker.name != LOSING_STREAK or not was_filled:  # else its outcome comes when the position is closed
                breaker.probation = None

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        times = {name: tuple(times) for name, times in self._times.items()}
        return self.by_name, self._streak, times, tuple(self._slippages)

    def _trying(self, order_id: OrderId | None) -> Iterable[Breaker]:
        return (one for one in self.by_name.values() if one.state is HALF_OPEN and one.probation == order_id)

    def _count(self, name: str, at: int, reason: str) -> None:
        breaker, times = self.by_name.get(name), self._times[name]
        if breaker is None:
            return
        while times and times[0] <= at - self._window:
            times.popleft()
        times.append(at)
        is_one_enough = breaker.state is HALF_OPEN and name != ORDERS
        if is_one_enough or len(times) >= breaker.limit:
            self._trip(name, Decimal(len(times)), reason, at)

    def _trip(self, name: str, value: Decimal, reason: str, at: int) -> None:
        breaker = self.by_name[name]
        if breaker.state is OPEN:
            return
        longer = next_cooldown(breaker.cooldown, self._cooldown, LONGER, LONGEST)
        breaker.cooldown = max(longer, self._cooldown)  # which a policy may have made longer meanwhile
        breaker.open_until, breaker.value = at + breaker.cooldown, value
        self._forget(name)
        self._enter(breaker, OPEN, reason, at)

    def _recover(self, name: str, order_id: OrderId, reason: str, at: int) -> None:
        breaker = self.by_name.get(name)
        if breaker is not None and breaker.state is HALF_OPEN and breaker.probation == order_id:
            self._close(breaker, reason, at)

    def _close(self, breaker: Breaker, reason: str, at: int) -> None:
        breaker.cooldown, breaker.value = 0, ZERO
        self._enter(breaker, CLOSED, reason, at)

    def _enter(self, breaker: Breaker, after: BreakerState, reason: str, at: int) -> None:
        before, breaker.state, breaker.probation = breaker.state, after, None
        if after is not OPEN:
            breaker.open_until = 0
        self._changes.append(
            BreakerChanged(
                name=breaker.name, before=before, after=after, reason=reason, limit=breaker.limit, value=breaker.value,
                unit=breaker.unit, open_until=breaker.open_until, occurred_at=at,
            )
        )  # fmt: skip

    def _forget(self, name: str) -> None:
        """Begin to count anew: what opened a breaker does not open it twice."""
        if name in self._times:
            self._times[name].clear()
        elif name == SLIPPAGE:
            self._slippages.clear()
        else:
            self._streak = 0
