"""Where the profit came from: the account's figures divided among symbols or strategies.

Every dollar of a fill belongs to one symbol and one strategy, so that the parts sum to the account's profit; what is
left over (see `Result.unattributed`) came from elsewhere, as dividends and interest do.
"""

from typing import Literal

import polars as pl

Part = Literal["symbol", "strategy"]


def attribute(trades: pl.DataFrame, fills: pl.DataFrame, by: Part) -> pl.DataFrame:
    """Return one row a symbol or strategy that traded, the most profitable first.

    Columns: the name, then in dollars net_profit, realised and unrealised (both before commission), commission and
    slippage (contained in realised and unrealised, as it is part of the prices), then trades (closed ones),
    open_trades, and win_rate of the closed ones, null where there is none.

    trades: as `round_trips` makes them. fills: as in `Result`.
    """
    closed = ~pl.col("is_open")
    of_trades = trades.group_by(by).agg(
        pl.col("net_profit", "realised", "unrealised", "commission").sum(),
        closed.sum().cast(pl.Int64).alias("trades"),
        (~closed).sum().cast(pl.Int64).alias("open_trades"),
        (pl.col("net_profit").filter(closed) > 0.0).mean().alias("win_rate"),
    )
    of_fills = fills.group_by(by).agg(pl.col("slippage").sum())
    money = ["net_profit", "realised", "unrealised", "commission", "slippage"]
    joined = of_trades.join(of_fills, on=by, how="left").select(by, *money, "trades", "open_trades", "win_rate")
    return joined.sort(["net_profit", by], descending=[True, False])
