"""The hub: topics on one side, viewers on the other, ticks between them. Pure: no I/O, no clock, no await.

Whoever learns something writes it into a topic, which costs O(1) and knows no viewer. A tick of a rate class
then brings every subscription of that class up to date. A viewer that does not keep up can therefore delay
neither the writer nor another viewer: its queue overflows, is thrown away and rewound (see `outbox.py`);
three overflows in a minute put it into the next slower class, and one that is never drained is cut.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from robo_trader.web.outbox import CHARACTERS_MAX, FRAMES_MAX, Frame, Outbox, Rewind, Subscription
from robo_trader.web.protocol import (
    BAR_COLUMNS,
    BARS_PREFIX,
    STREAM_COLUMNS,
    TABLE_COLUMNS,
    TOPICS_MAX,
    CloseCode,
    Cursor,
    ErrorCode,
)
from robo_trader.web.topics import Stream, Table, Topic, encode

RATES_HZ: Final = (10, 4, 1)
OVERFLOWS_MAX: Final = 3
OVERFLOW_WINDOW_SECONDS: Final = 60.0
DEFAULT_RINGS: Final = {"equity": 2_000, "fills": 500, "orders.events": 500, "violations": 500}


@dataclass(frozen=True, slots=True, kw_only=True)
class HubLimits:
    """How much is kept, and how much is queued for one viewer."""

    frames_max: int = FRAMES_MAX
    characters_max: int = CHARACTERS_MAX
    undrained_seconds_max: float = 30.0
    bars_max: int = 1_000  # newest bars of one symbol; more come by REST
    rings: dict[str, int] = field(default_factory=lambda: dict(DEFAULT_RINGS))


class Viewer:
    """One connection as the hub sees it. `wake` is called when there is something to send or to end."""

    def __init__(self, limits: HubLimits, wake: Callable[[], None]) -> None:
        self.outbox = Outbox(limits.frames_max, limits.characters_max)
        self.subscriptions: dict[str, Subscription] = {}
        self.close_code: CloseCode | None = None
        self.ceiling_hz = RATES_HZ[0]
        self._overflows: deque[float] = deque(maxlen=OVERFLOWS_MAX)
        self._wake = wake

    def close(self, code: CloseCode) -> None:
        """End the connection; the first reason counts."""
        self.close_code = self.close_code or code
        self._wake()

    def say(self, text: str, now: float) -> None:
        """Queue a frame that belongs to no topic; lost if the queue overflows."""
        self._put([Frame(text)], now)

    def refresh(self, subscriptions: Iterable[Subscription], now: float) -> None:
        """Queue what these subscriptions miss: their changes in one frame, then snapshots and items."""
        frames, parts, rewinds = [], [], []
        for subscription in subscriptions:
            if _is_behind(subscription):
                rewind = (subscription, subscription.rev)
                if _takes_change(subscription):
                    parts.append(_change(subscription))
                    rewinds.append(rewind)
                else:
                    frames += _frames(subscription, rewind)
        if parts:
            frames.append(Frame(",".join(parts), is_delta=True, rewinds=tuple(rewinds)))
        self._put(frames, now)

    def due(self, hz: int) -> list[Subscription]:
        """Return what belongs to a rate class, the ceiling considered."""
        return [s for s in self.subscriptions.values() if min(s.hz, self.ceiling_hz) == hz]

    def _put(self, frames: list[Frame], now: float) -> None:
        if frames and not self.outbox.put(frames, now):
            self._note_overflow(now)
        if frames:
            self._wake()

    def _note_overflow(self, now: float) -> None:
        self._overflows.append(now)
        full = len(self._overflows) == OVERFLOWS_MAX
        if full and now - self._overflows[0] <= OVERFLOW_WINDOW_SECONDS:
            self.ceiling_hz = next((hz for hz in RATES_HZ if hz < self.ceiling_hz), RATES_HZ[-1])
            self._overflows.clear()


class Hub:
    """All topics and viewers of one server. `boot` names one life of the topics: revs mean nothing across."""

    def __init__(self, boot: str, limits: HubLimits | None = None) -> None:
        self.limits = limits or HubLimits()
        self.viewers: set[Viewer] = set()
        self._start(boot, ())

    def _start(self, boot: str, symbols: Iterable[str]) -> None:
        self.boot = boot
        self.wanted: set[str] = set()  # topics somebody has subscribed to in this life
        self.tables = {name: Table(name, columns) for name, columns in TABLE_COLUMNS.items()}
        self.streams = {
            name: Stream(name, columns, ring=self.limits.rings[name]) for name, columns in STREAM_COLUMNS.items()
        }
        for symbol in symbols:
            name = BARS_PREFIX + symbol
            self.tables[name] = Table(name, BAR_COLUMNS, rows_max=self.limits.bars_max)

    def restart(self, boot: str, symbols: Iterable[str]) -> None:
        """Forget all that was known and send everybody away: it is another journal now."""
        self._start(boot, symbols)
        for viewer in self.viewers:
            viewer.close(CloseCode.RESTART)

    def join(self, wake: Callable[[], None]) -> Viewer:
        """Return a new viewer, subscribed to nothing."""
        viewer = Viewer(self.limits, wake)
        self.viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer whose connection has ended."""
        self.viewers.discard(viewer)

    def subscribe(
        self, viewer: Viewer, names: Iterable[str], *, hz: int, cursor: Cursor | None, now: float
    ) -> dict[str, ErrorCode]:
        """Subscribe and send at once what is there. Returns the names refused, and why."""
        held = cursor.topics if cursor is not None and cursor.boot == self.boot else {}
        refused: dict[str, ErrorCode] = {}
        added: list[Subscription] = []
        for name in dict.fromkeys(names):
            topic = self._find(name)
            if topic is None:
                refused[name] = ErrorCode.UNKNOWN_TOPIC
            elif name not in viewer.subscriptions and len(viewer.subscriptions) >= TOPICS_MAX:
                refused[name] = ErrorCode.TOO_MANY_TOPICS
            else:
                added.append(Subscription(topic, hz, _resumable(topic, held.get(name))))
                viewer.subscriptions[name] = added[-1]
        self.wanted.update(subscription.topic.name for subscription in added)
        viewer.refresh(added, now)
        return refused

    def _find(self, name: str) -> Topic | None:
        return self.tables.get(name) or self.streams.get(name)

    def tick(self, hz: int, now: float) -> None:
        """Bring the subscriptions of a rate class up to date. `now`: seconds, only ever forward."""
        for viewer in self.viewers:
            viewer.refresh(viewer.due(hz), now)

    def heartbeat(self, *, wall_ms: int, lag_ms: int, now: float) -> None:
        """Tell every viewer that the server lives."""
        text = encode({"type": "hb", "now": wall_ms, "lag_ms": lag_ms})
        for viewer in self.viewers:
            viewer.say(text, now)

    def cut_undrained(self, now: float) -> None:
        """End the connections that have not caught up for too long."""
        for viewer in self.viewers:
            since = viewer.outbox.busy_since
            if since is not None and now - since > self.limits.undrained_seconds_max:
                viewer.close(CloseCode.TOO_SLOW)


def _resumable(topic: Topic, rev: int | None) -> int | None:
    return rev if rev is not None and topic.ready and topic.holds(rev) else None


def _is_behind(subscription: Subscription) -> bool:
    return subscription.topic.ready and subscription.rev != subscription.topic.rev


def _takes_change(subscription: Subscription) -> bool:
    topic, rev = subscription.topic, subscription.rev
    return isinstance(topic, Table) and rev is not None and topic.holds(rev)


def _change(subscription: Subscription) -> str:
    topic, prev = subscription.topic, subscription.rev
    assert isinstance(topic, Table) and prev is not None
    subscription.rev = topic.rev
    return topic.change(prev)


def _frames(subscription: Subscription, rewind: Rewind) -> list[Frame]:
    """Return a snapshot, or for a stream that is under way the missing items after any gap."""
    topic, rev = subscription.topic, subscription.rev
    subscription.rev = topic.rev
    if rev is None or isinstance(topic, Table):
        return [Frame(topic.snap(), rewinds=(rewind,))]
    if topic.holds(rev):
        return [Frame(topic.items(rev), rewinds=(rewind,))]
    resumed = (subscription, topic.first - 1)  # if only the items are lost, the gap has been declared
    return [
        Frame(topic.gap(rev), rewinds=(rewind,)),
        Frame(topic.items(topic.first - 1), rewinds=(resumed,)),
    ]
