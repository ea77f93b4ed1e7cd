"""Every signal ends as an order, a refusal with numbers, or a hold; each kind of end once by hand, then at random.

Worked by hand: 5 % of 100,000 dollars are 5,000: 45 shares at 110.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.events import OrderDenied, SignalEmitted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.outcomes import Ending, Outcome, SignalSettled
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.microstructure import mid
from robo_trader.core.portfolio.sizing import FixedFraction, FixedShares
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.strategies.event_strategy import Desk as TheDesk
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.strategy import Strategy, bounded
from tests.builders import (
    AAPL,
    DAY,
    MINUTE,
    MSFT,
    OPEN,
    a_day,
    a_quote,
    a_sleeve,
    accepted,
    an_arrival,
    canceled,
    engine_settings,
    some_limits,
    venue_settings,
)
from tests.examples import examples
from tests.unit.core.engine.desk import Desk, an_engine, close, only
from tests.unit.core.engine.outcome_checks import story_of
from tests.unit.core.engine.test_random_walks import DESKS, HOURS, Moves, a_walk
from tests.unit.core.engine.test_sharing import SHARING, Above, shared


@dataclass(frozen=True)
class Mood(Strategy):
    """Strength by the last price: full at 110 and above, half from 105, short below 90."""

    sign: int = bounded(1, -1, 1, "side")

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:
        return Above().features(symbol)

    @staticmethod
    def rule(state: list[float], last: float, sign: float) -> float:  # noqa: ARG004 - it remembers nothing
        strength = 1.0 if last >= 110.0 else 0.5 if last >= 105.0 else -1.0 if last < 90.0 else 0.0
        return sign * strength


def alone(**more: Any) -> EngineSettings:  # noqa: ANN401 - as engine_settings
    return engine_settings(strategy=Mood(), **more)


def told(*values: object) -> tuple[object, ...]:
    """Values of several kinds, to be compared with plain numbers."""
    return values


def days(*closes: float) -> list[Any]:
    return [a_day(day, AAPL=price) for day, price in enumerate(closes)]


def ends(engine: Engine, *closes: float) -> list[SignalSettled]:
    """How signals end before an engine that no broker answers."""
    return [event for step in close(engine, *days(*closes)) for event in only(SignalSettled, step.events)]


def test_an_order_is_an_end_with_its_id_and_the_sizing_behind_it() -> None:
    engine = an_engine(alone())
    steps = close(engine, *days(110.0))
    (settled,) = only(SignalSettled, steps[0].events)
    assert told(settled.outcome, settled.order_id, settled.target, settled.held, settled.working) == (
        Outcome.ORDERED, 1, 45, 0, 45,
    )  # fmt: skip
    sizing = story_of(steps).sizings["mood.1"]
    assert sizing is not None
    assert told(sizing.equity, sizing.capital, sizing.price, sizing.sized) == (100_000, 100_000.0, 110.0, 5_000 / 110)
    assert told(sizing.asked, sizing.allowed, sizing.risk, sizing.trimmed_by) == (45, 45, None, None)


SAME_TARGET = alone(sizer=FixedShares(quantity=90), limits=some_limits(order_notional_max=5_000))
"""Half of 90 shares are 45; of all 90, an order of 5,000 dollars leaves 45 at 110."""


def test_a_target_that_is_held_already_is_a_hold() -> None:
    events = Desk(SAME_TARGET).close(*days(105.0, 105.0, 110.0))
    first, second = only(SignalSettled, events)
    assert told(first.outcome, first.order_id, first.held) == (Outcome.ORDERED, 1, 0)
    assert told(second.outcome, second.order_id, second.held, second.target) == (Outcome.HELD, None, 45, 45)


def test_what_a_working_order_brings_is_a_hold_that_names_the_order() -> None:
    first, second = ends(an_engine(SAME_TARGET), 105.0, 110.0)
    assert told(first.outcome, first.order_id) == (Outcome.ORDERED, 1)
    assert told(second.outcome, second.order_id, second.held, second.working) == (Outcome.HELD, 1, 0, 45)


def test_a_size_of_no_whole_share_is_refused_with_its_numbers() -> None:
    engine = an_engine(alone(sizer=FixedFraction(fraction=0.001)))
    steps = close(engine, *days(110.0))
    (settled,) = only(SignalSettled, steps[0].events)
    sizing = story_of(steps).sizings[settled.signal_id]
    assert settled.outcome is Outcome.ZERO_SIZE and settled.outcome.ending is Ending.REFUSAL
    assert sizing is not None and sizing.sized == 100 / 110 and sizing.asked == 0


def test_a_target_that_limits_cut_says_which_and_by_how_much() -> None:
    engine = an_engine(alone(limits=some_limits(max_position="0.02")))
    (sizing,) = story_of(close(engine, *days(110.0))).sizings.values()
    assert sizing is not None
    assert told(sizing.asked, sizing.allowed, sizing.trimmed_by, sizing.limit) == (45, 18, Control.MAX_POSITION, 2_000)


def test_limits_that_leave_nothing_refuse() -> None:
    (settled,) = ends(an_engine(alone(limits=some_limits(order_notional_max=100))), 110.0)
    assert settled.outcome is Outcome.NO_ROOM


def test_a_denial_is_an_end_once_however_often_it_is_repeated() -> None:
    engine = an_engine(alone(limits=some_limits(gross_exposure="0.01")))
    steps = close(engine, *days(110.0, 110.0, 110.0))
    (settled,) = [event for step in steps for event in only(SignalSettled, step.events)]
    denials = [event for step in steps for event in only(OrderDenied, step.events)]
    assert settled.outcome is Outcome.DENIED and settled.violations == denials[0].violations
    assert len(denials) == 3 and {denial.intent.signal_id for denial in denials} == {settled.signal_id}


def test_while_an_order_in_the_way_is_canceled_the_next_signal_is_open() -> None:
    engine = an_engine(alone())
    assert [one.outcome for one in ends(engine, 110.0)] == [Outcome.ORDERED]
    engine.process(accepted())
    (step,) = close(engine, a_day(1, AAPL=80.0))
    assert only(SignalEmitted, step.events) and not only(SignalSettled, step.events)
    (step,) = close(engine, a_day(2, AAPL=80.0))
    assert not only(SignalSettled, step.events), "the cancel is not answered"
    engine.process(canceled())
    (step,) = close(engine, a_day(3, AAPL=80.0))
    (settled,) = only(SignalSettled, step.events)
    assert (settled.signal_id, settled.outcome, settled.order_id) == ("mood.2", Outcome.ORDERED, 2)


def test_an_open_signal_that_is_changed_is_superseded() -> None:
    engine = an_engine(alone())
    close(engine, *days(110.0))
    engine.process(accepted())
    steps = close(engine, *(a_day(1 + day, AAPL=price) for day, price in enumerate([80.0, 100.0, 110.0])))
    settled = [event for step in steps for event in only(SignalSettled, step.events)]
    assert [(one.signal_id, one.outcome, one.replaced_by) for one in settled] == [
        ("mood.2", Outcome.SUPERSEDED, "mood.3"), ("mood.3", Outcome.SUPERSEDED, "mood.4"),
    ]  # fmt: skip
    engine.process(canceled())
    (step,) = close(engine, a_day(4, AAPL=110.0))
    (settled_,) = only(SignalSettled, step.events)
    assert (settled_.signal_id, settled_.outcome) == ("mood.4", Outcome.ORDERED), (
        "an order being canceled brings nothing"
    )


def test_an_entry_that_waits_beyond_its_life_is_late() -> None:
    engine = an_engine(alone(signal_lifetime=DAY))
    close(engine, *days(110.0))
    engine.process(accepted())
    close(engine, a_day(1, AAPL=80.0), a_day(2, AAPL=80.0))
    (step,) = close(engine, a_day(3, AAPL=80.0))
    (settled,) = only(SignalSettled, step.events)
    assert (settled.signal_id, settled.outcome) == ("mood.2", Outcome.LATE)


def test_a_stop_ends_a_signal_that_is_open() -> None:
    """45 shares at 110, of which a sale leaves half; it works, unfilled, when all of them are wanted again."""
    desk = Desk(alone(stops=StopPolicy(fixed_fraction=0.05)))
    desk.close(*days(110.0, 110.0))
    engine = desk.engine  # before no venue from now on
    close(engine, a_day(2, AAPL=106.0))
    (step,) = close(engine, a_day(3, AAPL=110.0))
    assert only(SignalEmitted, step.events) and not only(SignalSettled, step.events)
    (step,) = close(engine, a_day(4, AAPL=101.0))
    stopped, *_ = only(SignalSettled, step.events)
    assert (stopped.outcome, stopped.replaced_by) == (Outcome.STOPPED, "mood.4")


def test_opposite_signals_that_cross_are_holds() -> None:
    desk = Desk(shared(Above(105.0), Above(105.0, -1)))
    settled = only(SignalSettled, desk.close(*days(110.0, 110.0)))
    assert [told(one.strategy, one.outcome, one.crossed) for one in settled] == [
        ("s0", Outcome.CROSSED, 45), ("s1", Outcome.CROSSED, -45),
    ]  # fmt: skip


def test_signals_served_by_one_order_name_it_both() -> None:
    desk = Desk(shared(Above(105.0), Above(100.0)))
    settled = only(SignalSettled, desk.close(*days(110.0)))
    assert [(one.strategy, one.outcome, one.order_id) for one in settled] == [
        ("s0", Outcome.ORDERED, 1), ("s1", Outcome.ORDERED, 1),
    ]  # fmt: skip


@dataclass(frozen=True)
class Restless(EventStrategy):
    """Changes its mind with the last digits of every quote, at fills too, and sometimes twice at once."""

    def quote_features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (mid(),)

    def memory(self) -> dict[str, int]:
        return {"told": 0}

    def on_quote(self, memory: Any, quote: Any, values: Any, desk: TheDesk) -> None:  # noqa: ANN401
        memory["told"] += 1
        cents = round(values[0] * 100)
        if cents % 5 == 0:
            desk.want(quote.symbol, 0.5, "first thought")
        desk.want(quote.symbol, (cents % 3 - 1) * 1.0, f"{cents} cents")

    def on_fill(self, memory: Any, fill: Any, desk: TheDesk) -> None:  # noqa: ANN401
        if memory["told"] % 4 == 0:
            desk.want(fill.symbol, 0.0, "enough")


QUOTES = st.lists(
    st.tuples(st.sampled_from([AAPL, MSFT]), st.integers(9_000, 11_000), st.sampled_from([0.0, 20.0, 1_000.0])),
    min_size=1, max_size=40,
)  # fmt: skip


@given(HOURS, DESKS)
@settings(deadline=None, max_examples=examples(150))
def test_every_signal_of_one_strategy_ends(hours: list[tuple[Moves, Moves]], desk: Desk) -> None:
    desk.close(*a_walk(hours))
    check(desk)


@given(HOURS, SHARING)
@settings(deadline=None, max_examples=examples(150))
def test_every_signal_of_several_strategies_ends(hours: list[tuple[Moves, Moves]], joined: EngineSettings) -> None:
    desk = Desk(joined)
    desk.close(*a_walk(hours))
    check(desk)


@given(
    HOURS, st.sampled_from([0, 20, None]), st.sampled_from([0, 3_600_000_000_000]), st.sampled_from(["0.05", "0.3"]),
    st.sampled_from([0.001, 0.3]),
)  # fmt: skip
@settings(deadline=None, max_examples=examples(150))
def test_every_signal_of_a_moody_pair_ends(
    hours: list[tuple[Moves, Moves]], offset: int | None, lifetime: int, largest: str, fraction: float
) -> None:
    """Both sides of the market, cancels, lives of an hour or none, limits that cut, sizes that round to nothing."""
    sleeves = tuple(
        a_sleeve(Mood(sign), name=name, sizer=FixedFraction(fraction=fraction), stops=StopPolicy(fixed_fraction=0.03))
        for name, sign in {"one": 1, "other": -1}.items()
    )
    joined = engine_settings(
        symbols=(AAPL, MSFT), sleeves=sleeves, limit_offset_bps=offset, signal_lifetime=lifetime,
        limits=some_limits(max_position=largest, gross_exposure="0.5", cash_buffer="0.02", stale_after_bars=2),
    )  # fmt: skip
    desk = Desk(joined, venue_settings(participation_max=0.01))
    desk.close(*a_walk(hours))
    check(desk)


@given(QUOTES, st.sampled_from([0, None]), st.sampled_from([0, DAY]))
@settings(deadline=None, max_examples=examples(150), suppress_health_check=[HealthCheck.too_slow])
def test_every_signal_in_event_form_ends(
    quotes: list[tuple[Symbol, int, float]], offset: int | None, lifetime: int
) -> None:
    joined = engine_settings(
        symbols=(AAPL, MSFT), strategy=Restless(), limit_offset_bps=offset, signal_lifetime=lifetime,
        limits=some_limits(gross_exposure="0.12"),
    )  # fmt: skip
    desk = Desk(joined, venue_settings(quoted=(AAPL, MSFT)))
    for number, (symbol, cents, size) in enumerate(quotes):
        at, price = OPEN + number * MINUTE, cents / 100
        quote = a_quote(symbol=symbol, at=at, bid=price, ask=price + 0.02, bid_size=size, ask_size=size)
        desk.tell(an_arrival(quote))
    check(desk)


def check(desk: Desk) -> None:
    story, account = story_of(desk.steps), desk.engine.account
    assert account.tally.signals == len(story.signals)
    assert account.tally.outcomes == Counter(outcome.value for outcome in story.outcomes.elements())
    open_signals = {(symbol, name) for symbol, by_name in account.open_signals.items() for name in by_name}
    assert open_signals == {(story.signals[one].symbol, story.signals[one].strategy) for one in story.pending}
    due = set() if desk.engine._events is None else desk.engine._events.due
    assert set(account.open_signals) <= desk.engine.unsettled | due, "what is open is looked at again"
    assert all(by_name for by_name in account.open_signals.values())


@pytest.mark.parametrize("outcome", Outcome, ids=lambda outcome: outcome.value)
def test_every_outcome_is_an_order_a_refusal_or_a_hold(outcome: Outcome) -> None:
    assert (outcome.ending is Ending.ORDER) == (outcome is Outcome.ORDERED)
    assert (outcome.ending is Ending.HOLD) == (outcome in {Outcome.HELD, Outcome.CROSSED})
