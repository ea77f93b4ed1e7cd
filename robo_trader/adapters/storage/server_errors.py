"""What the errors of a database server mean."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError, InterfaceError

from robo_trader.adapters.storage.server_place import ServerPlace
from robo_trader.core.domain.errors import JournalBusy, JournalDamaged, JournalError, JournalUnwritable

# The first two characters of an SQLSTATE are its class.
_CONNECTION, _AUTHORITY, _NO_DATABASE, _RESOURCES, _SYSTEM, _INTERNAL = "08", "28", "3D", "53", "58", "XX"
_LOCKED = frozenset({"55P03", "40P01", "40001"})
_GOING = frozenset({"57P01", "57P02", "57P03", "57P05"})  # the server ends, or ends us
_READ_ONLY = "25006"


def is_lost(error: BaseException) -> bool:
    """Return whether the connection broke: then nobody knows whether the last transaction was stored."""
    if isinstance(error, DBAPIError):
        state = _state_of(error)
        broke = isinstance(error, InterfaceError) or isinstance(error.orig, OSError)
        return error.connection_invalidated or broke or state in _GOING or state.startswith(_CONNECTION)
    return isinstance(error, OSError)  # refused, reset, timed out


def translated(error: BaseException, place: ServerPlace, path: Path) -> JournalError:
    """Return the error as ours. path: what the session is called."""
    where, words, state = f"the database {place.url} of {path}", _words(error), _state_of(error)
    if state.startswith(_AUTHORITY):
        return JournalError(
            f"{where} lets nobody in who comes like this: {words}",
            next_step="Check the user in storage.url. The password stands in ~/.pgpass or PGPASSWORD.",
        )
    if state.startswith(_NO_DATABASE):
        return JournalError(f"{where} is not there: {words}", next_step="Make it: createdb.")
    return _as_it_failed(error, state, where, words)


def _as_it_failed(error: BaseException, state: str, where: str, words: str) -> JournalError:
    if state in _LOCKED:
        return JournalBusy(
            f"{where} is locked by another program", next_step="Close the program that holds it, then start again."
        )
    if state.startswith(_INTERNAL):
        return JournalDamaged(
            f"{where} is damaged: {words}", next_step="Restore a backup, or begin a new session with --database."
        )
    if state == _READ_ONLY or state.startswith((_RESOURCES, _SYSTEM)):
        return JournalUnwritable(
            f"{where} cannot be written: {words}; nothing of the last batch was sent",
            next_step="Mend the server, then start again: trading continues where it stopped.",
        )
    if is_lost(error):
        return JournalUnwritable(
            f"{where} does not answer: {words}; nothing of the last batch was sent",
            next_step="See to the server and the way to it, then start again: trading continues where it stopped.",
        )
    return JournalError(f"{where} failed: {words}", next_step="See the log for the statement.")


def _state_of(error: BaseException) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlstate", None) or getattr(original, "pgcode", None) or ""


def _words(error: BaseException) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    lines = str(original).splitlines()
    return lines[0] if lines else type(original).__name__
