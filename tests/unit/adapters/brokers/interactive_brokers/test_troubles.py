"""What stands in the way is said in words: a login that is due, an API that only reads, another program."""

from datetime import UTC, datetime

import pytest

from robo_trader.adapters.brokers.interactive_brokers.troubles import FAILURES_MAX, Troubles, is_weekly_login


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * 1_000_000_000


@pytest.mark.parametrize(
    ("moment", "is_due"),
    [
        ("2026-03-01T00:59:59-05:00", False),
        ("2026-03-01T01:00:00-05:00", True),
        ("2026-03-02T08:59:00-05:00", True),
        ("2026-03-02T09:00:00-05:00", False),
        ("2026-03-06T12:00:00-05:00", False),
        ("2026-03-08T01:30:00-05:00", True),  # clocks go forward half an hour later
        ("2026-11-01T01:30:00-04:00", True),  # and go back here
        ("2026-07-05T05:00:00+00:00", True),  # 01:00 in summer
    ],
)
def test_logins_end_on_sunday_at_one_in_new_york(moment: str, is_due: bool) -> None:
    assert is_weekly_login(at(moment)) is is_due


def test_after_some_failures_on_a_sunday_a_person_may_have_to_log_in() -> None:
    troubles, sunday = Troubles(), at("2026-03-01T02:00:00-05:00")
    assert troubles.explain("nobody listens", failures=FAILURES_MAX - 1, at=sunday) == "nobody listens"
    told = troubles.explain("nobody listens", failures=FAILURES_MAX, at=sunday)
    assert told.startswith("nobody listens; a person may have to log in")
    friday = troubles.explain("nobody listens", failures=FAILURES_MAX, at=at("2026-03-06T12:00:00-05:00"))
    assert "may have to log in" not in friday
    assert "look whether the gateway runs" in friday


@pytest.mark.parametrize(
    ("code", "words"),
    [(321, "Read-Only API"), (326, "ibkr.client_id"), (10197, "competing session")],
)
def test_a_code_that_stands_in_the_way_is_part_of_the_reason(code: int, words: str) -> None:
    troubles = Troubles()
    troubles.hear(-1, code)
    assert words in troubles.explain("no answer", failures=1, at=at("2026-03-06T12:00:00-05:00"))
    troubles.begin()
    assert troubles.explain("no answer", failures=1, at=at("2026-03-06T12:00:00-05:00")) == "no answer"


def test_a_refusal_that_names_an_order_says_nothing_of_the_connection() -> None:
    troubles = Troubles()
    troubles.hear(7, 321)
    troubles.hear(-1, 2104)
    assert troubles.explain("no answer", failures=1, at=at("2026-03-06T12:00:00-05:00")) == "no answer"
