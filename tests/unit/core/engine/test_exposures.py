"""Exposures of one slice: every symbol with an open order, and the one about to get an order, as they are now.

Worked by hand: 10 shares of AAPL at 100 are 1,000 dollars, 20 of MSFT at 50 another 1,000; the account is marked with
both, 2,000 in all. Orders are for 100 shares.
"""

from decimal import Decimal

import pytest

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import Side
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.exposures import Exposures
from robo_trader.core.engine.limit_book import LimitBook
from robo_trader.core.engine.market_view import MarketView
from tests.builders import AAPL, MSFT, a_bar, a_fill, a_slice, an_approved_order, an_intent, some_limits


@pytest.fixture
def market() -> MarketView:
    view = MarketView((AAPL, MSFT))
    slice_ = a_slice(a_bar(open=100, close=100), a_bar(symbol=MSFT, open=50, close=50))
    view.advance(slice_)
    assert view.admit(slice_.bars) == (list(slice_.bars), [])
    return view


@pytest.fixture
def account(market: MarketView) -> Account:
    account = Account(LimitBook(some_limits()))
    account.ledger.book(a_fill(quantity=10, price=100))
    account.ledger.book(a_fill(execution_id="E2", symbol=MSFT, quantity=20, price=50))
    account.valuation.mark(Decimal(10_000), *market.worth(account.ledger))
    return account


def order(account: Account, symbol: Symbol, side: Side = Side.BUY) -> None:
    intent = an_intent(symbol=symbol, side=side)
    account.orders.add(an_approved_order(order_id=account.orders.next_id(), intent=intent))


def test_symbols_without_an_order_are_the_others(account: Account, market: MarketView) -> None:
    exposures = Exposures(account, market)
    assert not exposures.seen and exposures.others_value == 2_000
    exposures.see(an_intent(symbol=AAPL))
    assert [*exposures.seen] == [AAPL] and exposures.others_value == 1_000
    assert exposures.seen[AAPL].position == 10 and exposures.seen[AAPL].working_buys == 0


def test_an_order_counts_for_the_next_one(account: Account, market: MarketView) -> None:
    order(account, MSFT, Side.SELL)
    exposures = Exposures(account, market)
    assert exposures.seen[MSFT].working_sells == 100
    exposures.see(an_intent(symbol=AAPL))
    order(account, AAPL)
    exposures.see(an_intent(symbol=MSFT))
    assert exposures.seen[AAPL].working_buys == 100, "made since it was looked at"
    assert exposures.others_value == 0


def test_a_second_order_of_a_symbol_sees_the_first(account: Account, market: MarketView) -> None:
    exposures = Exposures(account, market)
    for expected in (0, 100, 200):
        exposures.see(an_intent(symbol=AAPL))
        assert exposures.seen[AAPL].working_buys == expected
        order(account, AAPL)


def test_who_was_denied_is_forgotten_unless_another_order_works(account: Account, market: MarketView) -> None:
    order(account, MSFT)
    exposures = Exposures(account, market)
    exposures.see(an_intent(symbol=AAPL))
    exposures.leave(AAPL)
    assert [*exposures.seen] == [MSFT]
    exposures.see(an_intent(symbol=MSFT))
    exposures.leave(MSFT)
    assert [*exposures.seen] == [MSFT]
    assert exposures.others_value == 1_000


def test_exposures_that_a_fill_has_overtaken_are_not_used(account: Account, market: MarketView) -> None:
    exposures = Exposures(account, market)
    account.ledger.book(a_fill(execution_id="E3", quantity=1))
    with pytest.raises(AssertionError, match="moved"):
        exposures.see(an_intent(symbol=AAPL))
