"""What the broker's side tells of itself, rather than of orders or of the account."""

from robo_trader.core.domain.broker_link import BrokerLinkChanged
from robo_trader.core.domain.contracts import ContractReported

BrokerWord = BrokerLinkChanged | ContractReported
BROKER_WORDS = (BrokerLinkChanged, ContractReported)  # the same as a tuple
