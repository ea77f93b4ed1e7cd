"""Which contract a symbol is: one stock in dollars, and the same as before; else nothing is opened in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ib_async.contract import ContractDetails

from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.translation import stock, symbol_of
from robo_trader.core.domain.instruments import Symbol

if TYPE_CHECKING:
    from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire

_STOCK, _CURRENCY = "STK", "USD"


async def look_up(wire: "GatewayWire", symbol: Symbol, known: int) -> tuple[int, str]:
    """Return the number of a symbol's contract, and what is wrong with it, empty if nothing is.

    known: the number that it had before, 0 if none. Raises ConnectionError, and NoAnswerError: nothing is known then.
    """
    try:
        return judge(symbol, await wire.contract_details(stock(symbol)), known)
    except RequestRefusedError as refused:
        return 0, f"the gateway knows no such contract ({refused})"


def judge(symbol: Symbol, found: Sequence[ContractDetails], known: int) -> tuple[int, str]:
    """Return the number of the contract that was found, and what is wrong with it."""
    contracts = [details.contract for details in found if details.contract is not None]
    numbers = sorted({contract.conId for contract in contracts})
    if not contracts:
        return 0, "the gateway knows no such contract"
    if len(numbers) > 1:
        return 0, f"it means {len(numbers)} contracts: {', '.join(map(str, numbers))}"
    contract = contracts[0]
    for what, is_so, wanted in (
        ("kind", contract.secType, _STOCK),
        ("currency", contract.currency, _CURRENCY),
        ("symbol", symbol_of(contract), symbol),
    ):
        if is_so != wanted:
            return 0, f"its contract {contract.conId} has the {what} {is_so!r} and not {wanted!r}"
    if known and contract.conId != known:
        return 0, f"its contract is {contract.conId}, and was {known} before"
    return contract.conId, ""


__all__ = ["NoAnswerError", "judge", "look_up"]
