"""A line of ticks becomes quotes and prints: four numbers side by side, each print once."""

import pytest

from robo_trader.adapters.brokers.interactive_brokers.quote_line import QuoteLine
from robo_trader.core.domain.quotes import TradePrint
from tests.builders import AAPL, a_quote

BID_SIZE, BID, ASK, ASK_SIZE = 0, 1, 2, 3
NOW = 9


def a_line() -> QuoteLine:
    line = QuoteLine(AAPL)
    line.hear_price(BID, 99.99, 1_000.0)
    line.hear_price(ASK, 100.01, 1_000.0)
    return line


def test_a_quote_is_bid_and_ask_with_their_sizes() -> None:
    line = a_line()
    assert line.is_new
    assert line.quote(NOW) == a_quote(at=NOW) and not line.is_new


def test_a_size_changes_alone() -> None:
    line = a_line()
    line.quote(NOW)
    line.hear_size(BID_SIZE, 300.0)
    line.hear_size(ASK_SIZE, 400.0)
    assert line.is_new and line.quote(NOW) == a_quote(at=NOW, bid_size=300.0, ask_size=400.0)


def test_what_is_neither_bid_nor_ask_changes_nothing() -> None:
    line = a_line()
    line.quote(NOW)
    line.hear_price(4, 1.0, 1.0)
    line.hear_size(8, 1.0)
    assert not line.is_new and line.quote(NOW) == a_quote(at=NOW)


def test_the_first_print_is_of_before_and_each_other_comes_once() -> None:
    line = a_line()
    assert line.hear_volume("100.0;100;1709562600001;1000;99.9;true", NOW) is None
    told = line.hear_volume("100.5;200;1709562600002;1200;99.9;true", NOW)
    assert told == (TradePrint(AAPL, NOW, 100.5, 200.0), 1_709_562_600_002_000_000)
    assert line.hear_volume("100.5;200;1709562600002;1200;99.9;true", NOW) is None
    assert line.hear_volume("100.5;200;1709562600002;1400;99.9;true", NOW) is not None


@pytest.mark.parametrize(
    "text", ["", ";;;1;2;3", "a;1;1;1;1;true", "1;b;1;1;1;true", "1;1;c;1;1;true", "nan;1;1;1;1;true"]
)
def test_a_text_that_is_no_print_is_none(text: str) -> None:
    line = a_line()
    line.hear_volume("100.0;100;1709562600001;1000;99.9;true", NOW)
    assert line.hear_volume(text, NOW) is None
