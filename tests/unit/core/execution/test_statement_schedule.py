"""Orders are looked at every 30 seconds, positions every 60, all at the start and as a session opens."""

import pytest

from robo_trader.core.domain.statements import StatementPart
from robo_trader.core.execution.statement_schedule import EVERYTHING, LastAsked, StatementSchedule, due_parts

ORDERS, POSITIONS = StatementPart.ORDERS, StatementPart.POSITIONS
SECOND = 10**9


@pytest.mark.parametrize(
    ("seconds", "due"),
    [(0, ()), (29, ()), (30, (ORDERS,)), (59, (ORDERS,)), (60, EVERYTHING), (600, EVERYTHING)],
)
def test_what_is_due(seconds: int, due: tuple[StatementPart, ...]) -> None:
    last = LastAsked().note(EVERYTHING, 0)
    assert due_parts(StatementSchedule(), last, seconds * SECOND, session_opens=False) == due


def test_all_at_the_start_after_a_reconnect_and_as_a_session_opens() -> None:
    schedule = StatementSchedule()
    assert due_parts(schedule, LastAsked(), 0, session_opens=False) == EVERYTHING
    assert due_parts(schedule, LastAsked().note(EVERYTHING, 0), 1, session_opens=True) == EVERYTHING


def test_each_part_has_its_own_clock() -> None:
    last = LastAsked().note(EVERYTHING, 0).note((ORDERS,), 40 * SECOND)
    assert due_parts(StatementSchedule(), last, 60 * SECOND, session_opens=False) == (POSITIONS,)
    assert due_parts(StatementSchedule(), LastAsked().note((ORDERS,), 0), 1, session_opens=False) == (POSITIONS,)
