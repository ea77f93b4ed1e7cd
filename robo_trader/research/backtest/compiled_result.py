"""What the compiled backtest did, as the frames every result is made of."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from robo_trader.research.backtest.bar_table import BarTable
from robo_trader.research.backtest.compiled_controls import CONTROLS
from robo_trader.research.backtest.compiled_run import Played
from robo_trader.research.backtest.result import EQUITY_SCHEMA, FILLS_SCHEMA, ORDERS_SCHEMA, VIOLATIONS_SCHEMA, Result
from robo_trader.research.compiled import account_layout as loop
from robo_trader.research.compiled.account_layout import Floats, Records
from robo_trader.research.compiled.account_reading import last_close

_STATUSES = {loop.WORKING: "WORKING", loop.FILLED: "FILLED", loop.CANCELED: "CANCELED", loop.EXPIRED: "EXPIRED"}


def result_of(
    played: Played,
    *,
    strategies: Sequence[str],
    opening_cash: float,
    bar_size: str,
    **more: Any,  # noqa: ANN401
) -> Result:
    """Return the result. strategies: their names; `more` are further fields of `Result`."""
    return Result(
        equity=equity_frame(played.table, played.marks),
        fills=_fills(played, strategies),
        orders=_orders(played, strategies),
        violations=_violations(played),
        opening_cash=opening_cash,
        bar_size=bar_size,
        closing_prices=_closing_prices(played),
        allotments=_allotments(played, strategies),
        **more,
    )


def equity_frame(table: BarTable, marks: Floats) -> pl.DataFrame:
    """Return the marks of all slices, (3, slices) as in `account_layout`, as `Result.equity`."""
    days = np.array([np.datetime64(session.date, "D") for session in table.sessions])[table.market.session]
    return _framed(EQUITY_SCHEMA, [
        table.ended_at, days, marks[loop.MARK_EQUITY], marks[loop.MARK_CASH], marks[loop.MARK_GROSS],
    ])  # fmt: skip


def _fills(played: Played, strategies: Sequence[str]) -> pl.DataFrame:
    fills, table = played.fills, played.table
    rows = _whole(fills["order"])
    orders, t = played.orders[rows], _whole(fills["slice"])
    at_open = fills["at_open"] > 0
    price, quantity = fills["price"], fills["quantity"]
    sign = orders["sign"]
    return _framed(FILLS_SCHEMA, [
        np.where(at_open, table.market.started_at[t], table.ended_at[t]),
        _symbols(played, orders["symbol"]), _names(played, strategies, orders["lane"]), _sides(sign),
        quantity, price, fills["commission"],
        sign * quantity * (price - orders["reference"]), rows + 1, _signals(played, strategies, orders),
    ])  # fmt: skip


def _allotments(played: Played, strategies: Sequence[str]) -> pl.DataFrame | None:
    """Return whose the shares are: the parts of fills, and what passed between strategies."""
    parts, fills, table = played.allotments, played.fills, played.table
    if parts is None:
        return None
    of_fill = _whole(parts["fill"])
    crossed = of_fill < 0
    # What passed between strategies has no fill: whatever is looked up for it is masked.
    own = fills[np.maximum(of_fill, 0)] if len(fills) else np.zeros(len(parts), loop.FILL)
    rows = _whole(own["order"])
    orders = played.orders[rows] if len(fills) else np.zeros(len(parts), loop.ORDER)
    t, lanes = _whole(parts["slice"]), parts["lane"]
    shares, price = parts["shares"], parts["price"]
    at_open = ~crossed & (own["at_open"] > 0)
    return _framed(FILLS_SCHEMA, [
        np.where(at_open, table.market.started_at[t], table.ended_at[t]),
        _symbols(played, lanes % len(table.symbols)), _names(played, strategies, lanes), _sides(shares),
        np.abs(shares), price,
        np.where(crossed, 0.0, _divided_commission(parts, own)),
        np.where(crossed, 0.0, shares * (price - orders["reference"])),
        _unless(crossed, pl.Series(rows + 1)), _unless(crossed, _signals(played, strategies, orders)),
    ])  # fmt: skip


def _divided_commission(parts: Records, own: Records) -> Floats:
    """Return each part's share of its fill's commission: rounded, and the first part takes what that leaves over."""
    whole, quantity = own["commission"], own["quantity"]
    fraction = np.divide(np.abs(parts["shares"]), quantity, out=np.zeros(len(parts)), where=quantity > 0)
    charges: Floats = np.round(whole * fraction, 6)
    fills = parts["fill"]
    _, first, of_fill = np.unique(fills, return_index=True, return_inverse=True)
    charges[first] += whole[first] - np.bincount(of_fill, weights=charges)
    return charges


def _signals(played: Played, strategies: Sequence[str], orders: Records) -> pl.Series:
    numbers = pl.Series(orders["signal"]).cast(pl.Int64).cast(pl.String)
    return _names(played, strategies, orders["lane"]) + "." + numbers


def _names(played: Played, strategies: Sequence[str], lanes: Floats) -> pl.Series:
    places = _whole(lanes) // len(played.table.symbols)
    return pl.Series(list(strategies), dtype=pl.String).gather(pl.Series(places, dtype=pl.UInt32))


def _unless(masked: NDArray[np.bool_], values: pl.Series) -> pl.Series:
    return pl.select(pl.when(pl.Series(~masked)).then(values)).to_series()


def _orders(played: Played, strategies: Sequence[str]) -> pl.DataFrame:
    orders, ended_at = played.orders, played.table.ended_at
    filled = orders["part"]
    average = np.divide(orders["value"], filled, out=np.full(len(orders), np.nan), where=filled > 0)
    created = ended_at[_whole(orders["created"])]
    return _framed(ORDERS_SCHEMA, [
        np.arange(1, len(orders) + 1), created, np.maximum(created, ended_at[_whole(orders["updated"])]),
        _symbols(played, orders["symbol"]), _names(played, strategies, orders["lane"]),
        _sides(orders["sign"]), orders["quantity"], filled,
        pl.Series(average).fill_nan(None), orders["charged"],
        pl.Series(orders["status"]).replace_strict(_STATUSES, return_dtype=pl.String),
        pl.Series(orders["limit"]).fill_nan(None),
    ])  # fmt: skip


def _violations(played: Played) -> pl.DataFrame:
    denials = played.denials
    numbers = pl.Series(_whole(denials["control"]))
    controls: Mapping[int, str] = {number: control.value for number, (control, _) in CONTROLS.items()}
    units: Mapping[int, str] = {number: unit for number, (_, unit) in CONTROLS.items()}
    return _framed(VIOLATIONS_SCHEMA, [
        played.table.ended_at[_whole(denials["slice"])],
        _symbols(played, denials["symbol"]),
        numbers.replace_strict(controls, return_dtype=pl.String),
        denials["limit"], denials["value"],
        numbers.replace_strict(units, return_dtype=pl.String), _repeated("", len(denials)),
    ])  # fmt: skip


def _closing_prices(played: Played) -> dict[str, float]:
    books, close = played.books, played.table.market.close
    held = np.unique(np.flatnonzero(books.lanes["shares"]) % len(books.lines))
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
