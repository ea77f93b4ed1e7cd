"""Two clocks tell that a program stood still, and that the clock on the wall was set."""

from dataclasses import dataclass

import pytest

from robo_trader.app.supervision.standstill import NO_GAP, Gap, Standstill, counted_nanos

SECOND = 1_000_000_000


@dataclass
class Clocks:
    """Seconds counted, and seconds on the wall."""

    counted: float = 1_000.0
    wall: float = 1_700_000_000.0

    def standstill(self) -> Standstill:
        return Standstill(10.0, lambda: int(self.counted * SECOND), lambda: int(self.wall * SECOND))


@pytest.mark.parametrize(
    ("counted", "wall", "found"),
    [
        pytest.param(0.25, 0.25, NO_GAP, id="a turn"),
        pytest.param(10.0, 10.0, NO_GAP, id="a slow one"),
        pytest.param(60.0, 60.0, Gap(away=60.0), id="stopped for a minute, or asleep"),
        pytest.param(0.25, 2.0, NO_GAP, id="the clock is set a little"),
        pytest.param(0.5, 3.5, Gap(jumped=3.0), id="the clock is set forward"),
        pytest.param(0.5, -3599.5, Gap(jumped=-3600.0), id="the clock is set back by an hour"),
        pytest.param(0.5, 60.5, Gap(away=60.5, jumped=60.0), id="the counting clock slept along"),
    ],
)
def test_what_lies_between_two_looks(counted: float, wall: float, found: Gap) -> None:
    clocks = Clocks()
    standstill = clocks.standstill()
    clocks.counted += counted
    clocks.wall += wall
    gap = standstill.look()
    assert gap.away == pytest.approx(found.away) and gap.jumped == pytest.approx(found.jumped)
    assert standstill.look() == NO_GAP, "it is told once"


def test_the_counting_clock_goes_on() -> None:
    assert 0 < counted_nanos() <= counted_nanos()
