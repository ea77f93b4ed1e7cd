"""A policy reaches the engine as an input event: tightening holds from the next order on, loosening needs an actor.

Worked by hand: on the cross at 110 dollars, half of 100,000 are 454 shares; 20 % are 181 shares, 10 % are 90.
"""

from decimal import Decimal

import pytest

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import (
    LimitChanged,
    LooseningRefused,
    OrderDenied,
    OrderUpdated,
    PolicyChanged,
    SliceClosed,
)
from robo_trader.core.domain.policies import LimitValue, Policy
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.engine import Engine
from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.risk.policies import policy_of
from tests.builders import AAPL, MSFT, a_day, engine_settings
from tests.unit.core.engine.desk import Desk, an_engine, close, only

CROSS_UP = (a_day(0, AAPL=100.0, MSFT=100.0), a_day(1, AAPL=110.0, MSFT=110.0))


def a_change(policy: dict[tuple[str, str], LimitValue], *, actor: str | None = None, at: int = 0) -> PolicyChanged:
    return PolicyChanged(policy=policy_of(policy), actor=actor, reason="policy.toml", occurred_at=at)


def an_account() -> Engine:
    return an_engine(engine_settings(symbols=(AAPL, MSFT), sizer=FixedFraction(fraction=0.5)))


def bought(engine: Engine, *slices: BarSlice) -> dict[str, int]:
    events = [event for step in close(engine, *slices) for event in step.events]
    return {event.order.intent.symbol: int(event.order.intent.quantity) for event in only(OrderUpdated, events)}


POSITION = ("account", "max_position_fraction")


def test_sizes_follow_the_tightest_level() -> None:
    engine = an_account()
    engine.process(a_change({("symbol.AAPL", "max_position_fraction"): Decimal("0.1"), POSITION: Decimal("0.2")}))
    assert bought(engine, *CROSS_UP) == {AAPL: 90, MSFT: 181}


def test_a_strategys_level_holds_for_its_orders() -> None:
    engine = an_account()
    engine.process(a_change({("strategy.sma_crossover", "max_position_fraction"): Decimal("0.1")}))
    engine.process(a_change({
        ("strategy.sma_crossover", "max_position_fraction"): Decimal("0.1"),
        ("strategy.other", "max_position_fraction"): Decimal("0.01"),
    }))  # fmt: skip
    assert bought(engine, *CROSS_UP) == {AAPL: 90, MSFT: 90}


def test_without_an_actor_only_what_tightens_takes_effect() -> None:
    engine = an_account()
    first = engine.process(a_change({POSITION: Decimal("0.2")}))
    assert [event.change.after for event in only(LimitChanged, first.events)] == [Decimal("0.2")]
    second = engine.process(a_change({POSITION: Decimal("0.5"), ("account", "beta_max"): Decimal(1)}))
    (refused,) = only(LooseningRefused, second.events)
    assert (refused.change.before, refused.change.after) == (Decimal("0.2"), Decimal("0.5"))
    (changed,) = only(LimitChanged, second.events)
    assert changed.change.name == "beta_max" and changed.actor is None
    assert engine.account.limits.account.max_position_fraction == Decimal("0.2")


def test_with_an_actor_all_of_it_does() -> None:
    engine = an_account()
    engine.process(a_change({POSITION: Decimal("0.2"), ("account", "gross_exposure_fraction"): Decimal("0.5")}))
    step = engine.process(a_change({POSITION: Decimal("0.1")}, actor="anna"))
    assert [(event.change.name, event.change.after, event.actor) for event in only(LimitChanged, step.events)] == [
        ("gross_exposure_fraction", None, "anna"),
        ("max_position_fraction", Decimal("0.1"), "anna"),
    ]
    assert engine.account.limits.policy == policy_of({POSITION: Decimal("0.1")})
    assert engine.account.limits.account.gross_exposure_fraction == 100, "as in the settings"


def test_a_loss_limit_of_the_policy_closes_the_session_for_entries() -> None:
    """454 shares lose 10 dollars each: 4.5 % of the account, more than the 1 % the policy allows."""
    desk = Desk(engine_settings(sizer=FixedFraction(fraction=0.5)))
    desk.engine.process(a_change({("account", "daily_loss_fraction"): Decimal("0.01")}))
    desk.close(a_day(0, AAPL=100.0), a_day(1, AAPL=110.0), a_day(2, AAPL=(110.0, 100.0)))
    assert desk.engine.account.trading_state is TradingState.REDUCING


def test_the_state_hash_covers_the_policy() -> None:
    hashes = set()
    for value in ("0.2", "0.1"):
        engine = an_account()
        engine.process(a_change({POSITION: Decimal(value)}))
        hashes.add(engine.state_hash())
    assert len({*hashes, an_account().state_hash()}) == 3


def test_a_replay_ends_in_the_same_state() -> None:
    """With a policy changed twice on the way, once by somebody, and limits on the whole portfolio among it."""
    settings = engine_settings(symbols=(AAPL, MSFT), sizer=FixedFraction(fraction=0.4))
    days = [a_day(day, AAPL=100.0 + 7 * (day % 3), MSFT=50.0 + 3 * (day % 4)) for day in range(20)]
    desk = Desk(settings)
    for day, slice_ in enumerate(days):
        if day == 8:
            desk._take([a_change({("account", "heat_fraction"): Decimal("0.3")}, at=slice_.ended_at)])
        if day == 14:
            desk._take(
                [a_change({("symbol.MSFT", "sector_fraction"): Decimal("0.2")}, actor="anna", at=slice_.ended_at)]
            )
        desk.close(slice_)
    denied = {found.control for event in denials(desk) for found in event.violations}
    assert Control.PORTFOLIO_HEAT in denied
    fresh = an_engine(settings)
    assert [fresh.process(event) for event in desk.inputs] == desk.steps
    assert fresh.state_hash() == desk.engine.state_hash()


def denials(desk: Desk) -> list[OrderDenied]:
    return only(OrderDenied, [event for step in desk.steps for event in step.events])


def test_an_empty_policy_changes_nothing() -> None:
    engine, other = an_account(), an_account()
    assert engine.process(a_change({})).events == ()
    assert [engine.process(SliceClosed(slice=one)) for one in CROSS_UP] == [
        other.process(SliceClosed(slice=one)) for one in CROSS_UP
    ]
    assert engine.account.limits.policy == Policy() and engine.state_hash() == other.state_hash()


@pytest.mark.parametrize("name", ["heat_fraction", "value_at_risk_fraction"])
def test_a_limit_of_the_whole_portfolio_begins_with_the_policy(name: str) -> None:
    """Nothing is known of the past then, and without a stop or a history all may be lost."""
    engine = an_account()
    engine.process(a_change({("account", name): Decimal("0.4")}))
    steps = close(engine, *CROSS_UP)
    found = [event.violations for event in only(OrderDenied, steps[1].events)]
    assert [violation.value for (violation,) in found] == [Decimal(49_940), Decimal(49_940)]
