"""From bars and features to one strategy's targets: asks it, watches its stops, sizes what they want."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import isnan

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.events import SignalEmitted, TargetSet
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, shares_from_float
from robo_trader.core.domain.orders import BUY, SELL
from robo_trader.core.domain.positions import Position
from robo_trader.core.domain.signals import Signal, Target
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.engine.stop_watch import StopWatch
from robo_trader.core.portfolio.netting import Want
from robo_trader.core.portfolio.sizing import size
from robo_trader.core.risk.gate import trim_shares
from robo_trader.core.rules.allotment import room_beside
from robo_trader.core.strategies.views import Views


class SleeveDesk:
    """What one strategy wants to hold."""

    def __init__(
        self,
        sleeve: Sleeve,
        settings: EngineSettings,
        account: Account,
        market: Market,
        views: Views,
        held: Callable[[str, Symbol], Position],
    ) -> None:
        """held: the position of a sleeve, by its name, in a symbol."""
        self.sleeve = sleeve
        self._settings = settings
        self._account = account
        self._market = market
        self._views = views
        self._held = held
        self._stops = StopWatch(sleeve.stops)
        self._has_stops = sleeve.stops.is_on
        self._sizer_features, self._stop_features = len(sleeve.sizer.features), len(sleeve.stops.features)
        self.wanted: dict[Symbol, tuple[Signal, Target]] = {}
        self.beside: Sequence[SleeveDesk] = ()  # the desks of the other strategies of the account

    def standing_want(self, symbol: Symbol) -> Want:
        """Return what the strategy wants of a symbol it has wanted something of, and what it holds."""
        signal, target = self.wanted[symbol]
        return Want(self.sleeve.name, signal, target, self._held(self.sleeve.name, symbol).quantity)

    def forget_stops(self, symbol: Symbol) -> None:
        """Take note that the strategy holds nothing of a symbol."""
        self._stops.states.pop(symbol, None)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        views = self._views
        return views.strengths, views.states, views.signals_emitted, self.wanted, self._stops.states

    def watch_stops(self, bar: Bar, values: tuple[float, ...]) -> bool:
        """Leave a position whose stop a bar has reached; return whether it is left. values: of its features."""
        wanted = self.wanted.get(bar.symbol) if self._has_stops else None
        if wanted is None:
            return False
        reached = self._stops.look(bar, self._held(self.sleeve.name, bar.symbol), values)
        if reached is None or not wanted[1].quantity:
            return False
        self._want(self._views.signal(bar, 0.0, reached), ZERO)
        return True

    def take_view(self, bar: Bar, values: tuple[float, ...]) -> bool:
        """Ask the strategy about a bar; return whether a target was set. values: of its features."""
        if not values or any(map(isnan, values)):
            return False  # a view that could not be sized yet would be lost: none is taken before all is warm
        sizes = self._sizer_features
        split = len(values) - self._stop_features - sizes
        signal = self._views.look(bar, values[:split])
        if signal is None:
            return False
        self._want(signal, self._size(signal, bar.close, values[split : split + sizes]))
        return True

    def _want(self, signal: Signal, quantity: Decimal) -> None:
        account, symbol = self._account, signal.symbol
        account.tally.signals += 1
        price = self._market.price(symbol)
        target = Target(signal_id=signal.signal_id, symbol=symbol, quantity=quantity, reference_price=price)
        self.wanted[symbol] = signal, target
        account.events.append(SignalEmitted(signal=signal))
        account.events.append(TargetSet(target=target, occurred_at=signal.as_of))

    def _others(self, symbol: Symbol) -> Decimal:
        """Return the signed shares that the other strategies want of a symbol."""
        wanted = [desk.wanted[symbol][1].quantity for desk in self.beside if symbol in desk.wanted]
        return sum(wanted, ZERO)

    def _size(self, signal: Signal, last: float, values: tuple[float, ...]) -> Decimal:
        equity = self._account.valuation.equity
        if not signal.strength or equity <= 0:
            return ZERO
        capital = float(equity) * self.sleeve.capital
        sized = size(self.sleeve.sizer, signal.strength, capital, last, values)
        if not sized:
            return ZERO
        shares, others = self._within_limits(shares_from_float(sized), signal.symbol), self._others(signal.symbol)
        if not others or abs(others + shares) <= abs(others):
            return shares
        return room_beside(shares, others, self._within_limits(others + shares, signal.symbol))

    def _within_limits(self, shares: Decimal, symbol: Symbol) -> Decimal:
        """Return signed shares, cut to what the limits on a position and an order allow."""
        settings, price = self._settings, self._market.price(symbol)
        dearest, limit = price, settings.order_style.limit(price, BUY if shares > 0 else SELL)
        if limit is not None and limit > price:
            dearest = limit
        equity = self._account.valuation.equity
        return trim_shares(shares, equity=equity, price=dearest, limits=settings.limits)
