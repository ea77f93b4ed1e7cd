"""What the broker's side tells of itself, rather than of orders or of the account."""

from robo_trader.core.domain.broker_link import BrokerLinkChanged
from robo_trader.core.domain.contracts import ContractReported
from robo_trader.core.domain.market_data import MarketDataChanged

BrokerWord = BrokerLinkChanged | MarketDataChanged | ContractReported
BROKER_WORDS = (BrokerLinkChanged, MarketDataChanged, ContractReported)  # the same as a tuple
