"""How a run is asked to stop: by a signal in order, by a second one at once."""

import asyncio
import signal


class StopRequest:
    """What SIGINT and SIGTERM set from now on."""

    def __init__(self) -> None:
        """Listen to both signals, in the running loop."""
        self.asked = asyncio.Event()
        self.at_once = asyncio.Event()  # nothing is waited for any more
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self._note)
            except NotImplementedError:  # Windows: Ctrl-C arrives as an exception instead
                return

    def _note(self) -> None:
        if self.asked.is_set():
            self.at_once.set()
        self.asked.set()
