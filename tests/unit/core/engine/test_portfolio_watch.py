"""What the engine knows of the whole portfolio: closes by session, and the way to every stop.

Worked by hand: AAPL closes three sessions at 100, 110 and 99: returns of +10 % and -10 %.
"""

from dataclasses import replace
from decimal import Decimal

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import OrderDenied, PolicyChanged
from robo_trader.core.domain.orders import Side
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.portfolio_watch import SessionCloses
from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.risk.policies import policy_of
from robo_trader.core.risk.portfolio_model import PortfolioModel
from tests.builders import AAPL, HOUR, MSFT, a_bar, a_day, a_session, a_slice, engine_settings, some_limits
from tests.unit.core.engine.desk import Desk, only


def returns_of(*slices: BarSlice, sessions: int = 2) -> dict[str, list[float]]:
    closes = SessionCloses(sessions)
    for slice_ in slices:
        closes.take(slice_, slice_.bars)
    return {symbol: [round(move, 9) for move in found] for symbol, found in closes.returns().items()}


def an_hour(day: int, hour: int, **closes: float) -> BarSlice:
    session = a_session(day=day)
    start = session.opens_at + hour * HOUR
    bars = [a_bar(symbol=symbol, started_at=start, close=close) for symbol, close in sorted(closes.items())]
    return a_slice(*bars, session=session, ended_at=start + HOUR)


def test_daily_bars_count_at_their_close() -> None:
    slices = [a_day(0, AAPL=100.0), a_day(1, AAPL=110.0), a_day(2, AAPL=99.0)]
    assert returns_of(*slices[:2]) == {}
    assert returns_of(*slices) == {AAPL: [0.1, -0.1]}


def test_shorter_bars_are_reduced_to_their_sessions() -> None:
    """The last of each session counts, and none of a session that is going on."""
    slices = [
        an_hour(0, 0, AAPL=90.0), an_hour(0, 5, AAPL=100.0), an_hour(1, 0, AAPL=150.0), an_hour(1, 5, AAPL=110.0),
        an_hour(2, 1, AAPL=99.0),
    ]  # fmt: skip
    assert returns_of(*slices) == {}
    assert returns_of(*slices, an_hour(3, 0, AAPL=500.0)) == {AAPL: [0.1, -0.1]}


def test_no_more_are_kept_than_are_looked_back_on() -> None:
    days = [a_day(day, AAPL=price) for day, price in enumerate([50.0, 70.0, 100.0, 110.0, 99.0])]
    assert returns_of(*days) == {AAPL: [0.1, -0.1]}


def test_a_symbol_that_misses_a_session_keeps_its_close() -> None:
    days = [a_day(0, AAPL=100.0, MSFT=50.0), a_day(1, AAPL=110.0), a_day(2, AAPL=99.0, MSFT=55.0)]
    assert returns_of(*days) == {AAPL: [0.1, -0.1], MSFT: [0.0, 0.1]}


def test_a_symbol_that_comes_later_has_too_few() -> None:
    days = [a_day(0, AAPL=100.0), a_day(1, AAPL=110.0, MSFT=50.0), a_day(2, AAPL=99.0, MSFT=55.0)]
    assert [*returns_of(*days)] == [AAPL]


def test_bars_of_the_same_moment_in_two_slices_are_of_one_session() -> None:
    days = [a_day(0, AAPL=100.0), a_day(0, MSFT=50.0), a_day(1, AAPL=110.0), a_day(2, AAPL=99.0, MSFT=55.0)]
    assert returns_of(*days) == {AAPL: [0.1, -0.1], MSFT: [0.0, 0.1]}


class TestHeat:
    """Half of 100,000 dollars on the cross at 110: 454 shares; a stop 5 % below is 5.50 dollars away: 2,497 dollars."""

    def play(self, heat: str, stops: StopPolicy, *days: BarSlice, fraction: float = 0.5) -> Desk:
        limits = replace(some_limits(), heat_fraction=Decimal(heat))
        sizer = FixedFraction(fraction=fraction)
        desk = Desk(engine_settings(symbols=(AAPL, MSFT), sizer=sizer, limits=limits, stops=stops))
        desk.close(*days)
        return desk

    def values(self, desk: Desk) -> list[Decimal]:
        denied = only(OrderDenied, [event for step in desk.steps for event in step.events])
        found = [violation for event in denied for violation in event.violations]
        assert all(violation.control is Control.PORTFOLIO_HEAT for violation in found)
        return [violation.value for violation in found]

    CROSS = (a_day(0, AAPL=100.0, MSFT=50.0), a_day(1, AAPL=110.0, MSFT=50.0))

    def test_a_new_position_counts_to_the_stop_it_would_get(self) -> None:
        stops = StopPolicy(fixed_fraction=0.05)
        assert self.values(self.play("0.02497", stops, *self.CROSS)) == []
        assert self.values(self.play("0.02496", stops, *self.CROSS)) == [Decimal(2_497)]

    def test_one_by_the_range_too(self) -> None:
        """The last true ranges are 0 and 10, over two bars 5 dollars; twice that is 10 a share."""
        stops = StopPolicy(atr_multiple=2.0, atr_length=2)
        days = (*self.CROSS[:1], a_day(1, AAPL=100.0, MSFT=50.0), a_day(2, AAPL=110.0, MSFT=50.0))
        assert self.values(self.play("0.04", stops, *days)) == [Decimal(4_540)]

    def test_without_a_stop_all_of_it_counts(self) -> None:
        assert self.values(self.play("0.49", StopPolicy(bars_max=5), *self.CROSS)) == [Decimal(49_940)]

    def test_a_position_counts_to_the_stop_in_force(self) -> None:
        """363 AAPL were bought at 110.022 and stand at 120: 120 - 104.5209 = 15.4791 dollars to the stop.

        MSFT crosses at 60: 40 % of 103,620 dollars are 690 shares, each 3 dollars from its stop.
        """
        days = (*self.CROSS, a_day(2, AAPL=(110.0, 120.0), MSFT=60.0))
        (value,) = self.values(self.play("0.05", StopPolicy(fixed_fraction=0.05), *days, fraction=0.4))
        assert value == 363 * Decimal("15.4791") + 690 * 3

    def test_a_trailing_stop_brings_it_down(self) -> None:
        """The best price is 120: 10 % below is 108, 12 dollars away; MSFT's would be 6 away."""
        days = (*self.CROSS, a_day(2, AAPL=(110.0, 120.0), MSFT=60.0))
        (value,) = self.values(self.play("0.06", StopPolicy(trailing_fraction=0.1), *days, fraction=0.4))
        assert value == 363 * 12 + 690 * 6


def test_the_history_is_part_of_the_state() -> None:
    """Two engines that differ in a close of a session long ago, and in nothing else that is known, differ."""
    hashes = []
    for first in (100.0, 101.0):
        engine = Desk().engine
        change = policy_of({("account", "correlated_fraction"): Decimal(1)})
        engine.process(PolicyChanged(policy=change, actor=None, reason="", occurred_at=0))
        closes = watch_of(engine)
        closes._closes[AAPL] = [first, 100.0]
        hashes.append(engine.state_hash())
    assert hashes[0] != hashes[1]


def watch_of(engine: Engine) -> SessionCloses:
    assert engine._portfolio is not None
    return engine._portfolio._closes


def test_correlation_is_told_by_the_engine_from_its_own_bars() -> None:
    """AAPL and MSFT move alike for 20 sessions; then both cross upwards, and only one of them fits into 60 %."""
    settings = engine_settings(symbols=(AAPL, MSFT), sizer=FixedFraction(fraction=0.5))
    limits = replace(some_limits(), correlated_fraction=Decimal("0.6"))
    settings = replace(settings, limits=limits, portfolio_model=PortfolioModel(sessions=20))
    prices = [100.0 - day - day % 2 for day in range(25)]
    days = [a_day(day, AAPL=price, MSFT=price / 2) for day, price in enumerate(prices)]
    desk = Desk(settings)
    desk.close(*days, a_day(25, AAPL=110.0, MSFT=55.0))
    denied = only(OrderDenied, [event for step in desk.steps for event in step.events])
    ((violation,),) = [event.violations for event in denied if event.occurred_at == a_day(25, AAPL=1.0).ended_at]
    assert violation.control is Control.CORRELATED_EXPOSURE and "AAPL, MSFT" in violation.context
    assert denied[-1].intent.symbol == MSFT and denied[-1].intent.side is Side.BUY
