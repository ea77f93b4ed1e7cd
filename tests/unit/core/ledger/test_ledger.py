"""Fills become cash, positions and profit, as worked by hand.

The account opens with 10,000. Buy 100 at 10 for 1.00: cash 8,999, cost 1,000. Buy 50 at 13: cash 8,349, cost 1,650, so
11 a share. Sell 60 at 12 for 1.00: cash 9,068, 660 of cost leave, profit 60. Sell 120 at 11: 90 close for 990 at no
profit, 30 are sold short for -330: cash 10,388.
"""

from decimal import Decimal

import pytest

from robo_trader.core.domain.ledger import Posting
from robo_trader.core.domain.orders import Side
from robo_trader.core.ledger.ledger import Ledger
from tests.builders import AAPL, MSFT, Exact, a_fill


def a_ledger() -> Ledger:
    ledger = Ledger()
    ledger.deposit(Decimal(10_000))
    return ledger


def book(
    ledger: Ledger, side: Side, quantity: Exact, price: Exact, commission: Exact = 0, symbol: str = AAPL
) -> Decimal:
    """Book one fill; return the profit it realised."""
    fill = a_fill(symbol=symbol, side=side, quantity=quantity, price=price, commission=commission)
    return ledger.book(fill)[1]


def state(ledger: Ledger) -> dict[str, Decimal]:
    position = ledger.position(AAPL)
    return {"cash": ledger.cash, "shares": position.quantity, "cost": position.cost, "realised": position.realised}


def test_the_story_of_a_position() -> None:
    ledger = a_ledger()
    assert book(ledger, Side.BUY, 100, 10, 1) == 0
    assert state(ledger) == {"cash": 8_999, "shares": 100, "cost": 1_000, "realised": 0}
    assert book(ledger, Side.BUY, 50, 13) == 0
    assert state(ledger) == {"cash": 8_349, "shares": 150, "cost": 1_650, "realised": 0}
    assert book(ledger, Side.SELL, 60, 12, 1) == 60
    assert state(ledger) == {"cash": 9_068, "shares": 90, "cost": 990, "realised": 60}
    assert book(ledger, Side.SELL, 120, 11) == 0
    assert state(ledger) == {"cash": 10_388, "shares": -30, "cost": -330, "realised": 60}
    assert book(ledger, Side.BUY, 30, 9) == 60
    assert state(ledger) == {"cash": 10_118, "shares": 0, "cost": 0, "realised": 120}
    assert ledger.balances["commission"] == 2
    assert ledger.balances["realised"] == -120, "a profit is a credit"


def test_an_entry_says_what_went_where() -> None:
    ledger = a_ledger()
    book(ledger, Side.BUY, 100, 10)
    _, _, entry = ledger.book(a_fill(side=Side.SELL, quantity=40, price=12, commission=1, execution_id="E7"))
    assert entry.reason == "fill E7"
    assert entry.postings == (
        Posting("cash", Decimal(479)),
        Posting("position:AAPL", Decimal(-400)),
        Posting("commission", Decimal(1)),
        Posting("realised", Decimal(-80)),
    )


def test_a_deposit_is_owed_to_the_owner() -> None:
    ledger = Ledger()
    entry = ledger.deposit(Decimal("123.45"))
    assert entry.postings == (Posting("cash", Decimal("123.45")), Posting("capital", Decimal("-123.45")))
    assert ledger.cash == Decimal("123.45")


def test_a_rebate_is_money_like_any_other() -> None:
    ledger = a_ledger()
    book(ledger, Side.BUY, 1, 100, "-0.25")
    assert ledger.cash == Decimal("9900.25")


def test_thirds_are_rounded_to_a_millionth_and_nothing_is_lost() -> None:
    """Three shares cost 100.01 dollars: a third is 33.336667, two thirds are what is left."""
    ledger = a_ledger()
    book(ledger, Side.BUY, 1, "33.35")
    book(ledger, Side.BUY, 2, "33.33")
    assert book(ledger, Side.SELL, 1, 40) == Decimal("6.663333")
    assert ledger.position(AAPL).cost == Decimal("66.673333")
    assert book(ledger, Side.SELL, 2, 40) == Decimal("13.326667")
    assert ledger.position(AAPL).cost == 0


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize(
    ("quantity", "price"),
    [
        pytest.param("1", "10.12345678", id="a price of eight decimals, as an average price may be"),
        pytest.param("0.0001", "10.1234", id="a fraction of a share"),
        pytest.param("3", "0.00000049", id="less than the books' smallest amount"),
    ],
)
def test_closing_at_odd_prices_leaves_no_cost_behind(side: Side, quantity: str, price: str) -> None:
    ledger = a_ledger()
    opposite = Side.SELL if side is Side.BUY else Side.BUY
    book(ledger, side, quantity, price)
    book(ledger, opposite, quantity, price)
    assert ledger.position(AAPL).quantity == 0
    assert ledger.position(AAPL).cost == 0
    assert ledger.balances["position:AAPL"] == 0
    assert ledger.cash == 10_000


def test_only_positions_with_shares_are_open_and_they_come_by_symbol() -> None:
    ledger = a_ledger()
    book(ledger, Side.BUY, 1, 10, symbol=MSFT)
    book(ledger, Side.SELL, 1, 10, symbol=AAPL)
    assert [position.symbol for position in ledger.open_positions()] == [AAPL, MSFT]
    book(ledger, Side.SELL, 1, 10, symbol=MSFT)
    assert [position.symbol for position in ledger.open_positions()] == [AAPL]
    assert ledger.position(MSFT).quantity == 0
