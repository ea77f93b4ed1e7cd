"""What may be wrong with a quote or a print, one fault at a time."""

import math

import pytest

from robo_trader.core.domain.quotes import Quote, QuoteFault, TradePrint
from robo_trader.core.market.quote_checks import find_quote_fault, find_trade_fault
from tests.builders import AAPL, OPEN, a_quote


@pytest.mark.parametrize(
    ("quote", "fault"),
    [
        (a_quote(), None),
        (a_quote(at=OPEN + 1), None),
        (a_quote(bid=math.nan), QuoteFault.NOT_FINITE),
        (a_quote(ask=math.inf), QuoteFault.NOT_FINITE),
        (a_quote(bid_size=math.nan), QuoteFault.NOT_FINITE),
        (a_quote(ask_size=math.inf), QuoteFault.NOT_FINITE),
        (a_quote(bid=0.0), QuoteFault.NOT_POSITIVE),
        (a_quote(bid=-1.0, ask=-0.5), QuoteFault.NOT_POSITIVE),
        (a_quote(bid_size=0.0), QuoteFault.NOT_POSITIVE),
        (a_quote(ask_size=-100.0), QuoteFault.NOT_POSITIVE),
        (a_quote(bid=100.0, ask=100.0), QuoteFault.LOCKED),
        (a_quote(bid=100.01, ask=100.0), QuoteFault.CROSSED),
        (a_quote(at=OPEN - 1), QuoteFault.OUT_OF_ORDER),
    ],
)
def test_a_quote(quote: Quote, fault: QuoteFault | None) -> None:
    assert find_quote_fault(quote, OPEN) is fault


@pytest.mark.parametrize(
    ("price", "size", "at", "fault"),
    [
        (100.0, 1.0, OPEN, None),
        (math.nan, 1.0, OPEN, QuoteFault.NOT_FINITE),
        (100.0, math.inf, OPEN, QuoteFault.NOT_FINITE),
        (0.0, 1.0, OPEN, QuoteFault.NOT_POSITIVE),
        (100.0, 0.0, OPEN, QuoteFault.NOT_POSITIVE),
        (100.0, 1.0, OPEN - 1, QuoteFault.OUT_OF_ORDER),
    ],
)
def test_a_print(price: float, size: float, at: int, fault: QuoteFault | None) -> None:
    assert find_trade_fault(TradePrint(AAPL, at, price, size), OPEN) is fault
