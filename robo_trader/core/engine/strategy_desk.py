"""The strategies of one account side by side: what they want together, and what ends their wants."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.positions import Position
from robo_trader.core.domain.signals import Signal
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.allotment_desk import AllotmentDesk
from robo_trader.core.engine.event_desk import EventDesk, desk_of
from robo_trader.core.engine.oversight import Oversight
from robo_trader.core.engine.ownership import Ownership
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.sleeve_desk import SleeveDesk, standing_wants
from robo_trader.core.ledger.capital_changes import CapitalChange
from robo_trader.core.portfolio.netting import Want, cross, net
from robo_trader.core.strategies.views import Views


class StrategyDesk:
    """What the account wants to hold."""

    def __init__(self, settings: EngineSettings, account: Account, market: Market, views: Sequence[Views]) -> None:
        """views: of each sleeve, in their order."""
        self._account = account
        self.ownership = Ownership([sleeve.name for sleeve in settings.sleeves], account, market)
        self._sleeves = [
            desk_of(sleeve, settings, account, market, own, self.ownership.position)
            for sleeve, own in zip(settings.sleeves, views, strict=True)
        ]
        self.is_shared = self.ownership.is_shared
        self._watched = any(sleeve.stops.is_on for sleeve in settings.sleeves)  # for stops, bar by bar
        for sleeve in self._sleeves:
            sleeve.beside = [other for other in self._sleeves if other is not sleeve]
        self._parts: dict[Symbol, list[tuple[SleeveDesk, slice]]] = {}
        self.unsettled: set[Symbol] = set()  # whose target may not be reached yet
        self.allotments = AllotmentDesk(account, market, self._sleeves, self.ownership, self.unsettled)
        self.oversight = Oversight(settings.strategies, account, self._sleeves, self.ownership, self.unsettled)

    @property
    def event_desk(self) -> EventDesk | None:
        """The desk of a strategy in event form, which has the account to itself; None for rules."""
        desk = self._sleeves[0]
        return desk if isinstance(desk, EventDesk) else None

    # ---- what is wanted ----------------------------------------------------------------------------------

    def consider(self, bars: Sequence[Bar], values: Mapping[Symbol, tuple[float, ...]]) -> None:
        """Take in the bars of a slice and the values of their symbols' features, one symbol after the other.

        Of each symbol every stop comes first, as it makes room for what other strategies want.
        """
        known, watched = self._parts, self._watched
        for bar in bars:
            symbol = bar.symbol
            row, parts = values[symbol], known.get(symbol) or self._parts_of(symbol)
            for sleeve, part in parts if watched else ():
                if sleeve.watch_stops(bar, row[part]):
                    self.unsettled.add(symbol)
            for sleeve, part in parts:
                try:
                    if sleeve.take_view(bar, row[part]):
                        self.unsettled.add(symbol)
                except StrategyError as error:
                    self.oversight.forgive(sleeve, error, bar.ended_at)

    def wanted(self, symbol: Symbol, *, now: int) -> Want:
        """Return what all strategies want of a symbol, after what passes between them has passed."""
        if not self.is_shared:
            return self._sleeves[0].standing_want(symbol)
        wants = standing_wants(self._sleeves, symbol)
        crossed = cross(wants, now=now)
        if crossed:
            self.allotments.cross(symbol, crossed, at=now)
            wants = standing_wants(self._sleeves, symbol)
        return net(wants, now=now, is_working=bool(self._account.orders.targeting(symbol)))

    def wants(self, symbol: Symbol, together: Want) -> Sequence[Want]:
        """Return what each strategy wants of a symbol; together: what all want, which is one's own if it is alone."""
        return standing_wants(self._sleeves, symbol) if self.is_shared else (together,)

    # ---- what guards a position --------------------------------------------------------------------------

    def stop_levels(self, symbol: Symbol, position: Position) -> list[float]:
        """Return where the stops of those stand who hold a position's side; NaN for one that has no price."""
        return [sleeve.stop_level(symbol) for sleeve in self._on_side_of(position)]

    def stop_distances(self, symbol: Symbol, price: float) -> tuple[float, float, float]:
        """Return the dollars a share to the stop of what is held, and of shares bought or sold now.

        Of several strategies that want something of a symbol, the widest counts.
        """
        own = [sleeve.stop_distances(symbol, price) for sleeve in self._sleeves if symbol in sleeve.wanted]
        held, bought, sold = zip(*own, strict=True) if own else ((price,), (price,), (price,))
        return max(held), max(bought), max(sold)

    def take_moved_stops(self) -> set[Symbol]:
        """Return the symbols of which a stop may stand elsewhere than at the last call."""
        moved: set[Symbol] = set()
        for sleeve in self._sleeves:
            moved |= sleeve.take_moved_stops()
        return moved

    def signal_of(self, position: Position) -> Signal:
        """Return the signal that speaks for a position: that of the first strategy on its side."""
        return self._on_side_of(position)[0].wanted[position.symbol][0]

    def leave(self, position: Position, reason: str, *, at: int) -> None:
        """Let those who hold a position's side want nothing of it any more."""
        for sleeve in self._on_side_of(position):
            if sleeve.leave(position.symbol, reason, at=at):
                self.unsettled.add(position.symbol)

    # ---- what a company does with its shares -------------------------------------------------------------

    def split(self, symbol: Symbol, change: CapitalChange) -> tuple[Allotment, ...]:
        """Count all that concerns a symbol in new shares, before the account does; return what left whom as parts."""
        after = self._account.ledger.position(symbol).quantity * change.new / change.old - change.paid
        before = [desk.held(symbol) for desk in self._sleeves]
        parts = self.ownership.split(symbol, change, after=after)
        is_divided = self.ownership.is_divided(symbol)
        for desk, held in zip(self._sleeves, before, strict=True):
            desk.split(symbol, change, before=held, after=desk.held(symbol) if is_divided else after)
        return parts

    def delist(self, symbol: Symbol, change: CapitalChange, *, at: int) -> tuple[Allotment, ...]:
        """Let everybody want nothing of a symbol, and be paid out; return what left whom."""
        for desk in self._sleeves:
            if symbol in desk.wanted and desk.leave(symbol, "the symbol is delisted", at=at):
                self.unsettled.add(symbol)
        parts = self.ownership.pay_out(symbol, change.price)
        for desk in self._sleeves:
            desk.delist(symbol, change)
        return parts

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know all that was known of a symbol under its new name."""
        self.ownership.sub_accounts.rename(symbol, new_symbol)
        for desk in self._sleeves:
            desk.rename(symbol, new_symbol)
        if symbol in self.unsettled:
            self.unsettled.remove(symbol)
            self.unsettled.add(new_symbol)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        accounts = self.ownership.sub_accounts
        return [sleeve.state() for sleeve in self._sleeves], accounts.positions, self.unsettled, (
            accounts.cash, self.oversight.state(),
        )  # fmt: skip

    def _on_side_of(self, position: Position) -> list[SleeveDesk]:
        symbol = position.symbol
        return [
            sleeve
            for sleeve in self._sleeves
            if symbol in sleeve.wanted and sleeve.held(symbol) * position.quantity > 0
        ]

    def _parts_of(self, symbol: Symbol) -> list[tuple[SleeveDesk, slice]]:
        """Return each sleeve, and where its values stand among all values of a symbol."""
        ends = [0]
        for desk in self._sleeves:
            ends.append(ends[-1] + len(desk.sleeve.features_of(symbol)))
        parts = [(desk, slice(begin, end)) for desk, (begin, end) in zip(self._sleeves, pairwise(ends), strict=True)]
        self._parts[symbol] = parts
        return parts
