"""Shares and cash as a child would count them: what executions brought, and what was booked without a trade.

Whatever moves shares or cash without an execution must be counted here as well: today dividends, borrow fees, what
companies do to their shares, what a statement says of the cash, and what passes between strategies.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.ledger import Entry
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.orders import Side
from robo_trader.runtime.invariants.orders_seen import signed
from robo_trader.runtime.invariants.reports_seen import Effect
from robo_trader.runtime.invariants.shares_seen import Parts, SharesSeen

_ALL = ""  # whose all shares of the account are


class BooksSeen:
    """Positions, cash and owners of one account."""

    def __init__(self) -> None:
        self.opening = ZERO  # dollars the owner put in
        self.shares: defaultdict[Symbol, Decimal] = defaultdict(lambda: ZERO)  # signed
        self.at_last_slice: dict[Symbol, Decimal] = {}  # the same, as the last slice ended
        self.cash = ZERO
        self.commission = ZERO
        self.without_trade = ZERO  # cash that came without a trade: dividends less fees
        self.owned: dict[Symbol, SharesSeen] = {}  # by strategy, of symbols whose shares are several ones'
        self._seen: defaultdict[Symbol, SharesSeen] = defaultdict(SharesSeen)
        self._booked_in: dict[ExecutionId, Symbol] = {}  # by the name that the symbol has now
        self.balances: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)  # what the entries sum to
        self.changed: set[Symbol] = set()  # in the step at hand

    def open_account(self, cash: Decimal) -> None:
        """Take the owner's cash."""
        self.opening += cash
        self.cash += cash
        self.balances["cash"] += cash
        self.balances["capital"] -= cash

    def execute(self, symbol: Symbol, side: Side, effect: Effect) -> None:
        """Count an execution, or what its correction changes."""
        assert effect.after is not None and effect.execution_id is not None, effect
        parts = {_ALL: signed(side, effect.after.quantity)}
        for version, of, sign in ((effect.before, effect.side_before or side, -1), (effect.after, side, 1)):
            if version is not None:
                self.cash -= sign * (signed(of, version.quantity) * version.price + version.commission)
                self.commission += sign * version.commission
        if effect.before is None:
            self._booked_in[effect.execution_id] = symbol
            self._seen[symbol].move(parts, effect.execution_id)
        else:
            symbol = self._booked_in[effect.execution_id]
            self._seen[symbol].restate(parts, effect.execution_id)
        self._count(symbol)

    def change_capital(self, symbol: Symbol, new: int, old: int, paid: Decimal, price: Decimal) -> None:
        """Count in new shares, `paid` of which left at a price, dollars each."""
        before = self.shares[symbol]
        since = before - self.at_last_slice.get(symbol, ZERO)
        self._seen[symbol].change(new, old, {_ALL: paid})
        self._count(symbol)
        self.at_last_slice[symbol] = self.shares[symbol] - since * new / old
        self.cash += round_money(paid * price)

    def change_owned(self, symbol: Symbol, new: int, old: int, paid: Parts) -> None:
        """Let everybody's shares be counted anew. paid: what left each."""
        if symbol in self.owned:
            self.owned[symbol].change(new, old, paid)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know a symbol under its new name."""
        self._seen[new_symbol].join(self._seen.pop(symbol, SharesSeen()))
        if symbol in self.owned:
            self.owned.setdefault(new_symbol, SharesSeen()).join(self.owned.pop(symbol))
        if symbol in self.at_last_slice:
            self.at_last_slice[new_symbol] = self.at_last_slice.pop(symbol)
        for execution_id, of in self._booked_in.items():
            if of == symbol:
                self._booked_in[execution_id] = new_symbol
        self.shares.pop(symbol, None)
        self._count(new_symbol)

    def move_cash(self, amount: Decimal) -> None:
        """Count dollars that came without a trade, below 0 if they went."""
        self.cash += amount
        self.without_trade += amount

    def divide(self, symbol: Symbol, owner: str, execution_id: ExecutionId) -> None:
        """Begin to tell whose a symbol's shares are; all but those of one execution are one strategy's."""
        if symbol not in self.owned:
            self.owned[symbol] = self._seen[symbol].of_one(owner, but=execution_id)

    def own(self, symbol: Symbol, parts: Iterable[Allotment], execution_id: ExecutionId | None = None) -> None:
        """Count shares as their strategies'."""
        self.owned.setdefault(symbol, SharesSeen()).move(_parts(parts), execution_id)

    def own_anew(self, symbol: Symbol, parts: Iterable[Allotment], execution_id: ExecutionId) -> None:
        """Let an execution have been divided so."""
        self.owned[symbol].restate(_parts(parts), execution_id)

    def post(self, entry: Entry) -> None:
        """Count an entry's lines."""
        for posting in entry.postings:
            self.balances[posting.account] += posting.amount

    def owned_in_all(self, symbol: Symbol) -> Decimal:
        """Return what the strategies own of a symbol together."""
        return sum(self.owned[symbol].held.values(), ZERO) if symbol in self.owned else ZERO

    def unassigned(self, symbol: Symbol) -> Decimal:
        """Return what nobody of the strategies owns of a symbol."""
        return self.owned[symbol].held.get(UNASSIGNED, ZERO) if symbol in self.owned else ZERO

    def worth(self, prices: Mapping[Symbol, Decimal]) -> tuple[Decimal, Decimal]:
        """Return equity and gross exposure at these prices, dollars."""
        values = [shares * prices[symbol] for symbol, shares in self.shares.items() if shares]
        return self.cash + sum(values, ZERO), sum(map(abs, values), ZERO)

    def _count(self, symbol: Symbol) -> None:
        self.shares[symbol] = self._seen[symbol].held.get(_ALL, ZERO)
        self.changed.add(symbol)


def _parts(allotments: Iterable[Allotment]) -> dict[str, Decimal]:
    parts: dict[str, Decimal] = {}
    for one in allotments:
        parts[one.strategy] = parts.get(one.strategy, ZERO) + one.quantity
    return parts
