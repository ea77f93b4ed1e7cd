"""The desk of a strategy in event form: tells it what happens, and takes down what it wants.

What it wants becomes a signal and a target as with every other strategy (`SleeveDesk`). It is pursued at once, after
the event it was wanted at, and again at every slice until it is reached; so is a target whose symbol had a fill or a
cancel since. What risk refused is tried again at slices only, or every quote would be refused once more.
"""

from collections.abc import Callable
from decimal import Decimal
from math import isnan, nan
from typing import Any

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.events import (
    BetweenSlices,
    QuoteArrived,
    QuoteRejected,
    TimerFired,
    TimerSet,
    TradePrinted,
    TradeRejected,
)
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import BrokerReport, OrderCanceled
from robo_trader.core.domain.positions import Position
from robo_trader.core.domain.quotes import Quote, QuoteFault, TradePrint
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.quoted_market import QuotedMarket
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.engine.sleeve_desk import SleeveDesk
from robo_trader.core.features.record_lanes import RecordLanes
from robo_trader.core.ledger.capital_changes import CapitalChange
from robo_trader.core.market.columns import QUOTE_COLUMNS, TRADE_COLUMNS
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, failed_hook, is_plain
from robo_trader.core.strategies.strategy import checked_strength, moment_text
from robo_trader.core.strategies.views import Views

Held = Callable[[str, Symbol], Position]  # the position of a sleeve, by its name, in a symbol

WAKES_MAX = 1_000_000  # in a row; a second each over a long weekend is a quarter of it


class EventDesk(SleeveDesk):
    """What one strategy in event form remembers and wants. It is the `Desk` that the strategy's hooks are handed."""

    def __init__(
        self,
        sleeve: Sleeve,
        settings: EngineSettings,
        account: Account,
        market: QuotedMarket,
        views: Views,
        held: Held,
    ) -> None:
        super().__init__(sleeve, settings, account, market, views, held)
        assert isinstance(sleeve.strategy, EventStrategy)
        self._told = sleeve.strategy
        self.market = market
        self._symbols = frozenset(settings.symbols)
        self.memory = self._told.memory()
        self.timers: dict[str, int] = {}
        self.due: set[Symbol] = set()  # whose target is to be pursued before the next slice
        self.revalue: Callable[[], None] = lambda: None  # marks the account to market; set by the engine
        self._risks: dict[Symbol, tuple[float, ...]] = {}  # values of the sizer's features, at the last bar
        self._quote_lanes = RecordLanes(self._told.quote_features, QUOTE_COLUMNS)
        self._trade_lanes = RecordLanes(self._told.trade_features, TRADE_COLUMNS)
        self._now = 0
        self._wakes = 0  # timers since the last quote, print or slice

    # ---- what the strategy may ask and say --------------------------------------------------------------

    @property
    def now(self) -> int:
        """The time of the event that is told."""
        return self._now

    def position(self, symbol: Symbol) -> float:
        """As Desk.position."""
        return float(self._held(self.sleeve.name, symbol).quantity)

    def strength(self, symbol: Symbol) -> float:
        """As Desk.strength."""
        return self._views.strengths.get(symbol, 0.0)

    def want(self, symbol: Symbol, strength: float, reason: str) -> None:
        """As Desk.want."""
        strength = checked_strength(strength, self._told.name, symbol, self._now)
        if symbol not in self._symbols:
            raise self._refusal(f"wants {symbol!r:.40}, which is not among the symbols of this run")
        if strength == self.strength(symbol) or not self.market.knows(symbol):
            return
        risks = self._risks.get(symbol, (nan,) * len(self.sleeve.sizer.features))
        if strength and any(map(isnan, risks)):
            return
        self._views.strengths[symbol] = strength
        signal = self._views.signal_at(symbol, self._now, strength, str(reason))
        self.revalue()
        last = float(self.market.price(symbol))
        self._want(signal, self._size(signal, last, risks))
        self.due.add(symbol)

    def wake(self, key: str, at: int) -> None:
        """As Desk.wake."""
        if at <= self._now:
            raise self._refusal(f"asks to be woken under {key!r:.40} at {at!r:.40}, which is not later")
        key, at = str(key), int(at)
        self.timers[key] = at
        self._account.events.append(TimerSet(key=key, wakes_at=at, occurred_at=self._now))

    # ---- what the engine tells ---------------------------------------------------------------------------

    def admits(self, event: QuoteArrived | TradePrinted) -> bool:
        """Count and refuse a faulty quote or print; return whether it is sound."""
        account, fault = self._account, self.market.find_fault(event)
        jump = account.limits.account.jump_fraction
        if fault is None and jump is not None and self.market.has_jumped(event, float(jump)):
            fault = QuoteFault.JUMPED
        if fault is None:
            return True
        account.tally.quotes_rejected[fault.value] += 1
        at = event.occurred_at
        if isinstance(event, QuoteArrived):
            account.events.append(QuoteRejected(quote=event.quote, fault=fault, occurred_at=at))
        else:
            account.events.append(TradeRejected(trade=event.trade, fault=fault, occurred_at=at))
        return False

    def tell(self, event: BetweenSlices) -> None:
        """Tell what happened between two slices. It is sound, and the market has come to it."""
        self._now = event.occurred_at
        if isinstance(event, TimerFired):
            assert self.timers.pop(event.key, None) == event.occurred_at, f"nobody set the timer {event}"
            self._count_wake()
            self._call("on_timer", event.key, event.key)
        elif isinstance(event, QuoteArrived):
            self._wakes = 0
            self._account.tally.quotes += 1
            self._tell_quote(event.quote)
        else:
            self._wakes = 0
            self._account.tally.trades += 1
            self._tell_trade(event.trade)

    def split(self, symbol: Symbol, change: CapitalChange, *, before: Decimal, after: Decimal) -> None:
        """As SleeveDesk.split. Features of quotes and prints begin anew; what the hooks remember is theirs."""
        super().split(symbol, change, before=before, after=after)
        risks, ratio = self._risks.get(symbol), change.new / change.old
        if risks is not None:
            powers = [feature.price_power for feature in self.sleeve.sizer.features]
            self._risks[symbol] = tuple(
                value / ratio**power if power else value for value, power in zip(risks, powers, strict=True)
            )
        self._quote_lanes.forget(symbol)
        self._trade_lanes.forget(symbol)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """As SleeveDesk.rename."""
        super().rename(symbol, new_symbol)
        self._quote_lanes.forget(symbol)
        self._trade_lanes.forget(symbol)
        if symbol in self._risks:
            self._risks[new_symbol] = self._risks.pop(symbol)
        if symbol in self.due:
            self.due.remove(symbol)
            self.due.add(new_symbol)

    def hear(self, report: BrokerReport, fill: Fill | None) -> None:
        """Look at a target again where an order that stood in its way has gone, or filled; tell a fill.

        fill: what the report brought, booked.
        """
        if isinstance(report, OrderCanceled) and report.order_id in self._account.orders.ended:
            self.due.add(self._account.orders.ended[report.order_id].intent.symbol)
        if fill is not None:
            self.due.add(fill.symbol)
            self._now = max(self.market.last_ended_at, fill.occurred_at)
            self._call("on_fill", fill.symbol, fill)

    def due_timer(self, before: int) -> TimerFired | None:
        """Return the first timer that is due before a time, None if there is none; ties go by key."""
        if not self.timers:
            return None
        at, key = min((at, key) for key, at in self.timers.items())
        return TimerFired(key=key, occurred_at=at) if at < before else None

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers. Raises StrategyError if the memory holds what cannot be stored."""
        if not is_plain(self.memory):
            raise StrategyError(
                f"{self._told.name} remembers what cannot be stored: {self.memory!r:.200}",
                next_step="Keep numbers, text, and lists, dictionaries, sets and Structs of these.",
            )
        lanes = self._quote_lanes.states, self._trade_lanes.states
        return (*super().state(), self.memory, self.timers, self.due, self._risks, self._wakes, *lanes)

    def take_view(self, bar: Bar, values: tuple[float, ...]) -> bool:
        """Tell a bar; values: of the features of strategy, sizer and stops. What it wants is due, not answered here."""
        stops, sizes = len(self.sleeve.stops.features), len(self.sleeve.sizer.features)
        split = len(values) - stops - sizes
        self._risks[bar.symbol] = values[split : split + sizes]
        own = values[:split]
        if not any(map(isnan, own)):
            self._now = bar.ended_at
            self._wakes = 0
            self._call("on_bar", bar.symbol, bar, own)
        return False

    def _tell_quote(self, quote: Quote) -> None:
        values = self._quote_lanes.update(quote.symbol, (quote.bid, quote.ask, quote.bid_size, quote.ask_size))
        if values is not None:
            self._call("on_quote", quote.symbol, quote, values)

    def _tell_trade(self, trade: TradePrint) -> None:
        quote = self.market.quotes.get(trade.symbol)
        best = (nan, nan) if quote is None else (quote.bid, quote.ask)
        values = self._trade_lanes.update(trade.symbol, (trade.price, trade.size, *best))
        if values is not None:
            self._call("on_trade", trade.symbol, trade, values)

    def _call(self, hook: str, key: str, *told: Any) -> None:  # noqa: ANN401 - each hook has its own
        desk: Desk = self
        try:
            getattr(self._told, hook)(self.memory, *told, desk)
        except StrategyError:
            raise
        except Exception as error:  # a hook may be anybody's, and wrong in any way
            raise failed_hook(error, self._told.name, hook, key, self._now) from error

    def _count_wake(self) -> None:
        self._wakes += 1
        if self._wakes > WAKES_MAX:
            raise self._refusal(f"was woken {WAKES_MAX:,} times while nothing happened")

    def _refusal(self, what: str) -> StrategyError:
        return StrategyError(
            f"{self._told.name} {what}, at {moment_text(self._now)}",
            next_step="Correct the strategy's hook; nothing was ordered because of this event.",
        )


def desk_of(
    sleeve: Sleeve, settings: EngineSettings, account: Account, market: Market, views: Views, held: Held
) -> SleeveDesk:
    """Return the desk of a sleeve, by the form of its strategy."""
    if not isinstance(sleeve.strategy, EventStrategy):
        return SleeveDesk(sleeve, settings, account, market, views, held)
    assert isinstance(market, QuotedMarket), market
    return EventDesk(sleeve, settings, account, market, views, held)
