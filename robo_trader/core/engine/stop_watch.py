"""Watches every position for its stops."""

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.positions import Position
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.rules.heat import stop_distance
from robo_trader.core.rules.stops import NO_STOP, STOP_STATE_SIZE, restate_prices, stop_reached


class StopWatch:
    """What the stops remember of each position."""

    def __init__(self, policy: StopPolicy) -> None:
        self._policy = policy
        self.states: dict[Symbol, list[float]] = {}
        self.ranges: dict[Symbol, float] = {}  # the last average true ranges; the features' state holds them
        self.moved: set[Symbol] = set()  # whose stops may stand elsewhere by now, until somebody asks

    def take_moved(self) -> set[Symbol]:
        """Return the symbols whose stops may stand elsewhere than at the last call, positions being the same."""
        moved, self.moved = self.moved, set()
        return moved

    def forget(self, symbol: Symbol) -> None:
        """Remember nothing of a symbol of which nothing is held."""
        self.states.pop(symbol, None)
        self.moved.add(symbol)

    def level(self, symbol: Symbol, position: Position) -> float:
        """Return the price of the nearest stop of an open position, NaN if none has a price."""
        quantity = float(position.quantity)
        state = self.states.get(symbol) or [0.0] * STOP_STATE_SIZE
        return self._policy.level(state, quantity, float(position.cost) / quantity)

    def split(self, symbol: Symbol, ratio: float) -> None:
        """Count remembered prices in new shares: `ratio` for each old one."""
        state = self.states.get(symbol)
        if state is not None:
            restate_prices(state, ratio)
            self.moved.add(symbol)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was known of a symbol under its new name."""
        if symbol in self.states:
            self.states[new_symbol] = self.states.pop(symbol)
            self.moved.add(new_symbol)

    def look(self, bar: Bar, position: Position, values: tuple[float, ...]) -> str | None:
        """Return in words which stop the bar has reached, None for none.

        values: of all features of the symbol; the stops' own come last.
        """
        quantity = float(position.quantity)
        if not quantity:
            if self.states.pop(bar.symbol, None) is not None:
                self.moved.add(bar.symbol)
            return None
        state = self.states.setdefault(bar.symbol, [0.0] * STOP_STATE_SIZE)
        sign, best = state[0], state[1]
        cost = float(position.cost) / quantity
        atr = values[-1] if self._policy.features else 0.0
        reached = stop_reached(state, quantity, cost, bar.high, bar.low, bar.close, atr, *self._policy.parameters)
        if state[0] != sign or state[1] != best:
            self.moved.add(bar.symbol)
        return None if reached == NO_STOP else self._policy.reason(reached)

    def distances(self, symbol: Symbol, position: Position, price: float) -> tuple[float, float, float]:
        """Return the dollars a share to the nearest stop: of what is held, and of shares bought or sold at `price`.

        Without a stop that is the whole price. Shares that join a position get its range, others the last one.
        """
        fixed, multiple, trailing, _, break_even = self._policy.parameters
        rates, quantity = (fixed, multiple, trailing, break_even), float(position.quantity)
        state, last = self.states.get(symbol), self.ranges.get(symbol, 0.0)
        sign = 1.0 if quantity > 0.0 else -1.0
        atr = state[3] if quantity and state is not None and state[0] == sign else last
        bought = stop_distance([1.0, price, 0.0, atr if quantity > 0.0 else last], price, price, *rates)
        sold = stop_distance([-1.0, price, 0.0, atr if quantity < 0.0 else last], price, price, *rates)
        if not quantity:
            return 0.0, bought, sold
        cost = float(position.cost) / quantity
        best = state[1] if state is not None and state[0] == sign else cost
        return stop_distance([sign, best, 0.0, atr], cost, price, *rates), bought, sold
