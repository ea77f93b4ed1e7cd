"""A result counted in the shares of its end: what was traded before a split is told in new shares, under the new name.

So a position is followed over a split as over any other day, and a backtest that took its splits as events tells of
trades as one whose bars were adjusted beforehand. Shares that were paid out in cash left at the price that was paid.
"""

from collections.abc import Sequence

import polars as pl

from robo_trader.core.domain.action_events import CorporateActionApplied
from robo_trader.core.domain.corporate_actions import StockSplit, SymbolChange
from robo_trader.research.backtest.result import FILLS_SCHEMA

_SHARES = ("quantity", "filled")
_PRICES = ("price", "average_price", "limit_price")


def in_last_shares(frame: pl.DataFrame, actions: Sequence[CorporateActionApplied], *, time: str) -> pl.DataFrame:
    """Return fills or orders as rows of the shares there are at the end. time: the column that tells when."""
    for applied in actions:
        frame = _restated(frame, applied, time)
    return frame


def with_shares_paid(fills: pl.DataFrame, actions: Sequence[CorporateActionApplied]) -> pl.DataFrame:
    """Return fills in the shares of the end and in order of time, with a row for shares that were paid out."""
    rows = pl.DataFrame(
        [row for applied in actions for row in _paid_rows(applied, fills)], schema=FILLS_SCHEMA, orient="row"
    )
    found = fills.clear()
    for part in (rows, fills):  # what is paid out at the open goes before what trades then
        found = found.vstack(in_last_shares(part, actions, time="occurred_at"))
    return found.sort("occurred_at", maintain_order=True)


def _restated(frame: pl.DataFrame, applied: CorporateActionApplied, time: str) -> pl.DataFrame:
    action = applied.action
    epoch = pl.col(time).dt.epoch("ns")
    earlier = (pl.col("symbol") == str(action.symbol)) & (epoch < action.occurred_at)
    if isinstance(action, SymbolChange):
        is_old = pl.col("symbol") == str(action.symbol)
        return frame.with_columns(
            pl.when(is_old).then(pl.lit(str(action.new_symbol))).otherwise(pl.col("symbol")).alias("symbol")
        )
    if not isinstance(action, StockSplit):
        return frame
    ratio = action.new / action.old
    shares = [pl.when(earlier).then(pl.col(name) * ratio).otherwise(pl.col(name)).alias(name) for name in _SHARES]
    prices = [pl.when(earlier).then(pl.col(name) / ratio).otherwise(pl.col(name)).alias(name) for name in _PRICES]
    names = (*_SHARES, *_PRICES)
    changes = (one for name, one in zip(names, (*shares, *prices), strict=True) if name in frame.columns)
    return frame.with_columns(*changes)


def _paid_rows(applied: CorporateActionApplied, fills: pl.DataFrame) -> list[tuple[object, ...]]:
    """Return what left for cash as rows of fills: of each strategy, or of the one that traded the symbol last."""
    symbol, at = str(applied.action.symbol), applied.occurred_at
    parts = [(part.strategy, part.quantity) for part in applied.allotments]
    if not parts and applied.paid:
        before = fills.filter((pl.col("symbol") == symbol) & (pl.col("occurred_at").dt.epoch("ns") <= at))
        parts = [(before["strategy"][-1], -applied.paid)]
    moment = pl.Series([at]).cast(FILLS_SCHEMA["occurred_at"])[0]
    return [
        (
            moment, symbol, strategy, "BUY" if quantity > 0 else "SELL", float(abs(quantity)), float(applied.price),
            0.0, 0.0, None, None,
        )
        for strategy, quantity in parts
    ]  # fmt: skip
