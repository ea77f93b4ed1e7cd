"""From bars and features to one strategy's targets: asks it, watches its stops, sizes what they want."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import isnan

from msgspec.structs import replace

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.events import SignalEmitted, TargetSet
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, shares_from_float
from robo_trader.core.domain.orders import BUY, SELL
from robo_trader.core.domain.outcomes import Outcome
from robo_trader.core.domain.positions import Position
from robo_trader.core.domain.signals import Signal, Sizing, Target
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account, OpenSignal
from robo_trader.core.engine.outcome_desk import end_earlier
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.engine.size_basis import basis_of
from robo_trader.core.engine.stop_watch import StopWatch
from robo_trader.core.ledger.capital_changes import CapitalChange, whole_part
from robo_trader.core.portfolio.netting import Want
from robo_trader.core.portfolio.sizing import size
from robo_trader.core.risk.gate import trim_shares, trimming_limit
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.rules.allotment import room_beside
from robo_trader.core.rules.sizing import whole_lots
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
        self.basis = basis_of(sleeve, account, market)
        self._lot = Decimal(sleeve.lot)
        self.wanted: dict[Symbol, tuple[Signal, Target]] = {}
        self.beside: Sequence[SleeveDesk] = ()  # the desks of the other strategies of the account
        self.capital = sleeve.capital  # fraction of the account's equity that it sizes by, now
        self.permit: Permit | None = None  # what others, and its mode, leave of a target; None for all of it

    def standing_want(self, symbol: Symbol) -> Want:
        """Return what the strategy wants of a symbol it has wanted something of, and what it holds."""
        signal, target = self.wanted[symbol]
        return Want(self.sleeve.name, signal, target, self._held(self.sleeve.name, symbol).quantity)

    def held(self, symbol: Symbol) -> Decimal:
        """Return the signed shares that the strategy holds of a symbol."""
        return self._held(self.sleeve.name, symbol).quantity

    def note_passage(self, symbol: Symbol) -> None:
        """Take note that shares of a symbol may have come to the strategy, or gone from it."""
        if self.held(symbol):
            self._stops.moved.add(symbol)  # another average price, and so other stops
        else:
            self._stops.forget(symbol)

    def take_moved_stops(self) -> set[Symbol]:
        """Return the symbols of which a stop may stand elsewhere than at the last call."""
        return self._stops.take_moved()

    def stop_distances(self, symbol: Symbol, price: float) -> tuple[float, float, float]:
        """Return the dollars a share from the price to the stop of what is held, and of shares bought or sold now."""
        return self._stops.distances(symbol, self._held(self.sleeve.name, symbol), price)

    def split(self, symbol: Symbol, change: CapitalChange, *, before: Decimal, after: Decimal) -> None:
        """Count what is wanted and remembered in new shares. before, after: signed shares the strategy holds."""
        new, old = change.new, change.old
        if symbol in self.wanted:
            signal, target = self.wanted[symbol]
            quantity = after if target.quantity == before else whole_part(target.quantity, new, old)
            price = target.reference_price * old / new
            self.wanted[symbol] = signal, replace(target, quantity=quantity, reference_price=price)
        open_signal = self._account.open_signals.get(symbol, {}).get(self.sleeve.name)
        if open_signal is not None:
            open_signal.asked = whole_part(open_signal.asked, new, old)
            open_signal.crossed = whole_part(open_signal.crossed, new, old)
        self._stops.split(symbol, new / old)
        self._views.split(symbol, new / old)
        self.basis.split(symbol, change, before=before, after=after)

    def delist(self, symbol: Symbol, change: CapitalChange) -> None:
        """Take note that what was held has been paid out."""
        self._stops.forget(symbol)
        self.basis.delist(symbol, float(change.price))

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was known of a symbol under its new name."""
        if symbol in self.wanted:
            signal, target = self.wanted.pop(symbol)
            self.wanted[new_symbol] = replace(signal, symbol=new_symbol), replace(target, symbol=new_symbol)
        self._stops.rename(symbol, new_symbol)
        self._views.rename(symbol, new_symbol)
        self.basis.rename(symbol, new_symbol)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        views = self._views
        own = self.capital, views.strengths, views.states, views.signals_emitted, self.wanted, self._stops.states
        return *own, *self.basis.state()

    def watch_stops(self, bar: Bar, values: tuple[float, ...]) -> bool:
        """Leave a position whose stop a bar has reached; return whether it is left. values: of its features."""
        wanted = self.wanted.get(bar.symbol) if self._has_stops else None
        if wanted is None:
            return False
        reached = self._stops.look(bar, self._held(self.sleeve.name, bar.symbol), values)
        if reached is None:
            return False
        if not wanted[1].quantity:
            return self._hurry(bar.symbol)
        signal = replace(self._views.signal(bar, 0.0, reached), is_stop=True)
        self._replace(signal, Outcome.STOPPED)
        self._want(signal, None)
        return True

    def _hurry(self, symbol: Symbol) -> bool:
        """Let an exit that is worked over time wait no longer; return whether one may be."""
        signal, target = self.wanted[symbol]
        if self._settings.execution is None or signal.is_stop:
            return False
        self.wanted[symbol] = replace(signal, is_stop=True), target
        return True

    def stop_level(self, symbol: Symbol) -> float:
        """Return the price of the nearest stop of what the strategy holds of a symbol, NaN if none has a price."""
        return self._stops.level(symbol, self._held(self.sleeve.name, symbol))

    def leave(self, symbol: Symbol, reason: str, *, at: int) -> bool:
        """Want nothing of a symbol any more; return whether something was wanted."""
        if not self.wanted[symbol][1].quantity:
            return False
        signal = replace(self._views.signal_at(symbol, at, 0.0, reason), is_stop=True)
        self._replace(signal, Outcome.STOPPED)
        self._want(signal, None)
        return True

    def look_afresh(self) -> None:
        """Forget what the strategy thought of every symbol: what it thinks next is news."""
        self._views.strengths.clear()

    def take_view(self, bar: Bar, values: tuple[float, ...]) -> bool:
        """Ask the strategy about a bar; return whether a target was set. values: of its features."""
        if self._stop_features and values:
            self._stops.ranges[bar.symbol] = values[-1]
        if not values or any(map(isnan, values)):
            return False  # a view that could not be sized yet would be lost: none is taken before all is warm
        sizes = self._sizer_features
        split = len(values) - self._stop_features - sizes
        signal = self._views.look(bar, values[:split])
        if signal is None:
            return False
        self._want(signal, self._size(signal, bar.close, values[split : split + sizes]))
        return True

    def _want(self, signal: Signal, sizing: Sizing | None) -> None:
        """Take down what the strategy wants; sizing: how much that is, None for nothing at all."""
        account, symbol = self._account, signal.symbol
        self._replace(signal, Outcome.SUPERSEDED)
        account.tally.signals += 1
        quantity = ZERO if sizing is None else sizing.allowed
        asked = quantity if sizing is None or sizing.trimmed_by is None else sizing.asked  # a lot refuses nothing
        price = self._market.price(symbol)
        target = Target(signal_id=signal.signal_id, symbol=symbol, quantity=quantity, reference_price=price)
        self.wanted[symbol] = signal, target
        account.events.append(SignalEmitted(signal=signal))
        account.events.append(TargetSet(target=target, occurred_at=signal.as_of, sizing=sizing))
        account.open_signals.setdefault(symbol, {})[self.sleeve.name] = OpenSignal(asked)

    def _replace(self, signal: Signal, outcome: Outcome) -> None:
        """End the strategy's signal before this one, if it is open still."""
        if signal.symbol in self._account.open_signals and signal.symbol in self.wanted:
            earlier = self.standing_want(signal.symbol)
            end_earlier(self._account, earlier, outcome, signal.signal_id, at=signal.as_of)

    def _others(self, symbol: Symbol) -> Decimal:
        """Return the signed shares that the other strategies want of a symbol."""
        if not self.beside:
            return ZERO
        wanted = [desk.wanted[symbol][1].quantity for desk in self.beside if symbol in desk.wanted]
        return sum(wanted, ZERO)

    def _size(self, signal: Signal, last: float, values: tuple[float, ...]) -> Sizing | None:
        """Return how many shares a signal is worth; None if it wants none, or if there is nothing to buy with."""
        equity = self._account.valuation.equity
        if not signal.strength or equity <= 0:
            return None
        capital = float(equity) * self.capital
        sized = size(self.sleeve.sizer, signal.strength, capital, last, self.basis.values(signal, values))
        asked, others = shares_from_float(sized), self._others(signal.symbol)
        allowed = self._allowed(asked, others, signal.symbol)
        control, limit = (None, None) if allowed == asked else self._trimming_limit(asked, signal.symbol)
        if self.permit is not None and allowed:
            allowed, objection = self.permit(self, signal, allowed)
            control, limit = (control, limit) if objection is None else (objection, abs(allowed))
        return Sizing(
            equity=equity, capital=capital, price=last, risk=values[0] if values else None, sized=sized, asked=asked,
            allowed=allowed if self._lot == 1 else whole_lots(allowed, self._lot), others=others, trimmed_by=control,
            limit=limit,
        )  # fmt: skip

    def _allowed(self, asked: Decimal, others: Decimal, symbol: Symbol) -> Decimal:
        """Return what the limits leave of the shares asked for, beside those that other strategies want."""
        if not asked:
            return ZERO
        shares = self._within_limits(asked, symbol)
        if not others or abs(others + shares) <= abs(others):
            return shares
        return room_beside(shares, others, self._within_limits(others + shares, symbol))

    def _within_limits(self, shares: Decimal, symbol: Symbol) -> Decimal:
        """Return signed shares, cut to what the limits on a position and an order allow."""
        dearest = self._dearest(shares, symbol)
        return trim_shares(shares, equity=self._account.valuation.equity, price=dearest, limits=self._limits(symbol))

    def _trimming_limit(self, shares: Decimal, symbol: Symbol) -> tuple[Control, Decimal]:
        """Return which limit cuts these shares, and the dollars it allows."""
        return trimming_limit(self._account.valuation.equity, self._dearest(shares, symbol), self._limits(symbol))

    def _dearest(self, shares: Decimal, symbol: Symbol) -> Decimal:
        """Return the most that a share may cost or bring, dollars: the last price, or a limit beyond it."""
        price = self._market.price(symbol)
        limit = self._settings.order_style.limit(price, BUY if shares > 0 else SELL)
        return price if limit is None else max(price, limit)

    def _limits(self, symbol: Symbol) -> RiskLimits:
        return self._account.limits.rules_for(self.sleeve.name, symbol).limits


def standing_wants(sleeves: Sequence[SleeveDesk], symbol: Symbol) -> list[Want]:
    """Return what each strategy wants that has wanted something of a symbol, in their order."""
    return [sleeve.standing_want(symbol) for sleeve in sleeves if symbol in sleeve.wanted]


Permit = Callable[[SleeveDesk, Signal, Decimal], tuple[Decimal, Control | None]]
