"""The event form of a strategy: it is told what happens, one event after the other, and says what it wants.

A rule (`strategy.Strategy`) answers for one symbol at the close of a bar. A strategy in event form may also see quotes,
prints and its own fills, ask to be woken, and want any symbol of the run at any time. It still knows nothing of cash
or orders: what it wants is sized, stopped, held against the limits and ordered as what every other strategy wants.

    class Last(Struct):
        bid: float = 0.0

    @dataclass(frozen=True)
    class Riser(EventStrategy):
        def memory(self):
            return Last()

        def on_quote(self, memory, quote, values, desk):
            if quote.bid > memory.bid:
                desk.want(quote.symbol, 1.0, "the bid rose")
            memory.bid = quote.bid

What it remembers it keeps in its memory alone: that is what the engine stores, hashes and replays. A strategy that
remembers elsewhere would decide otherwise after a restart, and the journal would refuse it.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol

from msgspec import Struct

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.features.feature import Feature
from robo_trader.core.strategies.strategy import AnyStrategy, moment_text

Values = tuple[float, ...]


class Desk(Protocol):
    """To whom a strategy says what it wants. Times are UTC nanoseconds."""

    @property
    def now(self) -> int:
        """The time of the event that is told."""
        ...

    def position(self, symbol: Symbol) -> float:
        """Return the shares held, below 0 for a short position."""
        ...

    def strength(self, symbol: Symbol) -> float:
        """Return what was wanted of a symbol last, 0 at first. A stop that left its position does not change it."""
        ...

    def want(self, symbol: Symbol, strength: float, reason: str) -> None:
        """Want a fraction of a full position, from -1 (a full short one) to 1. What is wanted already changes nothing.

        Left alone while the symbol has no price yet or the sizer's feature is not known: `strength` tells, and it may
        be said again. Raises StrategyError for what is no strength, and for a symbol that is not in the run.
        """
        ...

    def wake(self, key: str, at: int) -> None:
        """Ask for `on_timer` with this key (a symbol, or any word) at a later time; moves an earlier wish of this key.

        Raises StrategyError for a time that is not after `now`.
        """
        ...


@dataclass(frozen=True)
class EventStrategy(AnyStrategy):
    """Hooks that are called with events in order of time; each may be left out.

    Hooks that are handed values are called once all values of that kind are known (none is NaN).
    """

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - may differ by symbol
        """Return the features of bars whose values `on_bar` is handed; none if not said otherwise."""
        return ()

    def quote_features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002
        """Return the features of quotes whose values `on_quote` is handed; none if not said otherwise."""
        return ()

    def trade_features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002
        """Return the features of prints whose values `on_trade` is handed; none if not said otherwise."""
        return ()

    def memory(self) -> Any:  # noqa: ANN401 - a Struct of the strategy's own, or a list
        """Return what it remembers at first, made anew: a mutable msgspec Struct or list of plain values.

        Plain are numbers, text, enums, None, and lists, dictionaries, sets and Structs of these.
        """
        return []

    def on_bar(self, memory: Any, bar: Bar, values: Values, desk: Desk) -> None:  # noqa: ANN401
        """Take a bar at its close. values: of `features(bar.symbol)`."""

    def on_quote(self, memory: Any, quote: Quote, values: Values, desk: Desk) -> None:  # noqa: ANN401
        """Take a quote. values: of `quote_features(quote.symbol)`."""

    def on_trade(self, memory: Any, trade: TradePrint, values: Values, desk: Desk) -> None:  # noqa: ANN401
        """Take a print. values: of `trade_features(trade.symbol)`."""

    def on_fill(self, memory: Any, fill: Fill, desk: Desk) -> None:  # noqa: ANN401
        """Take a fill of one's own; it is in `desk.position` already."""

    def on_timer(self, memory: Any, key: str, desk: Desk) -> None:  # noqa: ANN401
        """Be woken, as asked for."""

    @classmethod
    def hears(cls, hook: str) -> bool:
        """Return whether the strategy has a hook of its own under this name, such as "on_quote"."""
        return getattr(cls, hook) is not getattr(EventStrategy, hook)


def is_plain(value: object) -> bool:
    """Return whether the engine can store and compare a value: what `EventStrategy.memory` says."""
    if value is None or isinstance(value, (int, float, str, Decimal, Enum)):
        return True
    if isinstance(value, dict):
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(is_plain, value))
    return isinstance(value, Struct) and all(is_plain(getattr(value, name)) for name in value.__struct_fields__)


def failed_hook(error: Exception, strategy: str, hook: str, key: str, at: int) -> StrategyError:
    """Return what to tell about an exception in a hook. key: the symbol, or the key of a timer; at: UTC nanoseconds."""
    return StrategyError(
        f"{strategy}.{hook} failed for {key} at {moment_text(at)}: {type(error).__name__}: {error}",
        next_step="Correct the strategy's hook; nothing was ordered because of this event.",
    )
