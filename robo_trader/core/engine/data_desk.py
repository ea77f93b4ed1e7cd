"""What follows where a symbol's market is not seen as it is now: nothing is opened in it; positions may be left.

While trading is halted at the exchange nothing leaves at all: a market order would wait, and fill at whatever price
trading begins again.
"""

from collections.abc import Iterable

from robo_trader.core.domain.broker_link import BrokerLinkChanged
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.market_data import DataState, MarketDataChanged
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.link_desk import follow_link

_CAUSE = "market data"


def follow_sources(event: BrokerLinkChanged | MarketDataChanged, account: Account, symbols: Iterable[Symbol]) -> None:
    """Block symbols while broker or market are not known as they are, and lift that once they are."""
    if isinstance(event, BrokerLinkChanged):
        follow_link(event, account, symbols)
    else:
        follow_data(event, account)


def follow_data(event: MarketDataChanged, account: Account) -> None:
    """Block a symbol while its data does not flow, for the newest reason, and lift that once it does."""
    symbol, at = event.symbol, event.occurred_at
    account.blocks.lift(symbol, _CAUSE, at=at)
    if event.state is not DataState.FLOWING:
        control = Control.EXCHANGE_HALT if event.state is DataState.HALTED else Control.MARKET_DATA
        reason = f"market data is {event.state.value.lower()}: {event.reason}"
        account.blocks.add(symbol, _CAUSE, control, reason, at=at)
