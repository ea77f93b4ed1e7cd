"""Borrowed shares cost a fee for each night, and dividends are paid to who held the shares at the close before.

Worked by hand: 100 shares short at a close of 50 dollars, borrowed at 3.6 % a year of 360 days, cost
100 * 50 * 0.036 / 360 = 0.50 dollars a night, 1.50 over a weekend. A dividend of 0.25 brings a holder of 100 shares
25 dollars, and costs who is short 25.
"""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.corporate_actions import Dividend
from robo_trader.core.domain.events import CashBooked, CashKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import Side
from robo_trader.core.engine.market_view import MarketView
from robo_trader.core.engine.overnight import Overnight
from robo_trader.core.ledger.ledger import CASH, Ledger
from robo_trader.core.rules.financing import borrow_fee
from tests.builders import AAPL, MSFT, a_bar, a_day, a_fill, a_session, a_slice, engine_settings
from tests.unit.core.engine.desk import Desk, only

QUARTER = Dividend(symbol=AAPL, amount=Decimal("0.25"))


@pytest.fixture
def market() -> MarketView:
    view = MarketView((AAPL, MSFT))
    slice_ = a_slice(a_bar(open=50))
    view.advance(slice_)
    assert view.admit(slice_.bars) == ([slice_.bars[0]], [])
    return view


def books(quantity: int) -> Ledger:
    ledger = Ledger()
    ledger.deposit(Decimal(10_000))
    if quantity:
        side = Side.BUY if quantity > 0 else Side.SELL
        ledger.book(a_fill(side=side, quantity=abs(quantity), price=50))
    return ledger


def moved(
    overnight: Overnight, ledger: Ledger, market: MarketView, *, nights: int = 1, dividends: tuple[Dividend, ...] = ()
) -> list[tuple[CashKind, Symbol, Decimal]]:
    slice_ = a_slice(session=a_session(day=nights), dividends=dividends)
    found = overnight.movements(slice_, a_session(), ledger, market)
    return [(one.kind, one.symbol, one.amount) for one in found if one.amount]


@pytest.mark.parametrize(
    ("quantity", "nights", "fee"),
    [
        pytest.param(-100, 1, "0.50", id="a night"),
        pytest.param(-100, 3, "1.50", id="a weekend"),
        pytest.param(100, 1, None, id="what is owned is not borrowed"),
        pytest.param(0, 1, None, id="nothing held"),
        pytest.param(-100, 0, None, id="the session goes on"),
    ],
)
def test_borrowed_shares_cost_a_fee(market: MarketView, quantity: int, nights: int, fee: str | None) -> None:
    expected = [] if fee is None else [(CashKind.BORROW_FEE, AAPL, -Decimal(fee))]
    assert moved(Overnight(Decimal("0.036")), books(quantity), market, nights=nights) == expected


@pytest.mark.parametrize(
    ("quantity", "amount"),
    [
        pytest.param(100, "25", id="the holder is paid"),
        pytest.param(-100, "-25", id="who is short pays"),
        pytest.param(0, None, id="nobody holds"),
    ],
)
def test_dividends_go_by_what_is_held(market: MarketView, quantity: int, amount: str | None) -> None:
    expected = [] if amount is None else [(CashKind.DIVIDEND, AAPL, Decimal(amount))]
    assert moved(Overnight(Decimal(0)), books(quantity), market, dividends=(QUARTER,)) == expected


def test_who_buys_on_the_ex_date_gets_nothing_and_who_sells_still_does(market: MarketView) -> None:
    buyer, seller = Overnight(Decimal(0)), Overnight(Decimal(0))
    buyer.book(AAPL, Decimal(100), ())
    assert moved(buyer, books(100), market, dividends=(QUARTER,)) == []
    seller.book(AAPL, Decimal(-100), ())
    assert moved(seller, books(0), market, dividends=(QUARTER,)) == [(CashKind.DIVIDEND, AAPL, Decimal(25))]


def test_the_books_balance_and_the_engine_says_what_moved() -> None:
    desk = Desk(engine_settings())
    desk.close(*(a_day(day, AAPL=50.0 + day) for day in range(4)))
    held = desk.engine.account.ledger.position(AAPL).quantity
    assert held > 0
    cash = desk.engine.account.ledger.cash
    booked = only(CashBooked, desk.close(replace(a_day(4, AAPL=54.0), dividends=(QUARTER,))))
    assert [(one.kind, one.amount) for one in booked] == [(CashKind.DIVIDEND, held * Decimal("0.25"))]
    assert desk.engine.account.ledger.cash - cash == held * Decimal("0.25")
    assert desk.engine.account.ledger.balances["dividends"] == -held * Decimal("0.25")
    assert sum(posting.amount for posting in booked[0].entry.postings) == 0
    assert desk.engine.account.ledger.balances[CASH] == desk.engine.account.ledger.cash


def test_the_rule_in_floats() -> None:
    assert borrow_fee(100.0, 50.0, 0.036, 3) == pytest.approx(1.5)
