"""The round trips of one strategy, remembered so that an execution may still turn out to have been another.

A broker tells commissions after executions, and corrects or busts some later. Each symbol's changes are kept with the
trip as it was before them: what is corrected is followed anew from there on, and the trades are those that would have
been had it come so at first.
"""

import math

from msgspec import Struct
from msgspec.structs import replace

from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.rules.trades import TRIP_SIZE, remember_trade, trades_size, trip_return

_DIGITS = 6  # of shares, after a split


class Trading(Struct, frozen=True, gc=False):
    """Signed shares that came or left, at dollars a share, for a commission in dollars. 0 of what was busted."""

    change: float
    price: float
    commission: float
    execution_id: ExecutionId | None = None  # None where they passed between strategies


class Recount(Struct, frozen=True, gc=False):
    """Every `old` shares became `new` ones, of which `left` ones went at dollars a share; all of them if it is None."""

    new: int
    old: int
    left: float | None
    price: float


class _Change(Struct, frozen=True, gc=False):
    """A change in its place among those of all symbols, and the trip before it."""

    number: int
    what: Trading | Recount
    before: tuple[float, ...]


class TradeMemory:
    """Trips under way, and the returns of the last trades that ended."""

    def __init__(self, length: int) -> None:
        """length: how many trades are remembered."""
        self._length = length
        self.trips: dict[Symbol, list[float]] = {}
        self.trades = [0.0] * trades_size(length)
        self._changes: dict[Symbol, list[_Change]] = {}
        self._ended: dict[int, float] = {}  # returns, by the number of the change that ended the trade
        self._number = 0

    def take(self, symbol: Symbol, what: Trading | Recount) -> None:
        """Follow a change; a trade that it ends is remembered."""
        trip = self.trips.setdefault(symbol, [0.0] * TRIP_SIZE)
        self._number += 1
        self._changes.setdefault(symbol, []).append(_Change(self._number, what, tuple(trip)))
        ended = _follow(trip, what)
        if not math.isnan(ended):
            self._ended[self._number] = ended
            remember_trade(self.trades, ended, self._length)

    def restate(self, symbol: Symbol, execution: Trading) -> None:
        """Let an execution have been this one: follow all changes since anew."""
        changes = self._changes[symbol]
        place = next(n for n in reversed(range(len(changes))) if _is_of(changes[n].what, execution))
        changes[place] = replace(changes[place], what=execution)
        trip, known = list(changes[place].before), dict(self._ended)
        for n in range(place, len(changes)):
            changes[n] = replace(changes[n], before=tuple(trip))
            ended = _follow(trip, changes[n].what)
            self._ended.pop(changes[n].number, None)
            if not math.isnan(ended):
                self._ended[changes[n].number] = ended
        self.trips[symbol] = trip
        if self._ended != known:
            self._remember_anew()

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was known of a symbol under its new name."""
        if symbol in self.trips:
            self.trips[new_symbol] = self.trips.pop(symbol)
            self._changes[new_symbol] = [*self._changes.get(new_symbol, []), *self._changes.pop(symbol)]

    def _remember_anew(self) -> None:
        self.trades = [0.0] * trades_size(self._length)
        for number in sorted(self._ended):
            remember_trade(self.trades, self._ended[number], self._length)


def _is_of(what: Trading | Recount, execution: Trading) -> bool:
    return isinstance(what, Trading) and what.execution_id == execution.execution_id


def _follow(trip: list[float], what: Trading | Recount) -> float:
    """Move a trip on; return the return of the trade that ended, NaN if none did."""
    if isinstance(what, Trading):
        return trip_return(trip, what.change, what.price, what.commission) if what.change else math.nan
    if not trip[0]:
        return math.nan
    if what.left is None:
        return trip_return(trip, -trip[0], what.price, 0.0)
    kept = round(trip[0] * what.new / what.old - what.left, _DIGITS)  # so that the trade can come to its end
    trip[0] = kept + what.left
    ended = trip_return(trip, -what.left, what.price, 0.0) if what.left else math.nan
    trip[0] = kept
    return ended
