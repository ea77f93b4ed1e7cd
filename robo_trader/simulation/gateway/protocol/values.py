"""What requests and messages are made of. A field that may be "unset" on the wire is None here.

Prices and money are dollars, quantities shares, both Decimal: the wire carries decimal text. Times are UTC
nanoseconds; how a time is written is the wire's business.
"""

from decimal import Decimal

from msgspec import Struct


class Contract(Struct, frozen=True, kw_only=True, gc=False):
    """An instrument as a client names it, or as the server knows it. `con_id` 0: not given."""

    symbol: str
    con_id: int = 0
    sec_type: str = "STK"
    last_trade_date: str = ""
    strike: str = ""
    right: str = ""
    multiplier: str = ""
    exchange: str = ""
    primary_exchange: str = ""
    currency: str = "USD"
    local_symbol: str = ""
    trading_class: str = ""


class OrderTicket(Struct, frozen=True, kw_only=True, gc=False):
    """An order as it was placed: what the venue heeds or an answer echoes. Other fields are read past."""

    action: str  # BUY or SELL
    quantity: Decimal
    order_type: str  # MKT, LMT, STP, STP LMT, TRAIL, MOC, LOC, ...
    limit_price: Decimal | None = None
    aux_price: Decimal | None = None  # a stop's trigger, a trailing stop's distance
    tif: str = "DAY"  # DAY, GTC, IOC, FOK, OPG, GTD
    oca_group: str = ""
    oca_type: int = 0
    account: str = ""
    order_ref: str = ""
    transmit: bool = True
    parent_id: int = 0  # order id of the parent, of the same client; 0: none
    outside_rth: bool = False
    hidden: bool = False
    display_size: int | None = None
    all_or_none: bool = False
    min_quantity: int | None = None
    good_after_time: str = ""
    good_till_date: str = ""
    trail_stop_price: Decimal | None = None
    trailing_percent: Decimal | None = None
    what_if: bool = False
    e_trade_only: bool = False
    firm_quote_only: bool = False
    algo_strategy: str = ""
    condition_count: int = 0
    unheeded: tuple[str, ...] = ()  # what else it asks for and nothing here does, in order: "hedge", "scale", ...


class OrderState(Struct, frozen=True, kw_only=True, gc=False):
    """What an openOrder says of an order's state. Margins are None unless it answers a what-if."""

    status: str
    init_margin_before: Decimal | None = None
    maint_margin_before: Decimal | None = None
    equity_with_loan_before: Decimal | None = None
    init_margin_change: Decimal | None = None
    maint_margin_change: Decimal | None = None
    equity_with_loan_change: Decimal | None = None
    init_margin_after: Decimal | None = None
    maint_margin_after: Decimal | None = None
    equity_with_loan_after: Decimal | None = None
    commission: Decimal | None = None
    min_commission: Decimal | None = None
    max_commission: Decimal | None = None
    commission_currency: str = ""
    warning_text: str = ""
    completed_time: str = ""
    completed_status: str = ""


class Execution(Struct, frozen=True, kw_only=True, gc=False):
    """One execution. `side` is BOT or SLD."""

    exec_id: str
    order_id: int
    client_id: int
    perm_id: int
    at: int
    account: str
    exchange: str
    side: str
    shares: Decimal
    price: Decimal
    cumulative: Decimal
    average_price: Decimal
    order_ref: str
    liquidation: bool = False
    last_liquidity: int = 2  # 1 added, 2 removed, 3 routed


class WireBar(Struct, frozen=True, kw_only=True, gc=False):
    """One historical or real-time bar. `at`: its start; `date` instead, YYYYMMDD, of a day or longer."""

    at: int
    date: str = ""
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    wap: Decimal
    count: int


class WireTick(Struct, frozen=True, kw_only=True, gc=False):
    """One historical or tick-by-tick record, at a whole second. What a kind does not have is None."""

    at: int
    price: Decimal | None = None
    size: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None
    exchange: str = ""
    conditions: str = ""
