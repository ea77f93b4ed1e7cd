"""A pretend gateway in a process of its own that shows quotes at a pace, and then many at once.

What it prints, one JSON object a line: where it listens; for each phase when it began and ended; its books at the end.
It goes on to the next phase at each line of its input.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from benchmarks.workloads import venue_settings
from robo_trader.core.domain.bars import NANOS_PER_SECOND, TradingSession
from robo_trader.core.domain.events import QuoteArrived
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.market.sessions import SessionTable
from robo_trader.simulation.gateway.brokerage.brokerage import Brokerage
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings, Listing
from robo_trader.simulation.gateway.market.market import Market
from robo_trader.simulation.gateway.market.settings import MarketSettings
from robo_trader.simulation.gateway.server.desk import Desk
from robo_trader.simulation.gateway.server.gateway_server import GatewayServer, GatewaySettings

ACCOUNT = "DU1234567"
STEP = NANOS_PER_SECOND // 5_000  # of the market's time, between two quotes
OPEN = int(datetime(2024, 3, 4, 14, 30, tzinfo=UTC).timestamp()) * NANOS_PER_SECOND
SESSION = TradingSession(date="2024-03-04", opens_at=OPEN, closes_at=OPEN + 23_400 * NANOS_PER_SECOND)
_AT_ONCE = 50  # quotes between two looks at clock and sockets


def symbols_of(count: int) -> tuple[Symbol, ...]:
    """Return names of so many stocks."""
    return tuple(Symbol(f"T{number:03}") for number in range(count))


def _quotes(symbols: tuple[Symbol, ...]) -> Iterator[QuoteArrived]:
    """Yield quotes of one stock after the other; the size offered is the number of the quote, from 1 on."""
    chance, mids, number = Random(1), dict.fromkeys(symbols, 10_000), 0  # noqa: S311 - a market, no secret
    while True:
        for symbol in symbols:
            mids[symbol] += chance.choice((-1, 0, 1))
            number += 1
            mid, at = mids[symbol], OPEN + number * STEP
            quote = Quote(symbol, at, (mid - 1) / 100, (mid + 1) / 100, 1_000.0, float(number))
            yield QuoteArrived(quote=quote, session=SESSION)


class _Clock:
    at = OPEN

    def __call__(self) -> int:
        return self.at


async def _serve(symbols: tuple[Symbol, ...], phases: list[tuple[int, float | None]]) -> None:
    """phases: how many quotes, and how many a second; None: as many as can be."""
    sessions, clock = SessionTable([SESSION]), _Clock()
    listings = tuple(Listing(symbol=symbol) for symbol in symbols)
    venue = venue_settings(quoted=frozenset(symbols))
    brokerage = Brokerage(BrokerageSettings(venue=venue, sessions=sessions, listings=listings, account=ACCOUNT))
    market = Market(
        MarketSettings(sessions=sessions, listings=listings, lines_max=1_000, tick_streams_max=len(symbols))
    )
    desks: dict[str, Desk] = {"brokerage": brokerage, "market": market}
    server = GatewayServer(desks, GatewaySettings(unsent_bytes_max=256 << 20), clock=clock)
    _tell(port=await server.start())
    quotes = _quotes(symbols)
    for count, a_second in phases:
        await asyncio.to_thread(sys.stdin.readline)
        _tell(begun_at=time.time())
        await _play(server, clock, quotes, count, a_second)
        _tell(ended_at=time.time())
    await _after(server, clock, quotes)
    _tell(book=brokerage.book())
    await server.close()


async def _play(
    server: GatewayServer, clock: _Clock, quotes: Iterator[QuoteArrived], count: int, a_second: float | None
) -> None:
    begun = time.monotonic()
    for number in range(count):
        arrived = next(quotes)
        clock.at = arrived.quote.at
        server.show(arrived)
        if number % _AT_ONCE == 0:
            ahead = 0.0 if a_second is None else begun + number / a_second - time.monotonic()
            await asyncio.sleep(max(0.0, ahead))


async def _after(server: GatewayServer, clock: _Clock, quotes: Iterator[QuoteArrived]) -> None:
    """Go on slowly until the other side has said that it has what it waits for."""
    waiting = asyncio.ensure_future(asyncio.to_thread(sys.stdin.readline))
    while not waiting.done():
        await _play(server, clock, quotes, 20, None)
        await asyncio.sleep(0.05)


def _tell(**said: Any) -> None:  # noqa: ANN401 - numbers, and a book
    print(json.dumps(said), flush=True)


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--a-second", type=float, required=True)
    parser.add_argument("--burst", type=int, required=True)
    chosen = parser.parse_args()
    paced = (int(chosen.seconds * chosen.a_second), chosen.a_second)
    asyncio.run(_serve(symbols_of(chosen.symbols), [paced, (chosen.burst, None)]))


if __name__ == "__main__":
    main()
