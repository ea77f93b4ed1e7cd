"""What the server says of accounts, positions and itself."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.simulation.gateway.protocol.values import Contract


class ErrorMessage(Struct, frozen=True, kw_only=True, gc=False):
    """An error, a warning, or a notice: about a request or an order, or about nothing (-1)."""

    about: int
    code: int
    text: str
    reject_json: str = ""


class ManagedAccountsList(Struct, frozen=True, kw_only=True, gc=False):
    """The accounts of this login."""

    accounts: tuple[str, ...]


class CurrentTimeMessage(Struct, frozen=True, kw_only=True, gc=False):
    """The server's clock, UTC nanoseconds; written in whole seconds."""

    at: int


class PositionMessage(Struct, frozen=True, kw_only=True, gc=False):
    """Shares held."""

    account: str
    contract: Contract
    quantity: Decimal
    average_cost: Decimal


class PositionEnd(Struct, frozen=True, kw_only=True, gc=False):
    """All positions were told."""


class PositionMultiMessage(Struct, frozen=True, kw_only=True, gc=False):
    """Shares held, by account and model."""

    request_id: int
    account: str
    model: str
    contract: Contract
    quantity: Decimal
    average_cost: Decimal


class PositionMultiEnd(Struct, frozen=True, kw_only=True, gc=False):
    """All positions were told."""

    request_id: int


class AccountValue(Struct, frozen=True, kw_only=True, gc=False):
    """One value of an account."""

    key: str
    value: str
    currency: str
    account: str


class PortfolioValue(Struct, frozen=True, kw_only=True, gc=False):
    """One position with its worth."""

    contract: Contract
    quantity: Decimal
    market_price: Decimal
    market_value: Decimal
    average_cost: Decimal
    unrealised: Decimal
    realised: Decimal
    account: str


class AccountTime(Struct, frozen=True, kw_only=True, gc=False):
    """When the values were true: hours and minutes."""

    at: int


class AccountDownloadEnd(Struct, frozen=True, kw_only=True, gc=False):
    """All values were told."""

    account: str


class AccountSummaryMessage(Struct, frozen=True, kw_only=True, gc=False):
    """One value of a summary."""

    request_id: int
    account: str
    tag: str
    value: str
    currency: str


class AccountSummaryEnd(Struct, frozen=True, kw_only=True, gc=False):
    """All values were told."""

    request_id: int


class AccountUpdateMulti(Struct, frozen=True, kw_only=True, gc=False):
    """One value of an account and model."""

    request_id: int
    account: str
    model: str
    key: str
    value: str
    currency: str


class AccountUpdateMultiEnd(Struct, frozen=True, kw_only=True, gc=False):
    """All values were told."""

    request_id: int


class ProfitAndLossMessage(Struct, frozen=True, kw_only=True, gc=False):
    """The day's profit and loss, dollars."""

    request_id: int
    daily: Decimal
    unrealised: Decimal
    realised: Decimal


class ProfitAndLossSingleMessage(Struct, frozen=True, kw_only=True, gc=False):
    """One position's profit and loss of the day, dollars."""

    request_id: int
    quantity: Decimal
    daily: Decimal
    unrealised: Decimal
    realised: Decimal
    value: Decimal
