"""Every event and command can be found again by its name, and knows when it happened."""

from decimal import Decimal
from types import UnionType
from typing import get_args

import pytest

from robo_trader.core.domain.commands import COMMAND_KINDS, CancelOrder, Command, SubmitOrder
from robo_trader.core.domain.events import (
    EVENT_KINDS,
    AccountMarked,
    DecisionEvent,
    Event,
    FillBooked,
    InputEvent,
    OrderUpdated,
    SignalEmitted,
    SliceClosed,
)
from robo_trader.core.domain.ledger import Entry
from robo_trader.core.domain.orders import OrderId, Side
from robo_trader.core.domain.positions import AccountMark, Position
from tests.builders import AAPL, CLOSE, OPEN, a_fill, a_signal, a_slice, an_approved_order, an_order

ZERO = Decimal(0)
A_POSITION = Position(symbol=AAPL, quantity=ZERO, cost=ZERO, realised=ZERO)
A_MARK = AccountMark(
    as_of=CLOSE, session="2024-03-04", cash=ZERO, reserved=ZERO, equity=ZERO, gross_exposure=ZERO, realised=ZERO,
    commission=ZERO, drawdown=ZERO,
)  # fmt: skip


@pytest.mark.parametrize(("kinds", "union"), [(EVENT_KINDS, Event), (COMMAND_KINDS, Command)])
def test_each_kind_is_registered_under_its_name(kinds: dict[str, type], union: UnionType) -> None:
    assert kinds == {kind.__name__: kind for kind in get_args(union)}
    assert len(kinds) == len(get_args(union)), "two kinds share a name"


def test_an_event_is_an_input_or_a_decision_and_never_both() -> None:
    inputs, decisions = set(get_args(InputEvent)), set(get_args(DecisionEvent))
    assert not inputs & decisions
    assert inputs | decisions == set(get_args(Event))


@pytest.mark.parametrize(
    ("event", "at"),
    [
        pytest.param(SliceClosed(slice=a_slice(ended_at=CLOSE)), CLOSE, id="a slice closes with its bars"),
        pytest.param(SignalEmitted(signal=a_signal(as_of=7)), 7, id="a signal is as old as its view"),
        pytest.param(OrderUpdated(order=an_order()), OPEN, id="an order when it moved"),
        pytest.param(
            FillBooked(fill=a_fill(), position=A_POSITION, realised=ZERO, entry=Entry(reason="fill", postings=())),
            OPEN,
            id="a fill when the shares changed hands",
        ),
        pytest.param(AccountMarked(mark=A_MARK, positions=(), prices=()), CLOSE, id="a mark at the end of the slice"),
        pytest.param(SubmitOrder(order=an_approved_order(at=9)), 9, id="an order leaves when it was approved"),
        pytest.param(CancelOrder(order_id=OrderId(1), occurred_at=9), 9, id="a cancel when it was asked for"),
    ],
)
def test_when_it_happened(event: Event | Command, at: int) -> None:
    assert event.occurred_at == at


def test_buying_adds_and_selling_takes_away() -> None:
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)


def test_what_is_not_filled_remains() -> None:
    assert an_order(quantity=100, filled=30).remaining == 70
