"""Splits, dividends, new names and delistings from the user's files, for bars that are not adjusted for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from robo_trader.app.settings import Settings
from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.corporate_actions import (
    CashDividend,
    CorporateAction,
    Delisting,
    StockSplit,
    SymbolChange,
)
from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.core.domain.instruments import Symbol, parse_symbol
from robo_trader.core.domain.money import money_from_float
from robo_trader.core.market.corporate_actions import action_order
from robo_trader.core.market.sessions import SessionTable
from robo_trader.research.backtest.bar_table import BarColumns, BarTable, build_table
from robo_trader.research.backtest.splits import Amounts, adjust_bars, adjust_dividends

RATIO_MAX = 1_000  # new or old shares of a split

T = TypeVar("T")
Actions = Mapping[Symbol, Amounts]  # by symbol and ex-date


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateActions:
    """What is known of the symbols of a run."""

    splits: Actions = field(default_factory=dict)  # new shares for each old one
    dividends: Actions = field(default_factory=dict)  # dollars a share, as shares were then
    symbol_changes: Mapping[Symbol, Mapping[str, Symbol]] = field(default_factory=dict)  # the new names
    delistings: Actions = field(default_factory=dict)  # dollars a share that is paid out, 0 for nothing

    @property
    def are_known(self) -> bool:
        """Whether there is anything to apply."""
        return bool(self.splits or self.dividends or self.need_events)

    @property
    def need_events(self) -> bool:
        """Whether something is known that no adjustment of bars stands for."""
        return bool(self.symbol_changes or self.delistings)

    def events(self, symbols: Sequence[Symbol], sessions: SessionTable) -> list[CorporateAction]:
        """Return what concerns these symbols, as the engine takes it, in the order it takes effect.

        Raises DataError for a day without a session (a dividend then is nobody's), or a ratio that cannot be.
        """
        found = [
            *self._splits(symbols, sessions),
            *self._dividends(symbols, sessions),
            *self._ends(symbols, sessions),
        ]
        return sorted(found, key=action_order)

    def _splits(self, symbols: Sequence[Symbol], sessions: SessionTable) -> Iterator[CorporateAction]:
        for symbol, day, ratio in _of(self.splits, symbols):
            exact, session = exact_ratio(symbol, day, ratio), _session_on(day, symbol, sessions, "The split")
            yield StockSplit(
                symbol=symbol, new=exact.numerator, old=exact.denominator, ex_date=day, occurred_at=session.opens_at
            )

    def _dividends(self, symbols: Sequence[Symbol], sessions: SessionTable) -> Iterator[CorporateAction]:
        for symbol, day, amount in _of(self.dividends, symbols):
            session = sessions.on(day)
            if session is not None:
                paid = money_from_float(amount)
                yield CashDividend(symbol=symbol, amount=paid, ex_date=day, occurred_at=session.opens_at)

    def _ends(self, symbols: Sequence[Symbol], sessions: SessionTable) -> Iterator[CorporateAction]:
        for symbol, day, new_symbol in _of(self.symbol_changes, symbols):
            if new_symbol not in symbols:
                raise InvalidConfig(
                    f"{symbol} is called {new_symbol} from {day} on, and {new_symbol} is not among the symbols",
                    next_step=f"Add {new_symbol} to the symbols, and serve its bars under that name.",
                )
            at = _session_on(day, symbol, sessions, "The new name").opens_at
            yield SymbolChange(symbol=symbol, new_symbol=new_symbol, ex_date=day, occurred_at=at)
        for symbol, day, price in _of(self.delistings, symbols):
            at = _session_on(day, symbol, sessions, "The delisting").opens_at
            yield Delisting(symbol=symbol, price=money_from_float(price), ex_date=day, occurred_at=at)


def read_actions(
    splits: Path | None, dividends: Path | None, symbol_changes: Path | None = None, delistings: Path | None = None
) -> CorporateActions:
    """Return what stands in CSV files, one of each kind; more columns do no harm.

    They are `ex_date,symbol,ratio`, `ex_date,symbol,amount_usd`, `ex_date,symbol,new_symbol` and
    `ex_date,symbol,price_usd`.

    Raises InvalidConfig for a file that is not there, DataError for one that cannot be meant.
    """
    return CorporateActions(
        splits=_read(splits, "ratio") if splits else {},
        dividends=_read(dividends, "amount_usd") if dividends else {},
        symbol_changes=_read_names(symbol_changes) if symbol_changes else {},
        delistings=_read(delistings, "price_usd") if delistings else {},
    )


def chosen_actions(settings: Settings) -> CorporateActions:
    """Return what the files that the settings name say. Raises as `read_actions`; InvalidConfig for adjusted prices."""
    data = settings.data
    actions = read_actions(data.splits, data.dividends, data.symbol_changes, data.delistings)
    if actions.are_known and data.adjusted and data.feed == "sample":
        raise InvalidConfig(
            "The sample's prices are adjusted for splits and dividends, which would count twice",
            next_step="Set data.adjusted to false (ROBO_DATA__ADJUSTED=false), or leave the files out.",
        )
    return actions


def exact_ratio(symbol: Symbol, day: str, ratio: float) -> Fraction:
    """Return a ratio as the nearest one of whole numbers, so that 7.000007 means seven for one.

    Raises DataError where that is nothing.
    """
    exact = Fraction(ratio).limit_denominator(RATIO_MAX) if 0 < ratio < float("inf") else Fraction(0)
    if not exact:
        raise DataError(
            f"The split of {symbol} on {day} by {ratio} cannot be",
            next_step=f"Give how many new shares one old share becomes, no less than 1 for {RATIO_MAX:,}.",
        )
    return exact


def adjusted_table(series: Mapping[Symbol, BarColumns], sessions: SessionTable, actions: CorporateActions) -> BarTable:
    """Return raw bars as a table, counted in the shares of after the last split, with dividends counted alike."""
    if actions.need_events:
        raise InvalidConfig(
            "New names and delistings are played one after the other, by the engine that trades",
            next_step="Choose --engine event, or leave the files out.",
        )
    ratios = {
        symbol: {day: float(exact_ratio(symbol, day, ratio)) for day, ratio in amounts.items()}
        for symbol, amounts in actions.splits.items()
        if symbol in series
    }
    columns = {symbol: adjust_bars(symbol, bars, ratios.get(symbol, {}), sessions) for symbol, bars in series.items()}
    paid = {symbol: adjust_dividends(amounts, ratios.get(symbol, {})) for symbol, amounts in actions.dividends.items()}
    return build_table(columns, sessions, paid)


def _of(known: Mapping[Symbol, Mapping[str, T]], symbols: Sequence[Symbol]) -> Iterator[tuple[Symbol, str, T]]:
    for symbol in symbols:
        for day, what in known.get(symbol, {}).items():
            yield symbol, day, what


def _session_on(day: str, symbol: Symbol, sessions: SessionTable, what: str) -> TradingSession:
    session = sessions.on(day)
    if session is None:
        raise DataError(
            f"{what} of {symbol} on {day} cannot be: there is no session",
            next_step="Give the session it takes effect on.",
        )
    return session


def _read_names(path: Path) -> dict[Symbol, dict[str, Symbol]]:
    found: dict[Symbol, dict[str, Symbol]] = {}
    for _, day, symbol, name in _rows(path, "new_symbol", pl.String):
        if None in (day, symbol, name):
            raise DataError(f"{path}: a line is not complete", next_step="Write ex_date, symbol and new_symbol.")
        found.setdefault(Symbol(symbol), {})[day] = parse_symbol(name)
    return found


def _read(path: Path, column: str) -> dict[Symbol, dict[str, float]]:
    found: dict[Symbol, dict[str, float]] = {}
    least = "0 or above" if column == "price_usd" else "above 0"
    for number, day, symbol, value in _rows(path, column, pl.Float64):
        fits = None not in (day, symbol, value) and (value > 0 or (value == 0 and column == "price_usd"))
        if not fits:
            raise DataError(f"{path}, line {number}: {column} is {value}", next_step=f"It must be a number {least}.")
        of = found.setdefault(Symbol(symbol), {})
        of[day] = of.get(day, 1.0) * value if column == "ratio" else of.get(day, 0.0) + value
    return found


def _rows(path: Path, column: str, kind: type[pl.DataType]) -> Iterator[tuple[int, str, str, Any]]:
    """Yield line, day, symbol and value of a file's rows."""
    if not path.is_file():
        raise InvalidConfig(f"There is no file {path}", next_step=f"Name a CSV file with ex_date, symbol and {column}.")
    try:
        table = pl.read_csv(path, infer_schema=False)
        rows = table.select(pl.col("ex_date").str.to_date().cast(pl.String), "symbol", pl.col(column).cast(kind))
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"{path} cannot be read: {str(error).partition(chr(10))[0]}",
            next_step=f"Write a CSV file with the columns ex_date (YYYY-MM-DD), symbol and {column}.",
        ) from error
    for number, row in enumerate(rows.iter_rows(), start=2):
        yield (number, *row)
