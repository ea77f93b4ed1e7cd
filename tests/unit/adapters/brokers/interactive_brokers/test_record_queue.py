"""What waits for the engine is bounded; what had to go is counted; the newest quote of each symbol is never lost."""

from hypothesis import given
from hypothesis import strategies as st

from robo_trader.adapters.brokers.interactive_brokers.record_queue import RecordQueue
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote, TradePrint
from tests.builders import AAPL, MSFT, a_quote

MANY = 1_000


def a_print(at: int) -> TradePrint:
    return TradePrint(AAPL, at, 100.0, 100.0)


def test_while_few_wait_each_is_told_in_order_of_time() -> None:
    queue = RecordQueue()
    for at in range(1, 6):
        queue.add_quote(a_quote(at=2 * at))
        queue.add_print(a_print(2 * at - 1))
    quotes, prints = queue.take(MANY)
    assert [one.at for one in quotes] == [2, 4, 6, 8, 10] and [one.at for one in prints] == [1, 3, 5, 7, 9]
    assert (queue.conflated, queue.dropped, len(queue)) == (0, 0, 0)


def test_a_part_is_the_oldest_of_both_kinds() -> None:
    queue = RecordQueue()
    for at in (1, 3, 5):
        queue.add_quote(a_quote(at=at))
    for at in (1, 4):
        queue.add_print(a_print(at))
    quotes, prints = queue.take(3)
    assert ([one.at for one in quotes], [one.at for one in prints]) == ([1, 3], [1])
    assert queue.take(MANY) == ((a_quote(at=5),), (a_print(4),))


def test_too_many_quotes_give_way_to_the_newest_of_their_symbol() -> None:
    queue = RecordQueue(quotes_max=4)
    for at, symbol in enumerate((AAPL, MSFT, AAPL, AAPL, MSFT), start=1):
        queue.add_quote(a_quote(symbol=symbol, at=at))
    assert queue.take(MANY)[0] == (a_quote(at=4), a_quote(symbol=MSFT, at=5))
    assert queue.conflated == 3


def test_too_many_prints_lose_the_oldest() -> None:
    queue = RecordQueue(prints_max=2)
    for at in range(5):
        queue.add_print(a_print(at))
    assert [one.at for one in queue.take(MANY)[1]] == [3, 4] and queue.dropped == 3


@given(st.lists(st.integers(0, 7), max_size=60), st.integers(1, 5))
def test_nothing_is_lost_uncounted(names: list[int], most: int) -> None:
    queue, shown, bound = RecordQueue(quotes_max=most), dict[str, Quote](), 0
    for at, name in enumerate(names):
        quote = a_quote(symbol=f"T{name}", at=at)
        queue.add_quote(quote)
        shown[quote.symbol] = quote
        bound = max(bound, len(queue))
    told, _ = queue.take(MANY)
    assert len(told) + queue.conflated == len(names)
    assert {Symbol(one.symbol): one for one in told} == shown
    assert list(told) == sorted(told, key=lambda one: one.at)
    assert bound <= max(most, 2 * len(shown)) + 1
