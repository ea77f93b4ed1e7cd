"""A loss on shares that are bought again within 30 days is moved to them, as worked by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from robo_trader.core.ledger.lot_selection import LotChoice, LotMethod
from robo_trader.core.ledger.tax_book import TaxBook, booked
from robo_trader.core.ledger.tax_lots import ShareSplit, Term
from tests.builders import AAPL, MSFT, a_trade


def figures(of: object, *names: str) -> tuple[object, ...]:
    return tuple(getattr(of, name) for name in names)


def disallowed(book: TaxBook) -> list[object]:
    return [gain.disallowed for gain in book.gains]


def lots(book: TaxBook) -> list[tuple[object, ...]]:
    return [figures(lot, "quantity", "basis") for lot in book.open_lots()]


def test_the_loss_becomes_cost_of_the_shares_bought_again_and_their_time_goes_with_it() -> None:
    # 100 bought for 1,000 and sold 100 days later for 750; ten days after that 100 are bought for 800.
    book = booked([a_trade("2024-01-02", 100, 10), a_trade("2024-04-11", -100, "7.5"), a_trade("2024-04-21", 100, 8)])
    (gain,) = book.gains
    assert figures(gain, "proceeds", "cost", "disallowed", "gain") == (750, 1000, 250, 0)
    (lot,) = book.open_lots()
    assert figures(lot, "quantity", "value", "deferred", "basis") == (100, 800, 250, 1050)
    assert lot.opened_on == date(2024, 4, 21)
    assert lot.held_since == date(2024, 4, 21) - timedelta(days=100)


def test_the_moved_loss_counts_when_its_new_shares_go_and_their_term_is_both_times_together() -> None:
    trades = [
        a_trade("2024-01-02", 100, 10),
        a_trade("2024-09-01", -100, 7),
        a_trade("2024-09-10", 100, 8),
        a_trade("2025-02-03", -100, 9),
    ]
    first, second = booked(trades).gains
    assert [first.gain, second.gain] == [0, -200], "900 less 800 and 300 moved"
    # Held for 243 days at first and 146 later: 389 together.
    assert (first.term, second.term) == (Term.SHORT, Term.LONG)
    assert term_of_unmoved() is Term.SHORT


def term_of_unmoved() -> Term:
    (gain,) = booked([a_trade("2024-09-10", 100, 8), a_trade("2025-02-03", -100, 9)]).gains
    return gain.term


def test_fewer_shares_bought_than_sold_in_two_purchases_before_the_sale() -> None:
    # In the manner of the example in Publication 550: 100 for 5,000; 50 for 2,750 and 25 for 1,125 within the 30 days
    # before; the first 100 sold for 4,000. Of the loss of 1,000 the part of 75 shares moves: 500 and 250.
    book = booked(
        [
            a_trade("2023-09-25", 100, 50),
            a_trade("2023-12-20", 50, 55),
            a_trade("2023-12-27", 25, 45),
            a_trade("2024-01-03", -100, 40),
        ]
    )
    assert [figures(gain, "disallowed", "gain") for gain in book.gains] == [(750, -250)]
    assert lots(book) == [(50, 3250), (25, 1375)]


def test_more_shares_bought_than_sold_divide_their_lot() -> None:
    book = booked([a_trade("2024-01-02", 40, 10), a_trade("2024-03-01", -40, 9), a_trade("2024-03-04", 100, 8)])
    assert disallowed(book) == [40]
    assert lots(book) == [(40, 360), (60, 480)]
    assert [lot.held_since for lot in book.open_lots()] == [date(2024, 1, 5), date(2024, 3, 4)]


def test_several_losses_and_replacements_are_matched_in_their_order() -> None:
    # Losses of 2 a share on 60 and of 3 a share on 40; then 50 and 30 are bought: for 50 and 10 of the first, and for
    # 20 of the second.
    book = booked(
        [
            a_trade("2024-01-02", 60, 12, name="A"),
            a_trade("2024-01-03", 40, 13, name="B"),
            a_trade("2024-03-01", -60, 10),
            a_trade("2024-03-04", -40, 10),
            a_trade("2024-03-05", 50, 10, name="C"),
            a_trade("2024-03-06", 30, 10, name="D"),
        ]
    )
    assert disallowed(book) == [120, 60]
    assert [figures(lot, "lot_id", "quantity", "deferred") for lot in book.open_lots()] == [
        ("C", 50, 100), ("D", 10, 20), ("D", 20, 60),
    ]  # fmt: skip


@pytest.mark.parametrize("apart", [-31, -30, -1, 0, 1, 30, 31])
def test_the_window_is_30_days_to_each_side(apart: int) -> None:
    sale = date(2024, 6, 14)
    purchase = a_trade(sale + timedelta(days=apart), 100, 8)
    trades = [a_trade("2024-01-02", 100, 10), a_trade(sale, -100, 7)]
    trades.insert(1 if apart < 0 else 2, purchase)
    assert disallowed(booked(trades)) == [300 if abs(apart) <= 30 else 0]


def test_other_shares_are_no_replacement() -> None:
    trades = [a_trade("2024-01-02", 100, 10), a_trade("2024-03-01", -100, 7)]
    assert disallowed(booked([*trades, a_trade("2024-03-04", 100, 10, symbol=MSFT)])) == [0]


def test_a_gain_is_moved_nowhere() -> None:
    trades = [a_trade("2024-01-02", 100, 10), a_trade("2024-03-01", -100, 11), a_trade("2024-03-04", 100, 11)]
    assert disallowed(booked(trades)) == [0]


def test_what_one_order_bought_does_not_replace_its_own_shares() -> None:
    trades = [
        a_trade("2024-03-01", 60, 10, order="one"),
        a_trade("2024-03-01", 40, 10, order="one"),
        a_trade("2024-03-11", -60, 9),
    ]
    assert disallowed(booked(trades)) == [0]


def test_what_the_same_sale_closes_replaces_nothing() -> None:
    trades = [a_trade("2024-03-01", 100, 10), a_trade("2024-03-08", 100, 9), a_trade("2024-03-11", -200, 8)]
    assert disallowed(booked(trades)) == [0, 0]


def test_shares_bought_before_and_gone_by_then_replace_nothing() -> None:
    trades = [
        a_trade("2024-01-02", 100, 10, name="A"),
        a_trade("2024-03-01", 100, 7, name="B"),
        a_trade("2024-03-04", -100, 9, name="S"),
        a_trade("2024-03-05", -100, 8),
    ]
    chosen = {"S": [LotChoice(lot_id="B", quantity=Decimal(100))]}
    book = booked(trades, method=LotMethod.SPECIFIC, choices=chosen)
    assert [figures(gain, "gain", "disallowed") for gain in book.gains] == [(200, 0), (-200, 0)]


def test_a_share_replaces_only_once() -> None:
    trades = [
        a_trade("2024-01-02", 100, 10, name="A"),
        a_trade("2024-01-03", 100, 10, name="B"),
        a_trade("2024-03-01", 100, 9, name="C"),
        a_trade("2024-03-04", -100, 8),
        a_trade("2024-03-05", -100, 8),
    ]
    assert disallowed(booked(trades)) == [200, 0]


def test_a_loss_can_be_moved_on_and_on() -> None:
    trades = [
        a_trade("2024-01-02", 10, 100),
        a_trade("2024-01-05", -10, 90),
        a_trade("2024-01-08", 10, 95),
        a_trade("2024-01-11", -10, 85),
        a_trade("2024-01-15", 10, 80),
    ]
    book = booked(trades)
    assert disallowed(book) == [100, 200], "the second sale loses 100 of its own and the 100 moved to it"
    (lot,) = book.open_lots()
    assert figures(lot, "basis", "held_since") == (1000, date(2024, 1, 9)), "3 and 3 days before the last purchase"


def test_a_short_sale_bought_back_at_a_loss_is_replaced_by_another_short_sale() -> None:
    trades = [a_trade("2024-03-01", -100, 10), a_trade("2024-03-08", 100, 12), a_trade("2024-03-11", -50, 13)]
    book = booked(trades)
    assert [figures(gain, "disallowed", "gain") for gain in book.gains] == [(100, -100)]
    (lot,) = book.open_lots()
    assert figures(lot, "value", "deferred", "basis") == (650, 100, -550)
    (_, second) = booked([*trades, a_trade("2024-03-12", 50, 12)]).gains
    assert figures(second, "proceeds", "cost", "gain") == (650, 700, -50)


def test_a_purchase_does_not_replace_a_short_sale() -> None:
    trades = [a_trade("2024-03-01", -100, 10), a_trade("2024-03-08", 100, 12), a_trade("2024-03-11", 100, 12)]
    assert disallowed(booked(trades)) == [0]


def test_a_split_between_sale_and_purchase_counts_the_shares_sold_anew() -> None:
    trades = [a_trade("2024-01-02", 100, 10), a_trade("2024-03-01", -100, 8), a_trade("2024-03-11", 100, 4)]
    split = ShareSplit(symbol=AAPL, new=2, old=1, on=date(2024, 3, 5))
    book = booked(trades, [split])
    assert disallowed(book) == [100], "100 new shares are half of those sold"
    assert lots(book) == [(100, 500)]


def test_losses_that_may_still_become_wash_sales_are_told() -> None:
    trades = [a_trade("2024-01-02", 100, 10), a_trade("2024-03-01", -60, 8), a_trade("2024-03-25", -40, 11)]
    book = booked(trades)
    assert [loss.gain for loss in book.undecided(date(2024, 3, 31))] == [-120]
    assert book.undecided(date(2024, 4, 1)) == []
    assert booked([*trades, a_trade("2024-03-26", 60, 8)]).undecided(date(2024, 3, 31)) == []
