"""No bytes make the reading raise, loop, or hold more than they are."""

import tracemalloc
from typing import Any

import ib_async
from hypothesis import given, settings
from hypothesis import strategies as st
from ib_async.util import dataclassUpdate

from robo_trader.simulation.gateway.protocol.frames import FRAME_BYTES_MAX, BadFrame, FrameReader, frame
from robo_trader.simulation.gateway.protocol.reading import read_request
from robo_trader.simulation.gateway.protocol.requests import REQUESTS, UnknownRequest, UnreadableRequest
from tests.examples import examples
from tests.gateway_clients import VERSIONS, written_by_ib_async
from tests.unit.simulation.gateway.protocol.test_reading import CASES, by_ib_async
from tests.unit.simulation.gateway.protocol.test_reading_orders import PARTS

AAPL = ib_async.Stock("AAPL", "SMART", "USD")


def an_order_with_everything() -> bytes:
    order = ib_async.LimitOrder("BUY", 100, 10.5)
    for fields, _ in PARTS.values():
        dataclassUpdate(order, **fields)
    [payload] = written_by_ib_async(lambda client: client.placeOrder(11, AAPL, order), 178)
    return payload


def plain_orders() -> list[bytes]:
    orders = [
        ib_async.MarketOrder("BUY", 100),
        ib_async.LimitOrder("SELL", 50, 101.5, tif="GTC", ocaGroup="pair"),
        ib_async.StopOrder("SELL", 50, 95.0, parentId=11),
        ib_async.Order(action="BUY", orderType="TRAIL", totalQuantity=10, auxPrice=0.5, outsideRth=True),
        ib_async.LimitOrder("BUY", 10, 99.0, whatIf=True),
    ]

    def place_all(client: Any) -> None:  # noqa: ANN401 - ib_async's client
        for number, order in enumerate(orders, start=11):
            client.placeOrder(number, AAPL, order)

    return written_by_ib_async(place_all, 178)


GENUINE = [payload for case in CASES for payload in by_ib_async(case, 178)]
GENUINE += [an_order_with_everything(), *plain_orders()]
TEXTS = [b"", b"-1", b"0", b"2147483648", b"99999999", b"nan", b"1e308", b"\xff\xfe", b"x" * 300, b"1.5", b"Infinite"]

versions = st.sampled_from(VERSIONS)
numbers = st.sampled_from(sorted(REQUESTS)) | st.integers(-5, 300)
fields = st.sampled_from(TEXTS) | st.binary(max_size=12).map(lambda raw: raw.replace(b"\0", b""))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A genuine request with fields exchanged, dropped, doubled, or cut off."""
    parts = draw(st.sampled_from(GENUINE)).split(b"\0")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(parts) - 1))
        parts[at : at + draw(st.integers(0, 2))] = draw(st.lists(fields, max_size=3))
        parts = parts or [b""]
    payload = b"\0".join(parts)
    return payload[: draw(st.integers(0, len(payload)))] if draw(st.booleans()) else payload


@settings(max_examples=examples(400))
@given(mutated(), versions)
def test_mutated_requests_are_read_or_refused(payload: bytes, version: int) -> None:
    read_request(payload, version)


@settings(max_examples=examples(200))
@given(numbers, st.lists(fields, max_size=130), versions)
def test_made_up_requests_are_read_or_refused(number: int, made_up: list[bytes], version: int) -> None:
    request = read_request(b"\0".join([str(number).encode(), *made_up, b""]), version)
    assert isinstance(request, UnknownRequest) == (number not in REQUESTS)


@settings(max_examples=examples(100))
@given(st.binary(max_size=300), versions)
def test_noise_is_read_or_refused(payload: bytes, version: int) -> None:
    read_request(payload, version)


@settings(max_examples=examples(100))
@given(st.sampled_from(GENUINE), st.data())
def test_a_request_cut_anywhere_is_unreadable(payload: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(payload) - 1))
    assert isinstance(read_request(payload[:cut], 178), UnreadableRequest)


@settings(max_examples=examples(100))
@given(st.lists(st.binary(min_size=1, max_size=200), max_size=6))
def test_noise_on_the_line_becomes_frames_or_one_refusal(portions: list[bytes]) -> None:
    reader = FrameReader(prologue=b"")
    try:
        taken = sum(4 + len(payload) for portion in portions for payload in reader.feed(portion))
    except BadFrame:
        return
    assert taken <= sum(map(len, portions))


def test_the_largest_frame_of_nothing_costs_no_more_than_itself() -> None:
    payload = b"99999" + b"\0" * (FRAME_BYTES_MAX - 5)
    order = b"3\0001\0" + b"\0" * (FRAME_BYTES_MAX - 4)
    legs = b"1\00011\0009\0000\0X\0BAG\0" + b"\0" * 9 + b"16000000\0" + b"\0" * (FRAME_BYTES_MAX - 40)
    tracemalloc.start()
    try:
        for hostile in (payload, order, legs):
            read_request(hostile, 178)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_frames_written_are_frames_read() -> None:
    stream = b"".join(map(frame, GENUINE))
    assert list(FrameReader(prologue=b"").feed(stream)) == GENUINE
