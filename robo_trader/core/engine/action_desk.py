"""Corporate actions in the engine: one symbol's books, orders, wants and memory, restated before its ex-date's session.

What must not happen is that a split looks like a loss, an order of old shares fills in new ones, or a stop of old
prices is reached by a new one. So a symbol whose shares change is paused: its orders are canceled, everything that
counts its shares or prices is restated, and nothing is sent until it is known that the broker did the same. For that
the first sound bar or quote of the new shares will do, or, if settings say so, only a broker's statement.
"""

from robo_trader.core.domain.action_events import (
    CorporateActionApplied,
    CorporateActionRefused,
    SymbolPaused,
    SymbolResumed,
)
from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.corporate_actions import (
    CashDividend,
    CorporateAction,
    Delisting,
    StockSplit,
    SymbolChange,
)
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.order_desk import OrderDesk
from robo_trader.core.engine.overnight import Overnight, book_movement
from robo_trader.core.engine.portfolio_watch import PortfolioWatch
from robo_trader.core.engine.protection_desk import ProtectionDesk
from robo_trader.core.engine.senses import Senses
from robo_trader.core.engine.strategy_desk import StrategyDesk
from robo_trader.core.ledger.capital_changes import CapitalChange, split_change
from robo_trader.core.market.corporate_actions import Restatable, RestatableMarket, action_key, action_text

_NOT_HELD = CapitalChange(1, 1, ZERO, ZERO)


class ActionDesk:
    """Applies corporate actions to one account, each once."""

    def __init__(  # noqa: PLR0913 - one for each that remembers shares or prices
        self,
        account: Account,
        senses: Senses,
        strategies: StrategyDesk,
        orders: OrderDesk,
        overnight: Overnight,
        symbols: tuple[Symbol, ...],
        *,
        awaits_statement: bool,
        protection: ProtectionDesk | None,
    ) -> None:
        """awaits_statement: whether only a statement ends a pause. protection: the desk of legs, if any."""
        self._account = account
        self._senses = senses
        self._strategies = strategies
        self._orders = orders
        self._overnight = overnight
        self._symbols = frozenset(symbols)
        self._awaits_statement = awaits_statement
        self._protection = protection
        self._applied: dict[str, CorporateAction] = {}
        self.portfolio: PortfolioWatch | None = None  # what looks at past returns, once a limit asks for them

    def take(self, action: CorporateAction) -> None:
        """Apply an action, or say why it cannot be."""
        reason = self._find_fault(action)
        if reason is not None:
            refused = CorporateActionRefused(action=action, reason=reason, occurred_at=action.occurred_at)
            self._account.events.append(refused)
            return
        self._applied[action_key(action)] = action
        if isinstance(action, CashDividend):
            self._pay(action)
            return
        self._cancel_orders(action.symbol)
        if isinstance(action, StockSplit):
            self._split(action)
        elif isinstance(action, SymbolChange):
            self._rename(action)
        else:
            self._delist(action)

    def look(self, symbols: list[Symbol], *, at: int) -> None:
        """End the pause of symbols that have traded in their new shares."""
        if self._awaits_statement:
            return
        for symbol in symbols:
            action = self._account.paused.get(symbol)
            if action is not None and at > action.occurred_at:
                self._release(symbol, "it has traded since", at=at)

    def hear(self, event: StatementReceived) -> None:
        """End the pause of symbols of which a broker's statement says that it holds what we do."""
        if event.statement.positions is None:
            return
        stated = {position.symbol: position.quantity for position in event.statement.positions}
        for symbol in list(self._account.paused):
            held = self._account.ledger.position(symbol).quantity
            if stated.get(symbol, ZERO) == held:  # any other figure leaves it paused
                self._release(symbol, f"the broker holds {held} shares as well", at=event.occurred_at)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self._applied, self._account.paused

    def _find_fault(self, action: CorporateAction) -> str | None:
        if action_key(action) in self._applied:
            return "it is applied already"
        if action.symbol not in self._symbols:
            return f"{action.symbol} is not among the symbols of this run"
        market = self._senses.market
        if action.occurred_at < market.last_ended_at:
            return "its session has begun already"
        if isinstance(action, SymbolChange):
            if action.new_symbol not in self._symbols:
                return f"{action.new_symbol} is not among the symbols of this run"
            if self._market.knows(action.new_symbol):
                return f"{action.new_symbol} is traded already"
        return None

    @property
    def _market(self) -> RestatableMarket:
        market = self._senses.market
        assert isinstance(market, RestatableMarket), "bars that were adjusted beforehand take no corporate actions"
        return market

    def _pay(self, action: CashDividend) -> None:
        account, overnight = self._account, self._overnight
        movement = overnight.dividend(action.symbol, action.amount, account.ledger)
        book_movement(account, self._strategies.ownership, overnight, movement, action.ex_date, at=action.occurred_at)

    def _split(self, action: StockSplit) -> None:
        account, symbol, new, old = self._account, action.symbol, action.new, action.old
        change = _NOT_HELD
        self._market.split(symbol, new, old)
        if self._market.knows(symbol):
            held = account.ledger.position(symbol).quantity
            change = split_change(held, new, old, self._senses.market.price(symbol))
        parts = self._strategies.split(symbol, change)
        _restatable(self._senses.panel).split(symbol, new, old)
        if account.safeguards is not None:
            account.safeguards.split(symbol, new / old)
        if self.portfolio is not None:
            self.portfolio.split(symbol, new / old)
        self._overnight.split(symbol, new, old)
        self._book(action, change, parts)
        self._pause(symbol, action)

    def _delist(self, action: Delisting) -> None:
        account, symbol = self._account, action.symbol
        change = CapitalChange(1, 1, account.ledger.position(symbol).quantity, action.price)
        parts = self._strategies.delist(symbol, change, at=self._senses.market.last_ended_at)
        self._market.delist(symbol)
        self._book(action, change, parts)

    def _rename(self, action: SymbolChange) -> None:
        account, symbol, new_symbol = self._account, action.symbol, action.new_symbol
        self._market.rename(symbol, new_symbol)
        _restatable(self._senses.panel).rename(symbol, new_symbol)
        if account.safeguards is not None:
            account.safeguards.rename(symbol, new_symbol)
        if self.portfolio is not None:
            self.portfolio.rename(symbol, new_symbol)
        self._strategies.rename(symbol, new_symbol)
        self._overnight.rename(symbol, new_symbol)
        account.orders.executions.rename(symbol, new_symbol)
        account.blocks.rename(symbol, new_symbol, UNASSIGNED, at=action.occurred_at)
        if symbol in account.open_signals:
            account.open_signals[new_symbol] = account.open_signals.pop(symbol)
        if self._protection is not None:
            self._protection.rename(symbol, new_symbol)
        account.contracts.rename(symbol, new_symbol)
        position, entry = account.ledger.rename(symbol, new_symbol, action_text(action))
        account.paused.pop(symbol, None)
        price = self._senses.market.price(new_symbol) if self._market.knows(new_symbol) else ZERO
        applied = CorporateActionApplied(action=action, position=position, entry=entry, price=price)
        account.events.append(applied)
        self._pause(new_symbol, action)

    def _book(self, action: StockSplit | Delisting, change: CapitalChange, parts: tuple[Allotment, ...]) -> None:
        position, realised, entry = self._account.ledger.change_capital(action.symbol, change, action_text(action))
        self._account.events.append(
            CorporateActionApplied(
                action=action,
                position=position,
                entry=entry,
                paid=change.paid,
                price=change.price,
                realised=realised,
                allotments=parts,
            )
        )

    def _cancel_orders(self, symbol: Symbol) -> None:
        for order in self._account.orders.open_for(symbol):
            if not order.cancel_requested:
                self._orders.cancel(order)

    def _pause(self, symbol: Symbol, action: CorporateAction) -> None:
        self._account.paused[symbol] = action
        self._account.events.append(
            SymbolPaused(symbol=symbol, reason=action_text(action), occurred_at=action.occurred_at)
        )

    def _release(self, symbol: Symbol, reason: str, *, at: int) -> None:
        del self._account.paused[symbol]
        self._account.events.append(SymbolResumed(symbol=symbol, reason=reason, occurred_at=at))


def _restatable(panel: object) -> Restatable:
    assert isinstance(panel, Restatable), "features that were computed beforehand take no corporate actions"
    return panel
