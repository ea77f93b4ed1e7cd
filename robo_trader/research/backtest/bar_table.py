"""Bars of many symbols as arrays [slice, symbol], screened as the engine screens them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.corporate_actions import Dividend
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import money_from_float
from robo_trader.core.market.checks import PRICE_MIN, find_fault
from robo_trader.core.market.columns import PRICE_COLUMNS, SESSION_COLUMNS, session_columns
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.rules.rounding import rounded_money
from robo_trader.research.compiled.account_layout import Market

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def numbers(column: Floats) -> Sequence[float]:
    """Return the numbers of an array, to be read one by one: about three times as quick as from the array itself."""
    return column.data


def whole_numbers(column: NDArray[np.integer[Any]]) -> Sequence[int]:
    """As `numbers`."""
    return column.data


class BarColumns(NamedTuple):
    """One symbol's bars: arrays of equal length, times in UTC nanoseconds, prices in dollars, volume in shares."""

    started_at: Integers
    ended_at: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    @staticmethod
    def of(bars: Sequence[Bar]) -> "BarColumns":
        """Return the columns of bars."""
        return BarColumns(
            started_at=np.array([bar.started_at for bar in bars], np.int64),
            ended_at=np.array([bar.ended_at for bar in bars], np.int64),
            open=np.array([bar.open for bar in bars], np.float64),
            high=np.array([bar.high for bar in bars], np.float64),
            low=np.array([bar.low for bar in bars], np.float64),
            close=np.array([bar.close for bar in bars], np.float64),
            volume=np.array([bar.volume for bar in bars], np.float64),
        )

    def take(self, rows: Sequence[int]) -> "BarColumns":
        """Return some of the bars."""
        return BarColumns(
            self.started_at[rows], self.ended_at[rows], self.open[rows], self.high[rows], self.low[rows],
            self.close[rows], self.volume[rows],
        )  # fmt: skip


@dataclass(frozen=True)
class BarTable:
    """Sound bars; where a symbol has none in a slice, its columns are NaN."""

    symbols: tuple[Symbol, ...]  # in order, as in every slice
    market: Market
    sessions: tuple[TradingSession, ...]  # by the number in `market.session`
    has_gaps: bool
    rejected: Counter[str] = field(default_factory=Counter)  # faulty bars, by fault

    @property
    def slices(self) -> int:
        """How many moments at which bars ended."""
        return len(self.ended_at)

    @property
    def ended_at(self) -> Integers:
        """When each slice ended, UTC nanoseconds."""
        return self.market.ended_at

    @cached_property
    def session_arrays(self) -> dict[str, Floats]:
        """The columns of the session, shape (slices,), by name."""
        days = np.array([session_columns(session, session.closes_at) for session in self.sessions])
        opens_at = np.array([session.opens_at for session in self.sessions], np.int64)
        number = self.market.session
        arrays = {name: days[number, place] for place, name in enumerate(SESSION_COLUMNS)}
        arrays["minute"] = (self.ended_at - opens_at[number]) / 60_000_000_000
        return arrays

    @cached_property
    def session_numbers(self) -> Sequence[int]:
        """Which of the sessions each slice belongs to."""
        return whole_numbers(self.market.session)

    def column(self, name: str, symbol: int) -> Floats:
        """Return a column of `BAR_COLUMNS` for the symbol at this place, shape (slices,)."""
        if name in PRICE_COLUMNS:
            array: Floats = getattr(self.market, name)[:, symbol]
            return array
        return self.session_arrays[name]

    def whole_column(self, name: str) -> Floats:
        """Return an input of a feature: (slices, symbols), or (slices,) where it is the same for every symbol.

        An input of a second symbol ("close@SPY") is NaN where there is none.
        """
        column, _, other = name.partition("@")
        if other and other not in self.symbols:
            return np.full(self.slices, np.nan)
        if other:
            return self.column(column, [*self.symbols].index(other))  # type: ignore[arg-type]
        matrix: Floats = getattr(self.market, column) if column in PRICE_COLUMNS else self.session_arrays[column]
        return matrix

    def input_column(self, name: str, symbol: int) -> Floats:
        """Return an input of a feature for the symbol at this place, shape (slices,)."""
        column = self.whole_column(name)
        return column[:, symbol] if column.ndim == 2 else column

    def slice_at(self, t: int) -> BarSlice:
        """Return one slice as the engine takes it."""
        market = self.market
        begun, ended = int(market.started_at[t]), int(market.ended_at[t])
        rows = zip(*(getattr(market, name)[t].tolist() for name in PRICE_COLUMNS), strict=True)
        bars = (Bar(symbol, begun, ended, *row) for symbol, row in zip(self.symbols, rows, strict=True))
        sound = tuple(bar for bar in bars if bar.close == bar.close)
        session = self.sessions[self.session_numbers[t]]
        return BarSlice(ended_at=ended, session=session, bars=sound, dividends=self.dividends_at(t))

    def dividends_at(self, t: int) -> tuple[Dividend, ...]:
        """Return the dividends of the session that begins with a slice; none with any other."""
        numbers = self.session_numbers
        if t > 0 and numbers[t] == numbers[t - 1]:
            return ()
        amounts = self.market.dividends[numbers[t]]
        return tuple(
            Dividend(symbol=self.symbols[place], amount=money_from_float(float(amounts[place])))
            for place in np.flatnonzero(amounts)
        )


def build_table(
    series: Mapping[Symbol, BarColumns],
    sessions: SessionTable,
    dividends: Mapping[Symbol, Mapping[str, float]] | None = None,
) -> BarTable:
    """Return the table of all symbols' bars, faulty ones left out and counted.

    dividends: dollars a share, by symbol and ex-date (ISO), of shares as the bars count them.

    Raises DataError where a bar lies outside every session, or where bars that end together begin at different times.
    """
    rejected: Counter[str] = Counter()
    sound = {symbol: _screened(symbol, series[symbol], rejected) for symbol in sorted(series)}
    if not any(len(columns.ended_at) for columns in sound.values()):
        raise DataError("There is not one sound bar to play", next_step="Check the symbols, dates and files.")
    times = [columns.ended_at for columns in sound.values()]
    has_gaps = not all(_same(one, times[0]) for one in times)
    ended_at = np.unique(np.concatenate(times)) if has_gaps else times[0]
    held, number = _sessions_of(ended_at, sessions)
    prices = [_spread(sound, name, ended_at, has_gaps=has_gaps) for name in PRICE_COLUMNS]
    market = Market(
        open=prices[0], high=prices[1], low=prices[2], close=prices[3], volume=prices[4],
        started_at=_starts(sound, ended_at), ended_at=ended_at, session=number,
        closes_at=np.array([session.closes_at for session in held], np.int64),
        opens_at=np.array([session.opens_at for session in held], np.int64),
        days=np.array([date.fromisoformat(session.date).toordinal() for session in held], np.int64),
        dividends=_dividends(tuple(sound), held, dividends or {}),
    )  # fmt: skip
    return BarTable(tuple(sound), market, held, has_gaps, rejected)


def _dividends(
    symbols: Sequence[Symbol], sessions: Sequence[TradingSession], dividends: Mapping[Symbol, Mapping[str, float]]
) -> Floats:
    number = {session.date: place for place, session in enumerate(sessions)}
    amounts = np.zeros((len(sessions), len(symbols)))
    for place, symbol in enumerate(symbols):
        for day, amount in dividends.get(symbol, {}).items():
            if not 0 < amount < np.inf:
                raise DataError(f"The dividend of {symbol} on {day} is {amount}", next_step="Give dollars a share.")
            if day in number:
                amounts[number[day], place] += rounded_money(amount)
    return amounts


def _screened(symbol: Symbol, columns: BarColumns, rejected: Counter[str]) -> BarColumns:
    """Return the sound bars. A quick look at all of them at once finds out whether a close look at each is needed."""
    started_at, ended_at, open_, high, low, close, volume = columns
    lowest, highest = np.minimum(open_, close), np.maximum(open_, close)
    in_range = (low >= PRICE_MIN) & (low <= lowest) & (highest <= high) & (high < np.inf)
    fine = in_range & (volume >= 0) & (volume < np.inf)
    if fine.all() and (started_at < ended_at).all() and (ended_at[1:] > ended_at[:-1]).all():
        return columns
    kept: list[int] = []
    last: int | None = None
    for place in range(len(ended_at)):
        fault = find_fault(Bar(symbol, *(column[place].item() for column in columns)), last)
        if fault is None:
            kept.append(place)
            last = int(ended_at[place])
        else:
            rejected[fault.value] += 1
    return columns.take(kept)


def _sessions_of(ended_at: Integers, sessions: SessionTable) -> tuple[tuple[TradingSession, ...], NDArray[np.int32]]:
    """Return the sessions from the first slice to the last, and the number of each slice's session among them."""
    closes = np.array([session.closes_at for session in sessions.sessions], np.int64)
    first, last = np.searchsorted(closes, ended_at[[0, -1]], side="left")
    held = sessions.sessions[first : last + 1]
    begins = np.searchsorted(ended_at, [session.opens_at for session in held], side="right")  # first bar after the open
    ends = np.searchsorted(ended_at, [session.closes_at for session in held], side="right")
    inside = ends - begins
    if inside.sum() != len(ended_at):
        bounds = np.append(begins, len(ended_at))
        outside = next(int(end) for end, begin in zip([0, *ends], bounds, strict=True) if end < begin)
        at = np.datetime64(int(ended_at[outside]), "ns")
        raise DataError(
            f"{len(ended_at) - int(inside.sum())} bars end outside every regular session, the first at {at} UTC",
            next_step="Leave out bars before the open and after the close, and check the time zone.",
        )
    return held, np.repeat(np.arange(len(held), dtype=np.int32), inside)


def _spread(sound: Mapping[Symbol, BarColumns], name: str, ended_at: Integers, *, has_gaps: bool) -> Floats:
    columns = [getattr(one, name) for one in sound.values()]
    if len(columns) == 1:
        single: Floats = np.ascontiguousarray(columns[0], np.float64).reshape(-1, 1, order="F")
        return single
    spread = (
        np.full((len(ended_at), len(columns)), np.nan, order="F")
        if has_gaps
        else np.empty((len(ended_at), len(columns)), order="F")
    )
    for place, (one, column) in enumerate(zip(sound.values(), columns, strict=True)):
        rows = np.searchsorted(ended_at, one.ended_at) if has_gaps else slice(None)
        spread[rows, place] = column
    return spread


def _starts(sound: Mapping[Symbol, BarColumns], ended_at: Integers) -> Integers:
    first = next(iter(sound.values()))
    if all(_same(one.started_at, first.started_at) for one in sound.values()) and len(first.ended_at) == len(ended_at):
        return first.started_at
    starts = np.full(len(ended_at), -1, np.int64)
    for symbol, one in sound.items():
        rows = np.searchsorted(ended_at, one.ended_at)
        differ = (starts[rows] >= 0) & (starts[rows] != one.started_at)
        if differ.any():
            at = np.datetime64(int(one.ended_at[differ][0]), "ns")
            raise DataError(
                f"The bar of {symbol} that ends at {at} UTC is longer or shorter than others that end then",
                next_step="Use one bar size for all symbols, or --engine event.",
            )
        starts[rows] = one.started_at
    return starts


def _same(one: Integers, other: Integers) -> bool:
    return one is other or np.array_equal(one, other)
