"""What waits to be taken, and whether Alpaca can be believed to tell all.

The link is READY while the stream listens and the lists have told what it may have missed, and DOWN otherwise.
"""

import asyncio
from collections.abc import Callable

from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import FromBroker


class Reports:
    """Reports in the order they became known. `arrived` is set while some wait; `now`: UTC nanoseconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.arrived = asyncio.Event()
        self._now = now
        self._waiting: list[FromBroker] = []
        self._is_listening = False
        self._is_ready = False
        self._epoch = 0

    def tell(self, report: FromBroker) -> None:
        """Add a report."""
        self._waiting.append(report)
        self.arrived.set()

    def take(self) -> list[FromBroker]:
        """Return what waits, once."""
        waiting, self._waiting = self._waiting, []
        self.arrived.clear()
        return waiting

    def note_listening(self) -> None:
        """Note that the stream listens, again or for the first time."""
        self._is_listening = True

    def note_known(self) -> None:
        """Note that the lists have told all that the stream may have missed."""
        if self._is_listening and not self._is_ready:
            self._is_ready = True
            self._epoch += 1
            self._tell_link(LinkState.READY, "the stream listens, and the lists were read")

    def note_lost(self) -> None:
        """Note that the stream is gone."""
        self._is_listening = False
        if self._is_ready:
            self._is_ready = False
            self._tell_link(LinkState.DOWN, "the stream of updates broke")

    def _tell_link(self, state: LinkState, reason: str) -> None:
        self.tell(BrokerLinkChanged(state=state, reason=reason, epoch=self._epoch, occurred_at=self._now()))
