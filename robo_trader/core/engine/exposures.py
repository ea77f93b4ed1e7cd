"""What risk must know of each symbol, while the orders of one slice are made.

Prices and positions do not move meanwhile; an order changes the exposure of its own symbol alone. So each symbol is
looked at once, and the one that got an order once more before the next, however many symbols there are.
"""

from collections.abc import Mapping
from decimal import Decimal

from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.senses import Market
from robo_trader.core.risk.limits import Exposure


class Exposures:
    """The exposures of all symbols with open orders, and of one that is about to get one. For one slice only."""

    def __init__(self, account: Account, market: Market) -> None:
        self._account = account
        self._market = market
        self._seen: dict[Symbol, Exposure] = {}
        self._values: dict[Symbol, Decimal] = {}  # dollars, absolute: the positions of the same symbols
        self._last: Symbol | None = None  # whom the last order was for
        self._moment = self._now()
        for symbol in account.orders.open_symbols():
            self._look(symbol)

    @property
    def seen(self) -> Mapping[Symbol, Exposure]:
        """The exposures as they are now."""
        return self._seen

    @property
    def others_value(self) -> Decimal:
        """What positions in all other symbols are worth, absolute: dollars."""
        return self._account.valuation.gross_exposure - sum(self._values.values(), ZERO)

    def see(self, intent: OrderIntent) -> None:
        """Look at the symbol that is about to get an order."""
        symbol = intent.symbol
        assert self._moment == self._now(), "prices or positions have moved since the others were looked at"
        last, self._last = self._last, symbol
        if last is not None and last != symbol:
            self._look(last)
        self._look(symbol, intent if intent.oca_group else None)

    def leave(self, symbol: Symbol) -> None:
        """Forget the symbol that was seen last and did not get its order, unless it has others."""
        self._last = None
        if symbol not in self._account.orders.open_symbols():
            del self._seen[symbol], self._values[symbol]

    def _now(self) -> tuple[int, int]:
        return self._market.last_ended_at, len(self._account.ledger.changed)

    def _look(self, symbol: Symbol, joining: OrderIntent | None = None) -> None:
        account, market = self._account, self._market
        held, price = account.ledger.position(symbol).quantity, market.price(symbol)
        buys, sells = account.orders.working_shares(symbol, joining=joining)
        self._values[symbol] = abs(held) * price
        self._seen[symbol] = Exposure(
            position=held, working_buys=buys, working_sells=sells, price=price, bars_missed=market.bars_missed(symbol)
        )
