"""A stop leaves the position, whatever the strategy thinks; the symbol stays flat until it changes its mind.

Worked by hand: 5 % of 100,000 at 110 are 45 shares. After a high of 120 a tenth is lost at 108, not at 109. Bears are
stopped at 116 when they sold short at 110 and may lose 5 %.
"""

from dataclasses import dataclass

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.events import FillBooked, SignalEmitted, TargetSet
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import Side
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.strategies.strategy import Strategy, bounded
from tests.builders import AAPL, a_bar, a_day, a_session, a_slice, engine_settings, venue_settings
from tests.unit.core.engine.desk import Desk, only


@dataclass(frozen=True)
class Sides(Strategy):
    """Long above `above` dollars, flat at or below, the other way round for a bear."""

    above: float = bounded(100.0, 1.0, 1_000.0, "USD")
    sign: int = bounded(1, -1, 1, "side")

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (sma(1),)

    @staticmethod
    def rule(state: list[float], price: float, above: float, sign: int) -> float:  # noqa: ARG004 - it remembers nothing
        return float(sign) if price > above else 0.0


def a_desk(stops: StopPolicy, *, sign: int = 1) -> Desk:
    settings = engine_settings(strategy=Sides(100.0, sign), stops=stops)
    return Desk(settings, venue_settings(slippage_bps=0.0))


def held(desk: Desk) -> int:
    return int(desk.engine.account.ledger.position(AAPL).quantity)


def positions(desk: Desk, *closes: float, first_day: int = 0) -> list[int]:
    """What is held at the close of each day; what was decided the day before has been filled at the open."""
    found = []
    for day, price in enumerate(closes, first_day):
        desk.close(a_day(day, AAPL=price))
        found.append(held(desk))
    return found


def reasons(desk: Desk) -> list[str]:
    return [event.signal.reason for step in desk.steps for event in only(SignalEmitted, step.events)]


def test_a_trailing_stop_leaves_and_stays_out_until_the_strategy_changes_its_mind() -> None:
    desk = a_desk(StopPolicy(trailing_fraction=0.1))
    assert positions(desk, 110.0, 120.0, 109.0, 108.0) == [0, 45, 45, 45]
    assert reasons(desk)[-1] == "stop: 10.00% lost from the best price"
    assert positions(desk, 130.0, 140.0, 150.0, first_day=4) == [0, 0, 0], (
        "it is still long above 100, and is not asked"
    )
    assert positions(desk, 99.0, 110.0, 110.0, first_day=7) == [0, 0, 45], "it was flat, and is long anew"
    fills = [event.fill for step in desk.steps for event in only(FillBooked, step.events)]
    assert [(fill.side, int(fill.quantity), int(fill.price)) for fill in fills] == [
        (Side.BUY, 45, 120), (Side.SELL, 45, 130), (Side.BUY, 45, 110),
    ]  # fmt: skip


def test_the_exit_is_a_signal_of_its_own_with_a_target_of_nothing() -> None:
    desk = a_desk(StopPolicy(fixed_fraction=0.05))
    positions(desk, 110.0, 110.0)
    events = desk.close(a_day(2, AAPL=104.5))
    (signal,), (target,) = only(SignalEmitted, events), only(TargetSet, events)
    assert (signal.signal.strength, signal.signal.strategy) == (0.0, "sides")
    assert signal.signal.reason == "stop: 5.00% lost from the price paid"
    assert target.target.quantity == 0 and target.target.signal_id == signal.signal.signal_id


def test_a_short_position_is_stopped_above_the_price_it_was_sold_at() -> None:
    desk = a_desk(StopPolicy(fixed_fraction=0.05), sign=-1)
    assert positions(desk, 110.0, 110.0, 115.4) == [0, -45, -45]
    assert reasons(desk) == ["sma_1 110"]
    assert positions(desk, 115.5, 115.5, first_day=3) == [-45, 0]
    assert reasons(desk)[1:] == ["stop: 5.00% lost from the price paid"]


def test_an_atr_stop_keeps_the_range_of_the_day_it_began() -> None:
    """Sold at 110, the open of a day that closes at 115: a range of 5, so that two of them are lost at 120."""
    desk = a_desk(StopPolicy(atr_multiple=2.0, atr_length=1), sign=-1)
    desk.close(a_day(0, AAPL=120.0), a_day(1, AAPL=110.0), a_day(2, AAPL=(110.0, 115.0)), a_day(3, AAPL=119.9))
    assert reasons(desk) == ["sma_1 110"]
    desk.close(a_day(4, AAPL=120.0))
    assert reasons(desk)[1:] == ["stop: 2 ATRs lost from the price paid"]


def test_a_position_is_left_after_its_time() -> None:
    desk = a_desk(StopPolicy(bars_max=2))
    assert positions(desk, 110.0, 110.0, 110.0, 110.0, 110.0) == [0, 45, 45, 0, 0]
    assert reasons(desk)[-1] == "stop: held for 2 bars"


def test_a_stop_is_told_once_while_its_exit_is_on_its_way() -> None:
    """Only the first bar after the stop has no volume: the exit waits, and no second one is ordered."""
    desk = a_desk(StopPolicy(fixed_fraction=0.05))
    positions(desk, 110.0, 110.0, 100.5)
    desk.close(nothing_traded(3, 100.5))
    assert held(desk) == 45
    assert positions(desk, 100.5, first_day=4) == [0]
    assert reasons(desk).count("stop: 5.00% lost from the price paid") == 1
    assert desk.engine.account.tally.orders == 3, "entry, the exit that lapsed at its close, and the exit"


def nothing_traded(day: int, price: float) -> BarSlice:
    session = a_session(day=day)
    bar = a_bar(started_at=session.opens_at, ended_at=session.closes_at, open=price, volume=0.0)
    return a_slice(bar, session=session, ended_at=session.closes_at)


def test_without_stops_the_position_is_held() -> None:
    assert positions(a_desk(StopPolicy()), 110.0, 110.0, 101.0, 101.0) == [0, 45, 45, 45]


def test_no_view_is_taken_before_the_range_of_the_stop_is_known() -> None:
    desk = a_desk(StopPolicy(atr_multiple=3.0, atr_length=2))
    assert positions(desk, 110.0, 111.0, 110.0, 111.0) == [0, 0, 0, 45]
