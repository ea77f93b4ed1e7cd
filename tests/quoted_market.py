"""A seeded market of quotes: a mid that walks by cents, sizes that lean now to one side and now to the other."""

from collections.abc import Iterator
from random import Random

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.quotes import Quote, TradePrint
from tests.builders import AAPL, a_session

MILLISECOND = 1_000_000
LOT = 100.0  # shares


def walking_quotes(
    seed: int, *, symbol: Symbol = AAPL, session: TradingSession | None = None, mid: int = 10_000
) -> Iterator[QuoteArrived]:
    """Yield quotes from the open on, one to four a second. mid: cents at the open."""
    chance, session = Random(seed), session or a_session()  # noqa: S311 - a market, no secret
    at = session.opens_at
    while at < session.closes_at:
        mid += chance.choice((-1, 0, 0, 1))
        bid_size, ask_size = (LOT * chance.randrange(1, 20) for _ in range(2))
        quote = Quote(symbol, at, (mid - 1) / 100, (mid + 1) / 100, bid_size, ask_size)
        yield QuoteArrived(quote=quote, session=session)
        at += chance.randrange(250, 1_000) * MILLISECOND


def a_print(at: int, *, price: float = 100.0, size: float = 100.0, symbol: Symbol = AAPL) -> TradePrinted:
    """A trade at a price."""
    return TradePrinted(trade=TradePrint(symbol, at, price, size), session=a_session())
