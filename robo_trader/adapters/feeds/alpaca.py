"""Historical bars from Alpaca's data API: raw prices, regular sessions.

Importing this brings alpaca-py, and that brings pandas: whoever joins feeds imports it when it is chosen.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from msgspec import Struct

from robo_trader.adapters.brokers.alpaca.credentials import credentials_from
from robo_trader.adapters.brokers.alpaca.endpoints import Endpoints
from robo_trader.adapters.brokers.alpaca.reads import AlpacaReads
from robo_trader.adapters.brokers.alpaca.refusals import AlpacaRefused, AlpacaSilent
from robo_trader.adapters.brokers.alpaca.request_budget import RequestBudget
from robo_trader.adapters.brokers.alpaca.rest_lane import RestLane
from robo_trader.adapters.brokers.alpaca.wire import WireError, nanos_of, read
from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import DAY_NANOS, BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest

PAGE = 10_000  # the most bars that Alpaca gives at once
TIMEOUT_SECONDS = 30.0
_TIMEFRAMES = {
    BarSize.MINUTE_1: "1Min",
    BarSize.MINUTES_5: "5Min",
    BarSize.MINUTES_15: "15Min",
    BarSize.MINUTES_30: "30Min",
    BarSize.DAY_1: "1Day",
}  # no hours: Alpaca counts them from the full hour, and sessions begin at half past


class WireBar(Struct, frozen=True, gc=False):
    """A bar as Alpaca writes it; `t` is its start, a day's at midnight in New York."""

    t: str
    o: float
    h: float
    l: float  # noqa: E741 - Alpaca's word
    c: float
    v: float


class BarPage(Struct, frozen=True, gc=False):
    """A page of bars, by symbol."""

    bars: dict[str, list[WireBar]] | None = None
    next_page_token: str | None = None


class AlpacaFeed:
    """Serves any symbol, as far back as Alpaca does. Made by `alpaca_feed`."""

    name = "alpaca"

    def __init__(self, reads: AlpacaReads, data_url: str, sessions: SessionTable, exchanges: str) -> None:
        self._reads = reads
        self._data_url = data_url
        self._sessions = sessions
        self._exchanges = exchanges

    def serves(self, symbol: Symbol, bar_size: BarSize) -> bool:  # noqa: ARG002 - the port asks for both
        """Whether Alpaca's bars of this size are ours; whether it knows the symbol only asking tells."""
        return bar_size in _TIMEFRAMES

    def last_bar_ends_at(self, symbol: Symbol, bar_size: BarSize) -> int | None:  # noqa: ARG002 - as above
        """None: it goes on with the market."""
        return None

    async def history(self, request: BarRequest) -> Sequence[Bar]:
        """Return the bars of the window that lie within sessions. Raises DataError if Alpaca does not give them."""
        try:
            found = [self._fitted(request, bar) for bar in await self._read(request)]
        except (AlpacaRefused, AlpacaSilent, WireError) as error:
            raise DataError(
                f"Alpaca gave no bars of {request.symbol}: {error}", next_step=error.next_step or _SEE_PLAN
            ) from error
        return [bar for bar in found if bar and bar.started_at >= request.start and bar.ended_at <= request.end]

    async def _read(self, request: BarRequest) -> list[WireBar]:
        query: dict[str, Any] = {
            "symbols": request.symbol, "timeframe": _TIMEFRAMES[request.bar_size], "adjustment": "raw",
            "start": _text(max(request.start - DAY_NANOS, 0)), "end": _text(request.end), "limit": PAGE,
            "feed": self._exchanges,
        }  # fmt: skip
        found: list[WireBar] = []
        while True:
            answer = await self._reads.get("/stocks/bars", query, base_url=self._data_url)
            page = read(answer, BarPage)
            found.extend((page.bars or {}).get(request.symbol, ()))
            if page.next_page_token is None:
                return found
            query["page_token"] = page.next_page_token

    def _fitted(self, request: BarRequest, bar: WireBar) -> Bar | None:
        """Return a bar with the times of its session, None if it lies in none."""
        started_at, size = nanos_of(bar.t), request.bar_size
        if size.is_daily:
            session = self._sessions.on(bar.t[:10])  # midnight in New York is the same day in Greenwich
            if session is None:
                return None
            times = session.opens_at, session.closes_at
        else:
            session = self._sessions.of_bar(started_at + 1)
            if session is None or (started_at - session.opens_at) % size.nanos:
                return None
            times = started_at, min(started_at + size.nanos, session.closes_at)
        return Bar(request.symbol, *times, bar.o, bar.h, bar.l, bar.c, bar.v)


@contextmanager
def alpaca_feed(
    endpoints: Endpoints,
    environment: Mapping[str, str],
    sessions: SessionTable,
    *,
    exchanges: str = "iex",
    requests_per_minute: int = 200,
) -> Iterator[AlpacaFeed]:
    """Yield a feed, and close its connections afterwards. Raises InvalidConfig if the environment has no keys.

    exchanges: "iex", one exchange of all, which costs nothing; or "sip", all of them, which takes a subscription.
    """
    budget = RequestBudget(monotonic, per_minute=requests_per_minute, kept_for_orders=0)
    lane = RestLane("bars", endpoints, credentials_from(environment), budget, TIMEOUT_SECONDS)
    try:
        yield AlpacaFeed(AlpacaReads(lane), endpoints.data_url, sessions, exchanges)
    finally:
        lane.close()


_SEE_PLAN = "See what data your plan at Alpaca includes: the last 15 minutes of all exchanges cost."


def _text(nanos: int) -> str:
    return datetime.fromtimestamp(nanos // NANOS_PER_SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
