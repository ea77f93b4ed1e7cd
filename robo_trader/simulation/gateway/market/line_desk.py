"""Lines of ticks: what stands on the board when they begin, then every change; or one look at the board."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.gateway.brokerage.contracts import INCREMENTS
from robo_trader.simulation.gateway.brokerage.state import Notice
from robo_trader.simulation.gateway.market.board import Tick, delayed, quote_ticks, trade_ticks, volume_tick
from robo_trader.simulation.gateway.market.floor import Asker, Floor
from robo_trader.simulation.gateway.market.settings import MarketAccess
from robo_trader.simulation.gateway.market.tape import Strip
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.market_messages import (
    MarketDataKind,
    SnapshotEnd,
    TickRequestParameters,
)

LIVE, FROZEN, DELAYED, DELAYED_FROZEN = 1, 2, 3, 4
RT_VOLUME_WANTED = "233"
NOT_SUBSCRIBED = Notice(code=354, text="Requested market data is not subscribed.")
SHOWN_DELAYED = Notice(code=10167, text="Requested market data is not subscribed. Displaying delayed market data.")
DELAYED_OFF = Notice(
    code=10168, text="Requested market data is not subscribed. Delayed market data is not enabled."
)  # fmt: skip
DUPLICATE = Notice(code=102, text="Duplicate ticker id")
_EXCHANGE_MAP = "9c0001"
_SNAPSHOT_PERMISSIONS = 3


@dataclass(slots=True)
class _Line:
    asker: Asker
    strip: Strip
    is_delayed: bool
    wants_volume: bool


class LineDesk:
    """Everybody's lines of ticks."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._lines: dict[Asker, _Line] = {}
        self._kinds: dict[int, int] = {}  # chosen by clients
        self._delayed: deque[tuple[int, _Line, Tick]] = deque()  # when it is old enough to be told

    @property
    def askers(self) -> list[Asker]:
        """Who has lines."""
        return list(self._lines)

    def askers_of(self, symbols: set[Symbol]) -> list[Asker]:
        """Return who has lines of some stocks."""
        return [asker for asker, line in self._lines.items() if line.strip.symbol in symbols]

    def choose_kind(self, client_id: int, asked: asks.MarketDataTypeChoice) -> None:
        """Note which kind of ticks a client would take where it cannot have live ones."""
        if asked.kind in {LIVE, FROZEN, DELAYED, DELAYED_FROZEN}:
            self._kinds[client_id] = asked.kind
        else:
            self._floor.outbox.complain(client_id, -1, 321, "Error validating request.-'cb' : cause - no such kind")

    def forget(self, client_id: int) -> None:
        """Tell a client nothing more."""
        self._kinds.pop(client_id, None)
        self._lines = {asker: line for asker, line in self._lines.items() if asker[0] != client_id}

    def open(self, client_id: int, asked: asks.MarketData) -> None:
        """Begin a line, or look at the board once."""
        floor, asker = self._floor, (client_id, asked.request_id)
        strip = floor.strip_of(asker, asked.contract)
        if strip is None:
            return
        if asker in self._lines:
            floor.complain(asker, DUPLICATE.code, DUPLICATE.text)
            return
        if asked.snapshot and asked.generic_ticks:
            cause = "Snapshot market data subscription is not applicable to generic ticks"
            floor.complain(asker, 321, f"Error validating request.-'bM' : cause - {cause}")
            return
        kind = self._kind_for(asker)
        if kind is None:
            return
        line = _Line(
            asker, strip, kind in {DELAYED, DELAYED_FROZEN}, RT_VOLUME_WANTED in asked.generic_ticks.split(",")
        )
        self._begin(line, kind, is_snapshot=asked.snapshot)
        if not asked.snapshot:
            self._lines[asker] = line

    def cancel(self, client_id: int, asked: asks.CancelMarketData) -> None:
        """End a line."""
        asker = (client_id, asked.request_id)
        if self._lines.pop(asker, None) is None:
            self._floor.complain(asker, 300, f"Can't find EId with tickerId:{asked.request_id}")

    def follow_bars(self, strips: list[Strip]) -> None:
        """Bars of these stocks are over."""
        for line in self._lines.values():
            if any(line.strip is strip for strip in strips):
                self._say(line, [*self._quotes(line), *self._trades(line, is_all=True)])

    def follow_tick(self, strip: Strip, *, is_quote: bool) -> None:
        """A print or a quote was shown."""
        for line in self._lines.values():
            if line.strip is strip:
                self._say(line, self._quotes(line) if is_quote else self._trades(line, is_all=False))

    def pass_time(self) -> None:
        """Tell ticks that have become old enough for those who pay for nothing."""
        while self._delayed and self._delayed[0][0] <= self._floor.now:
            _, line, tick = self._delayed.popleft()
            if self._lines.get(line.asker) is line:
                self._say_one(line, tick)

    def _kind_for(self, asker: Asker) -> int | None:
        """Return the kind of ticks a client gets; None once it was told that it gets none."""
        floor, chosen = self._floor, self._kinds.get(asker[0], LIVE)
        access = floor.settings.access
        if access is MarketAccess.LIVE:
            is_open = floor.settings.sessions.of_bar(floor.now + 1) is not None
            return LIVE if is_open or chosen in {LIVE, DELAYED} else FROZEN
        if chosen in {LIVE, FROZEN}:
            floor.complain(asker, NOT_SUBSCRIBED.code, NOT_SUBSCRIBED.text)
            return None
        notice = SHOWN_DELAYED if access is MarketAccess.DELAYED else DELAYED_OFF
        floor.complain(asker, notice.code, notice.text)
        return chosen if access is MarketAccess.DELAYED else None

    def _begin(self, line: _Line, kind: int, *, is_snapshot: bool) -> None:
        client_id, request_id = line.asker
        outbox = self._floor.outbox
        outbox.say(client_id, MarketDataKind(request_id=request_id, kind=kind))
        parameters = TickRequestParameters(
            request_id=request_id, min_tick=INCREMENTS[-1][1], bbo_exchange=_EXCHANGE_MAP,
            snapshot_permissions=_SNAPSHOT_PERMISSIONS,
        )  # fmt: skip
        outbox.say(client_id, parameters)
        board = [*self._quotes(line), *self._trades(line, is_all=True)]
        is_old = line.strip.last_at + self._floor.settings.delay <= self._floor.now
        if not line.is_delayed or is_old:  # what is younger is not for those who pay nothing
            for tick in board:
                self._say_one(line, tick)
        if is_snapshot:
            outbox.say(client_id, SnapshotEnd(request_id=request_id))

    def _quotes(self, line: _Line) -> Iterable[Tick]:
        return quote_ticks(line.strip, line.asker[1], self._floor.settings.half_spread)

    def _trades(self, line: _Line, *, is_all: bool) -> Iterable[Tick]:
        ticks = list(trade_ticks(line.strip, line.asker[1], is_all=is_all))
        is_print = line.strip.last_size is not None  # a bar's end is no trade
        if not (ticks and line.wants_volume and is_print):
            return ticks
        return [*ticks[:-1], volume_tick(line.strip, line.asker[1]), ticks[-1]]

    def _say(self, line: _Line, ticks: Iterable[Tick]) -> None:
        if line.strip.symbol in self._floor.frozen:
            return
        for tick in ticks:
            if line.is_delayed:
                self._delayed.append((self._floor.now + self._floor.settings.delay, line, tick))
            else:
                self._say_one(line, tick)

    def _say_one(self, line: _Line, tick: Tick) -> None:
        said = delayed(tick) if line.is_delayed else tick
        if said is not None:
            self._floor.outbox.say(line.asker[0], said)
