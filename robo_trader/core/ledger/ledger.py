"""The books: double entry in Decimal, exact to the last digit.

Accounts: `cash`, `position:SYMBOL` (at cost), `commission`, `realised` (profit is a credit, so negative) and `capital`
(what the owner put in, negative). Every entry sums to zero, so at any time

    cash + positions at cost + commission + realised + borrow fees + dividends = opening capital

with signs as booked. Buying power is reserved when an order leaves, shrinks as it fills, and is released at its end.
"""

from decimal import Decimal
from operator import attrgetter

from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.ledger import Entry, Posting
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.positions import Position
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
        return self.positions.get(symbol) or Position(symbol=symbol, quantity=ZERO, cost=ZERO, realised=ZERO)

    def open_positions(self) -> tuple[Position, ...]:
        """Return the positions with shares, ordered by symbol."""
        if self._open is None:
            held = (position for position in self.positions.values() if position.quantity)
            self._open = tuple(sorted(held, key=attrgetter("symbol")))
        return self._open

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
        entry = self._post(
            f"fill {fill.execution_id}",
            Posting(CASH, -change * price - commission),
            Posting(f"position:{symbol}", after.cost - before.cost),
            Posting(COMMISSION, commission),
            Posting(REALISED, -realised),
        )
        self.positions[symbol] = after
        self._open = None
        self.changed.append(symbol)
        return after, realised, entry

    def book_cash(self, account: str, amount: Decimal, reason: str) -> Entry:
        """Book cash that came (or, below 0, went) without a trade, against an account of its own."""
        return self._post(reason, Posting(CASH, amount), Posting(account, -amount))

    def reserve(self, order_id: OrderId, amount: Decimal) -> None:
        """Hold dollars for an order that is about to leave."""
        assert order_id not in self.reservations and amount >= 0, (order_id, amount)
        if amount:
            self.reservations[order_id] = amount

    def shrink(self, order_id: OrderId, *, remaining: Decimal, before: Decimal) -> None:
        """Let a reservation shrink from `before` unfilled shares to `remaining` ones."""
        held = self.reservations.get(order_id)
        if held is not None:
            self.reservations[order_id] = round_money(remaining_reservation(held, max(remaining, ZERO), before))

    def release(self, order_id: OrderId) -> None:
        """Let go of whatever is still held for an order that has ended."""
        self.reservations.pop(order_id, None)

    def _post(self, reason: str, *postings: Posting) -> Entry:
        balances, total = self.balances, ZERO
        for posting in postings:
            total += posting.amount
        assert total == 0, postings
        for posting in postings:
            balances[posting.account] = balances.get(posting.account, ZERO) + posting.amount
        return Entry(reason=reason, postings=postings)


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
