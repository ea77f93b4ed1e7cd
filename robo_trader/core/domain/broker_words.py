"""What the broker's side tells of itself, rather than of orders or of the account."""

from robo_trader.core.domain.broker_link import BrokerLinkChanged
from robo_trader.core.domain.clocks import ClocksCompared
from robo_trader.core.domain.contracts import ContractReported
from robo_trader.core.domain.market_data import MarketDataChanged

BrokerWord = BrokerLinkChanged | MarketDataChanged | ContractReported | ClocksCompared
BROKER_WORDS = (BrokerLinkChanged, MarketDataChanged, ContractReported, ClocksCompared)  # the same as a tuple
