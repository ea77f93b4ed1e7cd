"""What a client asks for, one value each. `REQUESTS` gives their numbers on the wire.

`request_id` is the client's own; what has none answers without one.
"""

from msgspec import Struct

from robo_trader.simulation.gateway.protocol.values import Contract, OrderTicket


class StartApi(Struct, frozen=True, kw_only=True, gc=False):
    """Begins the session under a client id. Nothing is served before."""

    client_id: int
    capabilities: str = ""


class PlaceOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Places an order; with the id of one that works, modifies it."""

    order_id: int
    contract: Contract
    ticket: OrderTicket


class CancelOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Asks for the client's own order to be canceled."""

    order_id: int


class CancelAllOrders(Struct, frozen=True, kw_only=True, gc=False):
    """reqGlobalCancel: every order of the account, whoever placed it."""


class OpenOrders(Struct, frozen=True, kw_only=True, gc=False):
    """The client's own open orders; of client 0, those placed by hand as well."""


class AllOpenOrders(Struct, frozen=True, kw_only=True, gc=False):
    """Everybody's open orders."""


class AutoOpenOrders(Struct, frozen=True, kw_only=True, gc=False):
    """Client 0 takes orders placed by hand as its own from now on."""

    bind: bool


class CompletedOrders(Struct, frozen=True, kw_only=True, gc=False):
    """Orders that ended in this day."""

    api_only: bool


class Executions(Struct, frozen=True, kw_only=True, gc=False):
    """Executions of this day, by filter: what is 0 or empty filters nothing."""

    request_id: int
    client_id: int = 0
    account: str = ""
    time: str = ""  # no earlier than
    symbol: str = ""
    sec_type: str = ""
    exchange: str = ""
    side: str = ""


class NextOrderId(Struct, frozen=True, kw_only=True, gc=False):
    """The next order id that is free."""


class ManagedAccounts(Struct, frozen=True, kw_only=True, gc=False):
    """The accounts of this login."""


class CurrentTime(Struct, frozen=True, kw_only=True, gc=False):
    """The server's clock."""


class AccountUpdates(Struct, frozen=True, kw_only=True, gc=False):
    """Values and portfolio of one account, and every change until it is given up."""

    subscribe: bool
    account: str


class AccountSummary(Struct, frozen=True, kw_only=True, gc=False):
    """Chosen values of the accounts of a group."""

    request_id: int
    group: str
    tags: str  # separated by commas


class CancelAccountSummary(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class AccountUpdatesMulti(Struct, frozen=True, kw_only=True, gc=False):
    """As AccountUpdates, by account and model."""

    request_id: int
    account: str
    model: str
    ledger_and_liquidation: bool


class CancelAccountUpdatesMulti(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class Positions(Struct, frozen=True, kw_only=True, gc=False):
    """All positions, and every change until it is given up."""


class CancelPositions(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""


class PositionsMulti(Struct, frozen=True, kw_only=True, gc=False):
    """As Positions, by account and model."""

    request_id: int
    account: str
    model: str


class CancelPositionsMulti(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class ProfitAndLoss(Struct, frozen=True, kw_only=True, gc=False):
    """The day's profit and loss of an account."""

    request_id: int
    account: str
    model: str


class CancelProfitAndLoss(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class ProfitAndLossSingle(Struct, frozen=True, kw_only=True, gc=False):
    """The day's profit and loss of one position."""

    request_id: int
    account: str
    model: str
    con_id: int


class CancelProfitAndLossSingle(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class ContractDetails(Struct, frozen=True, kw_only=True, gc=False):
    """What is known of the contracts that fit a description."""

    request_id: int
    contract: Contract
    include_expired: bool = False


class MatchingSymbols(Struct, frozen=True, kw_only=True, gc=False):
    """Symbols that begin with a pattern."""

    request_id: int
    pattern: str


class MarketRule(Struct, frozen=True, kw_only=True, gc=False):
    """The price increments of a rule."""

    rule_id: int


class MarketData(Struct, frozen=True, kw_only=True, gc=False):
    """Ticks of a contract: one snapshot, or until given up."""

    request_id: int
    contract: Contract
    generic_ticks: str = ""
    snapshot: bool = False


class CancelMarketData(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class MarketDataTypeChoice(Struct, frozen=True, kw_only=True, gc=False):
    """1 live, 2 frozen, 3 delayed, 4 delayed and frozen."""

    kind: int


class TickByTick(Struct, frozen=True, kw_only=True, gc=False):
    """Every tick of a kind: Last, AllLast, BidAsk or MidPoint."""

    request_id: int
    contract: Contract
    kind: str
    number: int = 0
    ignore_size: bool = False


class CancelTickByTick(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class RealTimeBars(Struct, frozen=True, kw_only=True, gc=False):
    """Bars of five seconds as they end."""

    request_id: int
    contract: Contract
    bar_seconds: int
    what_to_show: str
    regular_hours: bool


class CancelRealTimeBars(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class HistoricalData(Struct, frozen=True, kw_only=True, gc=False):
    """Bars of the past; kept up to date if asked for."""

    request_id: int
    contract: Contract
    end: str  # as the client wrote it; empty: now
    bar_size: str
    duration: str
    regular_hours: bool
    what_to_show: str
    date_format: int  # 1 text, 2 seconds
    keep_up_to_date: bool = False


class CancelHistoricalData(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class HeadTimestamp(Struct, frozen=True, kw_only=True, gc=False):
    """When a contract's history begins."""

    request_id: int
    contract: Contract
    what_to_show: str
    regular_hours: bool
    date_format: int


class CancelHeadTimestamp(Struct, frozen=True, kw_only=True, gc=False):
    """Gives it up."""

    request_id: int


class HistoricalTicks(Struct, frozen=True, kw_only=True, gc=False):
    """Ticks of the past: from a time on, or up to one."""

    request_id: int
    contract: Contract
    start: str
    end: str
    number: int
    what_to_show: str  # TRADES, BID_ASK or MIDPOINT
    regular_hours: bool
    ignore_size: bool


class UnknownRequest(Struct, frozen=True, kw_only=True, gc=False):
    """A number the server does not serve."""

    number: int


class UnreadableRequest(Struct, frozen=True, kw_only=True, gc=False):
    """A request that breaks off, or bears what cannot be read. `about`: request or order id where it could be read."""

    number: int
    reason: str
    about: int = -1


Request = (
    StartApi
    | PlaceOrder
    | CancelOrder
    | CancelAllOrders
    | OpenOrders
    | AllOpenOrders
    | AutoOpenOrders
    | CompletedOrders
    | Executions
    | NextOrderId
    | ManagedAccounts
    | CurrentTime
    | AccountUpdates
    | AccountSummary
    | CancelAccountSummary
    | AccountUpdatesMulti
    | CancelAccountUpdatesMulti
    | Positions
    | CancelPositions
    | PositionsMulti
    | CancelPositionsMulti
    | ProfitAndLoss
    | CancelProfitAndLoss
    | ProfitAndLossSingle
    | CancelProfitAndLossSingle
    | ContractDetails
    | MatchingSymbols
    | MarketRule
    | MarketData
    | CancelMarketData
    | MarketDataTypeChoice
    | TickByTick
    | CancelTickByTick
    | RealTimeBars
    | CancelRealTimeBars
    | HistoricalData
    | CancelHistoricalData
    | HeadTimestamp
    | CancelHeadTimestamp
    | HistoricalTicks
    | UnknownRequest
    | UnreadableRequest
)

REQUESTS: dict[int, type[Request]] = {
    1: MarketData, 2: CancelMarketData, 3: PlaceOrder, 4: CancelOrder, 5: OpenOrders, 6: AccountUpdates,
    7: Executions, 8: NextOrderId, 9: ContractDetails, 15: AutoOpenOrders, 16: AllOpenOrders, 17: ManagedAccounts,
    20: HistoricalData, 25: CancelHistoricalData, 49: CurrentTime, 50: RealTimeBars, 51: CancelRealTimeBars,
    58: CancelAllOrders, 59: MarketDataTypeChoice, 61: Positions, 62: AccountSummary, 63: CancelAccountSummary,
    64: CancelPositions, 71: StartApi, 74: PositionsMulti, 75: CancelPositionsMulti, 76: AccountUpdatesMulti,
    77: CancelAccountUpdatesMulti, 81: MatchingSymbols, 87: HeadTimestamp, 90: CancelHeadTimestamp, 91: MarketRule,
    92: ProfitAndLoss, 93: CancelProfitAndLoss, 94: ProfitAndLossSingle, 95: CancelProfitAndLossSingle,
    96: HistoricalTicks, 97: TickByTick, 98: CancelTickByTick, 99: CompletedOrders,
}  # fmt: skip
