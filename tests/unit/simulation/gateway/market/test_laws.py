"""Whatever is shown, and whenever a client begins to follow it, it comes to know the same."""

from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.simulation.gateway.protocol.market_messages import HistoricalBars, HistoricalBarUpdate, TickString
from robo_trader.simulation.gateway.protocol.values import WireBar
from tests.unit.simulation.gateway.market.exchange_floor import Exchange, a_minute, history, line

prices = st.integers(1, 100_000).map(lambda cents: cents / 100)
SIZES = ("1 min", "2 mins", "3 mins", "5 mins", "15 mins", "1 hour", "1 day", "1 week")


@st.composite
def markets(draw: st.DrawFn) -> list[BarSlice]:
    """Minutes of one or two stocks, some of them missing."""
    shown = []
    for number in sorted(draw(st.sets(st.integers(0, 30), min_size=1, max_size=20))):
        symbols = draw(st.sampled_from([("AAPL",), ("MSFT",), ("AAPL", "MSFT")]))
        first, last = draw(prices), draw(prices)
        volume = float(draw(st.integers(0, 10_000)))
        shown.append(
            a_minute(
                number, *symbols, open=first, close=last, high=max(first, last), low=min(first, last), volume=volume
            )
        )
    return shown


@given(shown=markets(), begun=st.integers(0, 20), size=st.sampled_from(SIZES))
def test_bars_kept_up_to_date_are_those_that_history_tells_in_the_end(
    shown: list[BarSlice], begun: int, size: str
) -> None:
    exchange = Exchange(bar_size=BarSize.MINUTE_1)
    exchange.show(*shown[:begun])
    known: dict[int, WireBar] = {}
    asked = history(size, "1 M", keep_up_to_date=True)
    for message in [*exchange.ask(asked), *(said for _, said in exchange.show(*shown[begun:]))]:
        if isinstance(message, HistoricalBars):
            known.update({bar.at: bar for bar in message.bars})
        elif isinstance(message, HistoricalBarUpdate):
            known[message.bar.at] = message.bar
    [whole] = exchange.ask(history(size, "1 M", request_id=2, keep_up_to_date=True))
    assert isinstance(whole, HistoricalBars)
    assert list(known.values()) == list(whole.bars)


@given(shown=markets(), size=st.sampled_from(SIZES))
def test_larger_bars_hold_all_that_was_traded(shown: list[BarSlice], size: str) -> None:
    exchange = Exchange(bar_size=BarSize.MINUTE_1)
    exchange.show(*shown)
    minutes = [bar for slice_ in shown for bar in slice_.bars if bar.symbol == "AAPL"]
    [told] = exchange.ask(history(size, "1 M", keep_up_to_date=True))
    assert isinstance(told, HistoricalBars)
    assert sum(bar.volume for bar in told.bars) == sum(bar.volume for bar in minutes)
    assert all(bar.low <= min(bar.open, bar.close, bar.wap) for bar in told.bars)
    assert all(bar.high >= max(bar.open, bar.close, bar.wap) for bar in told.bars)
    if minutes:
        assert max(float(bar.high) for bar in told.bars) == max(bar.high for bar in minutes)
        assert (float(told.bars[0].open), float(told.bars[-1].close)) == (minutes[0].open, minutes[-1].close)


@given(shown=markets())
def test_no_tick_tells_a_time_before_all_bars_that_end_by_then_were_told(shown: list[BarSlice]) -> None:
    exchange = Exchange(1, 2, bar_size=BarSize.MINUTE_1)
    for client in (1, 2):
        for number, symbol in enumerate(("AAPL", "MSFT")):
            exchange.ask(line(10 + number, symbol), client)
            exchange.ask(history(keep_up_to_date=True, request_id=number, symbol=symbol), client)
    for slice_ in shown:
        said = exchange.show(slice_)
        first_time = next(place for place, (_, one) in enumerate(said) if isinstance(one, TickString))
        told = [(client, one.request_id) for client, one in said[:first_time] if isinstance(one, HistoricalBarUpdate)]
        wanted = [("AAPL", "MSFT").index(bar.symbol) for bar in slice_.bars]
        assert sorted(told) == [(client, number) for client in (1, 2) for number in wanted]
