"""Messages as the server writes them; exact for each server version from 157 to 178."""

from typing import assert_never

from robo_trader.simulation.gateway.protocol.field_writing import Field, write_fields
from robo_trader.simulation.gateway.protocol.messages import (
    AccountMessage,
    BarMessage,
    ContractMessage,
    Message,
    OrderMessage,
    TickMessage,
)
from robo_trader.simulation.gateway.protocol.writing_accounts import account_fields
from robo_trader.simulation.gateway.protocol.writing_bars import bar_fields
from robo_trader.simulation.gateway.protocol.writing_contracts import contract_fields
from robo_trader.simulation.gateway.protocol.writing_orders import order_fields
from robo_trader.simulation.gateway.protocol.writing_ticks import tick_fields


def write_message(message: Message, server_version: int) -> bytes:
    """Return the payload, without its length, that says this to a client of the version."""
    return write_fields(_fields(message, server_version))


def _fields(message: Message, version: int) -> list[Field]:
    if isinstance(message, TickMessage):
        return tick_fields(message, version)
    if isinstance(message, BarMessage):
        return bar_fields(message, version)
    if isinstance(message, OrderMessage):
        return order_fields(message, version)
    if isinstance(message, AccountMessage):
        return account_fields(message, version)
    if isinstance(message, ContractMessage):
        return contract_fields(message, version)
    assert_never(message)
