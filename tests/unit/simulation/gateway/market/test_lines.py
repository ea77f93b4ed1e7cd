"""Lines of ticks, snapshots, small bars and single ticks: what is said, and in which order."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from robo_trader.simulation.gateway.market.settings import MarketAccess
from robo_trader.simulation.gateway.protocol.account_messages import ErrorMessage
from robo_trader.simulation.gateway.protocol.market_messages import (
    HistoricalBarUpdate,
    MarketDataKind,
    RealTimeBar,
    SnapshotEnd,
    TickByTickMessage,
    TickPrice,
    TickRequestParameters,
    TickSize,
    TickString,
)
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.requests import (
    CancelMarketData,
    CancelRealTimeBars,
    CancelTickByTick,
    MarketDataTypeChoice,
    RealTimeBars,
    Request,
    TickByTick,
)
from tests.builders import DAY, MINUTE, OPEN
from tests.unit.simulation.gateway.market.exchange_floor import (
    SECOND,
    Exchange,
    a_minute,
    contract,
    history,
    line,
    only,
    plain,
)

FIRST_MINUTE_ENDS = str((OPEN + MINUTE) // SECOND)


def small_bars(what: str = "TRADES", request_id: int = 1) -> RealTimeBars:
    return RealTimeBars(
        request_id=request_id, contract=contract(), bar_seconds=5, what_to_show=what, regular_hours=True
    )


def single_ticks(kind: str = "Last", request_id: int = 1) -> TickByTick:
    return TickByTick(request_id=request_id, contract=contract(), kind=kind)


def short(said: Sequence[Message]) -> list[str]:
    """Ticks in a few words."""
    words = []
    for message in said:
        match message:
            case TickPrice(tick_type=kind, price=price, size=size):
                words.append(f"{kind}: {price} x {size}")
            case TickSize(tick_type=kind, size=size):
                words.append(f"{kind}: {size}")
            case TickString(tick_type=kind, value=value):
                words.append(f"{kind}: {value}")
            case MarketDataKind(kind=kind):
                words.append(f"kind {kind}")
            case TickRequestParameters(min_tick=min_tick):
                words.append(f"steps of {min_tick}")
            case SnapshotEnd():
                words.append("end")
            case ErrorMessage(code=code):
                words.append(f"error {code}")
            case _:
                words.append(type(message).__name__)
    return words


def after(exchange: Exchange) -> list[str]:
    return short([message for _, message in exchange.show(a_minute(0, close=100.5, high=101.0))])


def test_a_line_begins_with_its_kind_and_tells_a_bar_when_it_is_over() -> None:
    exchange = Exchange()
    assert short(exchange.ask(line())) == ["kind 1", "steps of 0.01"]
    assert after(exchange) == [
        "1: 100.49 x 100", "2: 100.51 x 100", "4: 100.5 x 100", "8: 300", "14: 100.0 x 0", "6: 101.0 x 0",
        "7: 100.0 x 0", f"45: {FIRST_MINUTE_ENDS}",
    ]  # fmt: skip


def test_a_later_line_begins_with_what_stands_on_the_board() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 1)
    board = short(exchange.ask(line()))
    assert board[:2] == ["kind 1", "steps of 0.01"]
    assert board[-1] == f"45: {FIRST_MINUTE_ENDS}"
    assert "4: 100.25 x 100" in board


def test_the_close_before_and_a_new_day() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 2)
    exchange.ask(line())
    tuesday = a_minute(24 * 60)
    said = short([message for _, message in exchange.show(tuesday)])
    assert "9: 101.25 x 0" in said
    assert "8: 300" in said, "volume begins anew"


def test_quotes_and_prints_as_they_come() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 1)
    exchange.ask(line(generic_ticks="100,233"))
    at = OPEN + MINUTE + SECOND
    assert short([message for _, message in exchange.quote(at, 99.5, 100.5)]) == [
        "1: 99.5 x 1000.0",
        "2: 100.5 x 1000.0",
    ]
    said = short([message for _, message in exchange.print(at + SECOND, 100.5)])
    assert said == [
        "4: 100.5 x 50.0", "8: 350", f"48: 100.5;50.0;{(at + SECOND) // 1_000_000};350;100.2143;true",
        f"45: {(at + SECOND) // SECOND}",
    ]  # fmt: skip
    said = short([message for _, message in exchange.show(a_minute(1, open=100.5, close=102.0, volume=80.0))])
    assert "8: 380" in said, "the print is part of the bar"
    assert said[0] == "1: 99.5 x 1000.0", "the quote stands"


def test_everybody_hears_every_bar_before_anybody_hears_a_tick() -> None:
    exchange = Exchange(1, 2)
    for client in (1, 2):
        for number, symbol in enumerate(("AAPL", "MSFT")):
            exchange.ask(line(10 + number, symbol), client)
            exchange.ask(history(keep_up_to_date=True, request_id=number, symbol=symbol), client)
    said = exchange.show(a_minute(0, "AAPL", "MSFT"))
    kinds = [isinstance(message, HistoricalBarUpdate) for _, message in said]
    assert kinds == [True] * 4 + [False] * (len(said) - 4)
    times = [message.value for message in only(TickString, said)]
    assert times == [FIRST_MINUTE_ENDS] * 4


def test_a_snapshot_is_the_board_and_an_end() -> None:
    exchange = Exchange()
    assert short(exchange.ask(line(snapshot=True))) == ["kind 1", "steps of 0.01", "end"]
    exchange.show_minutes(0, 1)
    said = short(exchange.ask(line(snapshot=True)))
    assert "4: 100.25 x 100" in said
    assert said[-1] == "end"
    assert not exchange.show(a_minute(1)), "and no line"


def test_a_canceled_line_is_silent() -> None:
    exchange = Exchange()
    exchange.ask(line())
    assert exchange.ask(CancelMarketData(request_id=1)) == []
    assert not exchange.show(a_minute(0))


@pytest.mark.parametrize(
    ("chosen", "minutes", "kind"),
    [
        pytest.param(1, 0, 1, id="live while it is open"),
        pytest.param(2, 0, 1, id="nothing is frozen while it is open"),
        pytest.param(3, 0, 1, id="delayed is for those who have nothing better"),
        pytest.param(2, 400, 2, id="frozen after the close"),
        pytest.param(1, 400, 1, id="live after the close, for who wants nothing else"),
    ],
)
def test_kinds_of_those_who_may_see_all(chosen: int, minutes: int, kind: int) -> None:
    exchange = Exchange(at=OPEN + minutes * MINUTE)
    assert exchange.ask(MarketDataTypeChoice(kind=chosen)) == []
    assert exchange.ask(line())[0] == MarketDataKind(request_id=1, kind=kind)


@pytest.mark.parametrize(
    ("access", "chosen", "said"),
    [
        (MarketAccess.DELAYED, 1, ["error 354"]),
        (MarketAccess.DELAYED, 3, ["error 10167", "kind 3", "steps of 0.01"]),
        (MarketAccess.DELAYED, 4, ["error 10167", "kind 4", "steps of 0.01"]),
        (MarketAccess.NONE, 1, ["error 354"]),
        (MarketAccess.NONE, 3, ["error 10168"]),
    ],
)
def test_those_who_may_not(access: MarketAccess, chosen: int, said: list[str]) -> None:
    exchange = Exchange(access=access)
    exchange.ask(MarketDataTypeChoice(kind=chosen))
    assert short(exchange.ask(line())) == said
    assert short(exchange.ask(small_bars(request_id=2))) == ["error 354"]


def test_delayed_ticks_have_their_own_numbers_and_come_when_they_are_old() -> None:
    exchange = Exchange(access=MarketAccess.DELAYED)
    exchange.ask(MarketDataTypeChoice(kind=3))
    exchange.ask(line())
    assert not exchange.show(a_minute(0))
    assert not exchange.wait(OPEN + 15 * MINUTE)
    said = short([message for _, message in exchange.wait(OPEN + 16 * MINUTE)])
    assert said[0] == "66: 100.24 x 100"
    assert said[-1] == f"88: {FIRST_MINUTE_ENDS}"
    assert {int(word.split(":")[0]) for word in said} == {66, 67, 68, 72, 73, 74, 76, 88}
    exchange.ask(CancelMarketData(request_id=1))
    assert "68: 100.25 x 100" in short(exchange.ask(line(snapshot=True)))
    exchange.show(a_minute(20))
    assert short(exchange.ask(line(snapshot=True))) == ["error 10167", "kind 3", "steps of 0.01", "end"], "too young"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        pytest.param(line(), 102, id="a number twice"),
        pytest.param(line(2, "NVDA"), 200, id="no such stock"),
        pytest.param(line(2, snapshot=True, generic_ticks="233"), 321, id="a snapshot of more than the board"),
        pytest.param(CancelMarketData(request_id=2), 300, id="no such line"),
        pytest.param(CancelRealTimeBars(request_id=2), 300, id="no such bars"),
        pytest.param(CancelTickByTick(request_id=2), 300, id="no such ticks"),
        pytest.param(small_bars("SCHEDULE", 2), 321, id="bars of what is none"),
        pytest.param(single_ticks("First", 2), 321, id="ticks of what is none"),
    ],
)
def test_refusals(asked: Request, code: int) -> None:
    exchange = Exchange()
    exchange.ask(line())
    assert exchange.refusal(asked) == code


def test_a_kind_that_does_not_exist() -> None:
    assert Exchange().refusal(MarketDataTypeChoice(kind=7)) == 321


def test_lines_are_counted_over_all_clients_and_streams() -> None:
    exchange = Exchange(1, 2, lines_max=3, tick_streams_max=1)
    exchange.ask(line(1))
    exchange.ask(single_ticks(request_id=2))
    assert exchange.refusal(single_ticks(request_id=3)) == 10190
    exchange.ask(small_bars(request_id=4), client=2)
    assert exchange.refusal(line(5), client=2) == 101
    exchange.ask(CancelMarketData(request_id=1))
    assert short(exchange.ask(line(5), client=2)) == ["kind 1", "steps of 0.01"]
    exchange.market.detach(2, exchange.at)
    assert short(exchange.ask(line(6))) == ["kind 1", "steps of 0.01"]


def test_bars_of_five_seconds() -> None:
    exchange = Exchange()
    exchange.ask(small_bars())
    exchange.ask(small_bars("BID", 2))
    said = [
        *exchange.print(OPEN + SECOND, 100.0),
        *exchange.print(OPEN + 4 * SECOND, 101.0),
        *exchange.quote(OPEN + 4 * SECOND, 99, 100),
    ]
    assert not said
    [traded, bid] = only(RealTimeBar, exchange.print(OPEN + 7 * SECOND, 99.0))
    assert traded.bar.at == OPEN
    assert plain(traded.bar.open, traded.bar.close, traded.bar.volume) == (100, 101, 100)
    assert plain(bid.request_id, bid.bar.close, bid.bar.volume) == (2, 99, -1)
    assert [bar.bar.at for bar in only(RealTimeBar, exchange.wait(OPEN + 10 * SECOND))] == [OPEN + 5 * SECOND]
    assert not exchange.wait(OPEN + 20 * SECOND)
    exchange.ask(CancelRealTimeBars(request_id=1))
    exchange.print(OPEN + 21 * SECOND, 99.0)
    assert not exchange.wait(OPEN + 30 * SECOND)


@pytest.mark.parametrize(("kind", "number"), [("Last", 1), ("AllLast", 2)])
def test_every_print(kind: str, number: int) -> None:
    exchange = Exchange()
    exchange.ask(single_ticks(kind))
    [told] = only(TickByTickMessage, exchange.print(OPEN + SECOND, 100.5))
    assert plain(told.kind, told.tick.price, told.tick.size) == (number, 100.5, 50)
    assert not exchange.quote(OPEN + 2 * SECOND, 99, 100)


def test_every_quote() -> None:
    exchange = Exchange()
    exchange.ask(single_ticks("BidAsk"))
    exchange.ask(single_ticks("MidPoint", 2))
    [both, middle] = only(TickByTickMessage, exchange.quote(OPEN + SECOND, 99.5, 100))
    assert plain(both.tick.bid, both.tick.ask, both.tick.bid_size) == (99.5, 100, 1000)
    assert middle.tick.price == Decimal("99.75")
    exchange.ask(CancelTickByTick(request_id=1))
    assert len(exchange.quote(OPEN + 2 * SECOND, 99, 100)) == 1
    assert not exchange.quote(OPEN + 3 * SECOND, 101, 100), "no market tells crossed quotes"


def test_the_book() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 2)
    exchange.ask(line())
    assert exchange.market.book() == {
        "stocks": {"AAPL": {"price": 101.25, "at": OPEN + 2 * MINUTE, "bars": 2}},
        "subscriptions": {"histories": 0, "lines": 1, "streams": 0},
    }
    assert exchange.at < OPEN + DAY
