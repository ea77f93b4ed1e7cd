"""The wire between server and page: WebSocket `/ws/v1` (subprotocol `robo.v1`) and REST under `/api/v1`.

**Numbers.** Times are epoch milliseconds, UTC. Money, prices and quantities are JSON numbers rounded for
display; fractions (`drawdown`, `day_return`) are 0.01 for 1 %. What is not known is `null`, never NaN.

**Topics.** A *table* (state) is a set of rows keyed by their first column; only its latest value counts and
changes between two ticks are joined. A *stream* is append-only; its items have ids that rise by one and are
never dropped unsaid. Which is which, and the columns of each, stand in `TABLE_COLUMNS` and `STREAM_COLUMNS`;
`bars:{SYMBOL}` is a table with `BAR_COLUMNS`. The first column of a stream is `seq`, the journal sequence,
which is the cursor of the REST pages. Seq outlives a restart of the server, ids do not.

**Order of a connection.** The server opens with `hello`. The page sends `sub`; for each topic it gets one
`snap`, or, with a cursor of the same boot, only what it misses (`d` or `ev`; nothing if nothing is missing).
Whatever a `snap` names replaces all the page holds of that topic.

- `snap` of a table carries `rev` R. In `d`, apply a change whose `prev` equals your rev, ignore one whose
  `rev` is not above it, else subscribe again to that topic without cursor. `up` are whole rows, `del` keys.
- `snap` of a stream carries the newest rows; `rev` is the id of the last one. `ev` continues: `first` is
  your rev + 1, your rev becomes `last`. `gap` says ids `from`..`to` will not come: your rev becomes `to`;
  fetch them by REST with `after` = the seq of the last row you hold.
- `n` of `d` rises by one on each connection, from 1; if it does not, reconnect.
- `bars:{SYMBOL}` holds the newest bars only (see `hub.py`). Older ones leave the table without a `del`, so a
  page may keep them; it fetches still older ones by REST.
- `orders.events` holds an order each time it was *seen* to have changed; the server looks every 100 ms, so
  two changes within that time are one event.
- `hb` comes every `heartbeat_ms`; the page answers `pong` with the same `now`, which keeps its session from
  idling out. Nothing for 12 s: close and reconnect with the cursors.
- Another `boot` in `hello`: forget everything held, subscribe without cursor. Another `assets`: reload once.

**Rates.** `sub` gives its topics one of three rates; `rate` sets a ceiling for all topics of the connection.
A connection that overflows its queue three times in a minute is moved a class down until it sends `rate`.

**Closes.** See `CloseCode`. A frame over 64 KiB is closed by the WebSocket layer with 1009. A wrong Host or
Origin never gets a socket: the handshake is answered 403.

**REST.** Errors are `Problem`. History comes in pages of at most `PAGE_ROWS_MAX` rows, oldest first, as rows
with the columns of the topic. `POST` and `DELETE` need `Content-Type: application/json` and
`X-Robo-Trader: 1`.
"""

from enum import Enum, IntEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

SUBPROTOCOL: Final = "robo.v1"
PROTOCOL_VERSION: Final = 1
HEARTBEAT_MS: Final = 5_000
TOPICS_MAX: Final = 50
PAGE_ROWS_MAX: Final = 500
BARS_PREFIX: Final = "bars:"
SYMBOL_PATTERN: Final = r"^[A-Z0-9.\- ]{1,20}$"

ACCOUNT_COLUMNS: Final = (
    "account", "mode", "broker", "strategy", "bar_size", "trading_state", "opening_cash",
    "as_of", "session", "equity", "cash", "reserved", "gross_exposure", "realised", "commission",
    "drawdown", "day_profit", "day_return",
)  # fmt: skip
POSITION_COLUMNS: Final = (
    "symbol", "quantity", "average_price", "cost", "mark_price", "market_value", "unrealised", "realised",
)  # fmt: skip
ORDER_COLUMNS: Final = (
    "order_id", "symbol", "side", "order_type", "time_in_force", "quantity", "filled", "limit_price",
    "average_price", "commission", "status", "reason", "strategy", "signal_id", "created_at", "updated_at",
)  # fmt: skip
BAR_COLUMNS: Final = ("started_at", "open", "high", "low", "close", "volume")
HEALTH_COLUMNS: Final = ("component", "status", "since", "last_ok", "hint")
FILL_COLUMNS: Final = (
    "seq", "execution_id", "order_id", "signal_id", "symbol", "side", "quantity", "price", "commission",
    "realised", "occurred_at",
)  # fmt: skip
EQUITY_COLUMNS: Final = (
    "seq", "as_of", "session", "equity", "cash", "reserved", "gross_exposure", "realised", "commission",
    "drawdown",
)  # fmt: skip
ORDER_EVENT_COLUMNS: Final = ("seq", *ORDER_COLUMNS)
VIOLATION_COLUMNS: Final = (
    "seq", "occurred_at", "symbol", "side", "quantity", "control", "limit", "value", "unit", "context",
    "signal_id",
)  # fmt: skip

TABLE_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "account": ACCOUNT_COLUMNS,
    "positions": POSITION_COLUMNS,  # open ones: a position that is closed is deleted
    "orders.working": ORDER_COLUMNS,  # an order that has ended is deleted
    "health": HEALTH_COLUMNS,
}
STREAM_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "fills": FILL_COLUMNS,
    "equity": EQUITY_COLUMNS,
    "orders.events": ORDER_EVENT_COLUMNS,
    "violations": VIOLATION_COLUMNS,
}


class Component(Enum):
    """The rows of the `health` table. That there is a table at all says that the server runs.

    `since` is when the status began. `last_ok` is null for an engine or journal that is OK or never was.
    """

    ENGINE = "engine"  # DOWN: server reachable, engine not running; what is shown is history
    JOURNAL = "journal"  # DOWN: the projections cannot be read
    DATA = "data"  # here `last_ok` is when the journal last grew, null if never since the server started


class Status(Enum):
    """What is known of a component. QUIET: nothing new for a while, as when the market is shut or a feed has ended."""

    OK = "OK"
    QUIET = "QUIET"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"


class ErrorCode(Enum):
    """Why a message of the page was refused; the connection stays."""

    BAD_MESSAGE = "BAD_MESSAGE"
    UNKNOWN_TOPIC = "UNKNOWN_TOPIC"
    TOO_MANY_TOPICS = "TOO_MANY_TOPICS"


class CloseCode(IntEnum):
    """Why the server ended a connection."""

    RESTART = 1012  # the server stops, or the journal was replaced: reconnect
    LOGIN = 4401  # no session, or no longer: log in, then reconnect
    TOO_SLOW = 4408  # the queue was not drained for 30 s: reconnect
    VERSION = 4409  # the page did not offer `robo.v1`: reload
    LIMIT = 4429  # over 20 messages a second, or too many connections: back off


class WireModel(BaseModel):
    """Unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        allow_inf_nan=False,
        json_schema_serialization_defaults_required=True,
    )


Cell = str | int | float | bool | None
Row = list[Cell]
Key = str | int
RateHz = Literal[10, 4, 1]
TopicName = Annotated[str, StringConstraints(min_length=1, max_length=40)]

# ---- server to page -----------------------------------------------------------------------------


class Hello(WireModel):
    """First frame. As long as the journal cannot be read, mode is null and accounts, symbols and feeds are empty.

    Once it can, there is a new boot, and with it another `hello`.
    """

    type: Literal["hello"] = "hello"
    protocol: int
    server_version: str
    boot: str
    assets: str | None  # version of the built page, null if it is not built
    accounts: list[str]
    mode: str | None  # "PAPER" or "LIVE"
    symbols: list[str]  # what the journal trades, in order; each has a topic `bars:{SYMBOL}`
    feeds: dict[str, str]  # symbol -> name of the feed that serves it, e.g. "synthetic"
    role: Literal["viewer"]
    now: int
    heartbeat_ms: int


class Snap(WireModel):
    """The full value of a topic."""

    type: Literal["snap"] = "snap"
    topic: str
    kind: Literal["table", "stream"]
    rev: int
    columns: list[str]
    rows: list[Row]


class TableChange(WireModel):
    """What changed in one table between two revs."""

    prev: int
    rev: int
    up: list[Row]
    deleted: list[Key] = Field(alias="del")


class Delta(WireModel):
    """Changes of one or several tables."""

    type: Literal["d"] = "d"
    n: int
    topics: dict[str, TableChange]


class StreamItems(WireModel):
    """New items of a stream, ids `first`..`last` without a hole."""

    type: Literal["ev"] = "ev"
    topic: str
    first: int
    last: int
    items: list[Row]


class Gap(WireModel):
    """Items that this connection will not get, both ends included."""

    type: Literal["gap"] = "gap"
    topic: str
    first: int = Field(alias="from")
    last: int = Field(alias="to")


class Heartbeat(WireModel):
    """The server lives. `lag_ms` is how late its last tick was."""

    type: Literal["hb"] = "hb"
    now: int
    lag_ms: int


class WireError(WireModel):
    """A message of the page was refused; `ref` is the one it carried."""

    type: Literal["err"] = "err"
    code: ErrorCode
    message: str
    ref: int | None


ServerMessage = Annotated[Hello | Snap | Delta | StreamItems | Gap | Heartbeat | WireError, Field(discriminator="type")]

# ---- page to server -----------------------------------------------------------------------------


class Cursor(WireModel):
    """What the page still holds: the rev it has of each topic, under one boot id."""

    boot: Annotated[str, StringConstraints(max_length=64)]
    topics: Annotated[dict[TopicName, int], Field(max_length=TOPICS_MAX)]


class Subscribe(WireModel):
    """Send these topics from now on, at most `hz` times a second. A topic already sent starts anew."""

    type: Literal["sub"]
    ref: int
    topics: Annotated[list[TopicName], Field(min_length=1, max_length=TOPICS_MAX)]
    hz: RateHz = 4
    cursor: Cursor | None = None


class Unsubscribe(WireModel):
    """Stop sending these topics."""

    type: Literal["unsub"]
    topics: Annotated[list[TopicName], Field(min_length=1, max_length=TOPICS_MAX)]


class SetRate(WireModel):
    """At most this often, whatever the topics asked for: a hidden tab, a phone, low power; 10 lifts it."""

    type: Literal["rate"]
    hz: RateHz


class Pong(WireModel):
    """Answer to `hb`, with its `now`."""

    type: Literal["pong"]
    now: int


ClientMessage = Annotated[Subscribe | Unsubscribe | SetRate | Pong, Field(discriminator="type")]

CLIENT_MESSAGE: Final[TypeAdapter[Subscribe | Unsubscribe | SetRate | Pong]] = TypeAdapter(ClientMessage)
SERVER_MESSAGE: Final[TypeAdapter[Any]] = TypeAdapter(ServerMessage)
