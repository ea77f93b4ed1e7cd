"""What each strategy has made, followed from the events of a journal alone: no engine is asked again.

Where a strategy has the account to itself, all shares are its own and events name nobody. What no strategy asked for
(trades of others, cash that a statement added) is UNASSIGNED.
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.action_events import CorporateActionApplied
from robo_trader.core.domain.allotments import Allotment, CashAllotment, SharesCrossed
from robo_trader.core.domain.corporate_actions import Delisting, StockSplit, SymbolChange
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.events import AccountMarked, CashBooked, CashKind, FillBooked, FillRestated
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.ledger.sub_accounts import SubAccounts

Owned = FillBooked | FillRestated | SharesCrossed | CorporateActionApplied | CashBooked | AccountMarked


class StrategyFigures(Struct, frozen=True, kw_only=True, gc=False):
    """How one strategy stands, in dollars since the account was opened, open positions at the last price.

    `made` is realised and unrealised less commission, and what came without a trade, to the last digit.
    """

    made: Decimal = ZERO
    realised: Decimal = ZERO  # before commission
    unrealised: Decimal = ZERO
    commission: Decimal = ZERO
    received: Decimal = ZERO  # dividends less borrow fees, and what a statement added
    exposure: Decimal = ZERO  # absolute value of all positions


class StrategyBooks:
    """The sub-accounts of one account, as its events tell them."""

    def __init__(self, owner: str | None) -> None:
        """owner: the strategy that has the account to itself; None where several share it."""
        self._owner = owner
        self._accounts = SubAccounts()
        self._prices: dict[Symbol, Decimal] = {}  # dollars a share: of the last mark, trade or passage

    def take(self, event: Owned) -> None:
        """Follow one event, in the order of the journal."""
        if isinstance(event, AccountMarked):
            for position, price in zip(event.positions, event.prices, strict=True):
                self.appraise(position.symbol, price)
        elif isinstance(event, CashBooked):
            self._accounts.receive(self._cash_parts(event))
        elif isinstance(event, CorporateActionApplied):
            self._act(event)
        elif isinstance(event, SharesCrossed):
            self._accounts.book(event.symbol, event.price, event.allotments)
            self.appraise(event.symbol, event.price)
        else:
            self._trade(event)

    def appraise(self, symbol: Symbol, price: Decimal) -> None:
        """Know a newer price of a symbol, dollars a share."""
        self._prices[symbol] = price

    def held_symbols(self) -> set[Symbol]:
        """Return the symbols that any strategy holds, also where they hold nothing together."""
        return self._accounts.symbols()

    def price(self, symbol: Symbol) -> Decimal:
        """Return the newest price of a symbol that was ever held, dollars a share."""
        return self._prices[symbol]

    def positions(self, strategy: str) -> dict[Symbol, Decimal]:
        """Return the signed shares of a strategy, ordered by symbol; no symbol of which it holds none."""
        held = self._accounts.positions.items()
        return dict(sorted((symbol, one.quantity) for (of, symbol), one in held if of == strategy and one.quantity))

    def figures(self) -> Mapping[str, StrategyFigures]:
        """Return how everybody stands who ever held something, or was paid, UNASSIGNED included."""
        accounts, positions = self._accounts, self._accounts.positions
        names = {*accounts.cash, *(name for name, _ in positions)}
        return {name: self._figures(name) for name in sorted(names)}

    def _figures(self, name: str) -> StrategyFigures:
        accounts = self._accounts
        worth = cost = realised = exposure = ZERO
        for (of, symbol), held in accounts.positions.items():
            if of != name:
                continue
            realised += held.realised
            if held.quantity:
                value = held.quantity * self._prices[symbol]
                worth, cost, exposure = worth + value, cost + held.cost, exposure + abs(value)
        return StrategyFigures(
            made=accounts.cash.get(name, ZERO) + worth,
            realised=realised,
            unrealised=worth - cost,
            commission=accounts.commissions.get(name, ZERO),
            received=accounts.received.get(name, ZERO),
            exposure=exposure,
        )

    def _cash_parts(self, event: CashBooked) -> tuple[CashAllotment, ...]:
        if event.allotments:
            return event.allotments
        is_owners = self._owner is not None and event.kind is not CashKind.RECONCILIATION
        return (CashAllotment(strategy=self._owner if self._owner and is_owners else UNASSIGNED, amount=event.amount),)

    def _trade(self, event: FillBooked | FillRestated) -> None:
        fill, parts = event.fill, event.allotments
        if not parts:
            assert self._owner is not None, f"{fill.execution_id} is nobody's"
            change = fill.side.sign * fill.quantity
            parts = (Allotment(strategy=self._owner, quantity=change, commission=fill.commission),)
        if isinstance(event, FillBooked):
            self._accounts.book(fill.symbol, fill.price, parts, fill.execution_id)
            self.appraise(fill.symbol, fill.price)
        else:
            self._accounts.restate(fill.symbol, fill.price, parts, fill.execution_id)

    def _act(self, event: CorporateActionApplied) -> None:
        action, symbol = event.action, event.action.symbol
        if isinstance(action, StockSplit):
            self._accounts.split(symbol, event.position.quantity, action.new, action.old, event.price)
            self.appraise(symbol, event.price)
        elif isinstance(action, Delisting):
            self._accounts.pay_out(symbol, event.price)
        elif isinstance(action, SymbolChange):
            self._accounts.rename(symbol, action.new_symbol)
            self.appraise(action.new_symbol, event.price)
