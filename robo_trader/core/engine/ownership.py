"""Whose the shares are: what each strategy of an account holds, is paid, and has made.

A strategy that has the account to itself holds what the account holds, and nothing is kept twice. Shares are told apart
by whose they are where several strategies share the account, and of a symbol that others have traded in it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from robo_trader.core.domain.allotments import Allotment, CashAllotment
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.events import CashKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.positions import Position
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.senses import Market
from robo_trader.core.ledger.capital_changes import CapitalChange
from robo_trader.core.ledger.ledger import CAPITAL
from robo_trader.core.ledger.sub_accounts import SubAccounts
from robo_trader.core.portfolio.netting import divide_cash


class Ownership:
    """What belongs to whom in one account."""

    def __init__(self, names: Sequence[str], account: Account, market: Market) -> None:
        """names: of the strategies, at least one."""
        self._names = names
        self._account = account
        self._market = market
        self.owner = names[0]  # whose shares are that nobody tells apart
        self.is_shared = len(names) > 1
        self.sub_accounts = SubAccounts()

    def position(self, name: str, symbol: Symbol) -> Position:
        """Return what a strategy holds of a symbol."""
        if self.sub_accounts.positions and self.is_divided(symbol):  # asked at every bar where stops are watched
            return self.sub_accounts.position(name, symbol)
        return self._account.ledger.position(symbol)

    def is_divided(self, symbol: Symbol) -> bool:
        """Return whether shares of a symbol are told apart by whose they are."""
        positions = self.sub_accounts.positions
        return self.is_shared or (bool(positions) and (UNASSIGNED, symbol) in positions)

    def divide(self, symbol: Symbol) -> None:
        """Begin to tell the shares of a strategy that had the account to itself from those of others."""
        for fill in self._account.ledger.history(symbol):
            if isinstance(fill, CapitalChange):
                self.sub_accounts.restructure(symbol, {self.owner: fill})
                continue
            change = fill.side.sign * fill.quantity
            part = Allotment(strategy=self.owner, quantity=change, commission=fill.commission)
            self.sub_accounts.book(symbol, fill.price, (part,), fill.execution_id)

    def compare(self, symbol: Symbol, change: Decimal) -> None:
        """Hold the strategies' shares against the account's, which still misses `change` signed shares."""
        held = self._account.ledger.position(symbol).quantity + change
        assert self.sub_accounts.shares(symbol) == held, f"{symbol}: the strategies' shares are not the account's"

    def symbols(self) -> set[Symbol]:
        """Return the symbols that a strategy holds beside others, also where they hold nothing together."""
        return self.sub_accounts.symbols()

    def unassigned(self, symbol: Symbol) -> Decimal:
        """Return the signed shares of a symbol that no strategy has traded."""
        return self.sub_accounts.position(UNASSIGNED, symbol).quantity

    def surrendered(self, symbol: Symbol) -> list[Allotment]:
        """Return what strategies lose where others have traded away what these hold: signed shares of each."""
        missing = self.unassigned(symbol)
        parts = []
        for name in self._names:
            held = self.position(name, symbol).quantity
            lost = max(-abs(missing), -held) if held > 0 else min(abs(missing), -held)
            if held * missing < 0:
                parts.append(Allotment(strategy=name, quantity=lost, commission=ZERO))
                missing -= lost
        return parts

    def share_cash(
        self, kind: CashKind, symbol: Symbol, amount: Decimal, each: Decimal, since: Mapping[str, Decimal]
    ) -> tuple[CashAllotment, ...]:
        """Pay out cash that came without a trade; return whose it is, nothing if there is one strategy only.

        each: dollars a share, of a dividend; a fee is divided by what each is short of.
        since: signed shares by strategy, booked after the close that the cash goes by.
        """
        if not self.is_divided(symbol):
            return ()
        now = self.sub_accounts.shares_by_strategy(symbol)
        held = {name: now.get(name, ZERO) - since.get(name, ZERO) for name in sorted(now.keys() | since.keys())}
        if kind is CashKind.BORROW_FEE:
            short = {name: min(shares, ZERO) for name, shares in held.items()}
            each, held = amount / sum(short.values(), ZERO), short
        parts = divide_cash(amount, each, held)
        self.sub_accounts.receive(parts)
        return parts

    def split(self, symbol: Symbol, change: CapitalChange, *, after: Decimal) -> tuple[Allotment, ...]:
        """Count everybody's shares in new ones, before the account does; return what left whom as parts.

        after: signed shares that the account will hold.
        """
        if not self.is_divided(symbol):
            return ()
        parts = self.sub_accounts.split(symbol, after, change.new, change.old, change.price)
        self.compare(symbol, after - self._account.ledger.position(symbol).quantity)
        return parts

    def pay_out(self, symbol: Symbol, price: Decimal) -> tuple[Allotment, ...]:
        """Let all shares of a symbol go for cash, dollars each; return what left whom."""
        return self.sub_accounts.pay_out(symbol, price) if self.is_divided(symbol) else ()

    def profits(self) -> dict[str, Decimal]:
        """Return what each strategy has made so far, open positions at the last price: dollars."""
        if not self.is_shared:
            capital = self._account.ledger.balances[CAPITAL]  # what the owner put in, below 0
            return {self.owner: self._account.valuation.equity + capital}
        made = {name: self.sub_accounts.cash.get(name, ZERO) for name in self._names}
        for (name, symbol), position in self.sub_accounts.positions.items():
            if position.quantity and name in made:
                made[name] += position.quantity * self._market.price(symbol)
        return made
