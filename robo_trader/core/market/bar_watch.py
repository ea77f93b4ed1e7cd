"""What risk must know of every bar of a symbol: how much is traded in an average session, and whether its price jumped.

Kept only where a limit asks for it. A split that nobody told is a jump like any other.
"""

from collections.abc import Iterable
from typing import Any

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.rules.jumps import has_jumped
from robo_trader.core.rules.windows import TALLY_SUMS, tally_is_full, tally_push, tally_size

SESSIONS = 20  # of an average volume


class BarWatch:
    """The sound bars of all symbols."""

    def __init__(self, jump_fraction: float | None) -> None:
        """jump_fraction: of the close before, beyond which a close is not believed at once; None believes all."""
        self.jump_fraction = jump_fraction
        self._today: dict[Symbol, float] = {}  # shares traded in this session
        self._volumes: dict[Symbol, list[float]] = {}  # of the sessions before, as a tally
        self._averages: dict[Symbol, float] = {}
        self._closes: dict[Symbol, float] = {}
        self._suspected: set[Symbol] = set()

    def take(self, bars: Iterable[Bar]) -> None:
        """Look at the sound bars of a slice."""
        today, closes, suspected, fraction = self._today, self._closes, self._suspected, self.jump_fraction
        for bar in bars:
            symbol, close = bar.symbol, bar.close
            today[symbol] = today.get(symbol, 0.0) + bar.volume
            before = closes.get(symbol)
            closes[symbol] = close
            if fraction is None or before is None:
                continue
            if has_jumped(before, close, fraction):
                suspected.add(symbol)
            elif suspected:
                suspected.discard(symbol)

    def enter_session(self) -> None:
        """End the session before: a symbol that was not traded in it has a volume of 0."""
        for symbol, volume in self._today.items():
            state = self._volumes.setdefault(symbol, [0.0] * tally_size(SESSIONS))
            total = tally_push(state, 0, volume, SESSIONS)
            if tally_is_full(state, 0):
                self._averages[symbol] = total / SESSIONS
        self._today = dict.fromkeys(self._today, 0.0)

    def split(self, symbol: Symbol, ratio: float) -> None:
        """Count what is remembered of a symbol in its new shares: so many for an old one."""
        if symbol in self._closes:
            self._closes[symbol] /= ratio
        for volumes in (self._today, self._averages):
            if symbol in volumes:
                volumes[symbol] *= ratio
        state = self._volumes.get(symbol)
        if state is not None:
            state[TALLY_SUMS:] = [volume * ratio for volume in state[TALLY_SUMS:]]

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what is remembered of a symbol under its new name."""
        known: tuple[dict[Symbol, Any], ...] = (self._today, self._volumes, self._averages, self._closes)
        for of in known:
            if symbol in of:
                of[new_symbol] = of.pop(symbol)
        if symbol in self._suspected:
            self._suspected -= {symbol}
            self._suspected |= {new_symbol}

    def average_volume(self, symbol: Symbol) -> float | None:
        """Return the shares traded in a session, on the average of the last 20 that are over; None before there are."""
        return self._averages.get(symbol)

    def is_suspected(self, symbol: Symbol) -> bool:
        """Whether the symbol's last close jumped, and the next has not confirmed it."""
        return symbol in self._suspected

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self._today, self._volumes, self._closes, self._suspected
