"""From settings to the journal that a session writes."""

from pathlib import Path

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.app.settings import Settings


def open_journal(settings: Settings, path: Path) -> SqlJournal:
    """Open the journal of a session, or create it where the settings want it. Raises JournalError."""
    storage = settings.storage
    return SqlJournal(
        path,
        busy_timeout_seconds=storage.busy_timeout_seconds,
        url=storage.url,
        accepts_old_sqlite=storage.accept_old_sqlite,
    )
