"""Quotes, prints and slices in one order of time; of the same moment prints, then quotes, then the slice."""

from robo_trader.core.domain.events import TradePrinted
from robo_trader.core.domain.quotes import TradePrint
from robo_trader.runtime.records import merge_records
from tests.builders import AAPL, MSFT, OPEN, a_quote, a_session, a_slice, an_arrival


def printed(at: int) -> TradePrinted:
    return TradePrinted(trade=TradePrint(AAPL, at, 100.0, 1.0), session=a_session())


def test_order_and_ties() -> None:
    quotes = [an_arrival(a_quote(at=OPEN + at, symbol=symbol)) for at, symbol in ((1, MSFT), (1, AAPL), (3, AAPL))]
    prints = [printed(OPEN + at) for at in (1, 2)]
    slices = [a_slice(ended_at=OPEN + at) for at in (1, 3, 4)]
    merged = list(merge_records(slices, quotes, prints))
    assert merged == [prints[0], quotes[0], quotes[1], slices[0], prints[1], quotes[2], slices[1], slices[2]]


def test_slices_alone() -> None:
    slices = [a_slice(ended_at=OPEN + at) for at in (1, 2)]
    assert list(merge_records(slices)) == slices
