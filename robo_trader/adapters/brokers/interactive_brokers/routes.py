"""Where orders go: to SMART, which finds the best venue, or directly to one that a person chose for a symbol."""

from collections.abc import Iterable, Mapping

from ib_async.contract import Contract

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.history_pool import HistoryPool, Say
from robo_trader.adapters.brokers.interactive_brokers.translation import stock
from robo_trader.core.domain.instruments import Symbol

SMART = "SMART"


class Routes:
    """The chosen venues, and what the gateway says of them."""

    def __init__(self, chosen: Mapping[Symbol, str]) -> None:
        """chosen: the venue of each symbol that does not go to SMART."""
        self._chosen = dict(chosen)
        self._refusals: dict[Symbol, str] = {}

    def direct(self) -> tuple[Symbol, ...]:
        """Return the symbols that do not go to SMART."""
        return tuple(symbol for symbol, venue in self._chosen.items() if venue != SMART)

    def contract(self, symbol: Symbol) -> Contract:
        """Return a stock as its orders name it."""
        return stock(symbol, self._chosen.get(symbol, SMART))

    def refusal(self, symbol: Symbol) -> str | None:
        """Return in words why orders of a symbol must not leave; None if they may."""
        return self._refusals.get(symbol)

    def note_venues(self, symbol: Symbol, venues: Iterable[str]) -> str | None:
        """Learn where a symbol is traded; return in words what is wrong with its route, None if nothing."""
        known = sorted(venue for venue in venues if venue)
        chosen = self._chosen.get(symbol, SMART)
        if chosen in known:
            self._refusals.pop(symbol, None)
            return None
        self._refusals[symbol] = (
            f"`ibkr.routes` sends {symbol} to {chosen}, where it is not traded; choose one of {', '.join(known)}"
        )
        return self._refusals[symbol]


async def see_route(routes: Routes, pool: HistoryPool, symbol: Symbol, say: Say) -> None:
    """Ask where a symbol is traded; an alarm tells of a route that leads nowhere, or that could not be looked at."""
    try:
        told = await pool.details(stock(symbol))
    except (NoAnswerError, RequestRefusedError, ConnectionError) as error:
        say(speech.AlarmRaised(words=f"whether {symbol} is traded where `ibkr.routes` says is not known: {error}"))
        return
    words = routes.note_venues(symbol, (venue for one in told for venue in one.validExchanges.split(",")))
    if words is not None:
        say(speech.AlarmRaised(words=words))
