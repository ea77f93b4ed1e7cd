"""The past: bars, kept up to date if wanted, sessions, single ticks, and how far back it goes."""

from dataclasses import dataclass

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.money import exact_from_float, price_from_float
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.simulation.gateway.brokerage.state import Notice
from robo_trader.simulation.gateway.market.bar_sums import Span, SumSize, interval_start, sum_bars
from robo_trader.simulation.gateway.market.floor import Asker, Floor
from robo_trader.simulation.gateway.market.history_asked import SCHEDULE, HistoryAsked, read_history
from robo_trader.simulation.gateway.market.history_pacing import HistoryPacing
from robo_trader.simulation.gateway.market.tape import TRADES, Strip
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.market_messages import (
    HeadTimestampMessage,
    HistoricalBars,
    HistoricalBarUpdate,
    HistoricalSchedule,
    HistoricalTicksMessage,
)
from robo_trader.simulation.gateway.protocol.reading_times import read_time
from robo_trader.simulation.gateway.protocol.values import WireBar, WireTick

UPDATE_NANOS = 5 * NANOS_PER_SECOND  # between two words on a bar that prints or quotes are changing
TICKS_MAX = 1_000  # of one answer
_SERVICE = "Historical Market Data Service error message:"
_TOO_MANY = Notice(
    code=322,
    text="Error processing request.-'bN' : cause - Only 50 simultaneous API historical data requests allowed.",
)
_TICK_KINDS = ("TRADES", "BID_ASK", "MIDPOINT")
_ALL_TIME = 1 << 62


@dataclass(slots=True)
class _Kept:
    """A history that is kept up to date."""

    asker: Asker
    strip: Strip
    wanted: HistoryAsked
    date_format: int
    told_at: int
    is_stale: bool = False


class HistoryDesk:
    """Answers from the tape."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._kept: dict[Asker, _Kept] = {}
        seconds = floor.settings.real_seconds
        self._pacing = None if seconds is None else HistoryPacing(seconds)

    @property
    def askers(self) -> list[Asker]:
        """Who keeps histories up to date."""
        return list(self._kept)

    def forget(self, client_id: int) -> None:
        """Keep nothing up to date any more for a client."""
        self._kept = {asker: kept for asker, kept in self._kept.items() if asker[0] != client_id}

    def tell_bars(self, client_id: int, asked: asks.HistoricalData) -> None:
        """Answer with bars, or with sessions."""
        floor, asker = self._floor, (client_id, asked.request_id)
        strip = floor.strip_of(asker, asked.contract)
        if strip is None:
            return
        wanted = read_history(asked, floor.now, checks_steps=floor.settings.checks_steps)
        if isinstance(wanted, HistoryAsked):
            refusal = self._refusal(asked, wanted, strip)
            if refusal is None and wanted.what == SCHEDULE:
                self._tell_schedule(asker, wanted)
                return
            if refusal is None:
                self._answer(asker, asked, wanted, strip)
                return
            wanted = refusal
        floor.complain(asker, wanted.code, wanted.text)

    def cancel(self, client_id: int, asked: asks.CancelHistoricalData) -> None:
        """Keep a history up to date no more."""
        asker = (client_id, asked.request_id)
        if self._kept.pop(asker, None) is None:
            self._floor.complain(asker, 366, f"No historical data query found for ticker id:{asked.request_id}")
        else:
            text = f"{_SERVICE}API historical data query cancelled: {asked.request_id}"
            self._floor.complain(asker, 162, text)

    def tell_head(self, client_id: int, asked: asks.HeadTimestamp) -> None:
        """Tell when a stock's history begins."""
        asker = (client_id, asked.request_id)
        strip = self._floor.strip_of(asker, asked.contract)
        if strip is None:
            return
        firsts = [piece.started_at for piece in strip.bars[:1]] + [one.at for one in strip.prints[:1]]
        if not firsts:
            self._floor.complain(asker, 162, f"{_SERVICE}No head time stamp")
            return
        message = HeadTimestampMessage(request_id=asked.request_id, at=min(firsts), date_format=asked.date_format)
        self._floor.outbox.say(client_id, message)

    def tell_ticks(self, client_id: int, asked: asks.HistoricalTicks) -> None:
        """Tell single prints or quotes: from a time on, or up to one."""
        asker = (client_id, asked.request_id)
        strip = self._floor.strip_of(asker, asked.contract)
        if strip is None:
            return
        what = asked.what_to_show.upper()
        if what not in _TICK_KINDS or bool(asked.start) == bool(asked.end) or not 0 < asked.number <= TICKS_MAX:
            cause = "either a start or an end, at most 1000 ticks, and TRADES, BID_ASK or MIDPOINT"
            self._floor.complain(asker, 321, f"Error validating request.-'bQ' : cause - {cause}")
            return
        try:
            start, end = read_time(asked.start), read_time(asked.end)
        except (ValueError, KeyError):
            self._floor.complain(asker, 321, "Error validating request.-'bQ' : cause - that is no time")
            return
        ticks = _ticks(strip, what, start, end or _ALL_TIME)
        chosen = ticks[: asked.number] if asked.start else ticks[-asked.number :]
        message = HistoricalTicksMessage(request_id=asked.request_id, what_to_show=what, ticks=tuple(chosen))
        self._floor.outbox.say(client_id, message)

    def follow_bars(self, strips: list[Strip]) -> None:
        """Bars of these stocks are over: tell everybody who keeps them up to date, now."""
        for kept in self._kept.values():
            if any(kept.strip is strip for strip in strips):
                self._update(kept)

    def follow_tick(self, strip: Strip, *, is_quote: bool) -> None:
        """A print or a quote was shown."""
        for kept in self._kept.values():
            kept.is_stale |= kept.strip is strip and is_quote == (kept.wanted.what != TRADES)
        self.pass_time()

    def pass_time(self) -> None:
        """Tell of bars that have changed since they were told, every few seconds."""
        for kept in self._kept.values():
            if kept.is_stale and self._floor.now - kept.told_at >= UPDATE_NANOS:
                self._update(kept)

    def _refusal(self, asked: asks.HistoricalData, wanted: HistoryAsked, strip: Strip) -> Notice | None:
        asker_text = f"{strip.symbol}@{asked.contract.exchange or 'SMART'} {wanted.what.capitalize()}"
        if wanted.what != SCHEDULE and self._is_below(wanted.size) and not strip.has_ticks(wanted.what):
            return Notice(code=162, text=f"{_SERVICE}no bars of {asked.bar_size} can be made: {asker_text}")
        if asked.keep_up_to_date and len(self._kept) >= self._floor.settings.histories_max:
            return _TOO_MANY
        if self._pacing is None or not wanted.is_small:
            return None
        question = (strip.symbol, asked.end, asked.bar_size, asked.duration, wanted.what, asked.regular_hours)
        if self._pacing.allows(question, (strip.symbol, asked.contract.exchange, wanted.what)):
            return None
        return Notice(code=162, text=f"{_SERVICE}Historical data request pacing violation")

    def _answer(self, asker: Asker, asked: asks.HistoricalData, wanted: HistoryAsked, strip: Strip) -> None:
        floor, (client_id, request_id) = self._floor, asker
        end = wanted.end
        if wanted.reach.unit == "S":
            last = max([one.ended_at for one in strip.bars[-1:]] + [one.at for one in strip.prints[-1:]], default=end)
            end = min(end, last)
        start = wanted.reach.start(end, floor.settings.sessions)
        bars = [bar for bar in self._bars(strip, wanted, start, wanted.end) if bar.at >= start]
        if not bars and not asked.keep_up_to_date:
            text = f"{_SERVICE}HMDS query returned no data: {strip.symbol}@{asked.contract.exchange or 'SMART'}"
            floor.complain(asker, 162, f"{text} {wanted.what.capitalize()}")
            return
        message = HistoricalBars(
            request_id=request_id, start=start, end=wanted.end, bars=tuple(bars), date_format=asked.date_format
        )
        floor.outbox.say(client_id, message)
        if asked.keep_up_to_date:
            self._kept[asker] = _Kept(asker, strip, wanted, asked.date_format, floor.now)

    def _tell_schedule(self, asker: Asker, wanted: HistoryAsked) -> None:
        sessions = self._floor.settings.sessions
        start = wanted.reach.start(wanted.end, sessions)
        told = tuple(
            (one.opens_at, one.closes_at, one.date.replace("-", ""))
            for one in sessions.sessions
            if one.opens_at >= start and one.opens_at < wanted.end
        )
        self._floor.outbox.say(asker[0], HistoricalSchedule(request_id=asker[1], sessions=told))

    def _update(self, kept: _Kept) -> None:
        """Tell the bar that the stock's last piece is part of."""
        strip, now = kept.strip, self._floor.now
        ticks = strip.prints if kept.wanted.what == TRADES else strip.quotes
        lasts = [bar.started_at for bar in strip.bars[-1:]] + [one.at for one in ticks[-1:]]
        start = interval_start(kept.wanted.size, max(lasts, default=now), self._floor.settings.sessions)
        bars = self._bars(strip, kept.wanted, start, now)
        kept.told_at, kept.is_stale = now, False
        if bars:
            client_id, request_id = kept.asker
            message = HistoricalBarUpdate(request_id=request_id, bar=bars[-1], date_format=kept.date_format)
            self._floor.outbox.say(client_id, message)

    def _bars(self, strip: Strip, wanted: HistoryAsked, start: int, end: int) -> list[WireBar]:
        settings = self._floor.settings
        pieces = strip.pieces(
            wanted.what,
            start=interval_start(wanted.size, start, settings.sessions),
            end=end,
            is_below_bars=self._is_below(wanted.size),
            half_spread=float(settings.half_spread),
        )
        return sum_bars(pieces, wanted.size, settings.sessions, are_trades=wanted.what == TRADES)

    def _is_below(self, size: SumSize) -> bool:
        """Return whether the feed's bars do not make bars of this size; hours from the open make none by the clock."""
        shown = self._floor.settings.bar_size
        return bool(size.nanos % shown.nanos) or (size.span is Span.SECONDS and shown is BarSize.HOUR_1)


def _ticks(strip: Strip, what: str, start: int, end: int) -> list[WireTick]:
    if what == "TRADES":
        return [
            WireTick(at=one.at, price=exact_from_float(one.price), size=exact_from_float(one.size), exchange="SMART")
            for one in strip.prints_within(start, end)
        ]
    quotes = strip.quotes_within(start, end)
    if what == "MIDPOINT":
        return [WireTick(at=one.at, price=price_from_float((one.bid + one.ask) / 2)) for one in quotes]
    return [
        WireTick(
            at=one.at, bid=exact_from_float(one.bid), ask=exact_from_float(one.ask),
            bid_size=exact_from_float(one.bid_size), ask_size=exact_from_float(one.ask_size),
        )
        for one in quotes
    ]  # fmt: skip
