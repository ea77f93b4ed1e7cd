"""Pairs: the distance between two symbols that belong together, sold when wide and bought when narrow.

Sources: Robert F. Engle and Clive W. J. Granger (1987), "Co-integration and error correction", Econometrica 55(2), for
the test; Gatev, Goetzmann and Rouwenhorst (2006), "Pairs trading", Review of Financial Studies 19(3), for entry at two
deviations; Ernest P. Chan (2013), "Algorithmic Trading", chapters 2 and 3, for half-life and Kalman hedge ratio.
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.statistical import (
    dickey_fuller,
    hedge_ratio,
    kalman_hedge_ratio,
    kalman_residual_zscore,
    spread_zscore,
)
from robo_trader.core.features.volume import dollar_volume
from robo_trader.core.rules.filters import filtered_view
from robo_trader.core.rules.pair_trading import (
    HALF_LIFE_IS_OUT,
    NEVER,
    NOT_COINTEGRATED,
    PAIR,
    PAIR_STATE_SIZE,
    RATIO_IS_OUT,
    SIDE,
    VIEW,
    WEIGHT,
    leg_weight,
    pair_fault,
    spread_side,
)
from robo_trader.core.strategies.filtered import FilteredStrategy, elsewhere
from robo_trader.core.strategies.pair_features import half_life_or_never, pair_feature
from robo_trader.core.strategies.strategy import bounded


@dataclass(frozen=True)
class Pairs(FilteredStrategy):
    """Two legs against each other while they are cointegrated; nothing while they are no pair.

    Entry: the spread is `entry` standard deviations from its line, the Dickey-Fuller statistic of the residuals is at
    or below `critical`, their half-life is within its bounds, and neither leg is over `ratio_max` times the other.
    Exit: the distance is down to `leave`; or it has grown to `stop`, and then nothing is entered before it has come
    home; or the statistic has risen above `lost`, or half-life or ratio are out of bounds; or a leg turns wild.
    The first leg is sold when the spread is wide, the second against it, weighed at the entry by the hedge ratio: the
    larger leg by value has strength 1. Size both alike (a fraction of equity), and leave stops to the strategy: a stop
    of one leg's own would leave the other naked. Other symbols are not traded. A slice in which a leg has no bar is
    left out, and so is one where the fit is perfect, or where the second leg has not moved in the whole window.
    """

    state_size: ClassVar[int] = PAIR_STATE_SIZE
    ordered: ClassVar[tuple[str, ...]] = ("leave", "entry", "stop")

    first: str = "IBM"
    second: str = "MSFT"
    length: int = bounded(120, 5, 5000, about="window of the line, its residuals and their test")
    entry: float = bounded(2.0, 0.0, 20.0, unit="standard deviations", about="distance at which to enter")
    leave: float = bounded(0.5, 0.0, 20.0, unit="standard deviations", about="distance at which to leave")
    stop: float = bounded(4.0, 0.0, 100.0, unit="standard deviations", about="distance at which to give up")
    critical: float = bounded(-3.34, -100.0, 0.0, unit="t-statistic", about="at or below it, the legs are a pair")
    lost: float = bounded(-1.5, -100.0, 100.0, unit="t-statistic", about="above it, they are none any more")
    half_life_min: float = bounded(1.0, 0.0, 5000.0, about="half-life of a distance, at least")
    half_life_max: float = bounded(60.0, 0.0, 5000.0, about="half-life of a distance, at most")
    ratio_max: float = bounded(5.0, 1.0, 1000.0, unit="ratio", about="value of one leg over the other's, at most")
    kalman: int = bounded(0, 0, 1, unit="0 or 1", about="1 for the distance and ratio of a Kalman filter")

    def __post_init__(self) -> None:
        """Raise InvalidConfig for parameters out of bounds, and for legs that are missing or the same."""
        super().__post_init__()
        if not self.first or not self.second or self.first == self.second:
            raise InvalidConfig(
                f"{self.name} needs two symbols, was {self.first!r} and {self.second!r}",
                next_step="Name two of the symbols as first and second.",
            )
        for low, high in (("critical", "lost"), ("half_life_min", "half_life_max")):
            if getattr(self, low) > getattr(self, high):
                raise InvalidConfig(f"{self.name}: {low} is above {high}", next_step=f"Lower {low}, or raise {high}.")

    def watched(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return distance, statistic, half-life and hedge ratio: the same for both legs."""
        if symbol not in (self.first, self.second):
            return ()
        legs = (self.first, self.second)
        distance, ratio = (
            (pair_feature(kalman_residual_zscore, *legs), pair_feature(kalman_hedge_ratio, *legs))
            if self.kalman
            else (pair_feature(spread_zscore, *legs, self.length), pair_feature(hedge_ratio, *legs, self.length))
        )
        return (
            distance, pair_feature(dickey_fuller, *legs, self.length), half_life_or_never(*legs, self.length), ratio,
            *(elsewhere(dollar_volume(self.filter_length), leg) for leg in legs),
            *(self._volatility_of(leg) for leg in legs),
        )  # fmt: skip

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:
        """Return what is watched: the filters of both legs are among it, so that both legs heed them at once."""
        return self.watched(symbol)

    @staticmethod
    def rule(  # noqa: PLR0913, PLR0917 - a rule takes plain numbers
        state: list[float],
        zscore: float,
        statistic: float,
        half_life: float,
        ratio: float,
        turnover: float,
        turnover_of_second: float,
        volatility: float,
        volatility_of_second: float,
        leg: float,
        entry: float,
        leave: float,
        stop: float,
        critical: float,
        lost: float,
        half_life_min: float,
        half_life_max: float,
        ratio_max: float,
        turnover_min: float,
        volatility_max: float,
    ) -> float:
        """Return the leg's strength in [-1, 1]. state: see `core/rules/pair_trading.py`."""
        entry_fault = pair_fault(ratio, statistic, half_life, ratio_max, critical, half_life_min, half_life_max)
        fault = pair_fault(ratio, statistic, half_life, ratio_max, lost, half_life_min, half_life_max)
        was_out = state[SIDE] == 0.0
        side = spread_side(state, zscore, entry, leave, stop, entry_fault, fault)
        if was_out and side != 0.0:
            state[WEIGHT] = leg_weight(ratio, leg)
        thinner = min(turnover, turnover_of_second)
        wilder = max(volatility, volatility_of_second)
        view = filtered_view(side * state[WEIGHT], state[VIEW], thinner, wilder, turnover_min, volatility_max)
        state[VIEW] = view
        if view == 0.0:
            state[SIDE] = 0.0
        return view

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:
        """Return which leg the symbol is, 1 or -1, the terms of entry, exit and pair, and the filters' limits."""
        leg = 1.0 if symbol == self.first else -1.0
        return (leg, self.entry, self.leave, self.stop, self.critical, self.lost, *self._pair_terms)

    def reason(self, symbol: Symbol, values: tuple[float, ...]) -> str:  # noqa: ARG002 - both legs have the same
        """E.g. `IBM over MSFT: z 2.31, dickey_fuller -3.61, half-life 11 bars, ratio 0.84`; why no pair."""
        zscore, statistic, half_life, ratio = values[:4]
        _, _, ratio_max, _, _ = terms = self._pair_terms
        fault = pair_fault(ratio, statistic, half_life, ratio_max, self.critical, *terms[:2])
        bars = f"{half_life:.3g} bars" if half_life < NEVER else "endless"
        told = {
            PAIR: "",
            RATIO_IS_OUT: f"; no pair: ratio beyond {ratio_max:g}",
            NOT_COINTEGRATED: f"; no pair: dickey_fuller above {self.critical:g}",
            HALF_LIFE_IS_OUT: f"; no pair: half-life not from {terms[0]:g} to {terms[1]:g}",
        }[fault]
        return (
            f"{self.first} over {self.second}: z {zscore:.3g}, dickey_fuller {statistic:.3g}, half-life {bars}, "
            f"ratio {ratio:.3g}{told}"
        )

    @property
    def _pair_terms(self) -> tuple[float, float, float, float, float]:
        return (self.half_life_min, self.half_life_max, self.ratio_max, *self.filter_parameters)

    def _volatility_of(self, leg: str) -> Feature:
        own = self.volatility()
        return own if self.volatility_index else elsewhere(own, leg)
