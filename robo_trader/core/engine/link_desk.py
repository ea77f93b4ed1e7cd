"""What follows where the broker cannot be reached: nothing leaves, in any symbol, until he is known again."""

from collections.abc import Iterable

from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account

_CAUSE = "broker link"


def follow_link(event: BrokerLinkChanged, account: Account, symbols: Iterable[Symbol]) -> None:
    """Block every symbol while the link is not READY, and lift that once it is. Other causes stand."""
    at = event.occurred_at
    for symbol in sorted(symbols):
        if event.state is LinkState.READY:
            account.blocks.lift(symbol, _CAUSE, at=at)
        else:
            reason = f"the broker is {event.state.value.lower()}: {event.reason}"
            account.blocks.add(symbol, _CAUSE, Control.BROKER_LINK, reason, at=at)
