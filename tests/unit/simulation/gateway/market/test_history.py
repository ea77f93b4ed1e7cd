"""History: which bars, made of what, and how they are kept up to date."""

from decimal import Decimal

import pytest

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.corporate_actions import StockSplit, SymbolChange
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.simulation.gateway.protocol.account_messages import ErrorMessage
from robo_trader.simulation.gateway.protocol.market_messages import (
    HeadTimestampMessage,
    HistoricalBars,
    HistoricalSchedule,
    HistoricalTicksMessage,
)
from robo_trader.simulation.gateway.protocol.requests import (
    CancelHistoricalData,
    HeadTimestamp,
    HistoricalTicks,
    Request,
)
from robo_trader.simulation.gateway.protocol.values import WireTick
from tests.builders import DAY, MINUTE, OPEN, a_day
from tests.unit.simulation.gateway.market.exchange_floor import (
    SECOND,
    Exchange,
    a_minute,
    closes,
    contract,
    history,
    plain,
    updates,
)


def ticks(what: str, *, start: str = "", end: str = "", number: int = 10) -> HistoricalTicks:
    return HistoricalTicks(
        request_id=3, contract=contract(), start=start, end=end, number=number, what_to_show=what,
        regular_hours=True, ignore_size=False,
    )  # fmt: skip


def test_bars_are_told_as_they_were_shown() -> None:
    exchange = Exchange()
    exchange.show(a_minute(0, open=100.0625, high=101.5, low=99.37, close=100.1, volume=1234.0))
    [bar] = exchange.bars()
    assert (bar.at, bar.date) == (OPEN, "")
    assert [bar.open, bar.high, bar.low, bar.close] == [Decimal(one) for one in ("100.0625", "101.5", "99.37", "100.1")]
    assert plain(bar.volume, bar.count) == (1234, 12)


def test_larger_bars_begin_with_the_open_and_the_last_is_in_the_making() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 8)
    bars = exchange.bars("3 mins")
    assert [(bar.at - OPEN) // MINUTE for bar in bars] == [0, 3, 6]
    assert [plain(bar.open, bar.close, bar.volume) for bar in bars] == [
        (100, 102.25, 900), (103, 105.25, 900), (106, 107.25, 600),
    ]  # fmt: skip


def test_hours_begin_where_the_clock_says_but_for_the_first() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 390)
    bars = exchange.bars("1 hour")
    assert [(bar.at - OPEN) // MINUTE for bar in bars] == [0, 30, 90, 150, 210, 270, 330]
    assert [plain(bar.open, bar.close, bar.volume) for bar in bars[:2]] == [(100, 129.25, 9000), (130, 189.25, 18000)]
    assert [(bar.at - OPEN) // MINUTE for bar in exchange.bars("20 mins")][:3] == [0, 10, 30]
    halves = exchange.bars("30 mins")
    assert [(bar.at - OPEN) // MINUTE for bar in halves] == list(range(0, 390, 30)), "clock and open agree"


def test_of_hours_from_the_open_no_bars_below_a_day_can_be_made() -> None:
    exchange = Exchange(bar_size=BarSize.HOUR_1)
    exchange.show(a_minute(0))
    assert exchange.refusal(history("1 hour")) == 162
    assert exchange.refusal(history("30 mins")) == 162
    assert closes(exchange.bars("1 day", "2 D")) == [100.25]


@pytest.mark.parametrize(
    ("size", "duration", "dates", "last"),
    [
        pytest.param("1 day", "3 D", ["20240410", "20240411", "20240412"], 139, id="days are sessions"),
        pytest.param("1 day", "1 W", [f"202404{day:02}" for day in range(6, 13)], 139, id="a week by the calendar"),
        pytest.param("1 week", "1 M", ["20240324", "20240331", "20240407", "20240412"], 139, id="weeks"),
        pytest.param("1 month", "1 Y", ["20240331", "20240412"], 139, id="months bear their last day"),
    ],
)
def test_days_weeks_and_months(size: str, duration: str, dates: list[str], last: float) -> None:
    exchange = Exchange(bar_size=BarSize.DAY_1)
    exchange.show(*(a_day(day, AAPL=(100.0 + day, 100.0 + day)) for day in range(40)))
    bars = exchange.bars(size, duration)
    assert [bar.date for bar in bars] == dates
    assert closes(bars)[-1] == last


def test_a_time_to_end_at_and_seconds_back_from_it() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 10)
    assert closes(exchange.bars(duration="180 S", end="20240304 14:35:00 UTC")) == [102.25, 103.25, 104.25]
    assert closes(exchange.bars(duration="60 S", end="20240304 09:31:00")) == [100.25]
    assert closes(exchange.bars(duration="60 S", end="20240304-14:32:00")) == [101.25]
    exchange.wait(OPEN + DAY // 2)
    assert closes(exchange.bars(duration="60 S")) == [109.25], "seconds are counted from the last trade"


def test_nothing_of_the_future_is_told() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 2)
    assert closes(exchange.bars(end="20240304 15:59:00 US/Eastern")) == [100.25, 101.25]


def test_the_past_that_was_given_comes_before_what_is_shown() -> None:
    past = [bar for number in range(5) for bar in a_minute(number).bars]

    def known(symbol: str) -> list[Bar]:
        return past if symbol == "AAPL" else []

    exchange = Exchange(at=OPEN + 3 * MINUTE, past=known)
    assert closes(exchange.bars()) == [100.25, 101.25, 102.25], "and what is not over yet is not known"
    exchange.show(a_minute(3, close=50.0, low=50.0))
    assert closes(exchange.bars()) == [100.25, 101.25, 102.25, 50.0]
    assert exchange.refusal(history(symbol="MSFT")) == 162


@pytest.mark.parametrize(
    ("what", "expected"), [("BID", [100.24, 101.24]), ("ASK", [100.26, 101.26]), ("MIDPOINT", [100.25, 101.25])]
)
def test_quotes_are_guessed_around_bars(what: str, expected: list[float]) -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 2)
    bars = exchange.bars(what_to_show=what)
    assert closes(bars) == expected
    assert {plain(bar.volume, bar.wap, bar.count) for bar in bars} == {(-1, -1, -1)}


@pytest.mark.parametrize(
    ("what", "expected"), [("BID", [99.5, 100.5]), ("ASK", [100.5, 101]), ("MIDPOINT", [100, 100.75])]
)
def test_where_there_are_quotes_they_decide(what: str, expected: list[float]) -> None:
    exchange = Exchange()
    exchange.quote(OPEN + 1, 99, 100)
    exchange.quote(OPEN + 2 * SECOND, 99.5, 100.5)
    exchange.quote(OPEN + MINUTE, 100.5, 101)
    exchange.show_minutes(0, 1)
    assert closes(exchange.bars(what_to_show=what)) == expected
    assert len(exchange.bars("1 secs", "60 S", what_to_show=what, end="20240304-14:30:30")) == 2


def test_prints_make_bars_of_seconds() -> None:
    exchange = Exchange()
    for second, price in ((0, 100.0), (4, 102.0), (5, 101.0), (31, 99.0)):
        exchange.print(OPEN + second * SECOND, price)
    bars = exchange.bars("5 secs", "60 S", end="")
    assert [plain((bar.at - OPEN) // SECOND, bar.close, bar.volume, bar.count) for bar in bars] == [
        (0, 102, 100, 2), (5, 101, 50, 1), (30, 99, 50, 1),
    ]  # fmt: skip
    assert closes(exchange.bars("1 min")) == [99.0], "and the bar that no shown one covers yet"
    exchange.show(a_minute(0, close=98.0, low=98.0))
    assert closes(exchange.bars("1 min")) == [98.0], "until one does"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        pytest.param(history("30 secs", "3600 S"), 162, id="smaller than the feed's"),
        pytest.param(history("7 mins"), 321, id="no such size"),
        pytest.param(history(duration="1 fortnight"), 321, id="no such duration"),
        pytest.param(history(duration="0 D"), 321, id="nothing at all"),
        pytest.param(history("1 day", "3600 S"), 321, id="a bar longer than all of it"),
        pytest.param(history("1 secs", "1 D"), 321, id="too many bars"),
        pytest.param(history(what_to_show="HISTORICAL_VOLATILITY"), 321, id="no such bars"),
        pytest.param(history(what_to_show="SCHEDULE"), 321, id="a schedule by minutes"),
        pytest.param(history(end="yesterday"), 321, id="no time"),
        pytest.param(history(end="20240304 09:30:00 Mars/Olympus"), 321, id="no zone"),
        pytest.param(history(end="20240304 09:30:00 America"), 321, id="a folder of zones"),
        pytest.param(history(end="20240304-14:32:00", keep_up_to_date=True), 321, id="kept up to a date"),
        pytest.param(history(symbol="NVDA"), 200, id="no such stock"),
        pytest.param(history(end="20200304-14:32:00"), 162, id="no data"),
        pytest.param(CancelHistoricalData(request_id=5), 366, id="nothing to cancel"),
        pytest.param(ticks("TRADES"), 321, id="ticks from nowhere"),
        pytest.param(ticks("TRADES", start="20240304-14:32:00", number=1001), 321, id="too many ticks"),
        pytest.param(ticks("TRADES", start="soon"), 321, id="ticks from no time"),
    ],
)  # fmt: skip
def test_refusals(asked: Request, code: int) -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 3)
    assert exchange.refusal(asked) == code


def test_small_steps_are_refused_where_the_table_is_kept() -> None:
    exchange, strict = Exchange(), Exchange(checks_steps=True)
    for market in (exchange, strict):
        market.show_minutes(0, 2)
    assert closes(exchange.bars("1 min", "1 W")) == [100.25, 101.25]
    assert strict.refusal(history("1 min", "1 W")) == 321
    assert closes(strict.bars("3 mins", "1 W")) == [101.25]


def test_kept_up_to_date_the_bar_in_the_making_is_told_until_the_next_begins() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 1)
    [told] = exchange.ask(history("2 mins", keep_up_to_date=True))
    assert isinstance(told, HistoricalBars)
    assert closes(told.bars) == [100.25]
    bars = [bar for number in range(1, 4) for bar in updates(exchange.show(a_minute(number)))]
    assert [((bar.at - OPEN) // MINUTE, bar.close) for bar in bars] == [
        (0, Decimal("101.25")), (2, Decimal("102.25")), (2, Decimal("103.25")),
    ]  # fmt: skip
    [ended] = exchange.ask(CancelHistoricalData(request_id=1))
    assert isinstance(ended, ErrorMessage)
    assert ended.code == 162
    assert not updates(exchange.show(a_minute(4)))


def test_kept_up_to_date_from_before_the_first_bar() -> None:
    exchange = Exchange(bar_size=BarSize.DAY_1)
    [told] = exchange.ask(history("1 day", "5 D", keep_up_to_date=True))
    assert isinstance(told, HistoricalBars)
    assert told.bars == ()
    assert [bar.date for bar in updates(exchange.show(a_day(0, AAPL=1.5), a_day(1, AAPL=2.5)))] == [
        "20240304",
        "20240305",
    ]


def test_prints_change_a_bar_every_five_seconds_at_most() -> None:
    exchange = Exchange()
    exchange.ask(history(keep_up_to_date=True))
    said = [len(updates(exchange.print(OPEN + second * SECOND, 100.0 + second))) for second in range(1, 12)]
    assert said == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
    assert closes(updates(exchange.wait(OPEN + 15 * SECOND))) == [111.0]
    assert not updates(exchange.wait(OPEN + 30 * SECOND))


def test_fifty_histories_are_kept_up_to_date_at_most_over_all_clients() -> None:
    exchange = Exchange(1, 2)
    exchange.show_minutes(0, 1)
    for number in range(50):
        exchange.ask(history(keep_up_to_date=True, request_id=number), client=1 + number % 2)
    assert exchange.refusal(history(keep_up_to_date=True, request_id=50)) == 322
    assert closes(exchange.bars(request_id=51)) == [100.25], "what is answered at once does not stay open"
    exchange.ask(CancelHistoricalData(request_id=0))
    assert isinstance(exchange.ask(history(keep_up_to_date=True, request_id=50))[0], HistoricalBars)


def test_a_client_that_has_gone_keeps_nothing() -> None:
    exchange = Exchange(1, 2)
    for client in (1, 2):
        exchange.ask(history(keep_up_to_date=True), client)
    exchange.market.detach(1, exchange.at)
    assert [client for client, _ in exchange.show(a_minute(0))] == [2]
    exchange.market.attach(1, exchange.at)
    assert [client for client, _ in exchange.show(a_minute(1))] == [2]


def test_small_bars_are_paced_by_a_real_clock() -> None:
    now = [0.0]
    exchange = Exchange(real_seconds=lambda: now[0])
    exchange.print(OPEN + SECOND, 100.0)
    asked = history("1 secs", "60 S")
    assert isinstance(exchange.ask(asked)[0], HistoricalBars)
    assert exchange.refusal(asked) == 162, "the same within 15 seconds"
    others = [history("1 secs", f"{seconds} S") for seconds in range(61, 66)]
    assert [isinstance(exchange.ask(one)[0], HistoricalBars) for one in others] == [True] * 4 + [False]
    assert isinstance(exchange.ask(history("1 min", "1 D"))[0], ErrorMessage) is False, "larger ones are free"
    now[0] = 15.1
    assert isinstance(exchange.ask(asked)[0], HistoricalBars)


def test_at_most_sixty_small_questions_in_ten_minutes() -> None:
    now = [0.0]
    exchange = Exchange(real_seconds=lambda: now[0])
    exchange.print(OPEN + SECOND, 100.0)
    answered = 0
    for number in range(70):
        now[0] = number * 3.0
        answered += isinstance(exchange.ask(history("1 secs", f"{60 + number} S"))[0], HistoricalBars)
    assert answered == 60


def test_a_schedule() -> None:
    exchange = Exchange()
    exchange.show_minutes(0, 1)
    [told] = exchange.ask(history("1 day", "1 D", what_to_show="SCHEDULE"))
    assert isinstance(told, HistoricalSchedule)
    assert [(opens, day) for opens, _, day in told.sessions] == [(OPEN, "20240304")]


def test_where_history_begins() -> None:
    asked = HeadTimestamp(request_id=2, contract=contract(), what_to_show="TRADES", regular_hours=True, date_format=1)
    exchange = Exchange()
    assert exchange.refusal(asked) == 162
    exchange.show_minutes(2, 4)
    assert exchange.ask(asked) == [HeadTimestampMessage(request_id=2, at=OPEN + 2 * MINUTE, date_format=1)]


def test_ticks_of_the_past() -> None:
    exchange = Exchange()
    for second in range(5):
        exchange.print(OPEN + second * SECOND, 100.0 + second)
    exchange.quote(OPEN + 5 * SECOND, 99, 100)

    def told(asked: HistoricalTicks) -> tuple[WireTick, ...]:
        [message] = exchange.ask(asked)
        assert isinstance(message, HistoricalTicksMessage)
        return message.ticks

    assert [tick.price for tick in told(ticks("TRADES", start="20240304-14:30:01", number=2))] == [101, 102]
    assert [tick.price for tick in told(ticks("TRADES", end="20240304-14:30:03", number=2))] == [102, 103]
    assert [tick.price for tick in told(ticks("MIDPOINT", start="20240304-14:30:00"))] == [Decimal("99.5")]
    assert [plain(tick.bid, tick.ask) for tick in told(ticks("BID_ASK", start="20240304-14:30:00"))] == [(99, 100)]


def test_a_split_restates_history_and_a_new_name_keeps_it() -> None:
    exchange = Exchange(bar_size=BarSize.DAY_1)
    exchange.show(a_day(0, AAPL=(100.0, 120.0)))
    exchange.ask(history("1 day", "5 D", keep_up_to_date=True, request_id=9))
    at = OPEN + DAY
    exchange.show(StockSplit(symbol=Symbol("AAPL"), new=2, old=1, ex_date="2024-03-05", occurred_at=at))
    [bar] = exchange.bars("1 day", "5 D")
    assert plain(bar.open, bar.close, bar.volume) == (50, 60, 2_000_000)
    changed = SymbolChange(symbol=Symbol("AAPL"), new_symbol=Symbol("PEAR"), ex_date="2024-03-05", occurred_at=at)
    exchange.show(changed)
    assert exchange.refusal(history("1 day")) == 200
    assert closes(updates(exchange.show(a_day(1, PEAR=61.0)))) == [61.0]
    assert closes(exchange.bars("1 day", "5 D", symbol="PEAR")) == [60.0, 61.0]


def test_a_bar_that_no_market_would_tell_is_not_told() -> None:
    exchange = Exchange()
    exchange.ask(history(keep_up_to_date=True))
    assert not exchange.show(a_minute(0, high=90.0))
    assert not exchange.show(a_minute(1, volume=float("nan")))
    assert len(exchange.show(a_minute(2), a_minute(2))) == 1, "nor the same twice"
