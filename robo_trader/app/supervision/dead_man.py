"""Asks an address outside again and again while all is well: what raises the alarm is that the questions cease.

That is the one alarm which also works when the machine has lost its power or its network.
"""

import threading
import urllib.request
from collections.abc import Callable
from http.client import HTTPException

TIMEOUT_SECONDS = 10.0


class DeadManPing:
    """One address, asked from a thread of its own: whoever answers slowly keeps nobody waiting."""

    def __init__(self, url: str, seconds: float, complain: Callable[[str], None]) -> None:
        """complain: told what went wrong, in words, once until it goes well again."""
        self._url = url
        self._seconds = seconds
        self._complain = complain
        self._asked_at = float("-inf")
        self._is_failing = False
        self._asking: threading.Thread | None = None
        self._failing: threading.Thread | None = None

    def tell_sound(self, now: float) -> None:
        """Ask if it is time. now: seconds that never go back."""
        if now - self._asked_at >= self._seconds and not self._is_asking():
            self._asked_at = now
            self._asking = threading.Thread(target=self._ask, args=(self._url,), daemon=True)
            self._asking.start()

    def tell_failure(self) -> None:
        """Tell of a failure, without waiting for the answer."""
        self._failing = threading.Thread(target=self._ask, args=(f"{self._url.rstrip('/')}/fail",), daemon=True)
        self._failing.start()

    def wait(self) -> None:
        """Wait until the failure was told, for as long as one question may take."""
        if self._failing is not None:
            self._failing.join(TIMEOUT_SECONDS)

    def _is_asking(self) -> bool:
        return self._asking is not None and self._asking.is_alive()

    def _ask(self, url: str) -> None:
        try:
            with _web().open(url, timeout=TIMEOUT_SECONDS) as answer:
                answer.read(1)
        except (OSError, ValueError, HTTPException) as error:  # the last two: of what is no HTTP at all
            if not self._is_failing:
                self._complain(str(error))
            self._is_failing = True
        else:
            self._is_failing = False


def _web() -> urllib.request.OpenerDirector:
    """Return what opens addresses of HTTP and HTTPS, follows where they lead, and knows no other kind."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
