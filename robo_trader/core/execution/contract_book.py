"""The contracts behind the symbols: whether each is still the one it was, and where its prices may stand.

A contract is known by the broker's id. A symbol that names another id than before is another company's share, or the
same one after a restructuring: nothing is traded in it before a person has looked.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from msgspec.structs import replace

from robo_trader.core.domain.contracts import DOLLARS, RULE_612, STOCK, ContractReported, PriceBand, StatedContract
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import BUY, OrderIntent, Side


class ContractBook:
    """What was told of each symbol's contract, and which one was traded first."""

    def __init__(self) -> None:
        self.known: dict[Symbol, StatedContract] = {}
        self._told: dict[Symbol, StatedContract] = {}  # the last one that was sound, where it is another

    def take(self, event: ContractReported) -> str:
        """Take what the broker says; return in words why the symbol may not be traded, nothing if it may."""
        symbol, found = event.symbol, event.found
        if len(found) != 1:
            return f"{symbol} names {len(found)} contracts at the broker"
        one, known = found[0], self.known.get(symbol)
        if (one.kind, one.currency) != (STOCK, DOLLARS):
            return f"{symbol} is {one.kind} in {one.currency} at the broker, not a stock in dollars"
        if not one.bands or any(band.step <= 0 for band in one.bands):
            return f"the broker does not tell on which steps the prices of {symbol} stand"
        if known is not None and known.con_id != one.con_id:
            self._told[symbol] = one
            return f"{symbol} was contract {known.con_id} at the broker, and is {one.con_id} now"
        self._told.pop(symbol, None)
        self.known[symbol] = one
        return ""

    def accept(self, symbol: Symbol) -> None:
        """Trade the contract that a symbol names now: a person has looked."""
        if symbol in self._told:
            self.known[symbol] = self._told.pop(symbol)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know a contract under its new symbol; its id stays."""
        for of in (self.known, self._told):
            if symbol in of:
                of[new_symbol] = of.pop(symbol)

    def on_tick(self, symbol: Symbol, price: Decimal, side: Side) -> Decimal:
        """Return an order's price on a step of its contract, away from risk: a buyer's down, a seller's up.

        So a limit never pays more or takes less, and a stop never lets more be lost.
        """
        known = self.known.get(symbol)
        step = step_at(RULE_612 if known is None else known.bands, price)
        steps = (price / step).to_integral_value(ROUND_FLOOR if side is BUY else ROUND_CEILING)
        return max(steps, Decimal(1)) * step

    def conform(self, intent: OrderIntent) -> OrderIntent:
        """Return an order with its prices on the steps of its contract."""
        if intent.limit_price is None and intent.stop_price is None:
            return intent
        limit, stop = (
            None if price is None else self.on_tick(intent.symbol, price, intent.side)
            for price in (intent.limit_price, intent.stop_price)
        )
        if (limit, stop) == (intent.limit_price, intent.stop_price):
            return intent
        return replace(intent, limit_price=limit, stop_price=stop)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self.known, self._told


def step_at(bands: Sequence[PriceBand], price: Decimal) -> Decimal:
    """Return the step at a price: that of the band it lies in."""
    inside = [band for band in bands if band.begins <= price]
    return inside[-1].step if inside else bands[0].step
