"""The strategies of one account side by side: what they want together, and whose the shares are that come of it."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from robo_trader.core.domain.allotments import Allotment, SharesCrossed
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.orders import Order
from robo_trader.core.domain.positions import Position
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.event_desk import EventDesk, desk_of
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.sleeve_desk import SleeveDesk
from robo_trader.core.ledger.sub_accounts import SubAccounts
from robo_trader.core.portfolio.netting import Want, allot, cross, net
from robo_trader.core.strategies.views import Views


class StrategyDesk:
    """What the account wants to hold. A strategy that has it to itself needs no sub-account: all is its own."""

    def __init__(self, settings: EngineSettings, account: Account, market: Market, views: Sequence[Views]) -> None:
        """views: of each sleeve, in their order."""
        self._account = account
        self._market = market
        self._sleeves = [
            desk_of(sleeve, settings, account, market, own, self._held)
            for sleeve, own in zip(settings.sleeves, views, strict=True)
        ]
        self.is_shared = len(self._sleeves) > 1
        self._watches_stops = settings.watches_stops
        for sleeve in self._sleeves:
            sleeve.beside = [other for other in self._sleeves if other is not sleeve]
        self._parts: dict[Symbol, list[tuple[SleeveDesk, slice]]] = {}
        self.sub_accounts = SubAccounts()
        self.unsettled: set[Symbol] = set()  # whose target may not be reached yet

    @property
    def event_desk(self) -> EventDesk | None:
        """The desk of a strategy in event form, which has the account to itself; None for rules."""
        desk = self._sleeves[0]
        return desk if isinstance(desk, EventDesk) else None

    def consider(self, bar: Bar, values: tuple[float, ...]) -> None:
        """Take in a bar and the values of its symbol's features: every stop first, as it makes room for others."""
        parts = self._parts.get(bar.symbol) or self._parts_of(bar.symbol)
        if self._watches_stops:
            for sleeve, part in parts:
                if sleeve.watch_stops(bar, values[part]):
                    self.unsettled.add(bar.symbol)
        for sleeve, part in parts:
            if sleeve.take_view(bar, values[part]):
                self.unsettled.add(bar.symbol)

    def wanted(self, symbol: Symbol, *, now: int) -> Want:
        """Return what all strategies want of a symbol, after what passes between them has passed."""
        if not self.is_shared:
            return self._sleeves[0].standing_want(symbol)
        wants = self._wants(symbol)
        crossed = cross(wants, now=now)
        if crossed:
            self._cross(symbol, crossed, now)
            wants = self._wants(symbol)
        return net(wants, now=now, is_working=bool(self._account.orders.open_for(symbol)))

    def note(self, order: Order, change: Decimal, price: Decimal, commission: Decimal) -> tuple[Allotment, ...]:
        """Take in a fill of `change` signed shares of an order; return whose they are, nothing if there is one only."""
        symbol = order.intent.symbol
        for sleeve in self._sleeves:
            if symbol in sleeve.wanted:
                self.unsettled.add(symbol)
        if not self.is_shared:
            return ()
        allotments = allot(self._wants(symbol), change, commission, order.intent.strategy)
        self._give(symbol, price, allotments)
        held = self._account.ledger.position(symbol).quantity + change
        assert self.sub_accounts.shares(symbol) == held, f"{symbol}: the strategies' shares are not the account's"
        return allotments

    def held_symbols(self) -> set[Symbol]:
        """Return the symbols that a strategy holds beside others, also where they hold nothing together."""
        return self.sub_accounts.symbols()

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return [sleeve.state() for sleeve in self._sleeves], self.sub_accounts.positions, self.unsettled

    def _wants(self, symbol: Symbol) -> list[Want]:
        return [sleeve.standing_want(symbol) for sleeve in self._sleeves if symbol in sleeve.wanted]

    def _held(self, name: str, symbol: Symbol) -> Position:
        if self.is_shared:
            return self.sub_accounts.position(name, symbol)
        return self._account.ledger.position(symbol)

    def _cross(self, symbol: Symbol, allotments: tuple[Allotment, ...], now: int) -> None:
        price = self._market.price(symbol)
        self._give(symbol, price, allotments)
        self._account.events.append(SharesCrossed(symbol=symbol, price=price, allotments=allotments, occurred_at=now))

    def _give(self, symbol: Symbol, price: Decimal, allotments: tuple[Allotment, ...]) -> None:
        self.sub_accounts.book(symbol, price, allotments)
        for sleeve in self._sleeves:
            if not self._held(sleeve.sleeve.name, symbol).quantity:
                sleeve.forget_stops(symbol)

    def _parts_of(self, symbol: Symbol) -> list[tuple[SleeveDesk, slice]]:
        """Return each sleeve, and where its values stand among all values of a symbol."""
        ends = [0]
        for desk in self._sleeves:
            ends.append(ends[-1] + len(desk.sleeve.features_of(symbol)))
        parts = [(desk, slice(begin, end)) for desk, (begin, end) in zip(self._sleeves, pairwise(ends), strict=True)]
        self._parts[symbol] = parts
        return parts
