"""Which shares a sale closes and what that earns, as worked by hand.

Three purchases of 100 at 10, 14 and 12 for 1.00 each: lots of 1,001, 1,401 and 1,201. A sale of 150 at 15 for 3.00
brings 14.98 a share. The first lot was held for more than a year.
"""

from datetime import date
from decimal import Decimal

import pytest

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.ledger.lot_selection import LotChoice, LotMethod
from robo_trader.core.ledger.tax_book import TaxBook, booked
from robo_trader.core.ledger.tax_lots import ShareSplit, Term, long_term_from, term_of
from tests.builders import AAPL, Exact, a_trade


def figures(of: object, *names: str) -> tuple[object, ...]:
    return tuple(getattr(of, name) for name in names)


PURCHASES = [
    a_trade("2023-01-03", 100, 10, 1, name="L1"),
    a_trade("2023-06-01", 100, 14, 1, name="L2"),
    a_trade("2023-09-01", 100, 12, 1, name="L3"),
]
SALE = a_trade("2024-02-01", -150, 15, 3, name="S1")
SHORT_SALES = [a_trade("2024-01-02", -100, 20, 2, name="L1"), a_trade("2024-01-03", -100, 22, 2, name="L2")]
COVER = a_trade("2024-03-01", 150, 18, 3, name="C1")


def choose(**lots: Exact) -> list[LotChoice]:
    return [LotChoice(lot_id=lot_id, quantity=Decimal(quantity)) for lot_id, quantity in lots.items()]


def closed(book: TaxBook) -> list[tuple[object, ...]]:
    return [
        (gain.lot_id, int(gain.quantity), gain.proceeds, gain.gain, gain.term.value) for gain in book.gains
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "gains"),
    [
        pytest.param(
            LotMethod.FIFO,
            [("L1", 100, 1498, 497, "long"), ("L2", 50, 749, Decimal("48.5"), "short")],
            id="the first lots first",
        ),
        pytest.param(
            LotMethod.LIFO,
            [("L3", 100, 1498, 297, "short"), ("L2", 50, 749, Decimal("48.5"), "short")],
            id="the last lots first",
        ),
        pytest.param(
            LotMethod.HIGHEST_COST,
            [("L2", 100, 1498, 97, "short"), ("L3", 50, 749, Decimal("148.5"), "short")],
            id="the dearest lots first",
        ),
    ],
)
def test_each_method_closes_its_lots(method: LotMethod, gains: list[tuple[object, ...]]) -> None:
    assert closed(booked([*PURCHASES, SALE], method=method)) == gains


def test_lots_may_be_chosen_sale_by_sale() -> None:
    chosen = {"S1": choose(L3=100, L1=50)}
    book = booked([*PURCHASES, SALE], method=LotMethod.SPECIFIC, choices=chosen)
    assert closed(book) == [("L3", 100, 1498, 297, "short"), ("L1", 50, 749, Decimal("248.5"), "long")]
    assert [figures(lot, "lot_id", "quantity", "basis") for lot in book.open_lots()] == [
        ("L1", 50, Decimal("500.5")),
        ("L2", 100, 1401),
    ]


def test_a_sale_nothing_was_chosen_for_closes_the_first_lots() -> None:
    assert closed(booked([*PURCHASES, SALE], method=LotMethod.SPECIFIC)) == closed(booked([*PURCHASES, SALE]))


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        pytest.param({"S1": choose(L1=100)}, "come to 100 shares, it closes 150", id="too few"),
        pytest.param({"S1": choose(L1=110, L2=40)}, "110 shares of lot L1, which then has 100", id="more than it has"),
        pytest.param({"S1": choose(L9=150)}, "lot L9, which then has 0", id="no such lot"),
        pytest.param({"S1": choose(L1=160, L2=-10)}, "160 shares of lot L1", id="less than none"),
        pytest.param(
            {"S1": [*choose(L1=75), *choose(L1=75)]}, "150 shares of lot L1", id="more than it has, in two lines"
        ),
        pytest.param({"S7": choose(L1=150)}, "S7, which closes no lot", id="no such sale"),
        pytest.param({"L2": choose(L1=100)}, "L2, which closes no lot", id="a purchase"),
    ],
)
def test_choices_that_cannot_be_meant_are_refused(choices: dict[str, list[LotChoice]], why: str) -> None:
    with pytest.raises(InvalidConfig, match=why):
        booked([*PURCHASES, SALE], method=LotMethod.SPECIFIC, choices=choices)


@pytest.mark.parametrize(
    ("method", "gains"),
    [
        # 18.02 a share to buy back; the lots brought 19.98 and 21.98 a share
        (LotMethod.FIFO, [("L1", 100, 1998, 196, "short"), ("L2", 50, 1099, 198, "short")]),
        (LotMethod.LIFO, [("L2", 100, 2198, 396, "short"), ("L1", 50, 999, 98, "short")]),
        (LotMethod.HIGHEST_COST, [("L1", 100, 1998, 196, "short"), ("L2", 50, 1099, 198, "short")]),
    ],
    ids=lambda value: value.value if isinstance(value, LotMethod) else "",
)
def test_a_short_sale_opens_a_lot_that_a_purchase_closes(method: LotMethod, gains: list[tuple[object, ...]]) -> None:
    book = booked([*SHORT_SALES, COVER], method=method)
    assert closed(book) == gains
    assert {gain.acquired_on for gain in book.gains} == {COVER.on}, "the shares delivered were bought then"


def test_a_short_sale_is_short_term_however_long_it_lasted() -> None:
    book = booked([SHORT_SALES[0], a_trade("2026-01-02", 100, 10)])
    assert [gain.term for gain in book.gains] == [Term.SHORT]


def test_a_sale_of_more_than_is_held_closes_all_and_opens_a_short_lot() -> None:
    book = booked([a_trade("2024-01-02", 100, 10), a_trade("2024-01-03", -150, 12, 3)])
    assert [figures(gain, "proceeds", "gain") for gain in book.gains] == [(1198, 198)]
    (lot,) = book.open_lots()
    assert figures(lot, "quantity", "value", "basis") == (-50, 599, -599)


def test_thirds_of_a_cent_are_not_lost() -> None:
    trades = [a_trade("2024-01-02", 3, 10, 1)] + [a_trade("2024-01-03", -1, 10, 1) for _ in range(3)]
    gains = booked(trades).gains
    assert [gain.cost for gain in gains] == [Decimal("10.333333"), Decimal("10.333334"), Decimal("10.333333")]
    assert sum(gain.gain for gain in gains) == -4


def test_a_busted_execution_is_nothing() -> None:
    book = booked([a_trade("2024-01-02", 0, 10)])
    assert not book.open_lots() and not book.gains


# ---- holding period -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bought", "first_day"),
    [
        pytest.param("2023-02-05", "2024-02-06", id="counting begins the day after, and a year must be exceeded"),
        pytest.param("2022-12-31", "2024-01-01", id="bought at the end of a year"),
        pytest.param("2023-02-27", "2024-02-28", id="a year that ends in a leap year"),
        pytest.param("2023-02-28", "2024-03-01", id="bought on the last day of February: the 29th is not enough"),
        pytest.param("2024-02-28", "2025-03-01", id="bought the day before 29 February"),
        pytest.param("2024-02-29", "2025-03-01", id="bought on 29 February"),
        pytest.param("2024-04-30", "2025-05-01", id="bought on the last day of a month"),
    ],
)
def test_long_term_begins_a_year_after_the_day_after(bought: str, first_day: str) -> None:
    day, since = date.fromisoformat(first_day), date.fromisoformat(bought)
    assert long_term_from(since) == day
    assert term_of(since, day) is Term.LONG
    assert term_of(since, date.fromordinal(day.toordinal() - 1)) is Term.SHORT


# ---- splits -------------------------------------------------------------------------------------


def a_split(on: str, new: int, old: int, symbol: str = AAPL) -> ShareSplit:
    return ShareSplit(symbol=Symbol(symbol), new=new, old=old, on=date.fromisoformat(on))


def test_a_split_changes_shares_and_neither_cost_nor_date() -> None:
    book = booked([*PURCHASES, a_trade("2024-02-01", -150, 5)], [a_split("2024-01-10", 3, 1)])
    assert [figures(gain, "lot_id", "cost") for gain in book.gains] == [("L1", Decimal("500.5"))]
    assert [figures(lot, "quantity", "value") for lot in book.open_lots()] == [
        (150, Decimal("500.5")), (300, 1401), (300, 1201),
    ]  # fmt: skip
    assert book.open_lots()[0].opened_on == PURCHASES[0].on


def test_trades_of_the_day_of_a_split_are_in_new_shares() -> None:
    book = booked([PURCHASES[0], a_trade("2023-03-01", 10, 5)], [a_split("2023-03-01", 2, 1)])
    assert [lot.quantity for lot in book.open_lots()] == [200, 10]


def test_a_reverse_split_keeps_the_total_of_shares_and_of_costs() -> None:
    trades = [a_trade("2023-01-03", 100, 1), a_trade("2023-01-04", 100, 2), a_trade("2023-01-05", 100, 3)]
    lots = booked(trades, [a_split("2023-03-01", 1, 3)]).open_lots()
    assert sum(lot.quantity for lot in lots) == 100
    assert [lot.value for lot in lots] == [100, 200, 300]
    assert [lot.quantity for lot in lots] == [Decimal("33.333333"), Decimal("33.333334"), Decimal("33.333333")]


def test_splits_of_others_and_of_days_to_come_change_nothing() -> None:
    splits = [a_split("2023-03-01", 2, 1, "MSFT"), a_split("2030-01-01", 2, 1)]
    book = booked(PURCHASES, splits, until=date(2024, 1, 1))
    assert [lot.quantity for lot in book.open_lots()] == [100, 100, 100]
