"""The books: shares, cash, owners, equity and reservations are what the events sum to.

I06, I07, I08, I11.
"""

from decimal import Decimal

from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.corporate_actions import CashDividend, Dividend
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.events import (
    AccountMarked,
    CashBooked,
    CashKind,
    FillBooked,
    FillRestated,
    SessionStarted,
    SliceClosed,
)
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.ledger import Entry
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.statements import StatementReceived
from robo_trader.core.engine.account import Account
from robo_trader.runtime.invariants.scene import Scene


def look_at_opening(scene: Scene, event: SessionStarted) -> None:
    """Open the books."""
    scene.books.open_account(event.opening_cash)
    scene.marked = (scene.books.cash, ZERO)
    scene.opening_equity = scene.books.cash


def look_at_fill(scene: Scene, decision: FillBooked) -> None:
    """Hold what a fill did to the position and the owners against the count."""
    fill, books = decision.fill, scene.books
    _look_at_entry(scene, decision.entry)
    _look_at_position(scene, fill.symbol, decision.position.quantity)
    if scene.foreign is not None and not scene.is_shared:
        books.divide(fill.symbol, scene.settings.sleeves[0].name, fill.execution_id)
    if scene.is_shared or fill.symbol in books.owned:
        shares = sum((part.quantity for part in decision.allotments), ZERO)
        charged = sum((part.commission for part in decision.allotments), ZERO)
        is_divided = (shares, charged) == (fill.side.sign * fill.quantity, fill.commission)
        scene.hold("I06", is_divided, "{} is divided as {} shares and {} USD", fill, shares, charged)
        books.own(fill.symbol, decision.allotments, fill.execution_id)
        others = {part.strategy for part in decision.allotments} == {UNASSIGNED}
        scene.hold("I06", others == (scene.foreign is not None), "{} went to {}", fill, decision.allotments)


def look_at_restated(scene: Scene, decision: FillRestated) -> None:
    """As a fill, after taking back what it was."""
    fill = decision.fill
    _look_at_entry(scene, decision.entry)
    _look_at_position(scene, fill.symbol, decision.position.quantity)
    if fill.symbol in scene.books.owned:
        shares = sum((part.quantity for part in decision.allotments), ZERO)
        scene.hold("I06", shares == fill.side.sign * fill.quantity, "{} is divided as {} shares", fill, shares)
        scene.books.own_anew(fill.symbol, decision.allotments, fill.execution_id)


def look_at_crossed(scene: Scene, decision: SharesCrossed) -> None:
    """See that what passes between strategies adds nothing to the account."""
    shares = sum((part.quantity for part in decision.allotments), ZERO)
    charged = sum((part.commission for part in decision.allotments), ZERO)
    scene.hold(
        "I06", not shares and not charged, "{} shares of {} and {} USD came of nothing between strategies", shares,
        decision.symbol, charged,
    )  # fmt: skip
    scene.books.own(decision.symbol, decision.allotments)
    scene.books.changed.add(decision.symbol)


def look_at_cash(scene: Scene, decision: CashBooked) -> None:
    """See that cash without a trade is a fee on what is short, a dividend on what was held at the last close, or told.

    Told it is by a statement, whose cash the books take over.
    """
    _look_at_entry(scene, decision.entry)
    event, kind = scene.event, decision.kind
    if kind is CashKind.BORROW_FEE:
        scene.hold("I07", decision.amount <= 0, "a borrow fee brings {} USD", decision.amount)
    elif kind is CashKind.RECONCILIATION:
        told = event.statement.cash if isinstance(event, StatementReceived) else None
        is_told = told is not None and scene.books.cash + decision.amount == told
        scene.hold(
            "I07", is_told, "{} USD were adopted, there are {}, {} are stated", decision.amount, scene.books.cash, told
        )
    elif not scene.market.is_quoted:
        _look_at_dividend(scene, decision)
    _look_at_owners_of_cash(scene, decision)
    scene.books.move_cash(decision.amount)
    scene.forget_worth()


def _look_at_owners_of_cash(scene: Scene, decision: CashBooked) -> None:
    """See that what shares bring or cost is their owners', to the last digit."""
    is_divided = scene.is_shared or decision.symbol in scene.books.owned
    if decision.kind is CashKind.RECONCILIATION or not is_divided:
        scene.hold("I06", not decision.allotments, "{} USD went to {}", decision.amount, decision.allotments)
        return
    paid = sum((part.amount for part in decision.allotments), ZERO)
    scene.hold(
        "I06", paid == decision.amount and bool(decision.allotments), "{} USD of {} are divided as {}",
        decision.amount, decision.kind, decision.allotments,
    )  # fmt: skip


def _look_at_dividend(scene: Scene, decision: CashBooked) -> None:
    assert decision.symbol is not None
    event, held = scene.event, scene.books.at_last_slice.get(decision.symbol, ZERO)
    dividends: tuple[Dividend | CashDividend, ...] = ()
    if isinstance(event, SliceClosed):
        dividends = event.slice.dividends
    elif isinstance(event, CashDividend):
        dividends = (event,)
    due = [round_money(held * one.amount) for one in dividends if one.symbol == decision.symbol]
    scene.hold("I07", decision.amount in due, "{} USD of dividends on {} {}", decision.amount, held, decision.symbol)


def look_at_mark(scene: Scene, decision: AccountMarked) -> None:
    """Hold a report of the account against shares, cash and prices."""
    mark, books, market = decision.mark, scene.books, scene.market
    shown = {position.symbol: position.quantity for position in decision.positions}
    held = {symbol: shares for symbol, shares in books.shares.items() if shares}
    scene.hold("I06", shown == held, "the report shows {}, executions sum to {}", shown, held)
    scene.hold("I07", mark.cash == books.cash, "the report shows {} USD of cash, there are {}", mark.cash, books.cash)
    scene.hold(
        "I07", mark.commission == books.commission, "{} USD of commission, executions cost {}", mark.commission,
        books.commission,
    )  # fmt: skip
    value = gross = cost = ZERO
    for position, price in zip(decision.positions, decision.prices, strict=True):
        last = market.prices[position.symbol]
        scene.hold("I08", price == last, "{} is marked at {}, its last price is {}", position.symbol, price, last)
        value += position.quantity * price
        gross += abs(position.quantity * price)
        cost += position.cost
    scene.hold(
        "I08", (mark.equity, mark.gross_exposure) == (mark.cash + value, gross),
        "equity {} and exposure {} are not cash {} and positions {}", mark.equity, mark.gross_exposure, mark.cash,
        value,
    )  # fmt: skip
    made = books.opening + mark.realised + value - cost - mark.commission + books.without_trade
    scene.hold("I08", mark.equity == made, "equity {} is not what came and was earned: {}", mark.equity, made)


def look_at_the_end(scene: Scene) -> None:
    """Hold the engine's own books against the count, and remember the marks."""
    books = scene.books
    for symbol in sorted(books.changed):
        if scene.is_shared or symbol in books.owned:
            owned, held = books.owned_in_all(symbol), books.shares[symbol]
            scene.hold("I06", owned == held, "the strategies own {} {}, the account {}", owned, symbol, held)
    is_slice = isinstance(scene.event, SliceClosed)
    if scene.account is not None:
        _compare(scene, scene.account, symbols=tuple(books.shares) if is_slice else tuple(books.changed))
    if is_slice:
        scene.marked = scene.worth()
        books.at_last_slice = {symbol: shares for symbol, shares in books.shares.items() if shares}


def _look_at_entry(scene: Scene, entry: Entry) -> None:
    total = sum((posting.amount for posting in entry.postings), ZERO)
    scene.hold("I07", total == 0, "the entry for {} sums to {}", entry.reason, total)
    scene.books.post(entry)


def _look_at_position(scene: Scene, symbol: Symbol, told: Decimal) -> None:
    counted = scene.books.shares[symbol]
    scene.hold("I06", told == counted, "the position in {} is told as {}, executions sum to {}", symbol, told, counted)


def _compare(scene: Scene, account: Account, *, symbols: tuple[Symbol, ...]) -> None:
    ledger, books = account.ledger, scene.books
    for symbol in symbols:
        held = ledger.position(symbol)
        _look_at_position(scene, symbol, held.quantity)
        scene.hold("I06", bool(held.quantity) or not held.cost, "no share of {} costs {}", symbol, held.cost)
    if scene.sub_accounts is not None:
        for of, seen in books.owned.items():
            for strategy, shares in seen.held.items():
                own = scene.sub_accounts.position(strategy, of).quantity
                scene.hold("I06", own == shares, "{} holds {} {}, the events give it {}", strategy, own, of, shares)
    scene.hold("I07", ledger.cash == books.cash, "the books hold {} USD, there are {}", ledger.cash, books.cash)
    if ledger.balances != books.balances:
        wrong = {name: amount for name, amount in ledger.balances.items() if books.balances[name] != amount}
        scene.hold("I07", not wrong, "balances are not what the entries sum to: {}", wrong)
    balance = sum(ledger.balances.values(), ZERO)
    scene.hold("I07", balance == 0, "the books are out of balance by {} USD", balance)
    _compare_reservations(scene, account)


def _compare_reservations(scene: Scene, account: Account) -> None:
    held = account.ledger.reservations
    for order_id, dollars in held.items():
        known = scene.orders.known.get(order_id)
        is_due = known is not None and known.is_working and bool(known.needed)
        scene.hold("I11", is_due and dollars >= 0, "{} USD are held for order {}, which needs none", dollars, order_id)
    for orders in scene.orders.working.values():
        for known in orders.values():
            own = held.get(known.order.order_id, ZERO)
            if not known.needed and not own:
                continue
            due, slack = scene.reserved(known)
            scene.hold(
                "I11", abs(own - due) <= slack, "{} USD are held for order {}, its {} shares left need {}", own,
                known.order.order_id, known.left, due,
            )  # fmt: skip
