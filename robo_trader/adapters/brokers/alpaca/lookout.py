"""Reads the lists whenever something may not have been told, and gives what they say to those who follow."""

import asyncio
from collections.abc import Callable

from robo_trader.adapters.brokers.alpaca.following import Following
from robo_trader.adapters.brokers.alpaca.listings import AlpacaListings, Listing
from robo_trader.adapters.brokers.alpaca.pauses import growing_pauses
from robo_trader.adapters.brokers.alpaca.wire import WireOrder


class Lookout:
    """Looks when asked to, one look at a time."""

    def __init__(
        self,
        listings: AlpacaListings,
        following: Following,
        now: Callable[[], int],
        *,
        pause_seconds: float,
        note_known: Callable[[], None],
    ) -> None:
        """now: UTC nanoseconds; note_known: called when a look has told all that was missing.

        pause_seconds: how long the stream may take to say itself what a look would tell.
        """
        self._listings = listings
        self._following = following
        self._now = now
        self._pause_seconds = pause_seconds
        self._note_known = note_known
        self._is_due = asyncio.Event()

    def note_gap(self) -> None:
        """Note that something may not have been told."""
        self._is_due.set()

    async def begin(self) -> None:
        """See what is there, before anything is reported. Raises what keeps Alpaca from telling."""
        self._is_due.clear()  # what follows is the look
        listing = await self._listings.read_all(self._now())
        self._following.start_from(listing.orders or (), listing.executions or (), at=self._now())

    async def run(self) -> None:
        """Look whenever it is due; less and less often while the lists do not tell what is missing."""
        pauses = growing_pauses(self._pause_seconds)
        while True:
            await self._is_due.wait()
            self._is_due.clear()
            listing = await self._listings.read(self._now(), with_orders=True)
            self.take_listing(listing)
            is_answered = listing.orders is not None and listing.executions is not None
            if is_answered and not self._following.needs_look:
                pauses = growing_pauses(self._pause_seconds)
                if not self._is_due.is_set():  # else the stream came back meanwhile, and this look began before
                    self._note_known()
            else:
                self._is_due.set()
                await asyncio.sleep(next(pauses))

    def take_listing(self, listing: Listing) -> None:
        """Take in what a look, or a statement, has shown."""
        self._following.take_listing(listing.orders or (), listing.executions or (), at=self._now())

    def take_order(self, order: WireOrder) -> None:
        """Take in what an answer has shown."""
        self._following.take_order(order, at=self._now())
        self.check_doubts()

    def check_doubts(self) -> None:
        """See after a pause whether the stream has told what it left out; if not, look."""
        if self._following.needs_look:
            asyncio.get_running_loop().call_later(self._pause_seconds, self._look_if_doubtful)

    def _look_if_doubtful(self) -> None:
        if self._following.needs_look:
            self.note_gap()
