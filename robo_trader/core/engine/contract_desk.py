"""What follows where a symbol is not the contract it was: nothing leaves in it until it is, or a person has looked."""

from robo_trader.core.domain.contracts import ContractReported
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account

_CAUSE = "contract"


def take_contract(event: ContractReported, account: Account) -> None:
    """Remember a contract; block its symbol where it is another one, none, or not the only one."""
    reason = account.contracts.take(event)
    if reason:
        account.blocks.add(event.symbol, _CAUSE, Control.CONTRACT, reason, at=event.occurred_at)
    else:
        account.blocks.lift(event.symbol, _CAUSE, at=event.occurred_at)


def accept_released(symbol: Symbol, account: Account) -> None:
    """Trade another contract from now on, where a person lifted the block."""
    if all(block.cause != _CAUSE for block in account.blocks.of(symbol)):
        account.contracts.accept(symbol)
