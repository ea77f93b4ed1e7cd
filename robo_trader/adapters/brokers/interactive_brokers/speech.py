"""What the engine and the broker's process say to each other. Events of the engine travel under their own names."""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from robo_trader.adapters.brokers.interactive_brokers.patience import USUAL, Patience
from robo_trader.adapters.brokers.interactive_brokers.restart_window import RestartWindow
from robo_trader.adapters.brokers.interactive_brokers.safety import AllowedTargets
from robo_trader.core.domain.events import EVENT_KINDS
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.quotes import Quote, TradePrint
from robo_trader.core.domain.reference_table import ReferenceTable
from robo_trader.core.domain.statements import StatementPart

# ---- to the broker's process --------------------------------------------------------------------


class KnownOrder(Struct, frozen=True, kw_only=True, gc=False):
    """An order that was sent before, and was not heard to be over."""

    order: ApprovedOrder
    reference: str
    terms: OrderTerms
    asked: OrderTerms | None = None  # new terms that were asked for and not answered
    is_accepted: bool = False
    is_cancel_asked: bool = False


class Begin(Struct, frozen=True, kw_only=True, gc=False):
    """The first word: whom to connect to, as whom, and what is known already."""

    host: str
    port: int
    client_id: int
    account: str
    allowed: AllowedTargets
    time_zone: str  # of times that the gateway writes without one
    table: ReferenceTable  # whose orders are which
    numbers_file: str
    orders: tuple[KnownOrder, ...]
    executions: dict[str, Decimal | None]  # ids of those that are known, oldest first, with commissions in dollars
    at: int  # the latest time that the engine knows, UTC ns
    opened_at: int  # what others traded before is in the opening figures already, UTC ns
    patience: Patience = USUAL
    history_clients: int = 0  # connections for history; with none it is asked for on the one that trades
    routes: dict[Symbol, str] = {}  # venues of symbols whose orders do not go to SMART
    windows: tuple[RestartWindow, ...] = ()  # hours in which the gateway may go away on purpose


class PlaceOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Send an order, once."""

    order: ApprovedOrder
    reference: str
    group: str  # unique in the account; empty: none


class WithdrawOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Ask for an order to be canceled."""

    order_id: OrderId
    at: int


class ChangeOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Ask for an order to be worked under other terms."""

    order_id: OrderId
    terms: OrderTerms
    at: int


class AskStatement(Struct, frozen=True, kw_only=True, gc=False):
    """Ask what is in the account."""

    parts: tuple[StatementPart, ...]
    at: int


class TicksWanted(Struct, frozen=True, kw_only=True, gc=False):
    """Which ticks are told beside bars, and when their silence is one."""

    quotes: bool = False
    prints: bool = False
    streams_max: int = 3  # of single ticks at once, as far as the login may have them; the rest comes in lines
    silence_seconds: float = 5.0  # without a tick, until a symbol's data counts as not flowing
    renew_seconds: float = 30.0  # of silence, until a symbol is asked for anew

    @property
    def are_any(self) -> bool:
        """Whether any are told."""
        return self.quotes or self.prints


NO_TICKS = TicksWanted()


class WatchMarket(Struct, frozen=True, kw_only=True, gc=False):
    """Tell bars of some symbols: so much of the past, then those that are being made; and ticks where wanted."""

    symbols: tuple[Symbol, ...]
    bar_size: str  # as Interactive Brokers writes it
    duration: str
    ticks: TicksWanted = NO_TICKS


class RecordsTaken(Struct, frozen=True, kw_only=True, gc=False):
    """All quotes and prints that were told are dealt with: more may come."""


class AskHistory(Struct, frozen=True, kw_only=True, gc=False):
    """Tell so much of the past of some symbols, once."""

    number: int
    symbols: tuple[Symbol, ...]
    bar_size: str  # as Interactive Brokers writes it
    duration: str


class Finish(Struct, frozen=True, kw_only=True, gc=False):
    """Hang up and end."""


# ---- from the broker's process ------------------------------------------------------------------


class CodeHeard(Struct, frozen=True, kw_only=True, gc=False):
    """The gateway sent a code. about: a number of ours, -1 for none."""

    code: int
    about: int
    text: str


class BarTold(Struct, array_like=True, frozen=True, kw_only=True, gc=False):
    """A bar, over or not. date: YYYYMMDD of a daily one, else the second it began in, since 1970."""

    date: str
    open: float
    high: float
    low: float
    close: float
    volume: float


class BarsTold(Struct, frozen=True, kw_only=True, gc=False):
    """Bars of a symbol in order of time; the last one may still be in the making."""

    symbol: Symbol
    bars: tuple[BarTold, ...]


class BatchTold(Struct, frozen=True, kw_only=True, gc=False):
    """Bars of one symbol that were asked for under a number, in order of time; or why there are none."""

    number: int
    symbol: Symbol
    bars: tuple[BarTold, ...]
    problem: str = ""


class BatchEnded(Struct, frozen=True, kw_only=True, gc=False):
    """All that was asked for under a number is told. seconds: of each history that came, and of all together."""

    number: int
    seconds: tuple[float, ...]
    whole_seconds: float


class HistoryTold(Struct, frozen=True, kw_only=True, gc=False):
    """The past of all symbols is told, after it was asked for anew: whatever was over by `at` (UTC ns) was in it.

    What was refused is absent. seconds: how long the gateway took for each history; whole_seconds: from the first
    question for one to the last answer.
    """

    at: int
    seconds: tuple[float, ...] = ()
    whole_seconds: float = 0.0


class RecordsTold(Struct, frozen=True, kw_only=True, gc=False):
    """Quotes and prints, each kind in order of time. No more are told until they were taken."""

    quotes: tuple[Quote, ...]
    prints: tuple[TradePrint, ...]
    conflated: int  # quotes that gave way to newer ones before they could be told, since the process began
    dropped: int  # prints that had to go, likewise
    refused: dict[str, int] = {}  # ticks that no market would tell, by fault, likewise


class TimeTold(Struct, frozen=True, kw_only=True, gc=False):
    """The market's time, by its last trade, UTC ns."""

    at: int


class AlarmRaised(Struct, frozen=True, kw_only=True, gc=False):
    """Something that somebody should look at."""

    words: str


class ServiceChanged(Struct, frozen=True, kw_only=True, gc=False):
    """A family of requests, or a connection for history, has begun to fail, or works again."""

    service: str
    works: bool
    words: str


class StillAlive(Struct, frozen=True, kw_only=True, gc=False):
    """The process is there."""

    is_simulated: bool | None  # it plays another day: its time is the market's, and ours says nothing; None: not known


_OWN = (
    Begin, PlaceOrder, WithdrawOrder, ChangeOrder, AskStatement, Finish, CodeHeard, AlarmRaised,
    StillAlive, WatchMarket, BarsTold, HistoryTold, TimeTold, ServiceChanged, RecordsTold, RecordsTaken,
    AskHistory, BatchTold, BatchEnded,
)  # fmt: skip
KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in _OWN} | EVENT_KINDS
_DECODERS = {name: msgspec.msgpack.Decoder(kind) for name, kind in KINDS.items()}
_ENCODER = msgspec.msgpack.Encoder(decimal_format="string")


def encode(value: object) -> tuple[str, bytes]:
    """Return the name of a value's kind, and its fields."""
    return type(value).__name__, _ENCODER.encode(value)


def decode(kind: str, payload: bytes) -> Any:  # noqa: ANN401 - the kind decides the type
    """Return a value. Raises KeyError for an unknown kind, msgspec.MsgspecError for fields that do not fit it."""
    return _DECODERS[kind].decode(payload)
