"""A journal that lives on a server has a file all the same: it says where.

Everything that belongs to a session stands beside one file, and that file names it. Where the journal itself lives in
PostgreSQL, the file holds the address of the database and the schema in it that is the journal's own. So whoever reads
a session is told the same path as ever, and several journals live in one database without knowing of each other.
"""

import re
import secrets
from pathlib import Path

import msgspec

from robo_trader.adapters.storage.durable_files import write_durably
from robo_trader.core.domain.errors import JournalDamaged, JournalUnwritable, SessionMismatch

_MARK = "robo_trader journal in PostgreSQL"
_LENGTH_MAX = 10_000  # of the file; a database of SQLite is longer from the beginning


class ServerPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where on a server a journal lives. url: without a password, which stands in ~/.pgpass or PGPASSWORD."""

    mark: str = _MARK
    url: str
    schema: str


def find_server(path: Path) -> ServerPlace | None:
    """Return where the file says that its journal lives, None if it is the journal itself, or not there.

    Raises JournalDamaged for a file that begins as one of ours and cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LENGTH_MAX) if file.read(1) == b"{" else b""
    except OSError:
        return None  # what is wrong with it is told when it is opened as a database
    if not content:
        return None
    try:
        return msgspec.json.decode(b"{" + content, type=ServerPlace)
    except msgspec.DecodeError as error:
        raise JournalDamaged(
            f"{path} should say where its journal lives, and cannot be read: {error}",
            next_step="Restore the file, or begin a new session with --database.",
        ) from error


def point_to_server(path: Path, url: str) -> bool:
    """See that the journal of `path` lives on the server at `url`: in a schema of its own, if it is new.

    Return whether it is.

    Raises SessionMismatch if it lives elsewhere already, and JournalUnwritable.
    """
    place = find_server(path)
    if place is None and not path.exists():
        name = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_")[:40]
        place = ServerPlace(url=url, schema=f"robo_{name}_{secrets.token_hex(4)}")
        try:
            write_durably(path, msgspec.json.format(msgspec.json.encode(place)))
        except OSError as error:
            raise JournalUnwritable(
                f"{path} cannot be written: {error.strerror}", next_step="Choose another place with --database PATH."
            ) from error
        return True
    if place is None or place.url != url:
        raise SessionMismatch(
            f"the journal of {path} lives {'in this very file' if place is None else f'at {place.url}'}, and "
            f"storage.url says {url}",
            next_step="Begin another session with --database PATH. A journal moves by `robo-trader db backup` and "
            "`robo-trader db restore`.",
        )
    return False
