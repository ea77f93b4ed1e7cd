"""From bars and features to targets: asks the strategy, watches the stops, sizes what they want."""

from decimal import Decimal
from math import isnan

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.events import SignalEmitted, TargetSet
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, shares_from_float
from robo_trader.core.domain.orders import Side
from robo_trader.core.domain.signals import Signal, Target
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.stop_watch import StopWatch
from robo_trader.core.portfolio.sizing import size
from robo_trader.core.risk.gate import trim_shares
from robo_trader.core.strategies.views import StrategyViews


class StrategyDesk:
    """What one strategy wants to hold."""

    def __init__(self, settings: EngineSettings, account: Account, market: Market, views: StrategyViews) -> None:
        self._settings = settings
        self._account = account
        self._market = market
        self._views = views
        self._stops = StopWatch(settings.stops)
        self.wanted: dict[Symbol, tuple[Signal, Target]] = {}
        self.unsettled: set[Symbol] = set()  # whose target may not be reached yet

    def consider(self, bar: Bar, values: tuple[float, ...]) -> None:
        """Take in a bar and the values of its symbol's features."""
        self._watch_stops(bar, values)
        self._take_view(bar, values)

    def note(self, fill: Fill) -> None:
        """Look at a target again, as the position has changed."""
        if fill.symbol in self.wanted:
            self.unsettled.add(fill.symbol)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        views = self._views
        return (
            views.strengths, views.states, views.signals_emitted, self.wanted, self._stops.states, self.unsettled,
        )  # fmt: skip

    def _watch_stops(self, bar: Bar, values: tuple[float, ...]) -> None:
        wanted = self.wanted.get(bar.symbol)
        if not self._settings.stops.is_on or wanted is None:
            return
        reached = self._stops.look(bar, self._account.ledger.position(bar.symbol), values)
        if reached is not None and wanted[1].quantity:
            self._want(self._views.signal(bar, 0.0, reached), ZERO)

    def _take_view(self, bar: Bar, values: tuple[float, ...]) -> None:
        if not values or any(map(isnan, values)):
            return  # a view that could not be sized yet would be lost: none is taken before all is warm
        stops, sizes = len(self._settings.stops.features), len(self._settings.sizer.features)
        split = len(values) - stops - sizes
        signal = self._views.look(bar, values[:split])
        if signal is not None:
            self._want(signal, self._size(signal, bar.close, values[split : split + sizes]))

    def _want(self, signal: Signal, quantity: Decimal) -> None:
        account, price = self._account, self._market.price(signal.symbol)
        account.tally.signals += 1
        target = Target(signal_id=signal.signal_id, symbol=signal.symbol, quantity=quantity, reference_price=price)
        self.wanted[signal.symbol] = signal, target
        self.unsettled.add(signal.symbol)
        account.events.append(SignalEmitted(signal=signal))
        account.events.append(TargetSet(target=target, occurred_at=signal.as_of))

    def _size(self, signal: Signal, last: float, values: tuple[float, ...]) -> Decimal:
        settings, equity, price = self._settings, self._account.valuation.equity, self._market.price(signal.symbol)
        if equity <= 0:
            return ZERO
        sized = size(settings.sizer, signal.strength, float(equity), last, values)
        side = Side.BUY if sized > 0 else Side.SELL
        dearest = max(price, settings.order_style.limit(price, side) or price)
        return trim_shares(shares_from_float(sized), equity=equity, price=dearest, limits=settings.limits)
