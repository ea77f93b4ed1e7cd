"""What the compiled backtest did, as the frames every result is made of."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from robo_trader.core.domain.violations import Control
from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.compiled_run import Played
from robo_trader.research.backtest.result import EQUITY_SCHEMA, FILLS_SCHEMA, ORDERS_SCHEMA, VIOLATIONS_SCHEMA, Result
from robo_trader.research.compiled import account_layout as loop
from robo_trader.research.compiled.account_layout import Floats
from robo_trader.research.compiled.account_reading import last_close

_CONTROLS = {
    loop.TRADING_STATE: (Control.TRADING_STATE, "shares"),
    loop.MARKET_HOURS: (Control.MARKET_HOURS, "UTC ns"),
    loop.STALE_DATA: (Control.STALE_DATA, "bars"),
    loop.MAX_POSITION: (Control.MAX_POSITION, "USD"),
    loop.GROSS_EXPOSURE: (Control.GROSS_EXPOSURE, "USD"),
    loop.ORDER_NOTIONAL: (Control.ORDER_NOTIONAL, "USD"),
    loop.DAILY_LOSS: (Control.DAILY_LOSS, "USD"),
    loop.CASH_CONTROL: (Control.CASH, "USD"),
}
_STATUSES = {loop.WORKING: "WORKING", loop.FILLED: "FILLED", loop.CANCELED: "CANCELED", loop.EXPIRED: "EXPIRED"}


def result_of(played: Played, *, strategy: str, opening_cash: float, bar_size: str, **more: Any) -> Result:  # noqa: ANN401
    """Return the result; `more` are further fields of `Result`."""
    return Result(
        equity=equity_frame(played.table, played.marks),
        fills=_fills(played, strategy),
        orders=_orders(played, strategy),
        violations=_violations(played),
        opening_cash=opening_cash,
        bar_size=bar_size,
        closing_prices=_closing_prices(played),
        **more,
    )


def equity_frame(table: BarTable, marks: Floats) -> pl.DataFrame:
    """Return the marks of all slices, (3, slices) as in `account_layout`, as `Result.equity`."""
    days = np.array([np.datetime64(session.date, "D") for session in table.sessions])[table.market.session]
    return _framed(EQUITY_SCHEMA, [
        table.ended_at, days, marks[loop.MARK_EQUITY], marks[loop.MARK_CASH], marks[loop.MARK_GROSS],
    ])  # fmt: skip


def _fills(played: Played, strategy: str) -> pl.DataFrame:
    fills, table = played.fills, played.table
    rows = _whole(fills[:, loop.FILL_ORDER])
    orders, t = played.orders[rows], _whole(fills[:, loop.FILL_SLICE])
    at_open = fills[:, loop.FILL_AT_OPEN] > 0
    price, quantity = fills[:, loop.FILL_PRICE], fills[:, loop.FILL_QUANTITY]
    sign = orders[:, loop.SIGN]
    return _framed(FILLS_SCHEMA, [
        np.where(at_open, table.market.started_at[t], table.ended_at[t]),
        _symbols(played, orders[:, loop.SYMBOL]), _repeated(strategy, len(fills)), _sides(sign),
        quantity, price, fills[:, loop.FILL_COMMISSION],
        sign * quantity * (price - orders[:, loop.REFERENCE]), rows + 1,
        pl.Series(orders[:, loop.SIGNAL]).cast(pl.Int64).cast(pl.String).map_elements(
            lambda number: f"{strategy}.{number}", return_dtype=pl.String
        ),
    ])  # fmt: skip


def _orders(played: Played, strategy: str) -> pl.DataFrame:
    orders, ended_at = played.orders, played.table.ended_at
    filled = orders[:, loop.PART]
    average = np.divide(orders[:, loop.VALUE], filled, out=np.full(len(orders), np.nan), where=filled > 0)
    created = ended_at[_whole(orders[:, loop.CREATED])]
    return _framed(ORDERS_SCHEMA, [
        np.arange(1, len(orders) + 1), created, np.maximum(created, ended_at[_whole(orders[:, loop.UPDATED])]),
        _symbols(played, orders[:, loop.SYMBOL]), _repeated(strategy, len(orders)), _sides(orders[:, loop.SIGN]),
        orders[:, loop.QUANTITY], filled, pl.Series(average).fill_nan(None), orders[:, loop.CHARGED],
        pl.Series(orders[:, loop.STATUS]).replace_strict(_STATUSES, return_dtype=pl.String),
        pl.Series(orders[:, loop.LIMIT]).fill_nan(None),
    ])  # fmt: skip


def _violations(played: Played) -> pl.DataFrame:
    denials = played.denials
    numbers = pl.Series(_whole(denials[:, loop.DENIED_CONTROL]))
    controls: Mapping[int, str] = {number: control.value for number, (control, _) in _CONTROLS.items()}
    units: Mapping[int, str] = {number: unit for number, (_, unit) in _CONTROLS.items()}
    return _framed(VIOLATIONS_SCHEMA, [
        played.table.ended_at[_whole(denials[:, loop.DENIED_SLICE])],
        _symbols(played, denials[:, loop.DENIED_SYMBOL]),
        numbers.replace_strict(controls, return_dtype=pl.String),
        denials[:, loop.DENIED_LIMIT], denials[:, loop.DENIED_VALUE],
        numbers.replace_strict(units, return_dtype=pl.String), _repeated("", len(denials)),
    ])  # fmt: skip


def _closing_prices(played: Played) -> dict[str, float]:
    books, close = played.books, played.table.market.close
    held = books.held[: int(books.account[loop.HELD])]
    last = len(close) - 1
    return {str(played.table.symbols[place]): float(last_close(close.T, last, place)) for place in held}


def _framed(schema: pl.Schema, columns: list[Any]) -> pl.DataFrame:
    return pl.DataFrame([
        pl.Series(name, column).cast(kind) for (name, kind), column in zip(schema.items(), columns, strict=True)
    ])  # fmt: skip


def _symbols(played: Played, places: Floats) -> pl.Series:
    names = pl.Series([str(symbol) for symbol in played.table.symbols], dtype=pl.String)
    return names.gather(pl.Series(_whole(places), dtype=pl.UInt32))


def _sides(sign: Floats) -> pl.Series:
    return pl.Series(np.where(sign > 0, "BUY", "SELL"), dtype=pl.String)


def _repeated(text: str, times: int) -> pl.Series:
    return pl.repeat(text, times, dtype=pl.String, eager=True)


def _whole(column: Floats) -> NDArray[np.int64]:
    return column.astype(np.int64)
