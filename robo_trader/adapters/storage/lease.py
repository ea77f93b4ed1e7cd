"""A lease on trading one account: who may, until when, and under which epoch, where several machines reach a database.

On one machine the writer's lock does this better: it ends with its holder and needs no clock. Where a lock would not be
seen, the holder renews a row before its time is over; another may take it afterwards, under the next epoch. The epoch
is the fence: whoever stood still beyond his time is refused by `renew`, and by the journal, which knows the newest one.
The times are those of one clock, the database's best of all; the caller hands it in.
"""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from robo_trader.core.domain.errors import JournalBusy, JournalTakenOver

metadata = MetaData()
leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("host", String, nullable=False),
    Column("expires_at", BigInteger, nullable=False),  # UTC ns; 0 once it was given back
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who wants to trade: a process and its machine."""

    pid: int
    host: str


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was taken."""

    name: str
    epoch: int


def take(connection: Connection, name: str, holder: Holder, *, now: int, until: int) -> Lease:
    """Take a lease that nobody holds, or whose time is over. Times are UTC ns.

    Raises JournalBusy if somebody holds it, naming him. Must be called within a transaction, which is committed before
    anything is done by virtue of the lease.
    """
    found = connection.execute(select(leases).where(leases.c.name == name)).first()
    epoch = 1 if found is None else found.epoch + 1
    values = {"epoch": epoch, "pid": holder.pid, "host": holder.host, "expires_at": until}
    if found is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(leases).values(name=name, **values))
        except IntegrityError:  # another was first by a moment
            raise _busy(connection, name) from None
        return Lease(name, epoch)
    is_free = (leases.c.name == name) & (leases.c.epoch == found.epoch) & (leases.c.expires_at <= now)
    if connection.execute(update(leases).where(is_free).values(**values)).rowcount != 1:
        raise _busy(connection, name)
    return Lease(name, epoch)


def renew(connection: Connection, lease: Lease, *, until: int) -> None:
    """Hold a lease for longer. Raises JournalTakenOver if another has taken it since: it is lost for ever."""
    done = connection.execute(update(leases).where(_own(lease)).values(expires_at=until))
    if done.rowcount != 1:
        raise JournalTakenOver(
            f"another robo-trader has taken the lease on {lease.name}; this program's epoch was {lease.epoch}",
            next_step="Let this one end: it was overtaken while it stood still. The other one trades on.",
        )


def give_back(connection: Connection, lease: Lease) -> None:
    """Let another have it at once. One that was lost already stays with its new holder."""
    connection.execute(update(leases).where(_own(lease)).values(expires_at=0))


def _own(lease: Lease) -> ColumnElement[bool]:
    return (leases.c.name == lease.name) & (leases.c.epoch == lease.epoch)


def _busy(connection: Connection, name: str) -> JournalBusy:
    found = connection.execute(select(leases).where(leases.c.name == name)).one()
    return JournalBusy(
        f"another robo-trader is trading {name}: process {found.pid} on {found.host}",
        next_step="Stop it first. If its machine is gone, wait until its lease is over.",
    )
