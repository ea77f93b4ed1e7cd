"""Watches the projections and writes what is new into the hub.

The web process never talks to the engine. Every poll asks for the newest journal sequence, which is cheap;
only if it has grown are changed rows read. Reading happens in the reader's thread, writing on the event loop,
so the hub needs no lock.

Boot. Revs of the hub mean nothing once the journal is another one: when it is first read, when its sequence
goes back or its account changes, the hub begins a new life and sends every viewer away to come back.
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from robo_trader.core.domain.errors import JournalError
from robo_trader.core.ports.projections import BarRow, EquityRow, Projections, SessionRow
from robo_trader.web import rows
from robo_trader.web.clock import WebClock
from robo_trader.web.health import Health
from robo_trader.web.hub import Hub
from robo_trader.web.news import News, read_bars, read_news
from robo_trader.web.protocol import BARS_PREFIX, Component, Status
from robo_trader.web.reader import ProjectionsReader

QUIET_AFTER_MS_MIN: Final = 10_000
GAPS_UNTIL_QUIET: Final = 3  # a replay that grew ten times a second has ended long before a live bar is late

_log = logging.getLogger(__name__)


def new_boot_id() -> str:
    """Return an id for one life of the hub."""
    return secrets.token_hex(8)


class Watcher:
    """Keeps the hub equal to the projections. `session` is None as long as they cannot be read."""

    def __init__(
        self,
        reader: ProjectionsReader,
        hub: Hub,
        *,
        engine_alive: Callable[[], bool],
        clock: WebClock,
        quiet_after_seconds: float,
    ) -> None:
        self.session: SessionRow | None = None
        self._reader = reader
        self._hub = hub
        self._engine_alive = engine_alive
        self._clock = clock
        self._quiet_after_ms = round(quiet_after_seconds * 1000)
        self._health = Health(clock.wall_ms())
        self._began_at = clock.wall_ms()
        self._grew_at: int | None = None
        self._gap_ms = 0  # between the last two growths
        self._forget()

    def _forget(self) -> None:
        self._seen = 0
        self._bars_seen: dict[str, int] = {}
        self._last_equity: EquityRow | None = None
        self._day_opening: Decimal | None = None

    async def poll(self) -> None:
        """Look once. Never raises for a journal that cannot be read: that is a state to show."""
        try:
            await self._look()
        except JournalError as error:
            self._report_journal(error)
        else:
            self._report_journal(None)
        self._report_data()
        self._health.write(self._hub.tables["health"])

    @property
    def readable(self) -> bool:
        """Whether the last poll could read the journal; if not, ask less often."""
        return self._health.status(Component.JOURNAL) is Status.OK

    async def check_engine(self) -> None:
        """Ask whether the engine is alive; meant to be called about once a second."""
        try:
            alive = await self._reader.call(self._engine_alive)
        except OSError:
            status = Status.UNKNOWN
        else:
            status = Status.OK if alive else Status.DOWN
        self._health.report(Component.ENGINE, status, self._clock.wall_ms())

    async def _look(self) -> None:
        newest = await self._reader.read(lambda projections: projections.last_seq())
        if self.session is None or newest < self._seen:
            await self._begin()
        elif newest > self._seen:
            await self._continue(newest)
        await self._take_bars()

    async def _begin(self) -> None:
        self._forget()
        news = await self._reader.read(self._read_first)
        self.session = news.session
        self._hub.restart(new_boot_id(), news.session.feeds)
        self._write(news)

    def _read_first(self, projections: Projections) -> News:
        return read_news(projections, after=0, upto=projections.last_seq(), limits=self._hub.limits)

    async def _continue(self, upto: int) -> None:
        after, limits = self._seen, self._hub.limits
        news = await self._reader.read(lambda p: read_news(p, after=after, upto=upto, limits=limits))
        if self.session is None or news.session.account != self.session.account:
            await self._begin()
            return
        self.session = news.session
        self._note_growth(self._clock.wall_ms())
        self._write(news)

    def _write(self, news: News) -> None:
        self._seen = news.upto
        self._write_positions(news)
        self._write_orders(news)
        self._write_equity(news)
        for fill in news.fills:
            self._hub.streams["fills"].append(rows.fill_row(fill))
        for violation in news.violations:
            self._hub.streams["violations"].append(rows.violation_row(violation))
        for name in ("positions", "orders.working", "account"):
            self._hub.tables[name].ready = True
        for stream in self._hub.streams.values():
            stream.ready = True

    def _write_positions(self, news: News) -> None:
        table = self._hub.tables["positions"]
        for position in news.positions:
            if position.quantity:
                table.put(rows.position_row(position))
            else:
                table.drop(position.symbol)

    def _write_orders(self, news: News) -> None:
        table, events = self._hub.tables["orders.working"], self._hub.streams["orders.events"]
        for order in news.orders:
            events.append(rows.order_event_row(order))
            if order.status in rows.ENDED_STATUSES:
                table.drop(order.order_id)
            else:
                table.put(rows.order_row(order))

    def _write_equity(self, news: News) -> None:
        if news.equity_is_whole:
            self._day_opening = news.session.opening_cash
        for point in news.equity:
            self._hub.streams["equity"].append(rows.equity_row(point))
            if self._last_equity is not None and point.session != self._last_equity.session:
                self._day_opening = self._last_equity.equity
            self._last_equity = point
        self._hub.tables["account"].put(rows.account_row(news.session, self._last_equity, self._day_opening))

    async def _take_bars(self) -> None:
        """Read bars of the symbols somebody looks at; a universe may be large, a page is not."""
        upto, limit = self._seen, self._hub.limits.bars_max
        after = self._bars_behind(upto)
        if not after:
            return
        found = await self._reader.read(lambda p: read_bars(p, after=after, upto=upto, limit=limit))
        for symbol, bars in found.items():
            self._write_bars(symbol, bars)
            self._bars_seen[symbol] = upto

    def _bars_behind(self, upto: int) -> dict[str, int]:
        names = (name for name in self._hub.wanted if name.startswith(BARS_PREFIX))
        symbols = (name.removeprefix(BARS_PREFIX) for name in names)
        seen = self._bars_seen
        return {symbol: seen.get(symbol, 0) for symbol in symbols if seen.get(symbol, -1) < upto}

    def _write_bars(self, symbol: str, bars: Sequence[BarRow]) -> None:
        table = self._hub.tables[BARS_PREFIX + symbol]
        for bar in bars:
            table.put(rows.bar_row(bar))
        table.ready = True

    def _report_journal(self, error: JournalError | None) -> None:
        status = Status.OK if error is None else Status.DOWN
        if self._health.report(Component.JOURNAL, status, self._clock.wall_ms()) and error is not None:
            _log.warning("journal cannot be read: %s", error)

    def _note_growth(self, now: int) -> None:
        self._gap_ms = now - self._still_since()
        self._grew_at = now

    def _still_since(self) -> int:
        return self._began_at if self._grew_at is None else self._grew_at

    def _report_data(self) -> None:
        if self.session is None:
            return
        now = self._clock.wall_ms()
        patience_ms = min(self._quiet_after_ms, max(QUIET_AFTER_MS_MIN, GAPS_UNTIL_QUIET * self._gap_ms))
        if now - self._still_since() > patience_ms:
            self._health.report(Component.DATA, Status.QUIET, now)
        elif self._grew_at is not None:
            self._health.report(Component.DATA, Status.OK, now)
        if self._grew_at is not None:
            self._health.note_growth(self._grew_at)
