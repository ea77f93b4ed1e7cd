"""A difference is believed when two statements in a row show the same figures, and forgotten in the same way."""

from robo_trader.core.domain.discrepancies import Discrepancy, DiscrepancyKind
from robo_trader.core.execution.passes import Passes
from robo_trader.core.execution.reconciliation import Section
from robo_trader.core.execution.reconciliation_policy import DEFAULT_POLICY
from tests.builders import AAPL


def missing(theirs: str = "90") -> Discrepancy:
    return DEFAULT_POLICY.discrepancy(
        DiscrepancyKind.POSITION_QUANTITY, AAPL, AAPL, ours="100", theirs=theirs, unit="shares"
    )  # fmt: skip


class Statements:
    """Statements asked for at one time and received at another; what each makes believed, and no more."""

    def __init__(self) -> None:
        self.passes = Passes()

    def come(self, *shown: Discrepancy, asked: int, received: int | None = None) -> tuple[int, int]:
        found, resolved = self.passes.take(
            Section.POSITIONS, shown, asked_at=asked, received_at=asked if received is None else received
        )  # fmt: skip
        return len(found), len(resolved)


def test_the_second_statement_is_believed() -> None:
    statements = Statements()
    assert statements.come(missing(), asked=1) == (0, 0)
    assert statements.come(missing(), asked=2) == (1, 0)
    assert statements.come(missing(), asked=3) == (0, 0), "it is told once"
    assert [one.found_at for one in statements.passes.all_standing()] == [2]


def test_other_figures_begin_anew() -> None:
    statements = Statements()
    statements.come(missing("90"), asked=1)
    assert statements.come(missing("80"), asked=2) == (0, 0)
    assert statements.come(missing("80"), asked=3) == (1, 0)


def test_a_statement_asked_for_before_the_other_came_is_no_second_look() -> None:
    statements = Statements()
    statements.come(missing(), asked=1, received=5)
    assert statements.come(missing(), asked=4, received=6) == (0, 0)
    assert statements.come(missing(), asked=5, received=7) == (1, 0)


def test_a_difference_that_passes_leaves_nothing() -> None:
    statements = Statements()
    statements.come(missing(), asked=1)
    statements.come(asked=2)
    assert statements.come(missing(), asked=3) == (0, 0)
    statements.come(asked=4)
    assert statements.passes.state() == ({}, {}, 0)


def test_it_is_resolved_by_two_statements_as_well() -> None:
    statements = Statements()
    statements.come(missing(), asked=1)
    statements.come(missing(), asked=2)
    assert statements.come(asked=3) == (0, 0)
    assert statements.come(missing(), asked=4) == (0, 0), "it is back before it was believed gone"
    assert statements.come(asked=5, received=9) == (0, 0)
    assert statements.come(asked=8) == (0, 0), "asked for before the other came"
    assert statements.come(asked=9) == (0, 1)
    assert statements.passes.state() == ({}, {}, 1)


def test_other_figures_take_the_place_of_what_is_believed_once_they_agree() -> None:
    statements = Statements()
    statements.come(missing("90"), asked=1)
    statements.come(missing("90"), asked=2)
    assert statements.come(missing("80"), asked=3) == (0, 0)
    assert statements.come(missing("70"), asked=4) == (0, 0), "no figures stand still, and it is not resolved either"
    assert statements.come(missing("70"), asked=5) == (1, 1)
    assert [one.discrepancy.theirs for one in statements.passes.all_standing()] == ["70"]
