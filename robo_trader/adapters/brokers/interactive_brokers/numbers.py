"""Numbers of orders on the wire: never one twice, whatever the gateway offers after a restart."""

from pathlib import Path

from robo_trader.adapters.brokers.interactive_brokers.surroundings import DiskFiles, DurableFiles

_AHEAD = 100  # numbers put aside at a time; a crash wastes no more of them


class OrderNumbers:
    """Counts up over restarts of program and gateway. What was put aside is on disk before it is given out."""

    def __init__(self, path: Path, files: DurableFiles | None = None) -> None:
        """path: holds the highest number that may have been used. Raises OSError or ValueError if it is unreadable."""
        self._path = path
        self._files = files or DiskFiles()
        used = self._files.read(path)
        self._next = 1 if used is None else int(used) + 1
        self._aside = self._next - 1

    def at_least(self, number: int) -> None:
        """Give out none below a number: what the gateway offers, or an order was seen to have."""
        self._next = max(self._next, number)

    def take(self) -> int:
        """Return a number that was never given out."""
        number = self._next
        if number > self._aside:
            self._put_aside(number + _AHEAD - 1)
        self._next = number + 1
        return number

    def _put_aside(self, highest: int) -> None:
        self._files.replace(self._path, str(highest))
        self._aside = highest
