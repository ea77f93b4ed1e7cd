"""How what the server says of itself, of accounts and of positions is written."""

from typing import assert_never

from robo_trader.simulation.gateway.protocol.account_messages import (
    AccountDownloadEnd,
    AccountSummaryEnd,
    AccountSummaryMessage,
    AccountTime,
    AccountUpdateMulti,
    AccountUpdateMultiEnd,
    AccountValue,
    CurrentTimeMessage,
    ErrorMessage,
    ManagedAccountsList,
    PortfolioValue,
    PositionEnd,
    PositionMessage,
    PositionMultiEnd,
    PositionMultiMessage,
    ProfitAndLossMessage,
    ProfitAndLossSingleMessage,
)
from robo_trader.simulation.gateway.protocol.field_writing import Field, local_time, seconds, size
from robo_trader.simulation.gateway.protocol.messages import AccountMessage
from robo_trader.simulation.gateway.protocol.writing_contracts import eleven_fields

_REJECTIONS_EXPLAINED = 166  # from this server version on, an error carries a JSON text, mostly empty

_SessionMessage = ErrorMessage | ManagedAccountsList | CurrentTimeMessage
_ValueMessage = AccountValue | AccountTime | AccountDownloadEnd | PortfolioValue
_RequestedMessage = AccountSummaryMessage | AccountSummaryEnd | AccountUpdateMulti | AccountUpdateMultiEnd
_PositionMessage = PositionMessage | PositionEnd | PositionMultiMessage | PositionMultiEnd
_ProfitMessage = ProfitAndLossMessage | ProfitAndLossSingleMessage


def account_fields(message: AccountMessage, version: int) -> list[Field]:
    """Return the fields of the message."""
    if isinstance(message, _ValueMessage):
        return _value_fields(message)
    if isinstance(message, _RequestedMessage):
        return _requested_fields(message)
    if isinstance(message, _PositionMessage):
        return _position_fields(message)
    if isinstance(message, _ProfitMessage):
        return _profit_fields(message, version)
    return _session_fields(message, version)


def _session_fields(message: _SessionMessage, version: int) -> list[Field]:
    match message:
        case ErrorMessage(about=about, code=code, text=text):
            return [4, 2, about, code, text, *((message.reject_json,) if version >= _REJECTIONS_EXPLAINED else ())]
        case ManagedAccountsList(accounts=accounts):
            return [15, 1, ",".join(accounts)]
        case CurrentTimeMessage(at=at):
            return [49, 1, seconds(at)]
    assert_never(message)


def _value_fields(message: _ValueMessage) -> list[Field]:
    match message:
        case AccountValue(key=key, value=value):
            return [6, 2, key, value, message.currency, message.account]
        case AccountTime(at=at):
            return [8, 1, f"{local_time(at):%H:%M}"]
        case AccountDownloadEnd(account=account):
            return [54, 1, account]
        case PortfolioValue():
            prices = [message.market_price, message.market_value, message.average_cost]
            profits = [message.unrealised, message.realised]
            contract = eleven_fields(message.contract, message.contract.primary_exchange)
            return [7, 8, *contract, message.quantity, *prices, *profits, message.account]
    assert_never(message)


def _requested_fields(message: _RequestedMessage) -> list[Field]:
    match message:
        case AccountSummaryMessage(request_id=request_id, account=account):
            return [63, 1, request_id, account, message.tag, message.value, message.currency]
        case AccountSummaryEnd(request_id=request_id):
            return [64, 1, request_id]
        case AccountUpdateMulti(request_id=request_id, account=account):
            return [73, 1, request_id, account, message.model, message.key, message.value, message.currency]
        case AccountUpdateMultiEnd(request_id=request_id):
            return [74, 1, request_id]
    assert_never(message)


def _position_fields(message: _PositionMessage) -> list[Field]:
    match message:
        case PositionMessage(account=account, contract=contract):
            described = eleven_fields(contract, contract.exchange)
            return [61, 3, account, *described, message.quantity, message.average_cost]
        case PositionEnd():
            return [62, 1]
        case PositionMultiMessage(request_id=request_id, account=account, contract=contract):
            described = eleven_fields(contract, contract.exchange)
            return [71, 1, request_id, account, *described, message.quantity, message.average_cost, message.model]
        case PositionMultiEnd(request_id=request_id):
            return [72, 1, request_id]
    assert_never(message)


def _profit_fields(message: _ProfitMessage, version: int) -> list[Field]:
    profits: list[Field] = [message.daily, message.unrealised, message.realised]
    if isinstance(message, ProfitAndLossMessage):
        return [94, message.request_id, *profits]
    return [95, message.request_id, size(message.quantity, version), *profits, message.value]
