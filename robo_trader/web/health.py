"""The health table: is the engine there, can the journal be read, is anything new.

A row changes only when its state does, so that a quiet hour sends nothing. The server itself has no row: who
reads the table knows that it runs.
"""

from typing import Final

from robo_trader.web.protocol import Component, Status
from robo_trader.web.topics import Table

_HINTS: Final = {
    (Component.ENGINE, Status.DOWN): "The engine is not running; what is shown is what it last stored.",
    (Component.ENGINE, Status.UNKNOWN): "It cannot be told whether the engine is running.",
    (Component.JOURNAL, Status.DOWN): "The journal cannot be read; the server's log says why.",
    (
        Component.DATA,
        Status.QUIET,
    ): "Nothing new for a while; that is right when the market is shut or a feed has ended.",
    (Component.DATA, Status.UNKNOWN): "Nothing new since the server started.",
}


class Health:
    """Writes the rows of the health table. Times are epoch milliseconds."""

    def __init__(self, now: int) -> None:
        self._rows: dict[Component, tuple[Status, int, int | None]] = {}
        for component in Component:
            self._rows[component] = (Status.UNKNOWN, now, None)

    def report(self, component: Component, status: Status, now: int) -> bool:
        """Note what a component is now. Returns whether that is a change."""
        before, _, last_ok = self._rows[component]
        if status is before:
            return False
        if before is Status.OK:
            last_ok = now
        self._rows[component] = (status, now, None if status is Status.OK else last_ok)
        return True

    def status(self, component: Component) -> Status:
        """Return what a component is."""
        return self._rows[component][0]

    def note_growth(self, grew_at: int) -> None:
        """Note when the journal last grew."""
        status, since, _ = self._rows[Component.DATA]
        self._rows[Component.DATA] = (status, since, grew_at)

    def write(self, table: Table) -> None:
        """Bring the table up to date."""
        for component, (status, since, last_ok) in self._rows.items():
            hint = _HINTS.get((component, status), "")
            table.put((component.value, status.value, since, last_ok, hint))
        table.ready = True
