"""Several strategies in one account: whose wish counts where they want opposites, and who is switched off.

The bull is long above 100 dollars, the bear short below 120: between the two they want opposites. Each sizes by half of
100,000 dollars: 10 % of that are 45 shares at 110.
"""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.events import SignalEmitted, TargetSet
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.strategy_modes import (
    StrategiesReviewed,
    StrategyInstructed,
    StrategyMode,
    StrategyModeChanged,
)
from robo_trader.core.domain.violations import Control
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.portfolio.allocation import Allocation, AllocationPolicy
from robo_trader.core.portfolio.conflicts import Conflicts
from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.portfolio.strategies_policy import USUAL, StrategiesPolicy
from robo_trader.core.strategies.strategy import Strategy, bounded
from tests.builders import AAPL, CLOSE, a_day, a_sleeve, engine_settings, venue_settings
from tests.unit.core.engine.desk import Desk, only
from tests.unit.core.engine.test_stops import Sides


@dataclass(frozen=True)
class Below(Strategy):
    """Short below `below` dollars."""

    below: float = bounded(120.0, 1.0, 1_000.0, "USD")

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (sma(1),)

    @staticmethod
    def rule(state: list[float], price: float, below: float) -> float:  # noqa: ARG004 - it remembers nothing
        return -1.0 if price < below else 0.0


@dataclass(frozen=True)
class Wrong(Strategy):
    """Answers with what is no strength at 110 dollars and above."""

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (sma(1),)

    @staticmethod
    def rule(state: list[float], price: float) -> float:  # noqa: ARG004 - it remembers nothing
        return 7.0 if price >= 110.0 else 1.0


def a_desk(policy: StrategiesPolicy = USUAL, *, second: Strategy | None = None) -> Desk:
    sleeves = tuple(
        a_sleeve(strategy, name=name, sizer=FixedFraction(fraction=0.1), capital=0.5)
        for name, strategy in (("bull", Sides(100.0, 1)), ("bear", second or Below(120.0)))
    )
    return Desk(engine_settings(sleeves=sleeves, strategies=policy), venue_settings(slippage_bps=0.0))


def held(desk: Desk) -> tuple[int, int]:
    accounts = desk.engine._strategy.ownership.sub_accounts
    return int(accounts.position("bull", AAPL).quantity), int(accounts.position("bear", AAPL).quantity)


def days(desk: Desk, *closes: float, first: int = 0) -> None:
    for day, price in enumerate(closes, first):
        desk.close(a_day(day, AAPL=price))


def instruct(desk: Desk, strategy: str, mode: StrategyMode) -> list[object]:
    asked = StrategyInstructed(strategy=strategy, mode=mode, actor="ann", reason="a test", occurred_at=CLOSE)
    desk._take([asked])
    return [event for step in desk.steps for event in step.events]


@pytest.mark.parametrize(
    ("policy", "at_110", "at_99", "at_125"),
    [
        pytest.param(Conflicts.NET, (45, -45), (0, -45), (45, 0), id="net: both have their way"),
        pytest.param(Conflicts.PRIORITY, (45, 0), (0, 0), (45, 0), id="priority: the first one named"),
        pytest.param(Conflicts.STAND_ASIDE, (0, 0), (0, 0), (0, 0), id="stand aside: neither"),
    ],
)
def test_opposite_wants(
    policy: Conflicts, at_110: tuple[int, int], at_99: tuple[int, int], at_125: tuple[int, int]
) -> None:
    desk = a_desk(StrategiesPolicy(conflicts=policy))
    days(desk, 110.0, 110.0)
    assert held(desk) == at_110
    days(desk, 99.0, 99.0, first=2)
    assert held(desk) == at_99
    days(desk, 125.0, 125.0, first=4)
    # Below 100 the bull had changed its mind; the bear's view of 99 was the same as of 110, so it was not news.
    assert held(desk)[1] == at_125[1]


def test_the_refusal_names_the_conflict() -> None:
    desk = a_desk(StrategiesPolicy(conflicts=Conflicts.PRIORITY))
    days(desk, 110.0)
    targets = [event for step in desk.steps for event in only(TargetSet, step.events)]
    trimmed = [event.sizing.trimmed_by for event in targets if event.sizing is not None]
    assert trimmed == [None, Control.CONFLICT]


def test_the_first_one_takes_the_place_of_another() -> None:
    desk = a_desk(StrategiesPolicy(conflicts=Conflicts.PRIORITY))
    days(desk, 95.0, 95.0)
    assert held(desk) == (0, -52)
    days(desk, 110.0, 110.0, first=2)
    assert held(desk)[0] > 0
    assert held(desk)[1] == 0
    reasons = [event.signal.reason for step in desk.steps for event in only(SignalEmitted, step.events)]
    assert "bull wants the opposite" in reasons


def test_a_strategy_that_is_switched_off_leaves_and_stays_out() -> None:
    desk = a_desk()
    days(desk, 125.0, 125.0)
    assert held(desk) == (40, 0)
    events = instruct(desk, "bull", StrategyMode.OFF)
    (changed,) = only(StrategyModeChanged, events)
    assert (changed.before, changed.after, changed.actor) == (StrategyMode.ACTIVE, StrategyMode.OFF, "ann")
    days(desk, 125.0, 90.0, 125.0, 125.0, first=2)
    assert held(desk)[0] == 0
    instruct(desk, "bull", StrategyMode.ACTIVE)
    days(desk, 125.0, 125.0, first=6)
    assert held(desk)[0] > 0, "its view counts as new"


def test_a_strategy_that_is_reduced_only_leaves() -> None:
    desk = a_desk()
    days(desk, 125.0, 125.0)
    instruct(desk, "bull", StrategyMode.REDUCING)
    days(desk, 125.0, first=2)
    assert held(desk)[0] == 40, "what it holds may stay"
    days(desk, 90.0, 90.0, 125.0, 125.0, first=3)
    assert held(desk)[0] == 0


def test_saying_the_same_twice_changes_nothing() -> None:
    desk = a_desk()
    days(desk, 125.0)
    instruct(desk, "bull", StrategyMode.OFF)
    assert len(only(StrategyModeChanged, instruct(desk, "bull", StrategyMode.OFF))) == 1
    assert len(only(StrategyModeChanged, instruct(desk, "nobody", StrategyMode.OFF))) == 1


@pytest.mark.parametrize(
    "policy",
    [StrategiesPolicy(drawdown_max=0.01), StrategiesPolicy(session_loss_max=0.01)],
    ids=["drawdown", "loss of a session"],
)
def test_who_loses_too_much_is_switched_off(policy: StrategiesPolicy) -> None:
    """40 shares bought at 125 lose 800 dollars by 105, 640 of them in one session: 1.6 and 1.3 % of 50,000."""
    desk = a_desk(policy, second=Below(1.0))
    days(desk, 125.0, 125.0, 121.0, 121.0)
    assert not [event for step in desk.steps for event in only(StrategyModeChanged, step.events)]
    days(desk, 105.0, 105.0, 125.0, 125.0, first=4)
    (changed,) = [event for step in desk.steps for event in only(StrategyModeChanged, step.events)]
    assert (changed.strategy, changed.after, changed.actor) == ("bull", StrategyMode.OFF, "")
    assert "lost" in changed.reason
    assert held(desk)[0] == 0


@pytest.mark.parametrize(("limit", "is_off"), [(0.01285, False), (0.01280, True)])
def test_what_a_session_lost_is_of_the_capital_it_began_with(limit: float, is_off: bool) -> None:
    """40 shares lose 640 dollars of half of 99,840, which the session began with: 1.282 %; of what is left, 1.290 %."""
    desk = a_desk(StrategiesPolicy(session_loss_max=limit), second=Below(1.0))
    days(desk, 125.0, 125.0, 121.0, 121.0, 105.0, 105.0)
    assert bool([event for step in desk.steps for event in only(StrategyModeChanged, step.events)]) is is_off


def test_wrong_answers_end_the_run_or_the_strategy() -> None:
    with pytest.raises(StrategyError):
        days(a_desk(second=Wrong()), 125.0)
    desk = a_desk(StrategiesPolicy(errors_max=1), second=Wrong())
    days(desk, 105.0, 105.0)
    assert held(desk) == (47, 47)
    days(desk, 125.0, 125.0, first=2)
    (changed,) = [event for step in desk.steps for event in only(StrategyModeChanged, step.events)]
    assert changed.strategy == "bear"
    assert held(desk) == (47, 0), "the other goes on"


def test_capital_is_divided_anew_and_told_with_how_all_stand() -> None:
    policy = StrategiesPolicy(allocation=AllocationPolicy(way=Allocation.INVERSE_VOLATILITY, sessions_min=3, every=4))
    desk = a_desk(policy)
    days(desk, 125.0, 130.0, 126.0, 131.0, 127.0, 140.0)
    (told,) = [event for step in desk.steps for event in only(StrategiesReviewed, step.events)]
    best, other = told.standings
    assert (best.strategy, other.strategy) == ("bull", "bear"), "the bear never traded"
    assert (best.capital, other.capital) == (1.0, 0.0)
    assert best.profit == other.profit + best.equity - Decimal(50_000)
    assert best.risk_share == pytest.approx(1.0)
