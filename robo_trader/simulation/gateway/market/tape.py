"""What has been shown of each stock, and what stands on the board now."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TypeVar

from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar, TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.market.checks import PRICE_MIN, find_fault
from robo_trader.core.market.quote_checks import find_quote_fault, find_trade_fault
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.market.settings import Past

TICKS_KEPT = 100_000  # quotes, and as many prints, of each stock
TRADES = "TRADES"
_BOARD_BARS = 1_000  # of the past, to know the day's and the day before's

_ended_at = attrgetter("ended_at")
_at = attrgetter("at")
Tick = TypeVar("Tick", Quote, TradePrint)


@dataclass(slots=True)
class Day:
    """A session so far. Prices are dollars, shares are floats as shown."""

    session: TradingSession
    open: float
    high: float
    low: float
    close: float
    shares: float = 0.0  # of bars
    loose_shares: float = 0.0  # of prints that no bar holds yet
    worth: float = 0.0  # of the bars' shares, dollars
    loose_worth: float = 0.0

    @property
    def volume(self) -> float:
        """Shares traded."""
        return self.shares + self.loose_shares

    @property
    def average(self) -> float:
        """Price of a share, over all that were traded."""
        return (self.worth + self.loose_worth) / self.volume if self.volume else self.close


@dataclass(slots=True)
class Strip:
    """One stock. Bars are in order of time, as are quotes and prints."""

    symbol: Symbol
    bars: list[Bar] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    prints: list[TradePrint] = field(default_factory=list)
    day: Day | None = None
    close_before: float | None = None  # of the session before, dollars
    last_price: float | None = None
    last_size: float | None = None  # None: a bar does not tell it
    last_at: int = 0

    def take_bar(self, bar: Bar, session: TradingSession) -> None:
        """Take a bar that is over."""
        self.bars.append(bar)
        day = self._open_day(session, bar.open)
        day.shares, day.loose_shares, day.loose_worth = day.shares + bar.volume, 0.0, 0.0
        day.worth += bar.volume * (bar.high + bar.low + bar.close) / 3
        self._trade(day, bar.high, bar.low, bar.close)
        self.last_at, self.last_size = bar.ended_at, None

    def take_print(self, trade: TradePrint, session: TradingSession) -> None:
        """Take a trade."""
        self.prints.append(trade)
        _trim(self.prints)
        day = self._open_day(session, trade.price)
        day.loose_shares += trade.size
        day.loose_worth += trade.size * trade.price
        self._trade(day, trade.price, trade.price, trade.price)
        self.last_at, self.last_size = trade.at, trade.size

    def take_quote(self, quote: Quote) -> None:
        """Take the best bid and ask."""
        self.quotes.append(quote)
        _trim(self.quotes)

    def split(self, new: int, old: int) -> None:
        """State all prices anew: every `old` shares have become `new` ones."""
        price, shares = old / new, new / old
        self.bars = [_restated(bar, price, shares) for bar in self.bars]
        self.quotes.clear()
        self.prints.clear()
        self.close_before = None if self.close_before is None else self.close_before * price
        self.last_price = None if self.last_price is None else self.last_price * price
        if self.day is not None:
            day = self.day
            self.day = Day(
                day.session, day.open * price, day.high * price, day.low * price, day.close * price,
                shares=day.volume * shares, worth=day.worth + day.loose_worth,
            )  # fmt: skip

    def pieces(self, what: str, *, start: int, end: int, is_below_bars: bool, half_spread: float) -> Iterable[Bar]:
        """Return what bars of a kind are made of, within [start, end]. Where there are quotes they decide.

        what: TRADES, BID, ASK or MIDPOINT. is_below_bars: the bars wanted are smaller than those shown.
        """
        bars = [] if is_below_bars else self._bars_within(start, end)
        if what == TRADES:
            since = max(start, bars[-1].ended_at if bars else 0)
            return [*bars, *(_of_print(one) for one in _within(self.prints, since, end))]
        if self.quotes:
            bars = [bar for bar in bars if bar.ended_at <= self.quotes[0].at]
        shift = {"BID": -half_spread, "ASK": half_spread, "MIDPOINT": 0.0}[what]
        return [
            *(_shifted(bar, shift) for bar in bars),
            *(_of_quote(one, what) for one in _within(self.quotes, start, end)),
        ]

    def prints_within(self, start: int, end: int) -> list[TradePrint]:
        """Return the trades of [start, end]."""
        return _within(self.prints, start, end)

    def quotes_within(self, start: int, end: int) -> list[Quote]:
        """Return the quotes of [start, end]."""
        return _within(self.quotes, start, end)

    def has_ticks(self, what: str) -> bool:
        """Return whether bars of any length can be made."""
        return bool(self.prints if what == TRADES else self.quotes)

    def _bars_within(self, start: int, end: int) -> list[Bar]:
        first = bisect_left(self.bars, start, key=lambda bar: bar.started_at)
        return self.bars[first : bisect_right(self.bars, end, key=_ended_at)]

    def _open_day(self, session: TradingSession, price: float) -> Day:
        if self.day is None or self.day.session.date != session.date:
            self.close_before = None if self.day is None else self.day.close
            self.day = Day(session, price, price, price, price)
        return self.day

    def _trade(self, day: Day, high: float, low: float, close: float) -> None:
        day.high, day.low, day.close = max(day.high, high), min(day.low, low), close
        self.last_price = close


class Tape:
    """Every stock of the market, by name."""

    def __init__(self, sessions: SessionTable, past: Past) -> None:
        self._sessions = sessions
        self._past = past
        self._strips: dict[Symbol, Strip] = {}

    def strip(self, symbol: Symbol, *, before: int) -> Strip:
        """Return a stock's strip. before: no more of the past is known than what was over by then, UTC ns."""
        strip = self._strips.get(symbol)
        if strip is None:
            strip = self._strips[symbol] = self._unrolled(symbol, before)
        return strip

    def strips(self) -> Iterable[Strip]:
        """Return those that anything was shown or asked of."""
        return self._strips.values()

    def take_bar(self, bar: Bar, session: TradingSession) -> Strip | None:
        """Take a bar that is over; None for one that no market would tell."""
        strip = self.strip(bar.symbol, before=bar.started_at)
        last = strip.bars[-1].ended_at if strip.bars else None
        if find_fault(bar, last) is not None:
            return None
        strip.take_bar(bar, session)
        return strip

    def take_print(self, trade: TradePrint, session: TradingSession) -> Strip | None:
        """Take a trade; None for one that no market would tell."""
        strip = self.strip(trade.symbol, before=trade.at)
        if find_trade_fault(trade, strip.prints[-1].at if strip.prints else 0) is not None:
            return None
        strip.take_print(trade, session)
        return strip

    def take_quote(self, quote: Quote) -> Strip | None:
        """Take the best bid and ask; None for one that no market would tell."""
        strip = self.strip(quote.symbol, before=quote.at)
        if find_quote_fault(quote, strip.quotes[-1].at if strip.quotes else 0) is not None:
            return None
        strip.take_quote(quote)
        return strip

    def split(self, symbol: Symbol, new: int, old: int, *, at: int) -> None:
        """Every `old` shares have become `new` ones."""
        self.strip(symbol, before=at).split(new, old)

    def rename(self, symbol: Symbol, new_symbol: Symbol, *, at: int) -> None:
        """The shares go on under another name; who follows them goes on following."""
        strip = self._strips.pop(symbol, None) or self._unrolled(symbol, at)
        strip.symbol = new_symbol
        strip.bars = [replace(bar, symbol=new_symbol) for bar in strip.bars]
        self._strips[new_symbol] = strip

    def _unrolled(self, symbol: Symbol, before: int) -> Strip:
        past = [bar for bar in self._past(symbol) if bar.ended_at <= before and find_fault(bar, None) is None]
        strip = Strip(symbol, bars=past[:-_BOARD_BARS])
        for bar in past[-_BOARD_BARS:]:
            session = self._sessions.of_bar(bar.ended_at)
            if session is not None:
                strip.take_bar(bar, session)
        return strip


def _within(ticks: list[Tick], start: int, end: int) -> list[Tick]:
    return ticks[bisect_left(ticks, start, key=_at) : bisect_right(ticks, end, key=_at)]


def _trim(ticks: list[Quote] | list[TradePrint]) -> None:
    if len(ticks) > 2 * TICKS_KEPT:
        del ticks[:-TICKS_KEPT]


def _restated(bar: Bar, price: float, shares: float) -> Bar:
    return Bar(
        bar.symbol, bar.started_at, bar.ended_at,
        bar.open * price, bar.high * price, bar.low * price, bar.close * price, bar.volume * shares,
    )  # fmt: skip


def _shifted(bar: Bar, by: float) -> Bar:
    if not by:
        return bar
    prices = {name: max(PRICE_MIN, getattr(bar, name) + by) for name in ("open", "high", "low", "close")}
    return replace(bar, **prices)


def _of_print(trade: TradePrint) -> Bar:
    price = trade.price
    return Bar(trade.symbol, trade.at, trade.at, price, price, price, price, trade.size)


def _of_quote(quote: Quote, what: str) -> Bar:
    price = {"BID": quote.bid, "ASK": quote.ask, "MIDPOINT": (quote.bid + quote.ask) / 2}[what]
    return Bar(quote.symbol, quote.at, quote.at, price, price, price, price, 0.0)
