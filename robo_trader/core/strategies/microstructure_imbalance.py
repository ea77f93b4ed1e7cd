"""Quote imbalance: where more shares are bid than offered, the price tends to rise next.

Sources: Martin D. Gould and Julius Bonart (2016), "Queue imbalance as a one-tick-ahead price predictor in limit order
books", Market Microstructure and Liquidity 2(2); Rama Cont, Arseniy Kukanov and Sasha Stoikov (2014), "The price impact
of order book events", Journal of Financial Econometrics 12(1).
"""

from dataclasses import dataclass
from typing import ClassVar

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature, Record
from robo_trader.core.features.microstructure import (
    imbalance,
    order_flow_imbalance,
    realised_volatility_mid,
    spread_bps,
)
from robo_trader.core.rules.filters import filtered_view, nothing_added
from robo_trader.core.rules.quote_pressure import pressure_view
from robo_trader.core.strategies.filtered import shorts_allowed
from robo_trader.core.strategies.strategy import Strategy, bounded


@dataclass(frozen=True)
class MicrostructureImbalance(Strategy):
    """Long while the bid holds more shares than the ask and gains some; short the other way round, if allowed.

    Entry: imbalance of `entry` or more, and order flow of the same sign over the last `flow_length` quotes.
    Exit: imbalance down to `leave`, or the mid moves more than `volatility_max` a quote (0: no such limit).
    Nothing is entered while the spread is above `spread_bps_max` (0: no such limit).

    It reads quotes, one at a time. The engine takes bars only as yet, so this strategy is not among STRATEGIES; its
    rule runs over quotes in a loop, with the features of the microstructure group.
    """

    record: ClassVar[Record] = Record.QUOTE
    state_size: ClassVar[int] = 1
    ordered: ClassVar[tuple[str, ...]] = ("leave", "entry")

    entry: float = bounded(0.6, 0.0, 1.0, unit="fraction", about="imbalance at which to enter")
    leave: float = bounded(0.1, -1.0, 1.0, unit="fraction", about="imbalance at which to leave")
    flow_length: int = bounded(50, 1, 100_000, unit="quotes", about="window of the order flow")
    spread_bps_max: float = bounded(0.0, 0.0, 10_000.0, unit="bps", about="spread above which nothing is added; 0 off")
    volatility_length: int = bounded(100, 2, 100_000, unit="quotes", about="window of the mid's volatility")
    volatility_max: float = bounded(
        0.0, 0.0, 10.0, unit="fraction a quote", about="volatility above which everything is left; 0 off"
    )
    shorts: int = shorts_allowed(1)

    def features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        """Return imbalance, order flow, spread, and the volatility of the mid."""
        return (
            imbalance(),
            order_flow_imbalance(self.flow_length),
            spread_bps(),
            realised_volatility_mid(self.volatility_length),
        )

    @staticmethod
    def rule(  # noqa: PLR0913, PLR0917 - a rule takes plain numbers
        state: list[float],
        imbalance: float,
        flow: float,
        spread_bps: float,
        volatility: float,
        entry: float,
        leave: float,
        spread_bps_max: float,
        volatility_max: float,
        shorts: float,
    ) -> float:
        """Return 1, 0 or -1. state: the view before."""
        wanted = pressure_view(state[0], imbalance, flow, entry, leave, shorts)
        if spread_bps_max > 0.0 and spread_bps > spread_bps_max:
            wanted = nothing_added(wanted, state[0])
        state[0] = filtered_view(wanted, state[0], 0.0, volatility, 0.0, volatility_max)
        return state[0]

    def rule_parameters(self, symbol: Symbol) -> tuple[float, ...]:  # noqa: ARG002
        """Return the imbalances, both limits, and whether shorts are allowed."""
        return (self.entry, self.leave, self.spread_bps_max, self.volatility_max, float(self.shorts))
