"""Whatever is asked first, and however late the answers come, every bar is told once and none is missing."""

from hypothesis import given
from hypothesis import strategies as st

from robo_trader.adapters.brokers.interactive_brokers.seam import Seam
from robo_trader.adapters.brokers.interactive_brokers.speech import BarTold

SPAN, WINDOW = 10, 4  # bars in all, and how many of the latest a stream begins with


def row(at: int, close: float = 1.0) -> BarTold:
    return BarTold(date=str(at), open=1.0, high=2.0, low=0.5, close=close, volume=1.0)


def rows(first: int, last: int) -> list[BarTold]:
    return [row(at) for at in range(first, last)]


@given(st.integers(0, SPAN), st.integers(0, SPAN), st.integers(0, SPAN), st.booleans())
def test_past_and_stream_hold_all_bars_once(asked: int, begun: int, asked_again: int, past_first: bool) -> None:
    """At a time, so many bars are over; a stream goes on until the end."""
    seam = Seam()
    past, stream = rows(0, asked), rows(max(0, begun - WINDOW), begun)
    if past_first:
        seam.take_past(past, is_sure=asked >= begun)
    seam.take_stream(stream)
    for at in range(begun, SPAN):
        seam.take_update(row(at))
    if not past_first:
        seam.take_past(past, is_sure=asked >= begun)
    if seam.has_gap:
        assert seam.joined() is None
        seam.take_past(rows(0, max(asked_again, begun)), is_sure=True)
    assert seam.joined() == rows(0, SPAN)


def test_the_stream_knows_better_what_became_of_the_bar_in_the_making() -> None:
    seam = Seam()
    seam.take_stream([row(3), row(4, close=1.5)])
    seam.take_update(row(4, close=2.0))
    assert seam.joined() is None
    seam.take_past([row(2), row(3), row(4, close=1.0)], is_sure=False)
    assert seam.joined() == [row(2), row(3), row(4, close=1.5), row(4, close=2.0)]


def test_a_stream_without_a_bar_leaves_all_to_a_past_that_was_asked_for_after_it() -> None:
    seam = Seam()
    seam.take_past(rows(0, 3), is_sure=False)
    seam.take_stream([])
    assert seam.has_gap
    seam.take_past(rows(0, 4), is_sure=True)
    assert seam.joined() == rows(0, 4)
