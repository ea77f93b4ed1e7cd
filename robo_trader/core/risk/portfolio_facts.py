"""What the limits of a whole portfolio are held against: every holding with its orders, and how returns go together."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import BUY, OrderIntent
from robo_trader.core.risk.portfolio_estimates import Estimates
from robo_trader.core.rules.exposure import worst_case_shares
from robo_trader.core.rules.heat import risk_to_stop


class Holding(Struct, frozen=True, kw_only=True, gc=False):
    """One symbol that is held, worked or wanted. Prices and distances are dollars a share."""

    position: Decimal
    working_buys: Decimal
    working_sells: Decimal
    price: Decimal
    held_distance: Decimal  # from the price to the stop in force of what is held; the whole price without one
    bought_distance: Decimal  # to the stop that shares bought now would get
    sold_distance: Decimal

    def with_intent(self, intent: OrderIntent) -> "Holding":
        """Return the holding as if the order worked already."""
        buys, sells = self.working_buys, self.working_sells
        if intent.side is BUY:
            buys += intent.quantity
        else:
            sells += intent.quantity
        return Holding(
            position=self.position, working_buys=buys, working_sells=sells, price=self.price,
            held_distance=self.held_distance, bought_distance=self.bought_distance, sold_distance=self.sold_distance,
        )  # fmt: skip

    @property
    def worst_value(self) -> Decimal:
        """The largest absolute value the working orders can bring the position to."""
        return worst_case_shares(self.position, self.working_buys, self.working_sells) * self.price

    @property
    def risk(self) -> Decimal:
        """The dollars lost down to the stops, whichever of the working orders fill."""
        return risk_to_stop(
            self.position, self.working_buys, self.working_sells, self.held_distance, self.bought_distance,
            self.sold_distance,
        )  # fmt: skip

    @property
    def values(self) -> tuple[float, float]:
        """The signed values at both ends: all sells fill and no buy; all buys and no sell."""
        lowest, highest = self.position - self.working_sells, self.position + self.working_buys
        return float(lowest * self.price), float(highest * self.price)


@dataclass(frozen=True, slots=True)
class PortfolioFacts:
    """All holdings at one moment, the intent's symbol among them, and the estimates as of the last full session."""

    holdings: Mapping[Symbol, Holding]
    estimates: Estimates
    joined: Holding | None = None  # the intent's symbol without the orders that fall away as the intent fills

    def with_intent(self, intent: OrderIntent) -> Mapping[Symbol, Holding]:
        """Return all holdings as if the order worked already."""
        before = self.joined or self.holdings[intent.symbol]
        return {**self.holdings, intent.symbol: before.with_intent(intent)}
