"""The tour's orders: of one share and far from the market, so that none fills by itself."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from msgspec.structs import replace

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import BUY, OrderIntent, OrderTerms, OrderType, Side, TimeInForce

ONE = Decimal(1)
TOO_MANY = Decimal(9_999_999)  # more than a paper account can pay
_DISTANCE = Decimal("0.25")  # of the price: beyond any day's move of a large stock
_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class FarPrices:
    """Prices that the market does not come to, on the steps of the contract, in dollars."""

    last: Decimal
    tick: Decimal

    @property
    def below(self) -> Decimal:
        """Where a purchase rests."""
        return self._on_tick(self.last * (1 - _DISTANCE))

    @property
    def above(self) -> Decimal:
        """Where a sale rests, or a stop to buy."""
        return self._on_tick(self.last * (1 + _DISTANCE))

    @property
    def further_above(self) -> Decimal:
        """The limit of a stop that stands above."""
        return self.above + self.tick

    @property
    def further_below(self) -> Decimal:
        """Where a changed purchase, or a stop to sell, stands."""
        return self._on_tick(self.below * (1 - _DISTANCE))

    @property
    def distance(self) -> Decimal:
        """How far a stop trails."""
        return self.above - self._on_tick(self.last)

    @property
    def off_tick(self) -> Decimal:
        """A price between two steps."""
        return self.below + self.tick * _HALF

    def all(self) -> tuple[Decimal, ...]:
        """Return every price that an order of the tour may name."""
        return (
            self.below, self.above, self.further_above, self.further_below, self.distance, self.off_tick,
        )  # fmt: skip

    def _on_tick(self, price: Decimal) -> Decimal:
        return (price / self.tick).to_integral_value(ROUND_DOWN) * self.tick


@dataclass(frozen=True, slots=True)
class TourOrders:
    """Makes orders of one symbol; what is not said is a limit order of the day, far below the market."""

    symbol: Symbol
    prices: FarPrices

    def limit(
        self,
        time_in_force: TimeInForce = TimeInForce.DAY,
        *,
        quantity: Decimal = ONE,
        price: Decimal | None = None,
        side: Side = BUY,
        group: str = "",
    ) -> OrderIntent:
        """Return a limit order."""
        terms = OrderTerms(quantity=quantity, limit_price=price or self.prices.below)
        return self._order(OrderType.LIMIT, time_in_force, terms, side=side, group=group)

    def market(self, time_in_force: TimeInForce = TimeInForce.DAY, side: Side = BUY) -> OrderIntent:
        """Return an order at any price: it fills."""
        return self._order(OrderType.MARKET, time_in_force, OrderTerms(quantity=ONE), side=side)

    def stop(self, *, side: Side = BUY, price: Decimal | None = None) -> OrderIntent:
        """Return a stop."""
        terms = OrderTerms(quantity=ONE, stop_price=price or self.prices.above)
        return self._order(OrderType.STOP, TimeInForce.GTC, terms, side=side)

    def stop_limit(self) -> OrderIntent:
        """Return a stop with a limit."""
        terms = OrderTerms(quantity=ONE, stop_price=self.prices.above, limit_price=self.prices.further_above)
        return self._order(OrderType.STOP_LIMIT, TimeInForce.GTC, terms)

    def trailing_stop(self) -> OrderIntent:
        """Return a stop that trails, and begins above the market."""
        terms = OrderTerms(quantity=ONE, stop_price=self.prices.above)
        trailing = self._order(OrderType.TRAILING_STOP, TimeInForce.GTC, terms)
        return replace(trailing, trail=self.prices.distance)

    def _order(
        self,
        order_type: OrderType,
        time_in_force: TimeInForce,
        terms: OrderTerms,
        *,
        side: Side = BUY,
        group: str = "",
    ) -> OrderIntent:
        return OrderIntent(
            signal_id="", strategy="", symbol=self.symbol, side=side, quantity=terms.quantity, order_type=order_type,
            limit_price=terms.limit_price, time_in_force=time_in_force, reference_price=self.prices.last,
            stop_price=terms.stop_price, oca_group=group,
        )  # fmt: skip
