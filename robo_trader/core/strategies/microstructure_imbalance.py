"""Quote imbalance: where more shares are bid than offered, the price tends to rise next.

Sources: Martin D. Gould and Julius Bonart (2016), "Queue imbalance as a one-tick-ahead price predictor in limit order
books", Market Microstructure and Liquidity 2(2); Rama Cont, Arseniy Kukanov and Sasha Stoikov (2014), "The price impact
of order book events", Journal of Financial Econometrics 12(1).
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from msgspec import Struct, field

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.microstructure import (
    imbalance,
    order_flow_imbalance,
    realised_volatility_mid,
    spread_bps,
)
from robo_trader.core.rules.filters import filtered_view, nothing_added
from robo_trader.core.rules.quote_pressure import pressure_view
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, Values
from robo_trader.core.strategies.filtered import shorts_allowed
from robo_trader.core.strategies.strategy import bounded


class Held(Struct):
    """The view of each symbol, as a vector of one float that the rule writes."""

    views: dict[Symbol, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class MicrostructureImbalance(EventStrategy):
    """Long while the bid holds more shares than the ask and gains some; short the other way round, if allowed.

    Entry: imbalance of `entry` or more, and order flow of the same sign over the last `flow_length` quotes.
    Exit: imbalance down to `leave`, or the mid moves more than `volatility_max` a quote (0: no such limit).
    Nothing is entered while the spread is above `spread_bps_max` (0: no such limit).

    It reads quotes, one at a time, and so runs where there are quotes only.
    """

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

    def quote_features(self, symbol: Symbol) -> tuple[Feature, ...]:  # noqa: ARG002 - the same for every symbol
        """Return imbalance, order flow, spread, and the volatility of the mid."""
        return (
            imbalance(),
            order_flow_imbalance(self.flow_length),
            spread_bps(),
            realised_volatility_mid(self.volatility_length),
        )

    def memory(self) -> Held:
        """Return that no view is held."""
        return Held()

    def on_quote(self, memory: Any, quote: Quote, values: Values, desk: Desk) -> None:  # noqa: ANN401 - Held
        """Ask the rule, and want what it says where that is news."""
        state = memory.views.get(quote.symbol)
        if state is None:
            state = memory.views[quote.symbol] = [0.0]
        view = self.rule(state, *values, *self.rule_parameters())
        if view != desk.strength(quote.symbol):
            desk.want(quote.symbol, view, "imbalance {:.3f}, flow {:.0f}, spread {:.2f} bps".format(*values))

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

    def rule_parameters(self) -> tuple[float, ...]:
        """Return the imbalances, both limits, and whether shorts are allowed."""
        return (self.entry, self.leave, self.spread_bps_max, self.volatility_max, float(self.shorts))
