"""Tells systemd how it goes: one datagram a word, to the socket that it named. Nothing is told if it named none."""

import contextlib
import os
import socket
from collections.abc import MutableMapping

_NAMES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class ServiceManager:
    """The one who started us, if he wants to know."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        """Take the variables out of the environment: they are meant for this process, and no child of it."""
        address, patience, process = (environment.pop(name, "") for name in _NAMES)
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        is_for_us = not process or process == str(os.getpid())
        self.watchdog_seconds = int(patience) / 1e6 if patience.isdigit() and is_for_us else 0.0  # 0: not asked for

    def tell(self, *words: str) -> None:
        """Tell words such as READY=1. That nobody listens any more is no reason to stop."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            speaker.settimeout(0)
            speaker.sendto("\n".join(words).encode(), self._address)
