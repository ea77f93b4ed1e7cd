"""Lists as Alpaca gives them: by status and time, a page at a time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from robo_trader.simulation.alpaca.held_orders import HeldOrder
from robo_trader.simulation.alpaca.wording import written_time

Query = Mapping[str, str]
ORDERS_MAX = 500
ACTIVITIES_MAX = 100


def listed_orders(orders: Iterable[HeldOrder], query: Query) -> list[HeldOrder]:
    """Return one page of orders: `status`, `after`, `direction` and `limit` as documented; newest first by default."""
    status = query.get("status", "open")
    chosen = [order for order in orders if status == "all" or order.is_open is (status == "open")]
    if "after" in query:
        chosen = [order for order in chosen if written_time(order.created_at) > query["after"]]
    if query.get("direction", "desc") == "desc":
        chosen.reverse()
    return chosen[: min(int(query.get("limit", "50")), ORDERS_MAX)]


def listed_activities(activities: Sequence[dict[str, Any]], query: Query) -> list[dict[str, Any]]:
    """Return one page of activities, after the one that `page_token` names; newest first by default."""
    chosen = [one for one in activities if "after" not in query or one["transaction_time"] > query["after"]]
    if query.get("direction", "desc") == "desc":
        chosen.reverse()
    token = query.get("page_token")
    if token is not None:
        chosen = chosen[[one["id"] for one in chosen].index(token) + 1 :]
    return chosen[: min(int(query.get("page_size", ACTIVITIES_MAX)), ACTIVITIES_MAX)]
