"""What moves shares without a fill is counted, too: a bug planted in a split, a dividend or a pause is caught.

The story: 45 shares of AAPL are bought at 110; three for two makes 67.5, of which half a share is paid out.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from robo_trader.core.domain.action_events import CorporateActionApplied, SymbolPaused
from robo_trader.core.domain.allotments import CashAllotment
from robo_trader.core.domain.events import CashBooked, TradingStateChanged
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.runtime.invariants.broken import InvariantBroken
from tests.builders import AAPL, OPEN, a_day, a_sleeve, engine_settings
from tests.unit.core.engine.desk import CASH, Desk
from tests.unit.core.engine.test_corporate_actions import a_change, a_dividend, a_split
from tests.unit.core.engine.test_instructions import told
from tests.unit.core.engine.test_stops import Sides
from tests.unit.runtime.invariants.stories import Story, opening_of


def true_story() -> Story:
    settings = engine_settings(symbols=(AAPL, a_change().new_symbol), strategy=Sides(50.0, 1))
    desk = Desk(settings)
    desk.close(*(a_day(day, AAPL=110.0) for day in range(4)))
    desk.act(a_split(3, 2), a_dividend(day=4))
    desk.close(a_day(4, AAPL=73.0))
    desk.act(a_change(day=5))
    desk.close(a_day(5, NEWCO=73.0))
    return Story(settings, [opening_of(CASH), *zip(desk.inputs, desk.steps, strict=True)])


def test_the_true_story_is_believed() -> None:
    counts = true_story().is_believed().counts
    assert {"I06", "I07", "I08", "I14"} <= counts.keys()


def one_share_more(applied: CorporateActionApplied) -> CorporateActionApplied:
    return replace(applied, position=replace(applied.position, quantity=applied.position.quantity + 1))


def nothing_paid(applied: CorporateActionApplied) -> CorporateActionApplied:
    return replace(applied, paid=Decimal(0))


def paid_double(applied: CorporateActionApplied) -> CorporateActionApplied:
    return replace(applied, price=applied.price * 2)


def applied_twice(story: Story) -> None:
    place = story.place_of(CorporateActionApplied)
    story.told.insert(place + 1, story.told[place])


def halt_left_by_itself(story: Story) -> None:
    place = story.place_of(SymbolPaused)
    halted, active = TradingState.HALTED, TradingState.ACTIVE
    changes = [(active, halted), (halted, active)]
    story.add(
        place, [TradingStateChanged(before=one, after=other, reason="", occurred_at=0) for one, other in changes]
    )  # fmt: skip


def halt_left_by_nobody(story: Story) -> None:
    """An instruction asks to resume, and the change says that the program did."""
    halt_left = TradingStateChanged(
        before=TradingState.HALTED, after=TradingState.ACTIVE, reason="", occurred_at=OPEN
    )  # fmt: skip
    halted = TradingStateChanged(before=TradingState.ACTIVE, after=TradingState.HALTED, reason="", occurred_at=OPEN)
    place = story.place_of(SymbolPaused)
    story.add(place, [halted])
    asked = told(InstructionKind.RESUME, TradingState.HALTED)
    story.told.insert(place + 1, (asked, type(story.told[0][1])((halt_left,), ())))


def change_of(kind: type, change: Callable[..., object]) -> Callable[[Story], None]:
    return lambda story: story.change(kind, change)


@pytest.mark.parametrize(
    ("code", "plant"),
    [
        pytest.param("I06", change_of(CorporateActionApplied, one_share_more), id="a share more after a split"),
        pytest.param("I06", change_of(CorporateActionApplied, nothing_paid), id="half a share is lost"),
        pytest.param("I07", change_of(CorporateActionApplied, paid_double), id="half a share is paid double"),
        pytest.param("I06", change_of(CorporateActionApplied, lambda _: None), id="a split is forgotten"),
        pytest.param("I07", change_of(CashBooked, lambda _: None), id="a dividend is forgotten"),
        pytest.param("I06", applied_twice, id="a split is applied twice"),
        pytest.param("I13", halt_left_by_itself, id="a split leaves a halt"),
        pytest.param("I13", halt_left_by_nobody, id="who resumes is not said"),
    ],
)
def test_a_planted_bug_is_caught(code: str, plant: Callable[[Story], None]) -> None:
    story = true_story()
    plant(story)
    with pytest.raises(InvariantBroken) as caught:
        story.is_believed()
    assert caught.value.code == code, caught.value


def shared_story() -> Story:
    """Two strategies hold 20 shares each as a dividend comes."""
    sleeves = tuple(a_sleeve(Sides(50.0, 1), name=name, sizer=FixedShares(quantity=20)) for name in ("one", "two"))
    settings = engine_settings(sleeves=sleeves)
    desk = Desk(settings)
    desk.close(*(a_day(day, AAPL=110.0) for day in range(4)))
    desk.act(a_dividend(day=4))
    desk.close(a_day(4, AAPL=110.0))
    return Story(settings, [opening_of(CASH), *zip(desk.inputs, desk.steps, strict=True)])


def test_a_dividend_among_strategies_is_believed() -> None:
    shared_story().is_believed()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda booked: replace(booked, allotments=()), id="nobody's"),
        pytest.param(lambda booked: replace(booked, allotments=booked.allotments[:1]), id="one is forgotten"),
        pytest.param(lambda booked: replace(booked, allotments=booked.allotments * 2), id="everybody is paid twice"),
    ],
)
def test_a_dividend_that_is_not_whose_the_shares_are_is_caught(change: Callable[[CashBooked], CashBooked]) -> None:
    story = shared_story()
    story.change(CashBooked, change)
    with pytest.raises(InvariantBroken) as caught:
        story.is_believed()
    assert caught.value.code == "I06", caught.value


def test_a_dividend_of_one_strategy_needs_no_parts() -> None:
    story = true_story()
    part = CashAllotment(strategy="sma_crossover", amount=Decimal(1))
    story.change(CashBooked, lambda booked: replace(booked, allotments=(part,)))
    with pytest.raises(InvariantBroken) as caught:
        story.is_believed()
    assert caught.value.code == "I06", caught.value
