"""What a journal says of itself: its schema, what it is about, whose it is, and who writes it."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import Connection, insert, inspect, select, update

from robo_trader.adapters.storage import schema
from robo_trader.adapters.storage.code_version import code_hash, program_version
from robo_trader.adapters.storage.schema_version import demand_schema
from robo_trader.adapters.storage.session_record import SessionRecord
from robo_trader.core.domain.order_references import INSTALL_ALPHABET, INSTALL_LENGTH
from robo_trader.core.ports.journal import JournalIdentity

log = structlog.get_logger()

_OF_EPOCH = schema.meta.c.key == "epoch"
# It is locked where it is read, so that nobody else takes the next one before the transaction has ended.
_EPOCH_NOW = select(schema.meta.c.value).where(_OF_EPOCH).with_for_update()
_EPOCH_TAKEN = update(schema.meta).where(_OF_EPOCH)


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """What stands in `meta`. The epoch is the newest that anybody began to write under."""

    session: SessionRecord
    identity: JournalIdentity


def is_begun(connection: Connection) -> bool:
    """Return whether anybody has said what the journal is about."""
    return connection.execute(select(schema.meta.c.key).limit(1)).first() is not None


def store_facts(connection: Connection, session: SessionRecord) -> None:
    """Write down what a new journal is about. No other bears its install id: that has 40 random bits."""
    install = "".join(secrets.choice(INSTALL_ALPHABET) for _ in range(INSTALL_LENGTH))
    facts = {
        "schema_version": str(schema.SCHEMA_VERSION), "session": msgspec.json.encode(session).decode(),
        "install": install, "epoch": "0",
    }  # fmt: skip
    connection.execute(insert(schema.meta), [{"key": key, "value": value} for key, value in facts.items()])


def read_facts(connection: Connection, path: Path) -> JournalFacts:
    """Return what a journal says of itself. Raises JournalDamaged if its tables are not those this program writes."""
    is_ours = inspect(connection).has_table(schema.meta.name)
    stored = {row.key: row.value for row in connection.execute(select(schema.meta))} if is_ours else {}
    demand_schema(stored.get("schema_version"), path)
    session = msgspec.json.decode(stored["session"], type=SessionRecord)
    return JournalFacts(session, JournalIdentity(stored["install"], int(stored["epoch"])))


def hold_epoch(connection: Connection) -> None:
    """Keep everybody else from taking an epoch to the end of the transaction, and from writing under one.

    What is read before may be of before somebody else had ended: read afterwards.
    """
    connection.execute(_EPOCH_NOW).first()


def newest_epoch(connection: Connection) -> int:
    """Return the epoch of whoever began to write last; it stays so to the end of the transaction.

    Cheap: asked at every commit.
    """
    return int(connection.execute(_EPOCH_NOW).scalar_one())


def store_epoch(connection: Connection, epoch: int) -> None:
    """Write down that this program begins to write; tell if the one before decided by other code."""
    connection.execute(_EPOCH_TAKEN, {"value": str(epoch)})
    last = connection.execute(select(schema.writers).order_by(schema.writers.c.epoch.desc()).limit(1)).first()
    if last is not None and last.code != code_hash():
        log.info("the journal was last written by another version: its decisions are held against this one's")
    writer = {"epoch": epoch, "program": program_version(), "code": code_hash()}
    connection.execute(insert(schema.writers), [writer])
