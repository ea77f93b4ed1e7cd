"""What follows where a symbol's market is not seen as it is now: nothing is opened in it; positions may be left.

While trading is halted at the exchange nothing leaves at all: a market order would wait, and fill at whatever price
trading begins again.
"""

from robo_trader.core.domain.market_data import DataState, MarketDataChanged
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account

_CAUSE = "market data"


def follow_data(event: MarketDataChanged, account: Account) -> None:
    """Block a symbol while its data does not flow, for the newest reason, and lift that once it does."""
    symbol, at = event.symbol, event.occurred_at
    account.blocks.lift(symbol, _CAUSE, at=at)
    if event.state is not DataState.FLOWING:
        control = Control.EXCHANGE_HALT if event.state is DataState.HALTED else Control.MARKET_DATA
        reason = f"market data is {event.state.value.lower()}: {event.reason}"
        account.blocks.add(symbol, _CAUSE, control, reason, at=at)
