"""The tables: one append-only journal, and projections that could be rebuilt from it.

Money and quantities are stored as decimal text, exact to the digit; times as UTC nanoseconds; `seq` is the journal
sequence that last changed a row. Every database the journal may live in gets its tables from here.
"""

from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

SCHEMA_VERSION = 4


class ExactDecimal(TypeDecorator[Decimal]):
    """A Decimal as text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write the digits as they are, never in exponent form."""
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Read the digits back."""
        return None if value is None else Decimal(value)


metadata = MetaData()

# What the journal is about: schema version, session settings, install id. Written once, at the beginning; only `epoch`
# is written again, each time a program begins to write the journal.
meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

# Rows of a batch are stored together or not at all. `hash` chains each row, its batch and epoch to all rows before it.
journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("batch", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),  # that of the program which wrote the batch
    Column("role", String, nullable=False),  # input, decision, command
    Column("kind", String, nullable=False),  # name of the event or command
    Column("occurred_at", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # MessagePack
    Column("hash", LargeBinary, nullable=False),
)

# Which program wrote each epoch; nothing before schema 4.
writers = Table(
    "writers",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("program", String, nullable=False),  # its version
    Column("code", String, nullable=False),  # hash of the sources that decide
)

# ---- from here on: what could be rebuilt from the journal ---------------------------------------------

trading_state = Table(
    "trading_state",
    metadata,
    Column("account", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("state", String, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False, index=True),
    Column("symbol", String, nullable=False),
    Column("side", String, nullable=False),
    Column("order_type", String, nullable=False),
    Column("time_in_force", String, nullable=False),
    Column("quantity", ExactDecimal, nullable=False),
    Column("filled", ExactDecimal, nullable=False),
    Column("limit_price", ExactDecimal),
    Column("average_price", ExactDecimal),
    Column("commission", ExactDecimal, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("strategy", String, nullable=False),
    Column("signal_id", String, nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

fills = Table(
    "fills",
    metadata,
    Column("execution_id", String, primary_key=True),
    Column("seq", Integer, nullable=False, index=True),
    Column("order_id", Integer, nullable=False, index=True),
    Column("signal_id", String, nullable=False),
    Column("symbol", String, nullable=False, index=True),
    Column("side", String, nullable=False),
    Column("quantity", ExactDecimal, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    Column("commission", ExactDecimal, nullable=False),
    Column("realised", ExactDecimal, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
)

positions = Table(
    "positions",
    metadata,
    Column("symbol", String, primary_key=True),
    Column("seq", Integer, nullable=False, index=True),
    Column("quantity", ExactDecimal, nullable=False),
    Column("cost", ExactDecimal, nullable=False),
    Column("mark_price", ExactDecimal, nullable=False),
    Column("realised", ExactDecimal, nullable=False),
)

equity = Table(
    "equity",
    metadata,
    Column("as_of", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False, index=True),
    Column("session", String, nullable=False),
    Column("equity", ExactDecimal, nullable=False),
    Column("cash", ExactDecimal, nullable=False),
    Column("reserved", ExactDecimal, nullable=False),
    Column("gross_exposure", ExactDecimal, nullable=False),
    Column("realised", ExactDecimal, nullable=False),
    Column("commission", ExactDecimal, nullable=False),
    Column("drawdown", Float, nullable=False),
)

bars = Table(
    "bars",
    metadata,
    Column("symbol", String, primary_key=True),
    Column("ended_at", BigInteger, primary_key=True, autoincrement=False),
    Column("started_at", BigInteger, nullable=False),
    Column("seq", Integer, nullable=False, index=True),
    Column("open", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("close", Float, nullable=False),
    Column("volume", Float, nullable=False),
)

violations = Table(
    "violations",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),  # among those of one denial
    Column("occurred_at", BigInteger, nullable=False),
    Column("symbol", String, nullable=False, index=True),
    Column("side", String, nullable=False),
    Column("quantity", ExactDecimal, nullable=False),
    Column("control", String, nullable=False),
    Column("limit", ExactDecimal, nullable=False),
    Column("value", ExactDecimal, nullable=False),
    Column("unit", String, nullable=False),
    Column("context", String, nullable=False),
    Column("signal_id", String, nullable=False),
)

# ---- the decision ledger: what was thought, what it was sized to, and how it ended ----------------------

signals = Table(
    "signals",
    metadata,
    Column("signal_id", String, primary_key=True),
    Column("seq", Integer, nullable=False, index=True),
    Column("strategy", String, nullable=False),
    Column("symbol", String, nullable=False, index=True),
    Column("strength", Float, nullable=False),
    Column("reason", String, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

# What sizing was given stands from `equity` on; nothing there if there was nothing to size.
targets = Table(
    "targets",
    metadata,
    Column("signal_id", String, primary_key=True),
    Column("seq", Integer, nullable=False, index=True),
    Column("target", ExactDecimal, nullable=False),
    Column("reference_price", ExactDecimal, nullable=False),
    Column("equity", ExactDecimal),
    Column("capital", Float),
    Column("sizing_price", Float),
    Column("risk", Float),
    Column("sized", Float),
    Column("asked", ExactDecimal),
    Column("others", ExactDecimal),
    Column("trimmed_by", String),
    Column("limit", ExactDecimal),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("signal_id", String, primary_key=True),
    Column("seq", Integer, nullable=False, index=True),
    Column("outcome", String, nullable=False),
    Column("held", ExactDecimal, nullable=False),
    Column("crossed", ExactDecimal, nullable=False),
    Column("working", ExactDecimal, nullable=False),
    Column("order_id", Integer),
    Column("replaced_by", String, nullable=False),
    Column("settled_at", BigInteger, nullable=False),
)

order_moves = Table(
    "order_moves",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("order_id", Integer, nullable=False, index=True),
    Column("status", String, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("filled", ExactDecimal, nullable=False),
    Column("broker_order_id", String, nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
)

# Whose the shares are, where several strategies share the account; no execution where they passed between strategies.
allotments = Table(
    "allotments",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),  # among those of one event
    Column("symbol", String, nullable=False, index=True),
    Column("strategy", String, nullable=False),
    Column("quantity", ExactDecimal, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    Column("commission", ExactDecimal, nullable=False),
    Column("execution_id", String),
    Column("occurred_at", BigInteger, nullable=False),
)

state_changes = Table(
    "state_changes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("reason", String, nullable=False),
)

rejected_bars = Table(
    "rejected_bars",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("symbol", String, nullable=False, index=True),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("fault", String, nullable=False),
)

# Where a broker's statement differed from the books; `resolved_at` is empty while it still does.
discrepancies = Table(
    "discrepancies",
    metadata,
    Column("discrepancy_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("symbol", String),
    Column("ours", String, nullable=False),
    Column("theirs", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("decision", String, nullable=False),
    Column("found_at", BigInteger, nullable=False),
    Column("resolved_at", BigInteger),
)

# Symbols in which nothing may leave, by cause; `released_at` is empty while the cause stands.
blocks = Table(
    "blocks",
    metadata,
    Column("symbol", String, primary_key=True),
    Column("cause", String, primary_key=True),
    Column("seq", Integer, nullable=False, index=True),
    Column("control", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("released_at", BigInteger),
)

PROJECTIONS = tuple(table for table in metadata.sorted_tables if table not in {meta, journal, writers})
