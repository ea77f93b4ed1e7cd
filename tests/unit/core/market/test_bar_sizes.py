"""Bar sizes and durations are read as Interactive Brokers writes them, and nothing else is."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.market.bar_sizes import BarSize, parse_bar_size, parse_duration
from tests.builders import DAY, HOUR, MINUTE


@pytest.mark.parametrize(
    ("text", "size", "nanos"),
    [
        ("1 min", BarSize.MINUTE_1, MINUTE),
        ("5 mins", BarSize.MINUTES_5, 5 * MINUTE),
        ("15 mins", BarSize.MINUTES_15, 15 * MINUTE),
        ("30 mins", BarSize.MINUTES_30, 30 * MINUTE),
        ("1 hour", BarSize.HOUR_1, HOUR),
        ("1 day", BarSize.DAY_1, DAY),
    ],
)
def test_each_size_is_read_as_it_is_written(text: str, size: BarSize, nanos: int) -> None:
    assert parse_bar_size(text) is size
    assert size.nanos == nanos
    assert size.is_daily == (text == "1 day")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("  1   Hour ", BarSize.HOUR_1),
        ("1 DAY", BarSize.DAY_1),
        ("5 min", BarSize.MINUTES_5),
        ("1 mins", BarSize.MINUTE_1),
        ("1 days", BarSize.DAY_1),
    ],
)
def test_blanks_case_and_plural_are_forgiven(text: str, size: BarSize) -> None:
    assert parse_bar_size(text) is size


@pytest.mark.parametrize("text", ["", "1", "hour", "2 hours", "1 week", "5minutes", "1 hour 1 day", "-1 day"])
def test_an_unknown_size_is_refused_with_those_that_exist(text: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        parse_bar_size(text)
    assert all(f'"{size.value}"' in refused.value.next_step for size in BarSize)


@pytest.mark.parametrize(
    ("text", "days"), [("30 D", 30), ("2 W", 14), ("6 M", 180), ("2 Y", 730), (" 1d ", 1), ("3y", 1_095)]
)
def test_durations_count_calendar_days(text: str, days: int) -> None:
    assert parse_duration(text).days == days
    assert parse_duration(text).nanos == days * DAY


@pytest.mark.parametrize("text", ["", "D", "30", "0 D", "-1 D", "1.5 Y", "1 H", "30 D 2 W", "100000 D", "٣ D", "1 DD"])
def test_any_other_duration_is_refused_with_advice(text: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        parse_duration(text)
    assert "30 D" in refused.value.next_step


@given(st.text(max_size=8))
@settings(deadline=None)
def test_no_text_is_worse_than_refused(text: str) -> None:
    for parse in (parse_bar_size, parse_duration):
        with suppress(InvalidConfig):
            parse(text)
