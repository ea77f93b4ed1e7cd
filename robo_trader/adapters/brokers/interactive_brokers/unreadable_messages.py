"""What the library cannot read it logs, and goes on; here it is told, with the kind of message that it was."""

import logging
import re
from collections.abc import Callable

_KIND = re.compile(r"Error handling fields: \['(-?\d{1,6})'")  # as the library words it
_CHARACTERS_MAX = 500  # of a message, in what is told


class UnreadableMessages(logging.Handler):
    """Listens to the log of the library's decoder."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        """tell: is given the number of the kind, empty where it is not known, and what was logged, in words."""
        super().__init__(logging.ERROR)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of a message."""
        words = record.getMessage()
        kind = _KIND.match(words)
        reason = record.exc_info[1] if record.exc_info else None
        self._tell("" if kind is None else kind[1], f"{words[:_CHARACTERS_MAX]} {reason!r:.200}")
