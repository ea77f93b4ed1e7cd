"""Corporate actions: shares and prices are counted anew, as the action says, and once; nobody grows rich by it.

I06, I07.
"""

from decimal import Decimal

from robo_trader.core.domain.action_events import (
    CorporateActionApplied,
    CorporateActionRefused,
    SymbolPaused,
    SymbolResumed,
)
from robo_trader.core.domain.corporate_actions import (
    CORPORATE_ACTIONS,
    CashDividend,
    CorporateAction,
    Delisting,
    StockSplit,
    SymbolChange,
)
from robo_trader.core.domain.discrepancies import SymbolBlocked, SymbolReleased
from robo_trader.core.domain.events import CashBooked
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.violations import Control
from robo_trader.runtime.invariants.scene import Scene


def look_at_applied(scene: Scene, decision: CorporateActionApplied) -> None:
    """Count shares and prices anew, and hold what was told against that."""
    action, event = decision.action, scene.event
    scene.hold("I06", action == event, "{} was applied, and nobody told of it now", action)
    scene.hold("I06", _key(action) not in scene.actions, "{} was applied twice", action)
    scene.actions.add(_key(action))
    if isinstance(action, SymbolChange):
        _rename(scene, action)
        scene.hold("I06", not decision.paid, "{} shares left with a name", decision.paid)
    else:
        _change(scene, decision)
    symbol = decision.position.symbol
    counted = scene.books.shares[symbol]
    scene.hold(
        "I06", decision.position.quantity == counted, "the position in {} is told as {} after {}, there are {}",
        symbol, decision.position.quantity, action, counted,
    )  # fmt: skip
    total = sum((posting.amount for posting in decision.entry.postings), ZERO)
    scene.hold("I07", total == 0, "the entry for {} sums to {}", decision.entry.reason, total)
    scene.books.post(decision.entry)
    scene.forget_worth()


def look_at_pause(scene: Scene, decision: SymbolPaused | SymbolResumed) -> None:
    """Follow which symbols may not be traded until the broker counts as we do."""
    if isinstance(decision, SymbolPaused):
        scene.paused.add(decision.symbol)
    else:
        scene.paused.discard(decision.symbol)


def look_at_block(scene: Scene, decision: SymbolBlocked | SymbolReleased) -> None:
    """Follow which symbols may not be traded, and why."""
    cause = (decision.block.symbol, decision.block.cause)
    standing = scene.unseen if decision.block.control is Control.MARKET_DATA else scene.blocked
    if isinstance(decision, SymbolBlocked):
        standing.add(cause)
    else:
        standing.discard(cause)


def look_at_the_end(scene: Scene) -> None:
    """See that an action was applied, or said why not."""
    action = scene.event
    if not isinstance(action, CORPORATE_ACTIONS):
        return
    if any(isinstance(decision, CorporateActionRefused) for decision in scene.step.events):
        return
    if isinstance(action, CashDividend):
        held = scene.books.at_last_slice.get(action.symbol, ZERO)
        paid = sum(isinstance(one, CashBooked) and bool(one.amount) for one in scene.step.events)
        is_due = bool(round_money(held * action.amount))
        scene.hold("I07", paid == is_due, "a dividend on {} {} was paid {} times", held, action.symbol, paid)
        scene.actions.add(_key(action))
        return
    scene.hold("I06", _key(action) in scene.actions, "{} was neither applied nor refused", action)


def _key(action: CorporateAction) -> tuple[str, Symbol, str]:
    return type(action).__name__, action.symbol, action.ex_date


def _change(scene: Scene, decision: CorporateActionApplied) -> None:
    action, books, market = decision.action, scene.books, scene.market
    symbol, held = action.symbol, books.shares[action.symbol]
    if isinstance(action, StockSplit):
        new, old = action.new, action.old
        market.split(symbol, new, old)
        due = held * new / old - held * new // old if symbol in scene.symbols and symbol in market.prices else ZERO
        price = market.prices.get(symbol, ZERO) if due else decision.price
    else:
        assert isinstance(action, Delisting), action
        new, old, due, price = 1, 1, held, action.price
        scene.symbols -= {symbol}
    scene.hold("I06", decision.paid == due, "{} shares of {} left by {}, not {}", decision.paid, symbol, action, due)
    scene.hold("I07", decision.price == price, "{} are paid out at {}, not {}", symbol, decision.price, price)
    books.change_capital(symbol, new, old, due, price)
    left: dict[str, Decimal] = {part.strategy: -part.quantity for part in decision.allotments}
    books.change_owned(symbol, new, old, left)
    if symbol in books.owned:
        for name, shares in books.owned[symbol].held.items():
            is_whole = shares == shares.to_integral_value()
            scene.hold("I06", is_whole, "{} owns {} shares of {} after {}", name, shares, symbol, action)


def _rename(scene: Scene, action: SymbolChange) -> None:
    symbol, new_symbol = action.symbol, action.new_symbol
    scene.hold("I06", not scene.books.shares[new_symbol], "shares of {} are held already", new_symbol)
    scene.books.rename(symbol, new_symbol)
    scene.market.rename(symbol, new_symbol)
    scene.symbols -= {symbol}
    scene.names.pop(new_symbol, None)
    scene.names[symbol] = new_symbol
    scene.paused.discard(symbol)
