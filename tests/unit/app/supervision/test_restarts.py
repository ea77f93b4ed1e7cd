"""Which deaths are followed by a start, which of those comes back halted, and when enough is enough."""

import pytest

from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.supervision import restarts, supervisor
from robo_trader.app.supervision.beats import Greeting
from robo_trader.app.supervision.restarts import EngineEnd, Restarts, is_final, must_halt

GREETING = Greeting(
    database="x.db", log_level="info", log_format="json", freeze_seconds=10, start_seconds=300, stop_seconds=10,
    restart_seconds=0.5, deaths_max=4, window_seconds=100, ping_url=None, ping_seconds=60,
)  # fmt: skip
KILLED = -9


@pytest.mark.parametrize("code", [code for code in ExitCode if code is not ExitCode.BUG])
def test_what_has_a_name_is_not_tried_again(code: ExitCode) -> None:
    assert is_final(EngineEnd(code=code))


@pytest.mark.parametrize("code", [ExitCode.BUG, KILLED, -11, 120])
def test_what_has_none_is(code: int) -> None:
    assert not is_final(EngineEnd(code=code)) and not is_final(EngineEnd(code=code, has_traded=True))


@pytest.mark.parametrize("code", [ExitCode.DATA, ExitCode.BROKER])
def test_who_was_reached_once_is_tried_again(code: ExitCode) -> None:
    assert not is_final(EngineEnd(code=code, has_traded=True))


@pytest.mark.parametrize(
    ("end", "halts"),
    [
        (EngineEnd(code=KILLED), False),
        (EngineEnd(code=KILLED, frozen_seconds=10.2), True),
        (EngineEnd(code=ExitCode.BUG), True),
        (EngineEnd(code=ExitCode.BROKER, has_traded=True), False),
    ],
)
def test_a_freeze_and_a_bug_come_back_halted(end: EngineEnd, halts: bool) -> None:
    assert must_halt(end) is halts


def test_starts_are_spaced_wider_and_wider_until_there_are_too_many() -> None:
    counted = Restarts(lambda: 0.5)
    assert [counted.delay(GREETING, now=float(now)) for now in range(4)] == [0.5, 1.0, 2.0, None]


def test_deaths_of_long_ago_do_not_count() -> None:
    counted = Restarts(lambda: 0.5)
    assert [counted.delay(GREETING, now=100.0 * now) for now in range(10)] == [0.5] * 10


def test_delays_end_at_a_minute_and_are_spread_by_a_fifth() -> None:
    def last(draw: float) -> float | None:
        counted = Restarts(lambda: draw)
        many = GREETING.__class__(
            **{**{name: getattr(GREETING, name) for name in GREETING.__struct_fields__}, "deaths_max": 50}
        )
        return [counted.delay(many, now=float(now)) for now in range(20)][-1]

    assert [last(0.0), last(0.5), last(1.0)] == [48.0, 60.0, 72.0]


def test_the_codes_are_those_that_are_documented() -> None:
    assert (restarts.OK, restarts.BUG, restarts.DATA, restarts.BROKER) == (
        ExitCode.OK, ExitCode.BUG, ExitCode.DATA, ExitCode.BROKER,
    )  # fmt: skip
    assert supervisor.GAVE_UP == ExitCode.GAVE_UP
    assert all(code in restarts.REFUSALS for code in ExitCode if code > ExitCode.BUG)
