"""What survives the end of the process: every number given out, and all that is owed. The walks hold the rest."""

import pytest

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.gateway.brokerage.brokerage import Brokerage
from robo_trader.simulation.gateway.brokerage.settings import Listing
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.order_messages import ExecutionDetails, NextValidId, OpenOrder
from tests.builders import HOUR
from tests.unit.simulation.gateway.brokerage.firm import Firm, a_ticket, codes, find, firm_settings, words

LIMIT = a_ticket(order_type="LMT", limit=90, tif="GTC")


def test_orders_executions_positions_and_ids_are_the_same_again() -> None:
    firm = Firm(1, 2)
    firm.place(LIMIT)
    firm.place(a_ticket(), 2)
    firm.hour(1)
    revived = firm.restarted()
    assert revived.brokerage.book() == firm.brokerage.book()
    assert (1, NextValidId(order_id=3)) in revived.greeting
    assert find(revived.ask(asks.OpenOrders()), OpenOrder) == find(firm.ask(asks.OpenOrders()), OpenOrder)
    assert codes(revived.place(LIMIT, 2)) == [104]
    old = find(firm.place(LIMIT, 3), OpenOrder)[0]
    assert find(revived.place(LIMIT, 3), OpenOrder)[0].perm_id == old.perm_id
    assert words(revived.cancel()) == ["orderStatus Cancelled 0/100", "error 1 202"]


def test_execution_ids_go_on_where_they_were() -> None:
    firm = Firm()
    firm.place(a_ticket())
    revived = firm.restarted()
    (before,) = find(revived.hour(1), ExecutionDetails)
    again = revived.restarted()
    again.place(a_ticket(), 2)
    (after,) = find(again.hour(2), ExecutionDetails)
    assert before.execution.exec_id != after.execution.exec_id


def test_what_was_on_its_way_arrives() -> None:
    firm = Firm(answer_delay=HOUR // 2)
    assert firm.place(LIMIT) == []
    assert words(firm.restarted().hour(1)) == ["openOrder Submitted", "orderStatus Submitted 0/100"]


def test_armed_doings_stay_armed() -> None:
    firm = Firm()
    firm.doings.reject_next(201, "no")
    assert codes(firm.restarted().place(LIMIT)) == [201]


@pytest.mark.parametrize("stored", [b"", b"nonsense", b"\x80", b"\xd9\x01\xff"])
def test_books_that_cannot_be_read_are_refused_in_words(stored: bytes) -> None:
    with pytest.raises(InvalidConfig, match="cannot be read"):
        Brokerage.restore(firm_settings(), stored)


def test_books_of_other_symbols_are_refused_in_words() -> None:
    firm = Firm()
    firm.place(LIMIT)
    settings = firm_settings()
    fewer = type(settings)(
        venue=settings.venue, sessions=settings.sessions, listings=(Listing(symbol=Symbol("SPY")),)
    )  # fmt: skip
    with pytest.raises(InvalidConfig, match="AAPL"):
        Brokerage.restore(fewer, firm.brokerage.snapshot())
