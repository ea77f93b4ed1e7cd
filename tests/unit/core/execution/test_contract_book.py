"""Prices stand on the steps of their contract, away from risk; another contract is noticed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.domain.contracts import ContractReported, PriceBand, StatedContract
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import BUY, SELL, Side
from robo_trader.core.execution.contract_book import ContractBook, step_at
from tests.builders import AAPL, OPEN, an_intent

COARSE = ("0", "0.01"), ("10", "0.05"), ("100", "0.1")


def bands(*steps: tuple[str, str]) -> tuple[PriceBand, ...]:
    return tuple(PriceBand(begins=Decimal(begins), step=Decimal(step)) for begins, step in steps)


def a_contract(
    con_id: int = 1, *, kind: str = "STK", currency: str = "USD", steps: tuple[tuple[str, str], ...] = COARSE
) -> StatedContract:
    return StatedContract(con_id=con_id, kind=kind, currency=currency, bands=bands(*steps))


def reported(*found: StatedContract, symbol: Symbol = AAPL) -> ContractReported:
    return ContractReported(symbol=symbol, found=found, occurred_at=OPEN)


def a_book(*found: StatedContract) -> ContractBook:
    book = ContractBook()
    assert not book.take(reported(*found))
    return book


@pytest.mark.parametrize(
    ("price", "side", "on_tick"),
    [
        ("9.994", BUY, "9.99"),
        ("9.991", SELL, "10.00"),
        ("10.04", BUY, "10.00"),
        ("10.04", SELL, "10.05"),
        ("99.99", BUY, "99.95"),
        ("99.99", SELL, "100.00"),
        ("100.05", BUY, "100.0"),
        ("100.05", SELL, "100.1"),
        ("0.004", BUY, "0.01"),
    ],
)
def test_a_price_goes_to_the_step_of_its_band_away_from_risk(price: str, side: Side, on_tick: str) -> None:
    assert a_book(a_contract()).on_tick(AAPL, Decimal(price), side) == Decimal(on_tick)


def test_where_nothing_was_told_the_steps_are_those_of_rule_612() -> None:
    book = ContractBook()
    assert book.on_tick(AAPL, Decimal("98.9999"), SELL) == Decimal(99)
    assert book.on_tick(AAPL, Decimal("0.98765"), BUY) == Decimal("0.9876")
    assert book.on_tick(AAPL, Decimal("1.0001"), BUY) == 1


@given(
    st.decimals("0.01", 5000, places=4), st.sampled_from([BUY, SELL]),
    st.sampled_from([COARSE, (("0", "0.0001"), ("1", "0.005")), (("0", "0.25"),)]),
)  # fmt: skip
def test_a_price_on_a_step_stays_and_none_moves_by_a_whole_step(
    price: Decimal, side: Side, steps: tuple[tuple[str, str], ...]
) -> None:
    book = a_book(a_contract(steps=steps))
    found = book.on_tick(AAPL, price, side)
    step = step_at(bands(*steps), price)
    assert found % step == 0
    assert book.on_tick(AAPL, found, side) == found
    moved = (found - price) * (1 if side is SELL else -1)
    assert 0 <= moved < step or found == step


def test_limit_and_stop_of_an_order_are_put_on_their_steps() -> None:
    book = a_book(a_contract())
    intent = an_intent(limit="100.07")
    assert book.conform(intent).limit_price == Decimal("100.0")
    at_the_market = an_intent()
    assert book.conform(at_the_market) is at_the_market


@pytest.mark.parametrize(
    ("found", "words"),
    [
        pytest.param((), "names 0 contracts", id="none"),
        pytest.param((a_contract(), a_contract(2)), "names 2 contracts", id="two"),
        pytest.param((a_contract(2),), "was contract 1 at the broker, and is 2 now", id="another"),
        pytest.param((a_contract(kind="OPT"),), "is OPT in USD", id="no stock"),
        pytest.param((a_contract(currency="CAD"),), "is STK in CAD", id="other money"),
        pytest.param((a_contract(steps=()),), "on which steps", id="no steps"),
        pytest.param((a_contract(steps=(("0", "0"),)),), "on which steps", id="a step of nothing"),
    ],
)
def test_what_is_not_the_contract_that_was_traded_is_said(found: tuple[StatedContract, ...], words: str) -> None:
    book = a_book(a_contract())
    assert words in book.take(reported(*found))
    assert book.known[AAPL] == a_contract(), "nothing of it is taken over"
    assert not book.take(reported(a_contract())), "it is the same again"


def test_a_person_may_accept_another_contract_and_nothing_else() -> None:
    book = a_book(a_contract())
    book.take(reported(a_contract(2)))
    book.accept(AAPL)
    assert book.known[AAPL].con_id == 2
    assert book.take(reported(a_contract()))
    book.take(reported(a_contract(2), a_contract(3)))
    book.accept(AAPL)
    assert not book.take(reported(a_contract()))


def test_the_contract_goes_along_with_a_new_name() -> None:
    book, new = a_book(a_contract()), Symbol("APPL")
    book.rename(AAPL, new)
    assert book.take(reported(a_contract(2), symbol=new))
    assert not book.take(reported(a_contract(2))), "the old name is free for another"
