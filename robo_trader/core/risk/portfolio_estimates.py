"""How the returns of symbols go together, by their last sessions; worked out once for each set of symbols."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.risk.portfolio_model import PortfolioModel
from robo_trader.core.rules.correlated_groups import mark_group
from robo_trader.core.rules.covariance import (
    beta_of,
    center_returns,
    factor,
    mix_shocks,
    sample_covariance,
    shrink_covariance,
)
from robo_trader.core.rules.random_normals import RANDOM_STATE_SIZE, next_normal, seed_random


class Estimates:
    """Of one moment. Nothing here is state: it follows from the returns, the model and the symbols asked about."""

    def __init__(self, returns: Mapping[Symbol, list[float]], model: PortfolioModel) -> None:
        """returns: the last `model.sessions` daily returns of each symbol that has so many, aligned, oldest first."""
        self.model = model
        self.returns = returns
        self._made: dict[tuple[Symbol, ...], JointEstimate] = {}
        self._betas: dict[Symbol, float | None] = {}

    def of(self, symbols: Sequence[Symbol]) -> "JointEstimate":
        """Return how these symbols go together, in the order of their names."""
        key = tuple(sorted(symbols))
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = JointEstimate(key, self)
        return made

    def knows(self, symbol: Symbol) -> bool:
        """Whether there is enough history of a symbol. A price that never moved has no correlation: it is not known."""
        returns = self.returns.get(symbol)
        return returns is not None and max(returns) > min(returns)

    def beta(self, symbol: Symbol) -> float | None:
        """Return the beta of a symbol to the benchmark, None while either of them is not known."""
        if symbol not in self._betas:
            self._betas[symbol] = self._beta(symbol)
        return self._betas[symbol]

    def _beta(self, symbol: Symbol) -> float | None:
        benchmark, length = self.model.benchmark, self.model.sessions
        if benchmark is None or not (self.knows(symbol) and self.knows(benchmark)):
            return None
        centered = [*self.returns[symbol], *self.returns[benchmark]]
        center_returns(centered, 2, length)
        return beta_of(centered, 0, 1, length)


class JointEstimate:
    """The shrunk covariance of some symbols. `known` are those with history; all matrices are over them, in order."""

    def __init__(self, symbols: tuple[Symbol, ...], estimates: Estimates) -> None:
        self.symbols = symbols
        self.known = tuple(symbol for symbol in symbols if estimates.knows(symbol))
        self._model = estimates.model
        self.past_days = [estimates.returns[symbol] for symbol in self.known]  # of each known symbol, day by day

    @cached_property
    def covariance(self) -> list[float]:
        """The shrunk covariances of daily returns."""
        count, length = len(self.known), self._model.sessions
        centered = [value for column in self.past_days for value in column]
        center_returns(centered, count, length)
        covariance = [0.0] * (count * count)
        sample_covariance(centered, covariance, count, length)
        shrink_covariance(centered, covariance, count, length)
        return covariance

    def group_of(self, member: Symbol) -> list[Symbol]:
        """Return the symbols that count as one with `member`; those without history count with everything."""
        ordered = [*self.known, *(symbol for symbol in self.symbols if symbol not in self.known)]
        count, known = len(ordered), len(self.known)
        matrix = [0.0] * (count * count)
        for one in range(known):
            matrix[one * count : one * count + known] = self.covariance[one * known : (one + 1) * known]
        group, is_known = [0.0] * count, [1.0] * known + [0.0] * (count - known)
        mark_group(matrix, count, ordered.index(member), self._model.correlation_threshold, group, is_known)
        return sorted(symbol for symbol, mark in zip(ordered, group, strict=True) if mark)

    @cached_property
    def drawn_days(self) -> list[list[float]]:
        """Returns of each known symbol on days drawn from the normal distribution with the shrunk covariance."""
        count, draws = len(self.known), self._model.draws
        root, state = [0.0] * (count * count), [0.0] * RANDOM_STATE_SIZE
        factor(self.covariance, root, count)
        seed_random(state, self._model.seed)
        days = [[0.0] * draws for _ in range(count)]
        shocks, day = [0.0] * count, [0.0] * count
        for draw in range(draws):
            for one in range(count):
                shocks[one] = next_normal(state)
            mix_shocks(root, shocks, day, count)
            for one in range(count):
                days[one][draw] = day[one]
        return days
