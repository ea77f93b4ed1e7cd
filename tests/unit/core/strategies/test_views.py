"""A signal is emitted when the view of a symbol changes, and at no other time."""

import math
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.signals import Signal
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.core.strategies.views import StrategyViews
from tests.builders import AAPL, DAY, HOUR, OPEN, a_bar


@dataclass(frozen=True)
class Opinion(Strategy):
    """A strategy that thinks what it is given."""

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        return (sma(1),)

    @staticmethod
    def rule(state: list[float], value: float) -> float:  # noqa: ARG004 - it remembers nothing
        return value

    def reason(self, symbol: Symbol, values: tuple[float, ...]) -> str:
        return f"{symbol} is {values[0]}"


def look(views: StrategyViews, *strengths: float, symbol: str = "AAPL") -> list[Signal | None]:
    bars = [a_bar(symbol=symbol, started_at=OPEN + n * HOUR) for n in range(len(strengths))]
    return [views.look(bar, (strength,)) for bar, strength in zip(bars, strengths, strict=True)]


def test_a_signal_tells_all_about_the_view() -> None:
    bar = a_bar()
    assert StrategyViews(Opinion(), signal_lifetime=DAY).look(bar, (0.5,)) == Signal(
        signal_id="opinion.1",
        strategy="opinion",
        symbol=AAPL,
        strength=0.5,
        as_of=bar.ended_at,
        expires_at=bar.ended_at + DAY,
        reason="AAPL is 0.5",
    )


def test_only_a_change_is_a_signal() -> None:
    signals = look(StrategyViews(Opinion(), signal_lifetime=DAY), 0, 1, 1, 0.5, 0.5, 0, 0, -1)
    assert [signal and signal.strength for signal in signals] == [None, 1, None, 0.5, None, 0, None, -1]


def test_ids_count_over_all_symbols() -> None:
    views = StrategyViews(Opinion(), signal_lifetime=DAY)
    signals = [*look(views, 1.0), *look(views, 1.0, symbol="MSFT"), *look(views, 0.0)]
    assert [signal.signal_id for signal in signals if signal] == ["opinion.1", "opinion.2", "opinion.3"]
    assert views.signals_emitted == 3


def test_symbols_have_views_of_their_own() -> None:
    views = StrategyViews(Opinion(), signal_lifetime=DAY)
    look(views, 1.0)
    assert look(views, 1.0, symbol="MSFT")[0] is not None


def test_warming_up_is_no_change() -> None:
    views = StrategyViews(SmaCrossover(1, 2), signal_lifetime=DAY)
    assert views.look(a_bar(), (100.0, math.nan)) is None
    assert not views.strengths


@pytest.mark.parametrize("strength", [1.01, -1.01, math.nan, math.inf])
def test_a_strategy_that_answers_nonsense_is_told_where(strength: float) -> None:
    views = StrategyViews(Opinion(), signal_lifetime=DAY)
    bar = a_bar(symbol="MSFT")
    with pytest.raises(StrategyError) as refused:
        views.look(bar, (strength,))
    told = str(refused.value)
    assert f"opinion answered {strength!r} for MSFT" in told and "2024-03-04T15:30" in told
    assert refused.value.next_step
    assert not views.strengths and not views.signals_emitted


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), max_size=30))
@settings(deadline=None)
def test_signals_alone_tell_the_view_at_any_time(strengths: list[float]) -> None:
    known = 0.0
    for strength, signal in zip(
        strengths, look(StrategyViews(Opinion(), signal_lifetime=DAY), *strengths), strict=True
    ):
        assert signal is None or signal.strength != known
        known = known if signal is None else signal.strength
        assert known == strength
