"""Watches every position for its stops."""

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.positions import Position
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.rules.stops import NO_STOP, STOP_STATE_SIZE, stop_reached


class StopWatch:
    """What the stops remember of each position."""

    def __init__(self, policy: StopPolicy) -> None:
        self._policy = policy
        self.states: dict[Symbol, list[float]] = {}

    def look(self, bar: Bar, position: Position, values: tuple[float, ...]) -> str | None:
        """Return in words which stop the bar has reached, None for none.

        values: of all features of the symbol; the stops' own come last.
        """
        quantity = float(position.quantity)
        if not quantity:
            self.states.pop(bar.symbol, None)
            return None
        state = self.states.setdefault(bar.symbol, [0.0] * STOP_STATE_SIZE)
        cost = float(position.cost) / quantity
        atr = values[-1] if self._policy.features else 0.0
        reached = stop_reached(state, quantity, cost, bar.high, bar.low, bar.close, atr, *self._policy.parameters)
        return None if reached == NO_STOP else self._policy.reason(reached)
