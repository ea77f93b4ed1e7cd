"""How numbers stand on the page: thousands apart, a true minus, a dash for what has no value."""

import math
from datetime import UTC, datetime

import pytest

from robo_trader.research.reports.figures import (
    DASH,
    MINUS,
    axis_number,
    axis_percent,
    dollars,
    duration,
    moment,
    number,
    percent,
    short_dollars,
    signed_class,
    text,
)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number(1234567.891), "1,234,567.89"),
        (number(-0.5, 1), f"{MINUS}0.5"),
        (number(-0.001), "0.00"),
        (number(None), DASH),
        (number(math.nan), DASH),
        (percent(0.12345), "12.35%"),
        (percent(-0.02, 1), f"{MINUS}2.0%"),
        (percent(None), DASH),
        (percent(math.inf), DASH),
        (dollars(-1234.5), f"{MINUS}$1,234.50"),
        (dollars(99_999.999), "$100,000.00"),
        (dollars(None), DASH),
        (duration(None), DASH),
        (duration(30.0), "30 seconds"),
        (duration(90.0), "1.5 minutes"),
        (duration(5400.0), "1.5 hours"),
        (duration(36 * 3600.0), "1.5 days"),
        (text('<b a="1">&'), "&lt;b a=&quot;1&quot;&gt;&amp;"),
    ],
)  # fmt: skip
def test_shown_as(shown: str, expected: str) -> None:
    assert shown == expected


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        pytest.param(short_dollars(120_000, 10_000), "$120k", id="thousands"),
        pytest.param(short_dollars(1_250_000, 250_000), "$1.25M", id="quarters of a million"),
        pytest.param(short_dollars(100_020, 5), "$100,020", id="steps too small for thousands"),
        pytest.param(short_dollars(-2_000, 1_000), f"{MINUS}$2k", id="below zero"),
        pytest.param(short_dollars(3e9, 1e9), "$3B", id="billions"),
        pytest.param(axis_percent(0.025, 0.025), "2.5%", id="2.5 % needs a digit"),
        pytest.param(axis_percent(0.05, 0.05), "5%", id="5 % does not"),
        pytest.param(axis_number(0.5, 0.25), "0.50", id="quarters"),
    ],
)
def test_ticks_have_the_digits_that_tell_them_apart(shown: str, expected: str) -> None:
    assert shown == expected


def test_gains_and_losses_have_their_classes_and_nothing_has_none() -> None:
    assert [signed_class(value) for value in (1.0, -1.0, 0.0, None, math.nan)] == ["up", "down", "", "", ""]


def test_a_moment_is_a_day_or_a_minute() -> None:
    at = datetime(2024, 3, 4, 14, 31, tzinfo=UTC)
    assert moment(at, is_daily=True) == "2024-03-04"
    assert moment(at, is_daily=False) == "2024-03-04 14:31"
    assert moment(None, is_daily=True) == DASH
