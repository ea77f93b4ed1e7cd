"""Holds stocks over the turn of the month and nothing in between.

Source: J. Lakonishok and S. Smidt (1988), "Are Seasonal Anomalies Real? A Ninety-Year Perspective", Review of Financial
Studies 1(4): the last trading day of a month and the first three of the next earned more than all the others together.
Whether it still does is for you to find out.

robo-trader backtest --strategy examples/turn_of_month.py:TurnOfMonth
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.calendar import days_to_month_end
from robo_trader.core.features.feature import Feature
from robo_trader.core.strategies.strategy import Strategy, bounded


@dataclass(frozen=True)
class TurnOfMonth(Strategy):
    """Long from some calendar days before the end of a month until some days after it began."""

    state_size: ClassVar[int] = 1  # bars since the last month ended, counted while a position is wanted

    days_before: int = bounded(3, 0, 10, "calendar days", "before the month's last day, from which on to buy")
    bars_after: int = bounded(3, 1, 10, "bars", "of the new month, after which to sell")

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        """Return how far the end of the month is: known ahead, so that the order can be there in time."""
        return (days_to_month_end(),)

    @staticmethod
    def rule(state: list[float], days_left: float, days_before: int, bars_after: int) -> float:
        """Return 1 around the turn of the month, else 0."""
        if days_left <= days_before:
            state[0] = 1.0
        elif state[0] > 0.0:
            state[0] += 1.0
            if state[0] > bars_after:
                state[0] = 0.0
        return 1.0 if state[0] > 0.0 else 0.0
