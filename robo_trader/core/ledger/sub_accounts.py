"""Whose the shares are: positions of each strategy that shares the account. They sum to the account's, always."""

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from robo_trader.core.domain.allotments import Allotment, CashAllotment
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.positions import Position
from robo_trader.core.ledger.capital_changes import CapitalChange, after_capital_change, split_changes
from robo_trader.core.ledger.ledger import after_trade


class Passage(Struct, frozen=True, gc=False):
    """Shares that came to strategies, or went from them, at one price."""

    execution_id: ExecutionId | None  # None where they passed between strategies
    price: Decimal
    allotments: tuple[Allotment, ...]


class Restructuring(Struct, frozen=True, gc=False):
    """The company changed its shares, or paid them out: what that was to each strategy that held some."""

    changes: tuple[tuple[str, CapitalChange], ...]
    execution_id: ExecutionId | None = None  # it is none


class SubAccounts:
    """Positions by strategy and symbol, and the cash that came of them."""

    def __init__(self) -> None:
        self.cash: dict[str, Decimal] = {}  # dollars by strategy, below 0 if shares cost more than they brought
        self.commissions: dict[str, Decimal] = {}  # dollars by strategy, contained in `cash`
        self.received: dict[str, Decimal] = {}  # dollars by strategy that came without a trade, contained in `cash`
        self.positions: dict[tuple[str, Symbol], Position] = {}
        self._passages: dict[Symbol, list[Passage | Restructuring]] = {}  # as they stand now

    def position(self, strategy: str, symbol: Symbol) -> Position:
        """Return a strategy's position in a symbol, an empty one if there never was any."""
        held = self.positions.get((strategy, symbol))
        return held or Position(symbol=symbol, quantity=ZERO, cost=ZERO, realised=ZERO)

    def book(
        self, symbol: Symbol, price: Decimal, allotments: tuple[Allotment, ...], execution_id: ExecutionId | None = None
    ) -> None:
        """Move shares at a price, dollars each."""
        passage = Passage(execution_id, price, allotments)
        self._passages.setdefault(symbol, []).append(passage)
        self._pay(passage, 1)
        self._move(symbol, passage)

    def receive(self, allotments: tuple[CashAllotment, ...]) -> None:
        """Take in cash that came to strategies without a trade, or below 0 went from them."""
        for part in allotments:
            _add(self.cash, part.strategy, part.amount)
            _add(self.received, part.strategy, part.amount)

    def allotments(self, symbol: Symbol, execution_id: ExecutionId) -> tuple[Allotment, ...]:
        """Return how an execution was divided."""
        passage = self._passages[symbol][self._place(symbol, execution_id)]
        assert isinstance(passage, Passage)
        return passage.allotments

    def restate(
        self, symbol: Symbol, price: Decimal, allotments: tuple[Allotment, ...], execution_id: ExecutionId
    ) -> None:
        """Let an execution have been divided so: every position becomes what it would be had it come so at first."""
        passages, place = self._passages[symbol], self._place(symbol, execution_id)
        before, now = passages[place], Passage(execution_id, price, allotments)
        assert isinstance(before, Passage)
        self._pay(before, -1)
        self._pay(now, 1)
        passages[place] = now
        for strategy, of in list(self.positions):
            if of == symbol:
                del self.positions[strategy, of]
        for passage in passages:
            self._move(symbol, passage)

    def _pay(self, passage: Passage, sign: int) -> None:
        for part in passage.allotments:
            _add(self.cash, part.strategy, -sign * (part.quantity * passage.price + part.commission))
            _add(self.commissions, part.strategy, sign * part.commission)

    def _place(self, symbol: Symbol, execution_id: ExecutionId) -> int:
        return next(n for n, known in enumerate(self._passages[symbol]) if known.execution_id == execution_id)

    def split(self, symbol: Symbol, whole: Decimal, new: int, old: int, price: Decimal) -> tuple[Allotment, ...]:
        """Count all shares of a symbol anew, so that together they are `whole`; return what left each as parts.

        price: dollars a new share, at which parts of one are settled.
        """
        held = self.shares_by_strategy(symbol)
        paid = split_changes(held, whole, new, old)
        # Who holds nothing now is counted anew as well: a correction may yet say that it held something.
        names = sorted(strategy for strategy, of in self.positions if of == symbol)
        return self.restructure(symbol, {name: CapitalChange(new, old, paid.get(name, ZERO), price) for name in names})

    def pay_out(self, symbol: Symbol, price: Decimal) -> tuple[Allotment, ...]:
        """Let all shares of a symbol go for cash, dollars each; return what left each strategy."""
        held = self.shares_by_strategy(symbol)
        return self.restructure(symbol, {name: CapitalChange(1, 1, shares, price) for name, shares in held.items()})

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Let shares go on under another name, which has none yet."""
        for strategy, of in [key for key in self.positions if key[1] == symbol]:
            held, earlier = self.positions.pop((strategy, of)), self.position(strategy, new_symbol)
            assert not earlier.quantity, (strategy, new_symbol)
            after = replace(held, symbol=new_symbol, realised=held.realised + earlier.realised)
            self.positions[strategy, new_symbol] = after
        if symbol in self._passages:
            self._passages.setdefault(new_symbol, []).extend(self._passages.pop(symbol))

    def shares_by_strategy(self, symbol: Symbol) -> dict[str, Decimal]:
        """Return the signed shares of a symbol, by the strategies that hold some."""
        held = sorted((strategy, one.quantity) for (strategy, of), one in self.positions.items() if of == symbol)
        return {strategy: shares for strategy, shares in held if shares}

    def restructure(self, symbol: Symbol, changes: dict[str, CapitalChange]) -> tuple[Allotment, ...]:
        """Change what each strategy holds of a symbol; return what left it."""
        one = Restructuring(tuple(changes.items()))
        self._passages.setdefault(symbol, []).append(one)
        self._move(symbol, one)
        for name, change in changes.items():
            _add(self.cash, name, change.cash)
        self._settle_rest(list(changes.items()))
        left = ((name, -change.paid) for name, change in changes.items() if change.paid)
        return tuple(Allotment(strategy=name, quantity=shares, commission=ZERO) for name, shares in left)

    def _settle_rest(self, changes: list[tuple[str, CapitalChange]]) -> None:
        """Give the first whose parts of a share left what rounding each one's cash leaves of the account's."""
        paid = [(name, change) for name, change in changes if change.paid]
        if paid:
            first, price = paid[0][0], paid[0][1].price
            together = round_money(sum((change.paid for _, change in paid), ZERO) * price)
            rest = together - sum((change.cash for _, change in paid), ZERO)
            self.receive((CashAllotment(strategy=first, amount=rest),) if rest else ())

    def _move(self, symbol: Symbol, passage: Passage | Restructuring) -> None:
        if isinstance(passage, Restructuring):
            for strategy, change in passage.changes:
                held = self.position(strategy, symbol)
                self.positions[strategy, symbol] = after_capital_change(held, change)
            return
        for part in passage.allotments:
            before = self.position(part.strategy, symbol)
            self.positions[part.strategy, symbol] = after_trade(before, part.quantity, passage.price)

    def symbols(self) -> set[Symbol]:
        """Return the symbols that any strategy holds."""
        return {symbol for (_, symbol), held in self.positions.items() if held.quantity}

    def shares(self, symbol: Symbol) -> Decimal:
        """Return the signed shares that all strategies hold of a symbol."""
        return sum((held.quantity for (_, of), held in self.positions.items() if of == symbol), ZERO)


def _add(sums: dict[str, Decimal], strategy: str, dollars: Decimal) -> None:
    sums[strategy] = sums.get(strategy, ZERO) + dollars
