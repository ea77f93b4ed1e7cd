"""Corporate actions as the market side needs them: their order, their names, and who can live through one."""

from typing import Protocol, runtime_checkable

from robo_trader.core.domain.corporate_actions import (
    CORPORATE_ACTIONS,
    CashDividend,
    CorporateAction,
    Delisting,
    StockSplit,
    SymbolChange,
)
from robo_trader.core.domain.instruments import Symbol


@runtime_checkable
class Restatable(Protocol):
    """What remembers prices or shares of symbols, and can count them anew."""

    def split(self, symbol: Symbol, new: int, old: int) -> None:
        """Count in new shares: `new` for every `old` ones."""
        ...

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was known of a symbol under its new name."""
        ...


@runtime_checkable
class RestatableMarket(Restatable, Protocol):
    """A market whose symbols may also end."""

    def delist(self, symbol: Symbol) -> None:
        """Take no bar or quote of a symbol any more."""
        ...

    def knows(self, symbol: Symbol) -> bool:
        """Return whether a symbol has a price, and is traded."""
        ...


def action_key(action: CorporateAction) -> str:
    """Return what tells an action from every other one: the same told twice has the same key."""
    return f"{type(action).__name__} {action.symbol} {action.ex_date}"


def action_order(action: CorporateAction) -> tuple[int, Symbol, int]:
    """Return the order in which actions take effect: by time, symbol and kind, a split before a dividend."""
    return action.occurred_at, action.symbol, CORPORATE_ACTIONS.index(type(action))


def action_text(action: CorporateAction) -> str:
    """Return an action in words, as the books name it."""
    match action:
        case StockSplit():
            return f"split {action.symbol} {action.new}:{action.old} {action.ex_date}"
        case CashDividend():
            return f"dividend {action.symbol} {action.ex_date}"
        case SymbolChange():
            return f"renamed {action.symbol} to {action.new_symbol} {action.ex_date}"
        case Delisting():
            return f"delisted {action.symbol} {action.ex_date}"
