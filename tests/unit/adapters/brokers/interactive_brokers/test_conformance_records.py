"""What a tour's recording tells, what it keeps to itself, and how two of them are compared; without a gateway."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.adapters.brokers.interactive_brokers.conformance.comparison import Difference, compare
from robo_trader.adapters.brokers.interactive_brokers.conformance.frames import Frame, heard, sent, sequence
from robo_trader.adapters.brokers.interactive_brokers.conformance.placeholders import Placeholders
from robo_trader.adapters.brokers.interactive_brokers.conformance.recording import (
    FORMAT,
    Header,
    Recording,
    StepRecord,
    read_recording,
)
from robo_trader.adapters.brokers.interactive_brokers.conformance.terms import FarPrices
from robo_trader.core.domain.errors import InvalidConfig


def a_status(order_id: int, status: str) -> Frame:
    fields = ["3", str(order_id), status, "0", "1", "0", "812345678", "0", "0", "77", "", "0"]
    return heard("step", 0.0, fields)


def an_error(about: int, code: int, text: str = "") -> Frame:
    return heard("step", 0.0, ["4", "2", str(about), str(code), text, ""])


def a_recording(**steps: list[str]) -> Recording:
    header = Header(format=FORMAT, program="0", server_version=178, symbol="AAPL", fills=False)
    records = [StepRecord(step=name, sequence=words, unanswered=[]) for name, words in steps.items()]
    return Recording(header=header, frames=[], steps=records)


def test_a_sequence_names_orders_by_their_place_and_leaves_notices_out() -> None:
    frames = [
        sent("step", 0.0, ["4", "1", "1000009", ""]),
        an_error(-1, 2104, "Market data farm connection is OK"),
        a_status(1000009, "Cancelled"),
        an_error(1000009, 202),
        a_status(1000007, "Submitted"),
        an_error(-1, 1100),
    ]
    assert sequence(frames) == [
        "> cancelOrder order 1",
        "< orderStatus order 1 Cancelled",
        "< error order 1 202",
        "< orderStatus order 2 Submitted",
        "< error 1100",
    ]


def test_what_is_somebody_elses_is_neither_told_nor_compared() -> None:
    frame = a_status(5, "Submitted")
    frame.is_ours = False
    assert sequence([frame]) == []
    assert Placeholders().hide(frame) == ["3", "WITHHELD"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("DU1234567", "ACCOUNT1", id="the account"),
        pytest.param("DUM998877", "ACCOUNT", id="an account that nobody named"),
        pytest.param("group 1000003/DU1234567", "group ORDER1/ACCOUNT1", id="ids within a text"),
        pytest.param("11000003", "NUMBER", id="an id that holds another one"),
        pytest.param("187.25", "PRICE", id="a price of the tour"),
        pytest.param("187.2500", "PRICE", id="the same price, otherwise written"),
        pytest.param("191.07", "NUMBER", id="another price"),
        pytest.param("0.0001", "NUMBER", id="a small price"),
        pytest.param("1.0", "1.0", id="one share"),
        pytest.param("265598", "265598", id="a contract's public number"),
        pytest.param("20240304 10:00:00 US/Eastern", "TIME", id="a time"),
        pytest.param("1.7976931348623157E308", "1.7976931348623157E308", id="the protocol's word for nothing"),
        pytest.param("PreSubmitted", "PreSubmitted", id="a status"),
        pytest.param("", "", id="an empty field"),
    ],
)
def test_fields_lose_what_is_private_and_keep_the_rest(text: str, shown: str) -> None:
    placeholders = Placeholders()
    placeholders.learn("ACCOUNT", "DU1234567")
    placeholders.learn("ORDER", "1000003")
    placeholders.learn_price(Decimal("187.25"))
    assert placeholders.hide(heard("step", 0.0, ["5", text])) == ["5", shown]


def test_texts_of_errors_lose_their_numbers() -> None:
    frame = an_error(-1, 201, "Equity 1,000,412.17 of DU7654321 is below 2000000 at 10:31:07")
    assert Placeholders().hide(frame)[4] == "Equity # of ACCOUNT is below NUMBER at #"


@given(st.text(alphabet=st.sampled_from("DUF0123456789.,:-/ abE"), max_size=40))
def test_no_account_and_no_long_number_gets_through(text: str) -> None:
    (shown,) = Placeholders().hide(heard("step", 0.0, ["10", text]))[1:]
    is_unset = shown in {"2147483647", "9223372036854775807"}
    assert is_unset or not re.search(r"\d{7}", shown)
    assert not re.search(r"\bD[A-Z]{1,2}\d{4,}\b", shown)


@given(st.decimals("10", "5000", places=2), st.sampled_from([Decimal("0.01"), Decimal("0.005"), Decimal("0.05")]))
def test_far_prices_stand_on_the_tick_and_far_away(last: Decimal, tick: Decimal) -> None:
    prices = FarPrices(last, tick)
    for price in (prices.below, prices.above, prices.further_above, prices.further_below, prices.distance):
        assert price > 0 and price % tick == 0
    assert prices.off_tick % tick != 0
    assert prices.further_below < prices.below < last * Decimal("0.76")
    assert last * Decimal("1.24") < prices.above < prices.further_above


def test_a_difference_tells_step_place_and_both_sides() -> None:
    recorded = a_recording(first=["a", "b", "c"], second=["d"], third=["e"])
    now = a_recording(first=["a", "x", "c"], second=["d"], fourth=["f"])
    assert compare(recorded, now) == (
        Difference(step="first", place=1, recorded=("b",), now=("x",)),
        Difference(step="fourth", place=0, recorded=("(step not taken)",), now=("f",)),
        Difference(step="third", place=0, recorded=("e",), now=("(step not taken)",)),
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("no JSON", id="no JSON"),
        pytest.param('{"record":"step","step":"a","sequence":[],"unanswered":[]}', id="no header"),
        pytest.param(
            '{"record":"header","format":9,"program":"0","server_version":178,"symbol":"A","fills":false}',
            id="another format",
        ),
    ],
)
def test_what_is_no_recording_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_text(text)
    with pytest.raises(InvalidConfig, match="no recording"):
        read_recording(path)
