"""What the controls that may be off ask about one order: found only where one of them is on."""

from decimal import Decimal
from heapq import nlargest

from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.domain.risk_facts import NO_MARKET_FACTS
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.exposures import Exposures
from robo_trader.core.engine.quoted_market import QuotedMarket
from robo_trader.core.engine.safeguards import Safeguards
from robo_trader.core.engine.senses import Market
from robo_trader.core.risk.exposures import LARGEST
from robo_trader.core.risk.limits import OrderFacts
from robo_trader.core.rules.quotes import mid_update, spread_update


class OrderFactFinder:
    """Looks at account and market for one order after the other."""

    def __init__(self, account: Account, market: Market) -> None:
        self._account = account
        self._market = market

    def find(self, guards: Safeguards, intent: OrderIntent, exposures: Exposures) -> OrderFacts:
        """Return the facts as of now. guards: the account's, which remember what nobody can look up."""
        symbol, orders = intent.symbol, self._account.orders
        limits = self._account.limits.rules_for(intent.strategy, symbol).limits
        if limits.orders_per_second is not None:
            guards.flow.count_by((limits.orders_per_second, limits.order_burst))
        breakers, bars = guards.breakers, guards.bars
        asks_largest = Control.TOP_FIVE in guards.controls
        return OrderFacts(
            flow=guards.flow,
            open_orders=orders.targeting_by_symbol(),
            traded=guards.traded,
            largest_others=self._largest_others(exposures) if asks_largest else (),
            strategy_loss=guards.strategy_loss(intent.strategy),
            spread=self._spread(intent),
            average_volume=None if bars is None else bars.average_volume(symbol),
            is_quarantined=bars is not None and bars.is_suspected(symbol),
            open_breakers=() if breakers is None else breakers.refusing(self._market.last_ended_at),
            market=guards.markets.get(symbol, NO_MARKET_FACTS),
            account=guards.account,
        )

    def _largest_others(self, exposures: Exposures) -> tuple[Decimal, ...]:
        ledger, price = self._account.ledger, self._market.price
        values = (
            abs(position.quantity) * price(position.symbol)
            for position in ledger.open_positions()
            if position.symbol not in exposures.seen
        )
        return tuple(nlargest(LARGEST, values))

    def _spread(self, intent: OrderIntent) -> float | None:
        market = self._market
        quote = market.quotes.get(intent.symbol) if isinstance(market, QuotedMarket) else None
        if quote is None:
            return None
        return spread_update([], quote.bid, quote.ask) / mid_update([], quote.bid, quote.ask)
