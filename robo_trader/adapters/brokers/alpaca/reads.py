"""What Alpaca may be asked, and asked again: orders, executions, shares, cash. Orders are never sent from here."""

from typing import Any

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from robo_trader.adapters.brokers.alpaca.refusals import AlpacaRefused, AlpacaSilent
from robo_trader.adapters.brokers.alpaca.rest_lane import RestLane
from robo_trader.adapters.brokers.alpaca.wire import FillActivity, WireAccount, WireOrder, WirePosition, read

ORDERS_PAGE, ACTIVITIES_PAGE = 500, 100  # the most that Alpaca gives at once
_NOT_FOUND = 404


class AlpacaReads:
    """Asks in one lane, and again a few times with growing pauses where no answer came."""

    def __init__(self, lane: RestLane, *, attempts: int = 4, pause_seconds: float = 0.5) -> None:
        """attempts: for each question; pause_seconds: the longest first pause between two."""
        self._lane = lane
        self._retrying = AsyncRetrying(
            stop=stop_after_attempt(attempts),
            wait=wait_random_exponential(multiplier=pause_seconds, max=20 * pause_seconds),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )

    async def account(self) -> WireAccount:
        """Return the account. This and all below raise AlpacaRefused or AlpacaSilent."""
        return read(await self.get("/account"), WireAccount)

    async def positions(self) -> list[WirePosition]:
        """Return all shares that are held."""
        return read(await self.get("/positions"), list[WirePosition])

    async def orders(self, *, after: str) -> list[WireOrder]:
        """Return all open orders, and all others submitted after a time; the newer picture where there are two."""
        found: dict[str, WireOrder] = {}
        for query in ({"status": "open"}, {"status": "all", "after": after}):
            for order in await self._all_pages(query):
                found[order.id] = order
        return list(found.values())

    async def order(self, order_id: str) -> WireOrder | None:
        """Return an order by Alpaca's id, None if there is none."""
        return await self._one_order(f"/orders/{order_id}", {})

    async def order_by_reference(self, reference: str) -> WireOrder | None:
        """Return an order by our reference, None if there is none."""
        return await self._one_order("/orders:by_client_order_id", {"client_order_id": reference})

    async def activities(self, *, after: str) -> list[FillActivity]:
        """Return all executions after a time."""
        found: list[FillActivity] = []
        query: dict[str, Any] = {"after": after, "direction": "asc", "page_size": ACTIVITIES_PAGE}
        while True:
            page = read(await self.get("/account/activities/FILL", query), list[FillActivity])
            found.extend(page)
            if len(page) < ACTIVITIES_PAGE:
                return found
            query["page_token"] = page[-1].id

    async def _all_pages(self, query: dict[str, Any]) -> list[WireOrder]:
        found: dict[str, WireOrder] = {}
        query = {**query, "direction": "asc", "limit": ORDERS_PAGE}
        while True:
            page = read(await self.get("/orders", query), list[WireOrder])
            known = len(found)
            found.update((order.id, order) for order in page)
            if len(page) < ORDERS_PAGE or len(found) == known:
                return list(found.values())
            query["after"] = page[-1].submitted_at

    async def _one_order(self, path: str, query: dict[str, Any]) -> WireOrder | None:
        try:
            return read(await self.get(path, query), WireOrder)
        except AlpacaRefused as refusal:
            if refusal.status == _NOT_FOUND:
                return None
            raise

    async def get(self, path: str, query: dict[str, Any] | None = None, *, base_url: str | None = None) -> object:
        """Return the JSON at a path of the API, or of another of Alpaca's."""

        async def ask() -> object:
            return await self._lane.ask(
                lambda client: client.get(path, dict(query or {}), base_url=base_url), is_order=False
            )

        return await self._retrying(ask)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, AlpacaSilent) or (isinstance(error, AlpacaRefused) and error.is_too_many)
