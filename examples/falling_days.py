"""Buys after some falling closes, and leaves by its own fill: at a gain over the price it paid, or after some days.

It is written in the event form, because a rule knows neither what it paid nor when. Whether falls of a few days are
made up for: Bruce N. Lehmann (1990), "Fads, Martingales, and Market Efficiency", Quarterly Journal of Economics 105(1).

robo-trader backtest --strategy examples/falling_days.py:FallingDays
robo-trader run --strategy examples/falling_days.py:FallingDays --exit-when-done --speed max
"""

from dataclasses import dataclass
from typing import Any

from msgspec import Struct, field

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, Values
from robo_trader.core.strategies.strategy import bounded

DAY = 86_400 * 1_000_000_000  # nanoseconds


class Symbols(Struct):
    """All that is remembered, by symbol. The engine stores it; keep nothing anywhere else."""

    closes: dict[Symbol, float] = field(default_factory=dict)
    falls: dict[Symbol, int] = field(default_factory=dict)
    paid: dict[Symbol, float] = field(default_factory=dict)


@dataclass(frozen=True)
class FallingDays(EventStrategy):
    """Long after `falls` falling closes, until `gain` above the price paid or `days` after the fill."""

    falls: int = bounded(3, 1, 20, "bars", "falling closes in a row before it buys")
    gain: float = bounded(0.02, 0.001, 1.0, "fraction", "above the price paid, at which to sell")
    days: int = bounded(7, 1, 365, "calendar days", "after the first fill, when to sell in any case")

    def memory(self) -> Symbols:
        """Return that nothing has been seen."""
        return Symbols()

    def on_bar(self, memory: Any, bar: Bar, values: Values, desk: Desk) -> None:  # noqa: ANN401, ARG002
        """Count falling closes; buy after enough of them, sell at the gain."""
        symbol = bar.symbol
        falling = bar.close < memory.closes.get(symbol, bar.close)
        memory.falls[symbol] = memory.falls.get(symbol, 0) + 1 if falling else 0
        memory.closes[symbol] = bar.close
        paid = memory.paid.get(symbol)
        if paid is not None and bar.close >= paid * (1 + self.gain):
            desk.want(symbol, 0.0, f"{bar.close:.2f} is {self.gain:.1%} above {paid:.2f}")
        elif paid is None and memory.falls[symbol] >= self.falls:
            desk.want(symbol, 1.0, f"{memory.falls[symbol]} falling closes")

    def on_fill(self, memory: Any, fill: Fill, desk: Desk) -> None:  # noqa: ANN401
        """Remember what was paid and ask to be woken; forget it when the position is closed."""
        if desk.position(fill.symbol) == 0:
            memory.paid.pop(fill.symbol, None)
        elif fill.symbol not in memory.paid:
            memory.paid[fill.symbol] = float(fill.price)
            desk.wake(fill.symbol, desk.now + self.days * DAY)

    def on_timer(self, memory: Any, key: str, desk: Desk) -> None:  # noqa: ANN401
        """Sell what did not gain in time."""
        if key in memory.paid:
            desk.want(Symbol(key), 0.0, f"held for {self.days} days")
