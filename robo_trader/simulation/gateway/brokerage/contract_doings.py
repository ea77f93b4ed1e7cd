"""Contracts that are told otherwise than they are, on demand: for tests and for scripts of faults."""

from msgspec.structs import replace

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.gateway.brokerage.contracts import ContractBook


def mistake_contract(
    contracts: ContractBook, symbol: str, *, con_id: int, currency: str, is_twofold: bool
) -> None:  # fmt: skip
    """From now on tell another contract of a symbol, or one more besides; with nothing named, the true one again.

    con_id: 0 as it is; currency: empty as it is. Orders and prices stay what they are. Raises InvalidConfig.
    """
    if not contracts.knows(symbol):
        raise InvalidConfig(f"there is no contract {symbol!r}", next_step="Name a symbol of the feed.")
    known = contracts.contract(symbol)
    other = replace(known, con_id=con_id or known.con_id, currency=currency or known.currency)
    if is_twofold:
        contracts.mistakes[Symbol(symbol)] = (known, replace(other, con_id=con_id or known.con_id + 1))
    elif other != known:
        contracts.mistakes[Symbol(symbol)] = (other,)
    else:
        contracts.mistakes.pop(Symbol(symbol), None)
