"""Turns a strategy's strengths into signals: one whenever it changes its mind about a symbol."""

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.signals import Signal
from robo_trader.core.strategies.strategy import Strategy, checked_strength, failed_rule


class Views:
    """A strategy's current strength for each symbol. One in event form sets them itself."""

    def __init__(self, name: str, *, signal_lifetime: int) -> None:
        """name: of its signals; signal_lifetime: nanoseconds an entry may still be tried after the view was formed."""
        self._name = name
        self._lifetime = signal_lifetime
        self.strengths: dict[Symbol, float] = {}
        self.states: dict[Symbol, list[float]] = {}  # what a rule remembers
        self.signals_emitted = 0

    def look(self, bar: Bar, values: tuple[float, ...]) -> Signal | None:  # noqa: ARG002 - for those that are asked
        """Return a signal if the strategy, asked about a bar, has changed its mind; one in event form is not asked."""
        return None

    def split(self, symbol: Symbol, ratio: float) -> None:
        """Count what is remembered in new shares, `ratio` for each old one; strengths have no unit."""

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was known of a symbol under its new name."""
        if symbol in self.strengths:
            self.strengths[new_symbol] = self.strengths.pop(symbol)
        if symbol in self.states:
            self.states[new_symbol] = self.states.pop(symbol)

    def signal(self, bar: Bar, strength: float, reason: str) -> Signal:
        """Return the next signal, whoever wants it: the strategy, or a stop that leaves its position."""
        return self.signal_at(bar.symbol, bar.ended_at, strength, reason)

    def signal_at(self, symbol: Symbol, at: int, strength: float, reason: str) -> Signal:
        """Return the next signal, as of any time."""
        self.signals_emitted += 1
        return Signal(
            signal_id=f"{self._name}.{self.signals_emitted}",
            strategy=self._name,
            symbol=symbol,
            strength=strength,
            as_of=at,
            expires_at=at + self._lifetime,
            reason=reason,
        )


class StrategyViews(Views):
    """The views of a rule, which is asked at every bar."""

    def __init__(self, strategy: Strategy, *, signal_lifetime: int, name: str = "") -> None:
        """name: of its signals, if not the strategy's own; signal_lifetime: as for `Views`."""
        super().__init__(name or strategy.name, signal_lifetime=signal_lifetime)
        self._strategy = strategy
        self._parameters: dict[Symbol, tuple[float, ...]] = {}

    def split(self, symbol: Symbol, ratio: float) -> None:
        """As Views.split: prices that the rule remembers are divided."""
        state = self.states.get(symbol, [])
        for place in self._strategy.price_state if state else ():
            state[place] /= ratio

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """As Views.rename."""
        super().rename(symbol, new_symbol)
        if self._parameters.pop(symbol, None) is not None:
            self._parameters[new_symbol] = self._strategy.rule_parameters(new_symbol)

    def look(self, bar: Bar, values: tuple[float, ...]) -> Signal | None:
        """Return a signal if the strategy's view of the bar's symbol differs from the one before.

        Raises StrategyError if the strategy answers with anything but a strength.
        """
        symbol = bar.symbol
        strength, before = self._ask(bar, values), self.strengths.get(symbol, 0.0)
        if strength.__class__ is float and strength == before:  # most are: what was a strength before is one still
            return None
        strength = checked_strength(strength, self._name, symbol, bar.ended_at)
        if strength == before:
            return None
        self.strengths[symbol] = strength
        return self.signal_at(symbol, bar.ended_at, strength, self._strategy.reason(symbol, values))

    def _ask(self, bar: Bar, values: tuple[float, ...]) -> float:
        symbol = bar.symbol
        state = self.states.get(symbol)
        if state is None:
            state = self.states[symbol] = [0.0] * self._strategy.state_size
            self._parameters[symbol] = self._strategy.rule_parameters(symbol)
        try:
            return self._strategy.rule(state, *values, *self._parameters[symbol])
        except Exception as error:  # a rule may be anybody's, and wrong in any way
            raise failed_rule(error, self._name, symbol, bar.ended_at) from error
