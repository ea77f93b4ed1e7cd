"""Whatever is traded, lots and gains sum to the fills to the last digit, and are what each share by itself gives."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import Side
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.ledger.lot_selection import LotChoice, LotMethod
from robo_trader.core.ledger.tax_book import TaxBook, booked
from robo_trader.core.ledger.tax_lots import DatedExecution, ShareSplit, Term
from tests.builders import AAPL, MSFT, a_fill
from tests.examples import examples
from tests.share_by_share import taxes

FIRST_DAY = date(2023, 1, 2)
Number = TypeVar("Number", Decimal, Fraction)
Step = tuple[str, int, Decimal, Decimal, int, bool]  # symbol, signed shares, price, commission, days later, same order


def steps(shares_max: int) -> st.SearchStrategy[list[Step]]:
    one = st.tuples(
        st.sampled_from([AAPL, MSFT]),
        st.integers(-shares_max, shares_max).filter(bool),
        st.decimals("0.01", 500, places=4),
        st.decimals(-1, 20, places=6),
        st.sampled_from([0, 0, 1, 3, 15, 30, 31, 200]),
        st.booleans(),
    )
    return st.lists(one, max_size=25)


def executions(sequence: Sequence[Step]) -> list[DatedExecution]:
    made: list[DatedExecution] = []
    day, order = FIRST_DAY, 0
    for number, (symbol, quantity, price, commission, later, same_order) in enumerate(sequence):
        day, order = day + timedelta(days=later), order if same_order else order + 1
        made.append(
            DatedExecution(
                execution_id=f"E{number}", opened_by=f"order {order}", symbol=Symbol(symbol),
                quantity=Decimal(quantity), price=price, commission=commission, on=day,
            )
        )  # fmt: skip
    return made


def flat(trades: list[DatedExecution]) -> list[DatedExecution]:
    """Return the trades and those that close whatever they leave open."""
    open_: defaultdict[str, Decimal] = defaultdict(Decimal)
    for trade in trades:
        open_[trade.symbol] += trade.quantity
    last = trades[-1].on if trades else FIRST_DAY
    return trades + [
        DatedExecution(
            execution_id=f"close {symbol}", opened_by="close", symbol=Symbol(symbol), quantity=-quantity,
            price=Decimal("55.5555"), commission=Decimal(1), on=last,
        )
        for symbol, quantity in open_.items()
        if quantity
    ]  # fmt: skip


def cash(trades: Sequence[DatedExecution]) -> Decimal:
    return -sum((trade.quantity * trade.price + trade.commission for trade in trades), Decimal(0))


def demand_exact(book: TaxBook, trades: Sequence[DatedExecution]) -> None:
    lots, gains = book.open_lots(), book.gains
    assert sum(gain.gain for gain in gains) - sum(lot.basis for lot in lots) == cash(trades)
    assert sum(gain.disallowed for gain in gains) >= sum(lot.deferred for lot in lots) >= 0
    for gain in gains:
        assert 0 <= gain.disallowed <= max(Decimal(0), gain.cost - gain.proceeds)


@pytest.mark.parametrize("method", LotMethod)
@given(steps(300))
@settings(deadline=None, max_examples=examples(80))
def test_gains_less_open_basis_are_the_cash_of_the_fills(method: LotMethod, sequence: list[Step]) -> None:
    trades = executions(sequence)
    book = booked(trades, method=method)
    demand_exact(book, trades)
    for symbol in (AAPL, MSFT):
        held = sum(trade.quantity for trade in trades if trade.symbol == symbol)
        assert sum(lot.quantity for lot in book.open_lots() if lot.symbol == symbol) == held


@given(steps(300), st.integers(1, 9), st.integers(1, 9), st.integers(0, 300))
@settings(deadline=None, max_examples=examples(80))
def test_a_split_loses_no_cent(sequence: list[Step], new: int, old: int, day: int) -> None:
    trades = executions(sequence)
    split = ShareSplit(symbol=AAPL, new=new, old=old, on=FIRST_DAY + timedelta(days=day))
    demand_exact(booked(trades, [split]), trades)


@pytest.mark.parametrize("method", LotMethod)
@given(steps(300))
@settings(deadline=None, max_examples=examples(80))
def test_once_all_is_closed_every_method_has_realised_what_the_books_have(
    method: LotMethod, sequence: list[Step]
) -> None:
    trades = flat(executions(sequence))
    ledger = Ledger()
    for trade in trades:
        ledger.book(
            a_fill(
                symbol=trade.symbol, side=Side.BUY if trade.quantity > 0 else Side.SELL, quantity=abs(trade.quantity),
                price=trade.price, commission=trade.commission, execution_id=trade.execution_id,
            )
        )  # fmt: skip
    book = booked(trades, method=method)
    assert not book.open_lots()
    assert sum(gain.gain for gain in book.gains) == -ledger.balances["realised"] - ledger.balances["commission"]


@given(steps(300))
@settings(deadline=None, max_examples=examples(80))
def test_choosing_the_first_lots_is_first_in_first_out(sequence: list[Step]) -> None:
    trades = executions(sequence)
    first = booked(trades)
    choices = {
        closing_id: [LotChoice(lot_id=gain.lot_id, quantity=gain.quantity) for gain in gains]
        for closing_id, gains in groupby(first.gains, key=lambda gain: gain.closing_id)
    }
    chosen = booked(trades, method=LotMethod.SPECIFIC, choices=choices)
    assert chosen.gains == first.gains
    assert chosen.open_lots() == first.open_lots()


@given(steps(12))
@settings(deadline=None, max_examples=examples(200))
def test_lots_are_what_each_share_by_itself_would_give(sequence: list[Step]) -> None:
    trades = executions(sequence)
    book = booked(trades)
    closed, open_ = taxes(
        (one.execution_id, one.opened_by, one.symbol, int(one.quantity), Fraction(one.price), Fraction(one.commission),
         one.on)
        for one in trades
    )  # fmt: skip
    ours: defaultdict[object, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    theirs: defaultdict[object, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 3)
    for gain in book.gains:
        closing: object = (gain.lot_id, gain.closing_id, gain.held_since, gain.term is Term.LONG)
        ours[closing] = add(ours[closing], gain.quantity, gain.gain, gain.disallowed)
    for one in closed:
        closing = (one.share.lot, one.sale, one.share.since, one.is_long_term)
        theirs[closing] = add(theirs[closing], Fraction(1), one.gain, one.disallowed)
    for lot in book.open_lots():
        ours[lot.lot_id, lot.held_since] = add(
            ours[lot.lot_id, lot.held_since], abs(lot.quantity), lot.value, lot.deferred
        )
    for share in open_:
        theirs[share.lot, share.since] = add(theirs[share.lot, share.since], Fraction(1), share.value, share.moved)
    assert ours.keys() == theirs.keys()
    for key, sums in ours.items():
        assert [float(value) for value in sums] == pytest.approx([float(value) for value in theirs[key]], abs=1e-3)


def add(sums: list[Number], *more: Number) -> list[Number]:
    return [one + other for one, other in zip(sums, more, strict=True)]
