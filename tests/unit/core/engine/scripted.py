"""A strategy in event form that does what a test has written for each hook, before the real engine and venue.

The sizer holds 5 % of 100,000 dollars: 50 shares at the mid of 100.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from robo_trader.core.domain.events import BetweenSlices, TradePrinted
from robo_trader.core.domain.quotes import TradePrint
from robo_trader.core.features.feature import Feature
from robo_trader.core.strategies.event_strategy import Desk as TheDesk
from robo_trader.core.strategies.event_strategy import EventStrategy
from tests.builders import (
    AAPL,
    MINUTE,
    MSFT,
    OPEN,
    a_bar,
    a_quote,
    a_session,
    a_slice,
    an_arrival,
    engine_settings,
    venue_settings,
)
from tests.unit.core.engine.desk import Desk

TOMORROW = a_session(day=1)


class Notes(Struct):
    told: list[str]
    seen: dict[str, float]


@dataclass(frozen=True)
class Scripted(EventStrategy):
    """Notes what it is told, and does what a test has written for the hook."""

    script: Any = None  # {hook: function of (told, desk)}
    reads: tuple[Feature, ...] = ()
    reads_quotes: tuple[Feature, ...] = ()
    reads_trades: tuple[Feature, ...] = ()

    def features(self, symbol: str) -> tuple[Feature, ...]:  # noqa: ARG002
        return self.reads

    def quote_features(self, symbol: str) -> tuple[Feature, ...]:  # noqa: ARG002
        return self.reads_quotes

    def trade_features(self, symbol: str) -> tuple[Feature, ...]:  # noqa: ARG002
        return self.reads_trades

    def memory(self) -> Notes:
        return Notes([], {})

    def _act(self, hook: str, memory: Notes, told: Any, desk: TheDesk) -> None:  # noqa: ANN401
        memory.told.append(f"{hook} {getattr(told, 'symbol', told)} {desk.now - OPEN}")
        do = (self.script or {}).get(hook)
        if do is not None:
            do(told, desk)

    def on_bar(self, memory: Notes, bar: Any, values: Any, desk: TheDesk) -> None:  # noqa: ANN401
        self._note(memory, "bar", values)
        self._act("bar", memory, bar, desk)

    def on_quote(self, memory: Notes, quote: Any, values: Any, desk: TheDesk) -> None:  # noqa: ANN401
        self._note(memory, "quote", values)
        self._act("quote", memory, quote, desk)

    def on_trade(self, memory: Notes, trade: Any, values: Any, desk: TheDesk) -> None:  # noqa: ANN401
        self._note(memory, "trade", values)
        self._act("trade", memory, trade, desk)

    def on_fill(self, memory: Notes, fill: Any, desk: TheDesk) -> None:  # noqa: ANN401
        self._act("fill", memory, fill, desk)

    def on_timer(self, memory: Notes, key: str, desk: TheDesk) -> None:
        self._act("timer", memory, key, desk)

    @staticmethod
    def _note(memory: Notes, kind: str, values: tuple[float, ...]) -> None:
        memory.seen.update({f"{kind}{place}": value for place, value in enumerate(values)})


Script = Callable[[Any, TheDesk], None]


def scripted(*, script: dict[str, Script] | None = None, **reads: tuple[Feature, ...]) -> Scripted:
    return Scripted(script=script, **reads)


def a_desk(strategy: Scripted, **settings: Any) -> Desk:  # noqa: ANN401 - as engine_settings
    chosen = {"symbols": (AAPL, MSFT), **settings}
    return Desk(engine_settings(strategy=strategy, **chosen), venue_settings(quoted=(AAPL, MSFT)))


def quote(at: int, *, session: Any = None, **fields: Any) -> BetweenSlices:  # noqa: ANN401
    return an_arrival(a_quote(at=at, **fields), session=session)


def printed(at: int, price: float = 100.0, size: float = 100.0) -> TradePrinted:
    return TradePrinted(trade=TradePrint(AAPL, at, price, size), session=a_session())


def minute(number: int, price: float = 100.0) -> Any:  # noqa: ANN401
    end = OPEN + number * MINUTE
    return a_slice(a_bar(started_at=end - MINUTE, ended_at=end, open=price), ended_at=end)


def want(strength: float, symbol: str = AAPL) -> Script:
    return lambda _told, desk: desk.want(symbol, strength, "the test says so")  # type: ignore[arg-type]


def once(do: Script) -> Script:
    """Do it at the first call only. The script remembers, which no strategy may."""
    left = [do]
    return lambda told, desk: left.pop()(told, desk) if left else None


def told(desk: Desk) -> list[str]:
    events = desk.engine._events
    assert events is not None
    return list(events.memory.told)
