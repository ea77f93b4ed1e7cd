"""What the server says, one value each. How each is written at a server version is `writing`'s business."""

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
from robo_trader.simulation.gateway.protocol.market_messages import (
    ContractData,
    ContractDataEnd,
    HeadTimestampMessage,
    HistoricalBars,
    HistoricalBarUpdate,
    HistoricalSchedule,
    HistoricalTicksMessage,
    MarketDataKind,
    MarketRuleMessage,
    RealTimeBar,
    SnapshotEnd,
    SymbolSamples,
    TickByTickMessage,
    TickGeneric,
    TickPrice,
    TickRequestParameters,
    TickSize,
    TickString,
)
from robo_trader.simulation.gateway.protocol.order_messages import (
    CommissionReport,
    CompletedOrder,
    CompletedOrdersEnd,
    ExecutionDetails,
    ExecutionDetailsEnd,
    NextValidId,
    OpenOrder,
    OpenOrderEnd,
    OrderStatusMessage,
)

__all__ = [
    "AccountDownloadEnd",
    "AccountMessage",
    "AccountSummaryEnd",
    "AccountSummaryMessage",
    "AccountTime",
    "AccountUpdateMulti",
    "AccountUpdateMultiEnd",
    "AccountValue",
    "BarMessage",
    "CommissionReport",
    "CompletedOrder",
    "CompletedOrdersEnd",
    "ContractData",
    "ContractDataEnd",
    "ContractMessage",
    "CurrentTimeMessage",
    "ErrorMessage",
    "ExecutionDetails",
    "ExecutionDetailsEnd",
    "HeadTimestampMessage",
    "HistoricalBarUpdate",
    "HistoricalBars",
    "HistoricalSchedule",
    "HistoricalTicksMessage",
    "ManagedAccountsList",
    "MarketDataKind",
    "MarketRuleMessage",
    "Message",
    "NextValidId",
    "OpenOrder",
    "OpenOrderEnd",
    "OrderMessage",
    "OrderStatusMessage",
    "PortfolioValue",
    "PositionEnd",
    "PositionMessage",
    "PositionMultiEnd",
    "PositionMultiMessage",
    "ProfitAndLossMessage",
    "ProfitAndLossSingleMessage",
    "RealTimeBar",
    "SnapshotEnd",
    "SymbolSamples",
    "TickByTickMessage",
    "TickGeneric",
    "TickMessage",
    "TickPrice",
    "TickRequestParameters",
    "TickSize",
    "TickString",
]

OrderMessage = (
    NextValidId
    | OpenOrder
    | OpenOrderEnd
    | OrderStatusMessage
    | CompletedOrder
    | CompletedOrdersEnd
    | ExecutionDetails
    | ExecutionDetailsEnd
    | CommissionReport
)
AccountMessage = (
    ErrorMessage
    | ManagedAccountsList
    | CurrentTimeMessage
    | PositionMessage
    | PositionEnd
    | PositionMultiMessage
    | PositionMultiEnd
    | AccountValue
    | PortfolioValue
    | AccountTime
    | AccountDownloadEnd
    | AccountSummaryMessage
    | AccountSummaryEnd
    | AccountUpdateMulti
    | AccountUpdateMultiEnd
    | ProfitAndLossMessage
    | ProfitAndLossSingleMessage
)
ContractMessage = ContractData | ContractDataEnd | SymbolSamples | MarketRuleMessage
TickMessage = (
    TickPrice
    | TickSize
    | TickGeneric
    | TickString
    | TickRequestParameters
    | SnapshotEnd
    | MarketDataKind
    | TickByTickMessage
)
BarMessage = (
    RealTimeBar
    | HistoricalBars
    | HistoricalBarUpdate
    | HeadTimestampMessage
    | HistoricalTicksMessage
    | HistoricalSchedule
)
Message = OrderMessage | AccountMessage | ContractMessage | TickMessage | BarMessage
