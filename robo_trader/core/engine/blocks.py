"""The symbols in which nothing may leave, and why. Part of the engine's state."""

from collections.abc import Callable

from robo_trader.core.domain.discrepancies import Block, SymbolBlocked, SymbolReleased
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.violations import Control


class Blocks:
    """Every cause stands, and is lifted, on its own."""

    def __init__(self, tell: Callable[[SymbolBlocked | SymbolReleased], None]) -> None:
        """tell: takes the decision to block a symbol, or to lift a cause for it."""
        self._tell = tell
        self.by_symbol: dict[Symbol, dict[str, Block]] = {}  # and cause; no symbol without one

    def of(self, symbol: Symbol) -> tuple[Block, ...]:
        """Return why nothing may leave in a symbol; nothing if all may."""
        causes = self.by_symbol.get(symbol)
        return () if causes is None else tuple(causes.values())

    def add(self, symbol: Symbol, cause: str, control: Control, reason: str, *, at: int) -> None:
        """Block a symbol for a cause; if it stands already, nothing changes."""
        causes = self.by_symbol.setdefault(symbol, {})
        if cause not in causes:
            causes[cause] = Block(symbol=symbol, cause=cause, control=control, reason=reason, since=at)
            self._tell(SymbolBlocked(block=causes[cause]))

    def rename(self, symbol: Symbol, new_symbol: Symbol, cause: str, *, at: int) -> None:
        """Let a cause stand, if it does, under the name that the shares have from now on."""
        block = self.by_symbol.get(symbol, {}).get(cause)
        if block is not None:
            self.lift(symbol, cause, at=at)
            self.add(new_symbol, cause, block.control, block.reason, at=at)

    def lift(self, symbol: Symbol, cause: str, *, at: int) -> None:
        """Lift one cause, if it stands."""
        causes = self.by_symbol.get(symbol, {})
        block = causes.pop(cause, None)
        if block is not None:
            self._tell(SymbolReleased(block=block, occurred_at=at))
            if not causes:
                del self.by_symbol[symbol]
