"""Quotes and prints come to the loop in one order of time with slices; the source hears when they are dealt with."""

from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.market.sessions import SessionTable
from robo_trader.runtime.live_records import LATE_MAX, LiveRecords
from tests.builders import AAPL, CLOSE, MINUTE, OPEN, a_quote, a_session

MANY = 100


class Source:
    """Where a test puts what comes; counts how often it heard that all is dealt with."""

    def __init__(self) -> None:
        self.quotes: list[Quote] = []
        self.prints: list[TradePrint] = []
        self.words = 0

    def take(self) -> tuple[list[Quote], list[TradePrint]]:
        taken = self.quotes, self.prints
        self.quotes, self.prints = [], []
        return taken

    def done(self) -> None:
        self.words += 1


def records_of(source: Source) -> LiveRecords:
    return LiveRecords(source, SessionTable([a_session()]), lambda: None)


def times(found: list[QuoteArrived | TradePrinted]) -> list[int]:
    return [record.occurred_at - OPEN for record in found]


def test_both_kinds_are_in_order_and_those_after_the_horizon_wait() -> None:
    source = Source()
    source.quotes = [a_quote(at=OPEN + at) for at in (1, 3, MINUTE, MINUTE + 1)]
    source.prints = [TradePrint(AAPL, OPEN + at, 100.0, 1.0) for at in (2, MINUTE)]
    records = records_of(source)
    records.gather()
    found = records.until(OPEN + MINUTE, MANY, latest=0)
    assert times(found) == [1, 2, 3, MINUTE, MINUTE] and isinstance(found[3], TradePrinted)
    records.note_dealt()
    assert source.words == 0, "one of them waits"
    assert times(records.until(None, MANY, latest=0)) == [MINUTE + 1]
    records.note_dealt()
    assert source.words == 1
    records.gather()
    assert source.words == 1, "nothing came since"


def test_no_more_than_some_at_once() -> None:
    source = Source()
    source.quotes = [a_quote(at=OPEN + at) for at in range(5)]
    records = records_of(source)
    records.gather()
    assert times(records.until(None, 3, latest=0)) == [0, 1, 2]
    assert times(records.until(None, 3, latest=0)) == [3, 4]


def test_what_is_a_moment_late_is_stamped_when_it_was_known_and_what_is_later_is_left() -> None:
    source = Source()
    source.quotes = [a_quote(at=OPEN + 1), a_quote(at=OPEN + LATE_MAX), a_quote(at=OPEN + 3 * LATE_MAX)]
    source.prints = [TradePrint(AAPL, OPEN + LATE_MAX + 1, 100.0, 1.0)]
    records = records_of(source)
    records.gather()
    latest = OPEN + 2 * LATE_MAX
    found = records.until(None, MANY, latest=latest)
    assert times(found) == [1, 2 * LATE_MAX, 2 * LATE_MAX, 3 * LATE_MAX]


def test_what_is_outside_regular_hours_is_counted_and_dealt_with() -> None:
    source = Source()
    source.quotes = [a_quote(at=OPEN - 1), a_quote(at=OPEN), a_quote(at=CLOSE - 1), a_quote(at=CLOSE)]
    source.prints = [TradePrint(AAPL, OPEN - 1, 100.0, 1.0)]
    records = records_of(source)
    records.gather()
    assert len(records.until(None, MANY, latest=0)) == 2 and records.outside == 3
    source.quotes = [a_quote(at=OPEN - 1)]
    records.gather()
    assert source.words >= 1, "nothing of it waits"
