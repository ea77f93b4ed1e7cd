"""How contracts are written, in their own messages and inside others."""

from typing import assert_never

from robo_trader.simulation.gateway.protocol.field_writing import Field, text_with_backslashes
from robo_trader.simulation.gateway.protocol.market_messages import (
    ContractData,
    ContractDataEnd,
    MarketRuleMessage,
    SymbolSamples,
)
from robo_trader.simulation.gateway.protocol.messages import ContractMessage
from robo_trader.simulation.gateway.protocol.values import Contract

_SIZE_RULES = 164  # from this server version on, contracts say their sizes, and have lost the message's version
_SUGGESTED_SIZE_ONLY = 163
_ISSUERS = 176
_SIZE_MULTIPLIER = 100  # of quoted sizes; no client heeds it
_DERIVATIVES = ("CFD", "OPT", "IOPT", "WAR")


def contract_fields(message: ContractMessage, version: int) -> list[Field]:
    """Return the fields of the message."""
    match message:
        case ContractData():
            return _contract_data(message, version)
        case ContractDataEnd(request_id=request_id):
            return [52, 1, request_id]
        case SymbolSamples(request_id=request_id, contracts=contracts):
            samples = [field for contract in contracts for field in _sample(contract, version)]
            return [79, request_id, len(contracts), *samples]
        case MarketRuleMessage(rule_id=rule_id, increments=increments):
            return [93, rule_id, len(increments), *(number for edge in increments for number in edge)]
    assert_never(message)


def eleven_fields(contract: Contract, exchange: str, *, right: str = "") -> list[Field]:
    """Return a contract as orders, executions and positions name it. right: what stands for none."""
    return [
        contract.con_id,
        contract.symbol,
        contract.sec_type,
        contract.last_trade_date,
        contract.strike or "0",
        contract.right or right,
        contract.multiplier,
        exchange,
        contract.currency,
        contract.local_symbol,
        contract.trading_class,
    ]


def _contract_data(message: ContractData, version: int) -> list[Field]:
    contract = message.contract
    return [
        10,
        *((8,) if version < _SIZE_RULES else ()),
        message.request_id,
        contract.symbol,
        contract.sec_type,
        contract.last_trade_date,
        contract.strike or "0",
        contract.right,
        contract.exchange,
        contract.currency,
        contract.local_symbol,
        message.market_name,
        contract.trading_class,
        contract.con_id,
        message.min_tick,
        *((_SIZE_MULTIPLIER,) if version < _SIZE_RULES else ()),
        contract.multiplier,
        message.order_types,
        message.valid_exchanges,
        1,  # prices are not magnified
        0,  # no underlying contract
        text_with_backslashes(message.long_name),
        contract.primary_exchange,
        "",  # month of the contract
        message.industry,
        message.category,
        message.subcategory,
        message.time_zone,
        message.trading_hours,
        message.liquid_hours,
        "",  # rule of the economic value
        0,  # and its multiplier
        0,  # other ids of the security
        1,  # group of market data
        "",  # underlying symbol
        "",  # and its type
        message.market_rule_ids,
        "",  # last day
        message.stock_type,
        *_sizes(message, version),
    ]


def _sizes(message: ContractData, version: int) -> list[Field]:
    if version >= _SIZE_RULES:
        return [message.min_size, message.size_increment, message.suggested_size_increment]
    return [message.suggested_size_increment] if version == _SUGGESTED_SIZE_ONLY else []


def _sample(contract: Contract, version: int) -> list[Field]:
    return [
        contract.con_id,
        contract.symbol,
        contract.sec_type,
        contract.primary_exchange,
        contract.currency,
        len(_DERIVATIVES),
        *_DERIVATIVES,
        *(("", "") if version >= _ISSUERS else ()),  # description and issuer
    ]
