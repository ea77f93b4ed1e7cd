"""Splits in the books keep cost to the last digit, and the strategies' shares stay the account's, to the last one.

Worked by hand: two strategies hold 1 share each. Three for two makes 1.5 each, 3 together: one keeps 2, the other 1,
and half a share passes between them at the new price. Who
gives it up lets a third of the cost of 100 go, and keeps 66.666667; who takes it over pays 30 more.
"""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.orders import Side
from robo_trader.core.ledger.capital_changes import CapitalChange, split_change
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.ledger.sub_accounts import SubAccounts
from tests.builders import AAPL, MSFT, a_fill

shares = st.integers(-500, 500)
ratios = st.integers(1, 50)


def books(quantity: int, price: int = 100) -> Ledger:
    ledger = Ledger()
    ledger.deposit(Decimal(10**9))
    if quantity:
        side = Side.BUY if quantity > 0 else Side.SELL
        ledger.book(a_fill(side=side, quantity=abs(quantity), price=price))
    return ledger


def given_to(holdings: dict[str, int]) -> SubAccounts:
    accounts = SubAccounts()
    for name, quantity in holdings.items():
        part = Allotment(strategy=name, quantity=Decimal(quantity), commission=Decimal(0))
        accounts.book(AAPL, Decimal(100), (part,), ExecutionId(f"E{name}"))
    return accounts


def test_parts_that_make_a_whole_share_together_go_to_one_strategy() -> None:
    accounts = given_to({"a": 1, "b": 1})
    left = accounts.split(AAPL, Decimal(3), 3, 2, Decimal(60))
    assert [(part.strategy, part.quantity) for part in left] == [("a", Decimal("0.5")), ("b", Decimal("-0.5"))]
    assert [accounts.position(name, AAPL).quantity for name in "ab"] == [2, 1]
    assert [accounts.position(name, AAPL).cost for name in "ab"] == [130, Decimal("66.666667")]


@given(st.dictionaries(st.sampled_from("abcd"), shares, min_size=1), ratios, ratios)
def test_the_strategies_shares_are_the_accounts_whatever_the_ratio(
    holdings: dict[str, int], new: int, old: int
) -> None:
    ledger, accounts = books(sum(holdings.values())), given_to(holdings)
    change = split_change(ledger.position(AAPL).quantity, new, old, Decimal(100) * old / new)
    after, _, entry = ledger.change_capital(AAPL, change, "split")
    accounts.split(AAPL, after.quantity, new, old, change.price)
    assert accounts.shares(AAPL) == after.quantity == after.quantity.to_integral_value()
    for name, held in holdings.items():
        assert abs(accounts.position(name, AAPL).quantity - Decimal(held) * new / old) < 1
    assert sum(posting.amount for posting in entry.postings) == 0 == sum(ledger.balances.values())


@given(shares, ratios, ratios)
def test_what_is_worth_something_before_is_worth_it_after(quantity: int, new: int, old: int) -> None:
    ledger, price = books(quantity), Decimal(100) * old / new
    before = ledger.position(AAPL)
    cash = ledger.cash
    after, realised, _ = ledger.change_capital(AAPL, split_change(before.quantity, new, old, price), "split")
    worth = after.quantity * price + ledger.cash - cash
    assert abs(worth - before.quantity * 100) < Decimal("0.00001")
    assert realised == ledger.position(AAPL).realised - before.realised
    assert abs(after.quantity) <= abs(before.quantity * new / old)


def test_a_correction_of_a_fill_from_before_a_split_counts_in_new_shares() -> None:
    ledger, again = books(100), books(90)
    for one in (ledger, again):
        one.change_capital(AAPL, split_change(Decimal(100), 2, 1, Decimal(50)), "split")
    fill = a_fill(quantity=90)
    after, _, entry = ledger.restate(fill)
    assert after == again.position(AAPL)
    assert [after.quantity, after.cost] == [180, 9_000]
    assert ledger.shares_now(fill, Decimal(-10)) == -20
    assert sum(posting.amount for posting in entry.postings) == 0


def test_a_commission_that_comes_after_a_split_moves_no_share() -> None:
    ledger = books(100)
    ledger.change_capital(AAPL, split_change(Decimal(100), 7, 3, Decimal(30)), "split")
    before = ledger.position(AAPL)
    after, _, _ = ledger.restate(a_fill(commission=3))
    assert (after.quantity, after.cost) == (before.quantity, before.cost)


def test_a_correction_is_found_under_the_new_name() -> None:
    ledger = books(100)
    position, entry = ledger.rename(AAPL, MSFT, "renamed")
    assert [position.symbol, position.quantity, position.cost] == [MSFT, 100, 10_000]
    assert [posting.amount for posting in entry.postings] == [10_000, -10_000]
    after, _, _ = ledger.restate(a_fill(symbol=MSFT, quantity=50))
    assert after.quantity == 50 and ledger.balances["position:AAPL"] == 0


def test_who_is_paid_out_holds_nothing() -> None:
    accounts = given_to({"a": 3, "b": -1})
    accounts.pay_out(AAPL, Decimal(10))
    assert accounts.symbols() == set()
    assert accounts.position("a", AAPL).realised == 30 - 300
    assert CapitalChange(1, 1, Decimal(-1), Decimal(10)).cash == -10
