"""A symbol is one stock in dollars, and the same as before."""

import pytest
from ib_async.contract import Contract, ContractDetails
from robo_trader.adapters.brokers.interactive_brokers.contract_lookup import judge

from robo_trader.core.domain.instruments import Symbol
from tests.builders import AAPL


def details(con_id: int = 265598, *, symbol: str = "AAPL", kind: str = "STK", currency: str = "USD") -> ContractDetails:
    return ContractDetails(contract=Contract(conId=con_id, symbol=symbol, secType=kind, currency=currency))


def test_one_stock_in_dollars_is_what_was_meant() -> None:
    assert judge(AAPL, [details()], 0) == (265598, "")
    assert judge(AAPL, [details(), details()], 265598) == (265598, ""), "one contract on two exchanges"
    assert judge(Symbol("BRK.B"), [details(1, symbol="BRK B")], 0) == (1, "")


@pytest.mark.parametrize(
    ("found", "known", "words"),
    [
        ([], 0, "no such contract"),
        ([ContractDetails()], 0, "no such contract"),
        ([details(), details(7)], 0, "2 contracts: 7, 265598"),
        ([details(kind="OPT")], 0, "the kind 'OPT'"),
        ([details(currency="CAD")], 0, "the currency 'CAD'"),
        ([details(symbol="APPL")], 0, "the symbol 'APPL'"),
        ([details(7)], 265598, "is 7, and was 265598 before"),
    ],
)
def test_anything_else_is_a_mistake(found: list[ContractDetails], known: int, words: str) -> None:
    number, mistake = judge(AAPL, found, known)
    assert number == 0 and words in mistake
