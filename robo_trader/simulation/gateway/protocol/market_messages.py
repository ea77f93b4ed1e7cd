"""What the server says of contracts and markets."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.simulation.gateway.protocol.values import Contract, WireBar, WireTick


class ContractData(Struct, frozen=True, kw_only=True, gc=False):
    """What is known of a contract."""

    request_id: int
    contract: Contract
    market_name: str
    min_tick: Decimal
    order_types: str
    valid_exchanges: str
    long_name: str
    industry: str
    category: str
    subcategory: str
    time_zone: str
    trading_hours: str
    liquid_hours: str
    market_rule_ids: str
    stock_type: str = "COMMON"
    min_size: Decimal = Decimal(1)
    size_increment: Decimal = Decimal(1)
    suggested_size_increment: Decimal = Decimal(100)


class ContractDataEnd(Struct, frozen=True, kw_only=True, gc=False):
    """All contracts were told."""

    request_id: int


class SymbolSamples(Struct, frozen=True, kw_only=True, gc=False):
    """Contracts that fit a pattern; each with the kinds of derivatives it has."""

    request_id: int
    contracts: tuple[Contract, ...]


class MarketRuleMessage(Struct, frozen=True, kw_only=True, gc=False):
    """From which price on which increment holds: (low edge, increment)."""

    rule_id: int
    increments: tuple[tuple[Decimal, Decimal], ...]


class TickPrice(Struct, frozen=True, kw_only=True, gc=False):
    """A price, with its size where it has one. No quote: price -1, size 0."""

    request_id: int
    tick_type: int
    price: Decimal
    size: Decimal = Decimal(0)
    attributes: int = 0


class TickSize(Struct, frozen=True, kw_only=True, gc=False):
    """A size."""

    request_id: int
    tick_type: int
    size: Decimal


class TickGeneric(Struct, frozen=True, kw_only=True, gc=False):
    """A number."""

    request_id: int
    tick_type: int
    value: Decimal


class TickString(Struct, frozen=True, kw_only=True, gc=False):
    """A text."""

    request_id: int
    tick_type: int
    value: str


class TickRequestParameters(Struct, frozen=True, kw_only=True, gc=False):
    """Tick size and exchange map of a subscription."""

    request_id: int
    min_tick: Decimal
    bbo_exchange: str
    snapshot_permissions: int


class SnapshotEnd(Struct, frozen=True, kw_only=True, gc=False):
    """A snapshot is whole."""

    request_id: int


class MarketDataKind(Struct, frozen=True, kw_only=True, gc=False):
    """1 live, 2 frozen, 3 delayed, 4 delayed and frozen; said before the first tick."""

    request_id: int
    kind: int


class TickByTickMessage(Struct, frozen=True, kw_only=True, gc=False):
    """One tick. `kind`: 1 Last, 2 AllLast, 3 BidAsk, 4 MidPoint."""

    request_id: int
    kind: int
    tick: WireTick


class RealTimeBar(Struct, frozen=True, kw_only=True, gc=False):
    """A bar of five seconds."""

    request_id: int
    bar: WireBar


class HistoricalBars(Struct, frozen=True, kw_only=True, gc=False):
    """Bars of the past; what ends the answer is in it. `start`, `end`: UTC nanoseconds."""

    request_id: int
    start: int
    end: int
    bars: tuple[WireBar, ...]
    date_format: int = 1


class HistoricalBarUpdate(Struct, frozen=True, kw_only=True, gc=False):
    """The bar that is being made, of a history kept up to date."""

    request_id: int
    bar: WireBar
    date_format: int = 1


class HeadTimestampMessage(Struct, frozen=True, kw_only=True, gc=False):
    """When a history begins, UTC nanoseconds."""

    request_id: int
    at: int
    date_format: int = 1


class HistoricalTicksMessage(Struct, frozen=True, kw_only=True, gc=False):
    """Ticks of the past. `what_to_show`: TRADES, BID_ASK or MIDPOINT."""

    request_id: int
    what_to_show: str
    ticks: tuple[WireTick, ...]
    is_last: bool = True


class HistoricalSchedule(Struct, frozen=True, kw_only=True, gc=False):
    """Sessions: (opens at, closes at, date YYYYMMDD), UTC nanoseconds."""

    request_id: int
    sessions: tuple[tuple[int, int, str], ...]
    time_zone: str = "US/Eastern"
