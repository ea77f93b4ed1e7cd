"""Numbers and times cross the wire exactly; what Alpaca adds breaks nothing, and what it leaves out is noticed."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.adapters.brokers.alpaca.order_bodies import order_body, replacement_body, unsupported
from robo_trader.adapters.brokers.alpaca.refusals import AlpacaRefused
from robo_trader.adapters.brokers.alpaca.wire import (
    WireError,
    WireOrder,
    execution_id_of,
    nanos_of,
    read,
    read_message,
    symbol_of,
)
from robo_trader.adapters.brokers.alpaca.words import end_of
from robo_trader.core.domain.orders import OrderStatus, Side, TimeInForce
from robo_trader.simulation.alpaca.wording import written_time
from tests.builders import OPEN, an_intent, some_terms

ORDER: dict[str, Any] = {
    "id": "a", "client_order_id": "t.1", "status": "new", "submitted_at": "2024-03-04T14:30:00Z",
    "updated_at": "2024-03-04T14:30:00Z", "symbol": "AAPL", "side": "buy", "qty": "100.000000001", "filled_qty": "0",
    "limit_price": "0.1",
}  # fmt: skip


@given(st.integers(0, 2**62))
def test_times_are_read_to_the_nanosecond(nanos: int) -> None:
    assert nanos_of(written_time(nanos)) == nanos


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("2024-03-04T14:30:00Z", OPEN),
        ("2024-03-04T09:30:00.000000001-05:00", OPEN + 1),
        ("2024-03-04T14:30:00.5Z", OPEN + 500_000_000),
        ("2024-03-04T14:30:00.1234567899Z", OPEN + 123_456_789),
    ],
)
def test_times_are_read_in_all_forms_alpaca_writes(text: str, nanos: int) -> None:
    assert nanos_of(text) == nanos


@pytest.mark.parametrize("text", ["", "yesterday", "2024-03-04T14:30:00", "2024-03-04T14:30:00.1"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        nanos_of(text)
    with pytest.raises(WireError):
        read({**ORDER, "submitted_at": text}, WireOrder)


def test_numbers_are_exact_and_additions_break_nothing() -> None:
    order = read({**ORDER, "something_new": {"a": 1}, "status": "a_new_status"}, WireOrder)
    assert (order.quantity, order.limit_price) == (Decimal("100.000000001"), Decimal("0.1"))
    assert end_of(order.status, "day", cancel_asked=False) is None


@pytest.mark.parametrize("missing", ["id", "client_order_id", "status", "submitted_at"])
def test_what_must_be_there_is_missed(missing: str) -> None:
    with pytest.raises(WireError):
        read({name: value for name, value in ORDER.items() if name != missing}, WireOrder)


@pytest.mark.parametrize("frame", [b"", b"[1]", b"{", "no json"])
def test_a_frame_that_cannot_be_read_is_refused(frame: bytes | str) -> None:
    with pytest.raises(WireError):
        read_message(frame)


@pytest.mark.parametrize(
    ("text", "symbol"), [("AAPL", "AAPL"), ("BTC/USD", "BTC.USD"), ("", "UNNAMED"), (None, "UNNAMED")]
)
def test_every_asset_gets_a_symbol_that_can_be_written(text: str | None, symbol: str) -> None:
    assert symbol_of(text) == symbol


@given(st.decimals(min_value=0, max_value=10**9, places=9))
def test_an_execution_has_one_name_however_its_quantity_is_written(quantity: Decimal) -> None:
    assert execution_id_of("x", quantity) == execution_id_of("x", quantity + Decimal("0.000000000000"))
    assert "E" not in execution_id_of("x", quantity).partition("/")[2]


def test_an_order_goes_out_with_every_number_as_text() -> None:
    intent = an_intent(side=Side.SELL, quantity=100, limit="101.10", stop=102, time_in_force=TimeInForce.GTC)
    assert order_body(intent, "install.1.7") == {
        "symbol": "AAPL", "side": "sell", "type": "stop_limit", "time_in_force": "gtc", "qty": "100",
        "limit_price": "101.10", "stop_price": "102", "client_order_id": "install.1.7",
    }  # fmt: skip


def test_a_trailing_stop_goes_out_with_its_distance_alone() -> None:
    body = order_body(an_intent(side=Side.SELL, stop=95, trail="1.50"), "install.1.8")
    assert body["type"] == "trailing_stop"
    assert body["trail_price"] == "1.50"
    assert "stop_price" not in body
    assert replacement_body(some_terms(quantity=5, stop=96), "r", trails=True) == {"qty": "5", "client_order_id": "r"}


@pytest.mark.parametrize("force", [TimeInForce.IOC, TimeInForce.FOK, TimeInForce.AT_THE_OPENING])
def test_stops_work_for_a_day_or_until_canceled_only(force: TimeInForce) -> None:
    assert unsupported(an_intent(stop=101, time_in_force=force)) is not None
    assert unsupported(an_intent(limit=101, time_in_force=force)) is None


@pytest.mark.parametrize(
    ("status", "force", "asked", "end"),
    [
        ("canceled", "day", True, OrderStatus.CANCELED),
        ("canceled", "day", False, OrderStatus.CANCELED),
        ("canceled", "ioc", False, OrderStatus.EXPIRED),
        ("canceled", "opg", True, OrderStatus.CANCELED),
        ("expired", "day", False, OrderStatus.EXPIRED),
        ("done_for_day", "day", False, None),
        ("pending_cancel", "day", True, None),
        ("replaced", "day", False, None),
    ],
)
def test_an_order_ends_as_its_time_in_force_says(status: str, force: str, asked: bool, end: OrderStatus | None) -> None:
    assert end_of(status, force, cancel_asked=asked) is end


@pytest.mark.parametrize(
    ("status", "said", "step"),
    [
        (403, "insufficient buying power", "Free buying power"),
        (403, "forbidden.", "Check that the keys"),
        (422, 'asset "ZZZZ" not found', "Take the symbol out"),
        (429, "rate limit exceeded", "200 requests a minute"),
    ],
)
def test_a_refusal_says_what_happened_what_it_means_and_what_to_do(status: int, said: str, step: str) -> None:
    reason = AlpacaRefused(status, 1, said).reason
    assert said in reason
    assert "Nothing was traded" in reason
    assert step in reason
