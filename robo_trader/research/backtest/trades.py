"""Round trips: what was opened, and how it was closed, at average cost.

A trip begins when a strategy's position in a symbol leaves zero and ends when it is back there; shares added or partly
sold in between belong to it. A fill that crosses zero ends one trip and begins the next, and its commission is divided
by the shares of either part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from robo_trader.core.rules.performance import ratio
from robo_trader.core.rules.positions import closing_part, cost_of_closed, realised_profit

TIME = pl.Datetime("ns", "UTC")
TRADES_SCHEMA = pl.Schema({
    "symbol": pl.String(),
    "strategy": pl.String(),
    "side": pl.String(),  # LONG or SHORT
    "is_open": pl.Boolean(),  # still held at the end, valued at the last close
    "opened_at": TIME,
    "closed_at": TIME,  # null while open
    "quantity": pl.Float64(),  # the most shares held
    "entry_price": pl.Float64(),  # average, dollars a share
    "exit_price": pl.Float64(),  # average of what was closed; what is still open counts at the last close
    "realised": pl.Float64(),  # dollars, before commission
    "unrealised": pl.Float64(),
    "profit": pl.Float64(),  # both together
    "commission": pl.Float64(),
    "net_profit": pl.Float64(),
    "return": pl.Float64(),  # net profit as a fraction of what all shares cost on opening
    "bars_held": pl.Int64(),  # bars that ended while it was held
    "holding_time": pl.Duration("ns"),  # null while open
})  # fmt: skip

_FLAT = 1e-12  # what is left of the largest position, as a fraction, is rounding: nobody can hold it
_FILL_COLUMNS = ("symbol", "strategy", "side", "occurred_at", "quantity", "price", "commission")


@dataclass(slots=True)
class _Trip:
    """One round trip while it goes on. Shares and cost are signed; values are dollars and 0 or above."""

    symbol: str
    strategy: str
    sign: float
    opened_at: int
    closed_at: int | None = None
    held: float = 0.0
    cost: float = 0.0
    largest: float = 0.0
    opened: float = 0.0
    opened_value: float = 0.0
    closed: float = 0.0
    closed_value: float = 0.0
    realised: float = 0.0
    commission: float = 0.0

    def open(self, shares: float, price: float, commission: float) -> None:
        """Add signed shares."""
        self.held += shares
        self.cost += shares * price
        self.opened += abs(shares)
        self.opened_value += abs(shares) * price
        self.commission += commission
        self.largest = max(self.largest, abs(self.held))

    def close(self, shares: float, price: float, commission: float) -> None:
        """Take away signed shares, never more than are held."""
        cost = cost_of_closed(self.held, self.cost, shares)
        self.realised += realised_profit(shares, price, cost)
        self.held += shares
        self.cost -= cost
        self.closed += abs(shares)
        self.closed_value += abs(shares) * price
        self.commission += commission


def round_trips(fills: pl.DataFrame, closing_prices: Mapping[str, float], ended_at: pl.Series) -> pl.DataFrame:
    """Return one row a round trip, columns as in `TRADES_SCHEMA`, in the order they were opened.

    fills: as in `Result`, in order of time.
    closing_prices: dollars a share at the end, of every symbol that is still held.
    ended_at: the ends of all bars, rising.
    """
    trips = _follow(fills)
    rows = {name: [] for name in TRADES_SCHEMA} if not trips else _columns(trips, closing_prices)
    frame = pl.DataFrame(rows, schema=TRADES_SCHEMA, strict=False)
    ends = ended_at.dt.epoch("ns").to_numpy() if len(ended_at) else np.empty(0, np.int64)
    last = int(ends[-1]) if len(ends) else 0
    opened = frame["opened_at"].dt.epoch("ns").to_numpy()
    closed = frame["closed_at"].dt.epoch("ns").fill_null(last).to_numpy()
    return frame.with_columns(
        pl.Series("bars_held", _bars_between(ends, opened, closed), pl.Int64),
        (pl.col("closed_at") - pl.col("opened_at")).alias("holding_time"),
    )


def _bars_between(ends: NDArray[np.int64], opened: NDArray[np.int64], closed: NDArray[np.int64]) -> NDArray[np.int64]:
    until, before = (np.searchsorted(ends, times, side="right") for times in (closed, opened))
    between: NDArray[np.int64] = np.maximum(until - before, 0)
    return between


def _follow(fills: pl.DataFrame) -> list[_Trip]:
    trips: list[_Trip] = []
    going: dict[tuple[str, str], _Trip] = {}
    columns = [
        fills[name].dt.epoch("ns").to_list() if name == "occurred_at" else fills[name].to_list()
        for name in _FILL_COLUMNS
    ]
    for symbol, strategy, side, at, quantity, price, commission in zip(*columns, strict=True):
        key = (symbol, strategy)
        change = quantity if side == "BUY" else -quantity
        trip = going.get(key)
        opening = change
        if trip is not None:
            if abs(trip.held + change) <= _FLAT * trip.largest:
                change = -trip.held
            closing = closing_part(trip.held, change)
            opening = change - closing
            if closing:
                trip.close(closing, price, commission * abs(closing) / quantity)
            if trip.held == 0.0:
                trip.closed_at = at
                del going[key]
                trip = None
        if opening:
            if trip is None:
                trip = going[key] = _Trip(symbol, strategy, 1.0 if opening > 0 else -1.0, at)
                trips.append(trip)
            trip.open(opening, price, commission * abs(opening) / quantity)
    return trips


def _columns(trips: list[_Trip], closing_prices: Mapping[str, float]) -> dict[str, list[Any]]:
    rows = [_row(trip, closing_prices) for trip in trips]
    return dict(zip(TRADES_SCHEMA, map(list, zip(*rows, strict=True)), strict=True))


def _row(trip: _Trip, closing_prices: Mapping[str, float]) -> tuple[Any, ...]:
    shares = abs(trip.held)
    if shares:
        assert trip.symbol in closing_prices, f"{trip.symbol} is held at the end and has no closing price"
    last = closing_prices[trip.symbol] if shares else 0.0
    unrealised = trip.held * last - trip.cost if shares else 0.0
    profit = trip.realised + unrealised
    net = profit - trip.commission
    return (
        trip.symbol,
        trip.strategy,
        "LONG" if trip.sign > 0 else "SHORT",
        bool(shares),
        trip.opened_at,
        trip.closed_at,
        trip.largest,
        trip.opened_value / trip.opened,
        (trip.closed_value + shares * last) / (trip.closed + shares),
        trip.realised,
        unrealised,
        profit,
        trip.commission,
        net,
        ratio(net, trip.opened_value),
        None,
        None,
    )
