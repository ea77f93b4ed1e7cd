"""What the strategies of one session have made by the end of each of its days, read from its journal.

Nothing is asked again of an engine: the shares and the cash that the journal gives each strategy are followed, and
valued at the account's own marks. What no strategy's shares explain is UNASSIGNED, so that all sum to the account.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from msgspec.structs import replace

from robo_trader.adapters.storage.account_history import AccountEvent, SqlAccountHistory
from robo_trader.app.recorded_settings import capital_of
from robo_trader.app.tax_records import fills_as_they_count
from robo_trader.core.domain.action_events import CorporateActionApplied
from robo_trader.core.domain.allotments import Allotment, SharesCrossed
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import AccountMarked
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, price_from_float, round_money
from robo_trader.core.domain.positions import AccountMark
from robo_trader.core.domain.strategy_modes import StrategiesReviewed, StrategyMode, StrategyModeChanged
from robo_trader.core.ledger.strategy_books import StrategyBooks, StrategyFigures
from robo_trader.research.backtest.restated import with_shares_paid
from robo_trader.research.backtest.result import FILLS_SCHEMA
from robo_trader.research.backtest.trades import TIME, round_trips

NOTHING = StrategyFigures()


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyDay:
    """The account and its strategies as a session ended, or as far as it has come."""

    mark: AccountMark
    capital: Mapping[str, float]  # fractions of the account's equity, as the session began
    figures: Mapping[str, StrategyFigures]  # since the account was opened; they sum to it


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyRecords:
    """The strategies of one account."""

    account: str
    is_simulated: bool
    opening_cash: Decimal
    names: Sequence[str]  # in the order they were named, UNASSIGNED last if anything is
    modes: Mapping[str, StrategyMode]
    days: Sequence[StrategyDay]
    positions: Mapping[str, Mapping[Symbol, Decimal]]  # signed shares, by strategy
    trades: pl.DataFrame  # round trips, columns as in `trades.TRADES_SCHEMA`


def read_strategy_records(database: Path) -> StrategyRecords:
    """Return what a journal tells, up to its last report of the account.

    Raises JournalError if the database cannot be read, InvalidConfig for a session that has no bars yet.
    """
    with closing(SqlAccountHistory(database)) as history:
        record = history.record
        reader = _Reader(history, capital_of(record))
        reader.read()
    if not reader.days:
        raise InvalidConfig("no bar has closed in this session yet", next_step="Ask again once it has begun to trade.")
    is_unassigned = any(day.figures.get(UNASSIGNED, NOTHING) != NOTHING for day in reader.days)
    names = [*reader.modes, *([UNASSIGNED] if is_unassigned else [])]
    return StrategyRecords(
        account=record.account,
        is_simulated=record.mode == "PAPER",
        opening_cash=record.opening_cash,
        names=names,
        modes=reader.modes,
        days=reader.days,
        positions={name: reader.books.positions(name) for name in names},
        trades=reader.trades(),
    )


class _Reader:
    """Follows one journal."""

    def __init__(self, history: SqlAccountHistory, capital: Mapping[str, float]) -> None:
        self._history = history
        self._opening_cash = history.record.opening_cash
        self._capital = dict(capital)
        self._owner = next(iter(capital)) if len(capital) == 1 else None
        self._moves: list[tuple[int, AccountEvent]] = []  # up to the last mark
        self._shown: dict[Symbol, Decimal] = {}  # the prices of the last mark
        self.books = StrategyBooks(self._owner)
        self.modes = dict.fromkeys(capital, StrategyMode.ACTIVE)
        self.days: list[StrategyDay] = []

    def read(self) -> None:
        """Take in all up to the last report of the account: what came after it has no price yet."""
        waiting: list[tuple[int, AccountEvent]] = []
        for seq, event in self._history.events():
            waiting.append((seq, event))
            if isinstance(event, AccountMarked):
                for _, one in waiting:
                    self._take(one)
                self._moves += waiting
                waiting = []

    def trades(self) -> pl.DataFrame:
        """Return every round trip of each strategy."""
        actions = [event for _, event in self._moves if isinstance(event, CorporateActionApplied)]
        parts = with_shares_paid(_parts(self._moves, self._owner), actions)
        prices = {str(symbol): float(self.books.price(symbol)) for symbol in self.books.held_symbols()}
        ends = pl.Series([day.mark.as_of for day in self.days]).cast(TIME)
        return round_trips(parts, prices, ends)

    def _take(self, event: AccountEvent) -> None:
        if isinstance(event, StrategyModeChanged):
            self.modes[event.strategy] = event.after
        elif isinstance(event, StrategiesReviewed):
            self._capital = {one.strategy: one.capital for one in event.standings}
        else:
            self.books.take(event)
        if isinstance(event, AccountMarked):
            self._end_day(event)

    def _end_day(self, event: AccountMarked) -> None:
        mark, shown = event.mark, {position.symbol for position in event.positions}
        for symbol in self.books.held_symbols() - shown:  # the strategies hold opposite sides: the account shows none
            bar = self._history.bar(symbol, until=mark.as_of)
            if bar is not None:
                self.books.appraise(symbol, price_from_float(bar.close))
        figures = dict(self.books.figures())
        made = sum((one.made for one in figures.values()), ZERO)
        rest = round_money(mark.equity - self._opening_cash - made)  # the price of a new share may have no end
        nobody = figures.get(UNASSIGNED, NOTHING)
        figures[UNASSIGNED] = replace(nobody, made=nobody.made + rest, received=nobody.received + rest)
        self.days.append(StrategyDay(mark=mark, capital=self._capital, figures=figures))


def _parts(moves: Sequence[tuple[int, AccountEvent]], owner: str | None) -> pl.DataFrame:
    """Return what each strategy took of each fill as it counts now, and what passed between them; as in `Result`.

    Orders and signals are left out: round trips ask for none.
    """
    rows = [*_filled(moves, owner), *_crossed(moves)]
    rows.sort(key=lambda row: row[0])  # fills first: they reach the books before the slice that lets shares pass
    columns = list(zip(*rows, strict=True)) or [()] * len(FILLS_SCHEMA)
    return pl.DataFrame(dict(zip(FILLS_SCHEMA, columns, strict=True)), schema=FILLS_SCHEMA, strict=False)


def _filled(moves: Sequence[tuple[int, AccountEvent]], owner: str | None) -> Iterator[tuple[Any, ...]]:
    for at, move in fills_as_they_count(moves):
        fill, parts = move.fill, move.allotments
        if not parts and owner is not None:
            change = fill.side.sign * fill.quantity
            parts = (Allotment(strategy=owner, quantity=change, commission=fill.commission),)
        yield from (_row(at, fill.symbol, fill.price, part) for part in parts if part.quantity)  # else it was busted


def _crossed(moves: Sequence[tuple[int, AccountEvent]]) -> Iterator[tuple[Any, ...]]:
    for _, move in moves:
        if isinstance(move, SharesCrossed):
            yield from (_row(move.occurred_at, move.symbol, move.price, part) for part in move.allotments)


def _row(at: int, symbol: Symbol, price: Decimal, part: Allotment) -> tuple[Any, ...]:
    side, quantity = "BUY" if part.quantity > 0 else "SELL", float(abs(part.quantity))
    return at, str(symbol), part.strategy, side, quantity, float(price), float(part.commission), 0.0, None, None
