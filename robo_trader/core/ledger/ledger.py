"""The books: double entry in Decimal, exact to the last digit.

Accounts: `cash`, `position:SYMBOL` (at cost), `commission`, `realised` (profit is a credit, so negative) and `capital`
(what the owner put in, negative). Every entry sums to zero, so at any time

    cash + positions at cost + commission + realised + borrow fees + dividends = opening capital

with signs as booked. Buying power is reserved when an order leaves, shrinks as it fills, and is released at its end.
"""

from decimal import Decimal
from operator import attrgetter

from msgspec.structs import replace

from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.ledger import Entry, Posting
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.positions import Position
from robo_trader.core.ledger.capital_changes import CapitalChange, after_capital_change, shares_since
from robo_trader.core.rules.cash import remaining_reservation
from robo_trader.core.rules.positions import closing_part, cost_of_closed, realised_profit

CASH = "cash"
CAPITAL = "capital"
COMMISSION = "commission"
REALISED = "realised"


class Ledger:
    """Balances, positions and reservations of one account."""

    def __init__(self) -> None:
        self.balances: dict[str, Decimal] = {CASH: ZERO, CAPITAL: ZERO, COMMISSION: ZERO, REALISED: ZERO}
        self.positions: dict[Symbol, Position] = {}
        self._open: tuple[Position, ...] | None = ()  # ordered by symbol; None after a fill, until asked for
        self.changed: list[Symbol] = []  # whose position, one a fill; who follows it remembers how far it has read
        self.reservations: dict[OrderId, Decimal] = {}
        # As they stand, in order, and what each realised. A split lies between the fills it came between.
        self._fills: dict[Symbol, list[tuple[Fill | CapitalChange, Decimal]]] = {}

    @property
    def cash(self) -> Decimal:
        """Dollars in hand, reserved ones included."""
        return self.balances[CASH]

    @property
    def reserved(self) -> Decimal:
        """Dollars held for open orders."""
        return sum(self.reservations.values(), ZERO)

    def position(self, symbol: Symbol) -> Position:
        """Return the position of a symbol, an empty one if there never was any."""
        return self.positions.get(symbol) or _empty(symbol)

    def open_positions(self) -> tuple[Position, ...]:
        """Return the positions with shares, ordered by symbol."""
        if self._open is None:
            held = (position for position in self.positions.values() if position.quantity)
            self._open = tuple(sorted(held, key=attrgetter("symbol")))
        return self._open

    def fills(self, symbol: Symbol) -> tuple[Fill, ...]:
        """Return the fills of a symbol as they stand now, in the order they were booked."""
        return tuple(known for known, _ in self._fills.get(symbol, ()) if isinstance(known, Fill))

    def history(self, symbol: Symbol) -> tuple[Fill | CapitalChange, ...]:
        """Return the same with the splits that came between them."""
        return tuple(known for known, _ in self._fills.get(symbol, ()))

    def deposit(self, amount: Decimal) -> Entry:
        """Book the owner's cash."""
        return self._post("deposit", Posting(CASH, amount), Posting(CAPITAL, -amount))

    def book(self, fill: Fill) -> tuple[Position, Decimal, Entry]:
        """Book a fill; return the position after it, the profit it realised, and the entry."""
        symbol, price, commission = fill.symbol, fill.price, fill.commission
        before = self.position(symbol)
        change = fill.side.sign * fill.quantity
        after = after_trade(before, change, price)
        realised = after.realised - before.realised
        fills = self._fills.get(symbol)
        if fills is None:
            fills = self._fills[symbol] = []
        fills.append((fill, realised))
        cash = -change * price - commission
        return after, realised, self._move(before, after, cash, commission, f"fill {fill.execution_id}")

    def restate(self, fill: Fill) -> tuple[Position, Decimal, Entry]:
        """Book that a fill was other than it was booked; return as `book` does.

        The position becomes what it would be had the fill come so in the first place. What that changes in the profit
        of later fills is counted as this one's, so that the fills' profits sum to the position's.
        """
        before, fills = self.position(fill.symbol), self._fills[fill.symbol]
        place, old = next(
            (n, known)
            for n, (known, _) in enumerate(fills)
            if isinstance(known, Fill) and known.execution_id == fill.execution_id
        )
        realised = fills[place][1]
        fills[place] = (fill, realised)
        after = _empty(fill.symbol)
        for known, _ in fills:
            if isinstance(known, Fill):
                after = after_trade(after, known.change, known.price)
            else:
                after = after_capital_change(after, known)
        realised += after.realised - before.realised
        fills[place] = (fill, realised)
        commission = fill.commission - old.commission
        paid = fill.change * fill.price - old.change * old.price
        entry = self._move(before, after, -paid - commission, commission, f"restated {fill.execution_id}")
        return after, realised, entry

    def change_capital(self, symbol: Symbol, change: CapitalChange, reason: str) -> tuple[Position, Decimal, Entry]:
        """Book a split or the end of a share; return the position after it, the profit it realised, and the entry.

        The cost stays to the last digit, but for what leaves with shares that are paid out.
        """
        before = self.position(symbol)
        after = after_capital_change(before, change)
        realised = after.realised - before.realised
        self._fills.setdefault(symbol, []).append((change, realised))
        entry = self._move(before, after, change.cash, ZERO, reason)
        return after, realised, entry

    def rename(self, symbol: Symbol, new_symbol: Symbol, reason: str) -> tuple[Position, Entry]:
        """Book that shares go on under another name, which has none yet; all that is known of them goes with them."""
        assert not self.position(new_symbol).quantity, new_symbol
        held = self.positions.pop(symbol, None) or _empty(symbol)
        earlier = self.position(new_symbol)
        after = replace(held, symbol=new_symbol, realised=held.realised + earlier.realised)
        if held.quantity or held.realised or earlier.realised:
            self.positions[new_symbol] = after
        moved = [
            (replace(one, symbol=new_symbol) if isinstance(one, Fill) else one, realised)
            for one, realised in self._fills.pop(symbol, [])
        ]
        if moved:
            self._fills[new_symbol] = [*self._fills.get(new_symbol, []), *moved]
        self._open = None
        self.changed.append(new_symbol)
        there, here = Posting(f"position:{new_symbol}", held.cost), Posting(f"position:{symbol}", -held.cost)
        return after, self._post(reason, there, here)

    def shares_now(self, fill: Fill, shares: Decimal) -> Decimal:
        """Return what shares of a booked fill have become by the splits since."""
        return shares_since(self._fills[fill.symbol], fill.execution_id, shares)

    def book_cash(self, account: str, amount: Decimal, reason: str) -> Entry:
        """Book cash that came (or, below 0, went) without a trade, against an account of its own."""
        return self._post(reason, Posting(CASH, amount), Posting(account, -amount))

    def reserve(self, order_id: OrderId, amount: Decimal) -> None:
        """Hold dollars for an order that is about to leave."""
        assert order_id not in self.reservations and amount >= 0, (order_id, amount)
        if amount:
            self.reservations[order_id] = amount

    def reserved_for(self, order_id: OrderId) -> Decimal:
        """Return the dollars held for an order."""
        return self.reservations.get(order_id, ZERO)

    def reserve_more(self, order_id: OrderId, amount: Decimal) -> None:
        """Hold further dollars for an order that works already: new terms may cost more."""
        assert amount >= 0, (order_id, amount)
        self.reservations[order_id] = self.reserved_for(order_id) + amount

    def shrink(self, order_id: OrderId, *, remaining: Decimal, before: Decimal) -> None:
        """Let a reservation shrink from `before` unfilled shares to `remaining` ones."""
        held = self.reservations.get(order_id)
        if held is not None:
            self.reservations[order_id] = round_money(remaining_reservation(held, max(remaining, ZERO), before))

    def release(self, order_id: OrderId) -> None:
        """Let go of whatever is still held for an order that has ended."""
        self.reservations.pop(order_id, None)

    def _move(self, before: Position, after: Position, cash: Decimal, commission: Decimal, reason: str) -> Entry:
        symbol = after.symbol
        entry = self._post(
            reason,
            Posting(CASH, cash),
            Posting(f"position:{symbol}", after.cost - before.cost),
            Posting(COMMISSION, commission),
            Posting(REALISED, before.realised - after.realised),
        )
        self.positions[symbol] = after
        self._open = None
        self.changed.append(symbol)
        return entry

    def _post(self, reason: str, *postings: Posting) -> Entry:
        balances, total = self.balances, ZERO
        for posting in postings:
            total += posting.amount
        assert total == 0, postings
        for posting in postings:
            balances[posting.account] = balances.get(posting.account, ZERO) + posting.amount
        return Entry(reason=reason, postings=postings)


def _empty(symbol: Symbol) -> Position:
    return Position(symbol=symbol, quantity=ZERO, cost=ZERO, realised=ZERO)


def after_trade(before: Position, change: Decimal, price: Decimal) -> Position:
    """Return a position after `change` signed shares at `price` dollars each, at average cost."""
    quantity, cost = before.quantity + change, before.cost
    closed = closing_part(before.quantity, change)
    if not closed:
        return Position(symbol=before.symbol, quantity=quantity, cost=cost + change * price, realised=before.realised)
    closed_cost = _cost_of_closed(before, closed)
    return Position(
        symbol=before.symbol,
        quantity=quantity,
        cost=cost + (change - closed) * price - closed_cost,
        realised=before.realised + realised_profit(closed, price, closed_cost),
    )


def _cost_of_closed(position: Position, closed: Decimal) -> Decimal:
    """Return the cost that leaves with `closed` shares: rounded, but all of it exactly when none stay."""
    cost = cost_of_closed(position.quantity, position.cost, closed)
    return cost if closed == -position.quantity else round_money(cost)
