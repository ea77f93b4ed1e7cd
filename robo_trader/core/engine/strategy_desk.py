"""The strategies of one account side by side: what they want together, and whose the shares are that come of it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from robo_trader.core.domain.allotments import Allotment, CashAllotment, SharesCrossed
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.events import CashKind
from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import Order
from robo_trader.core.domain.positions import Position
from robo_trader.core.domain.signals import Signal
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.event_desk import EventDesk, desk_of
from robo_trader.core.engine.outcome_desk import note_crossed
from robo_trader.core.engine.oversight import Oversight
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.engine.size_basis import SizeBasis
from robo_trader.core.engine.sleeve_desk import SleeveDesk
from robo_trader.core.engine.trade_memory import Trading
from robo_trader.core.ledger.capital_changes import CapitalChange
from robo_trader.core.ledger.ledger import CAPITAL
from robo_trader.core.ledger.sub_accounts import SubAccounts
from robo_trader.core.portfolio.netting import Want, allot, cross, divide_cash, divided_again, net
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
        self._watched = any(sleeve.stops.is_on for sleeve in settings.sleeves)  # for stops, bar by bar
        for sleeve in self._sleeves:
            sleeve.beside = [other for other in self._sleeves if other is not sleeve]
        # by name, the sizers that go by their strategy's own trades
        self._bases = {desk.sleeve.name: desk.basis for desk in self._sleeves if desk.sleeve.sizer.trade_parameters}
        self._parts: dict[Symbol, list[tuple[SleeveDesk, slice]]] = {}
        self.sub_accounts = SubAccounts()
        self.unsettled: set[Symbol] = set()  # whose target may not be reached yet
        self.oversight = Oversight(
            settings.strategies, account, market, self._sleeves, self.sub_accounts, self.unsettled
        )

    @property
    def event_desk(self) -> EventDesk | None:
        """The desk of a strategy in event form, which has the account to itself; None for rules."""
        desk = self._sleeves[0]
        return desk if isinstance(desk, EventDesk) else None

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
        wants = self._wants(symbol)
        crossed = cross(wants, now=now)
        if crossed:
            self._cross(symbol, crossed, now)
            wants = self._wants(symbol)
        return net(wants, now=now, is_working=bool(self._account.orders.targeting(symbol)))

    def wants(self, symbol: Symbol, together: Want) -> Sequence[Want]:
        """Return what each strategy wants of a symbol; together: what all want, which is one's own if it is alone."""
        return self._wants(symbol) if self.is_shared else (together,)

    def note(self, order: Order, fill: Fill) -> tuple[Allotment, ...]:
        """Take in a fill, before it is booked; return whose it is, nothing if there is one strategy only."""
        symbol, change = fill.symbol, fill.side.sign * fill.quantity
        self._unsettle(symbol)
        if not self._is_divided(symbol):
            for basis in self._bases.values():
                basis.note(symbol, _whole(fill))
            return ()
        allotments = allot(self._wants(symbol), change, fill.commission, order.intent.strategy)
        self._give(symbol, fill.price, allotments, fill.execution_id)
        for basis, part in self._sized_by_trades(allotments):
            basis.note(symbol, _part(fill, part))
        self._compare(symbol, change)
        return allotments

    def note_restated(self, fill: Fill, before: Fill) -> tuple[tuple[Allotment, ...], tuple[Allotment, ...]]:
        """Take in that a fill was another than `before`, before it is booked; return whose it was, and is."""
        symbol = fill.symbol
        self._unsettle(symbol)
        if not self._is_divided(symbol):
            for basis in self._bases.values():
                basis.restate(symbol, _whole(fill))
            return (), ()
        parts = self.sub_accounts.allotments(symbol, fill.execution_id)
        allotments = divided_again(parts, fill.change, fill.commission)
        self.sub_accounts.restate(symbol, fill.price, allotments, fill.execution_id)
        changed = self._account.ledger.shares_now(before, fill.change - before.change)
        for basis, part in self._sized_by_trades(allotments):
            basis.restate(symbol, _part(fill, part))
        self._compare(symbol, changed)
        return parts, allotments

    @property
    def owner(self) -> str:
        """Whose shares are that nobody tells apart: those of the strategy that has a symbol to itself."""
        return self._sleeves[0].sleeve.name

    def share_cash(
        self, kind: CashKind, symbol: Symbol, amount: Decimal, each: Decimal, since: Mapping[str, Decimal]
    ) -> tuple[CashAllotment, ...]:
        """Pay out cash that came without a trade; return whose it is, nothing if there is one strategy only.

        each: dollars a share, of a dividend; a fee is divided by what each is short of.
        since: signed shares by strategy, booked after the close that the cash goes by.
        """
        if not self._is_divided(symbol):
            return ()
        now = self.sub_accounts.shares_by_strategy(symbol)
        held = {name: now.get(name, ZERO) - since.get(name, ZERO) for name in sorted(now.keys() | since.keys())}
        if kind is CashKind.BORROW_FEE:
            short = {name: min(shares, ZERO) for name, shares in held.items()}
            each, held = amount / sum(short.values(), ZERO), short
        parts = divide_cash(amount, each, held)
        self.sub_accounts.receive(parts)
        return parts

    def split(self, symbol: Symbol, change: CapitalChange) -> tuple[Allotment, ...]:
        """Count all that concerns a symbol in new shares, before the account does; return what left whom as parts."""
        held = self._account.ledger.position(symbol).quantity
        after = held * change.new / change.old - change.paid
        before = {desk.sleeve.name: self._held(desk.sleeve.name, symbol).quantity for desk in self._sleeves}
        parts: tuple[Allotment, ...] = ()
        is_divided = self._is_divided(symbol)
        if is_divided:
            parts = self.sub_accounts.split(symbol, after, change.new, change.old, change.price)
            self._compare(symbol, after - held)
        for desk in self._sleeves:
            name = desk.sleeve.name
            kept = self.sub_accounts.position(name, symbol).quantity if is_divided else after
            desk.split(symbol, change, before=before[name], after=kept)
        return parts

    def delist(self, symbol: Symbol, change: CapitalChange, *, at: int) -> tuple[Allotment, ...]:
        """Let everybody want nothing of a symbol, and be paid out; return what left whom."""
        for desk in self._sleeves:
            if symbol in desk.wanted and desk.leave(symbol, "the symbol is delisted", at=at):
                self.unsettled.add(symbol)
        parts = self.sub_accounts.pay_out(symbol, change.price) if self._is_divided(symbol) else ()
        for desk in self._sleeves:
            desk.delist(symbol, change)
        return parts

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know all that was known of a symbol under its new name."""
        self.sub_accounts.rename(symbol, new_symbol)
        for desk in self._sleeves:
            desk.rename(symbol, new_symbol)
        if symbol in self.unsettled:
            self.unsettled.remove(symbol)
            self.unsettled.add(new_symbol)

    def stop_levels(self, symbol: Symbol, position: Position) -> list[float]:
        """Return where the stops of those stand who hold a position's side; NaN for one that has no price."""
        return [sleeve.stop_level(symbol) for sleeve in self._on_side_of(position)]

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

    def _on_side_of(self, position: Position) -> list[SleeveDesk]:
        symbol = position.symbol
        return [
            sleeve
            for sleeve in self._sleeves
            if symbol in sleeve.wanted and self._held(sleeve.sleeve.name, symbol).quantity * position.quantity > 0
        ]

    def note_foreign(self, fill: Fill) -> tuple[Allotment, ...]:
        """Take in a fill that no strategy asked for, before it is booked: it is nobody's of them."""
        symbol, change = fill.symbol, fill.side.sign * fill.quantity
        if not self._is_divided(symbol):
            self._divide(symbol)
        allotments = (Allotment(strategy=UNASSIGNED, quantity=change, commission=fill.commission),)
        self._give(symbol, fill.price, allotments, fill.execution_id)
        self._compare(symbol, change)
        return allotments

    def surrendered(self, symbol: Symbol) -> list[Allotment]:
        """Return what strategies lose where others have traded away what these hold: signed shares of each."""
        missing = self.unassigned(symbol)
        parts = []
        for sleeve in self._sleeves:
            held = self._held(sleeve.sleeve.name, symbol).quantity
            lost = max(-abs(missing), -held) if held > 0 else min(abs(missing), -held)
            if held * missing < 0:
                parts.append(Allotment(strategy=sleeve.sleeve.name, quantity=lost, commission=ZERO))
                missing -= lost
        return parts

    def surrender(self, symbol: Symbol, *, at: int) -> None:
        """Let strategies lose that, at the last price. They want nothing more of the symbol until they think anew."""
        parts = self.surrendered(symbol)
        if not parts:
            return
        losers = {part.strategy for part in parts}
        total = sum((part.quantity for part in parts), ZERO)
        self._cross(symbol, (*parts, Allotment(strategy=UNASSIGNED, quantity=-total, commission=ZERO)), at)
        for sleeve in self._sleeves:
            is_loser = sleeve.sleeve.name in losers and symbol in sleeve.wanted
            if is_loser and sleeve.leave(symbol, "stop: others traded its shares away", at=at):
                self.unsettled.add(symbol)

    def unassigned(self, symbol: Symbol) -> Decimal:
        """Return the signed shares of a symbol that no strategy has traded."""
        return self.sub_accounts.position(UNASSIGNED, symbol).quantity

    def profits(self) -> dict[str, Decimal]:
        """Return what each strategy has made so far at the last prices: dollars."""
        if self.is_shared:
            return self.oversight.made()
        capital = self._account.ledger.balances[CAPITAL]  # what the owner put in, below 0
        return {self._sleeves[0].sleeve.name: self._account.valuation.equity + capital}

    def held_symbols(self) -> set[Symbol]:
        """Return the symbols that a strategy holds beside others, also where they hold nothing together."""
        return self.sub_accounts.symbols()

    def stop_distances(self, symbol: Symbol, price: float) -> tuple[float, float, float]:
        """Return the dollars a share to the stop of what is held, and of shares bought or sold now.

        Of several strategies that want something of a symbol, the widest counts.
        """
        own = [sleeve.stop_distances(symbol, price) for sleeve in self._sleeves if symbol in sleeve.wanted]
        held, bought, sold = zip(*own, strict=True) if own else ((price,), (price,), (price,))
        return max(held), max(bought), max(sold)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return [sleeve.state() for sleeve in self._sleeves], self.sub_accounts.positions, self.unsettled, (
            self.sub_accounts.cash, self.oversight.state(),
        )  # fmt: skip

    def _wants(self, symbol: Symbol) -> list[Want]:
        return [sleeve.standing_want(symbol) for sleeve in self._sleeves if symbol in sleeve.wanted]

    def _held(self, name: str, symbol: Symbol) -> Position:
        if self.sub_accounts.positions and self._is_divided(symbol):  # asked at every bar where stops are watched
            return self.sub_accounts.position(name, symbol)
        return self._account.ledger.position(symbol)

    def _is_divided(self, symbol: Symbol) -> bool:
        """Whether shares of a symbol are told apart by whose they are: with several strategies, or foreign trades."""
        positions = self.sub_accounts.positions
        return self.is_shared or (bool(positions) and (UNASSIGNED, symbol) in positions)

    def _divide(self, symbol: Symbol) -> None:
        """Begin to tell the shares of a strategy that had the account to itself from those of others."""
        owner = self._sleeves[0].sleeve.name
        for fill in self._account.ledger.history(symbol):
            if isinstance(fill, CapitalChange):
                self.sub_accounts.restructure(symbol, {owner: fill})
                continue
            change = fill.side.sign * fill.quantity
            part = Allotment(strategy=owner, quantity=change, commission=fill.commission)
            self.sub_accounts.book(symbol, fill.price, (part,), fill.execution_id)

    def _cross(self, symbol: Symbol, allotments: tuple[Allotment, ...], now: int) -> None:
        price = self._market.price(symbol)
        self._give(symbol, price, allotments)
        note_crossed(self._account, symbol, allotments)
        for basis, part in self._sized_by_trades(allotments):
            basis.note(symbol, Trading(float(part.quantity), float(price), 0.0))
        self._account.events.append(SharesCrossed(symbol=symbol, price=price, allotments=allotments, occurred_at=now))

    def _unsettle(self, symbol: Symbol) -> None:
        for sleeve in self._sleeves:
            if symbol in sleeve.wanted:
                self.unsettled.add(symbol)

    def _compare(self, symbol: Symbol, change: Decimal) -> None:
        """Hold the strategies' shares against the account's, which still misses `change` signed shares."""
        held = self._account.ledger.position(symbol).quantity + change
        assert self.sub_accounts.shares(symbol) == held, f"{symbol}: the strategies' shares are not the account's"

    def _give(
        self,
        symbol: Symbol,
        price: Decimal,
        allotments: tuple[Allotment, ...],
        execution_id: ExecutionId | None = None,
    ) -> None:
        self.sub_accounts.book(symbol, price, allotments, execution_id)
        for sleeve in self._sleeves:
            sleeve.note_passage(symbol)

    def _sized_by_trades(self, allotments: Sequence[Allotment]) -> list[tuple[SizeBasis, Allotment]]:
        """Return the parts of strategies whose sizer goes by their own trades, with what it goes by."""
        found = ((self._bases.get(part.strategy), part) for part in allotments if self._bases)
        return [(basis, part) for basis, part in found if basis is not None]

    def _parts_of(self, symbol: Symbol) -> list[tuple[SleeveDesk, slice]]:
        """Return each sleeve, and where its values stand among all values of a symbol."""
        ends = [0]
        for desk in self._sleeves:
            ends.append(ends[-1] + len(desk.sleeve.features_of(symbol)))
        parts = [(desk, slice(begin, end)) for desk, (begin, end) in zip(self._sleeves, pairwise(ends), strict=True)]
        self._parts[symbol] = parts
        return parts


def _whole(fill: Fill) -> Trading:
    """Return what a fill is to the only strategy."""
    change = fill.side.sign * fill.quantity
    return Trading(float(change), float(fill.price), float(fill.commission), fill.execution_id)


def _part(fill: Fill, part: Allotment) -> Trading:
    """Return what a fill is to a strategy that has a part of it; each pays its part of the commission."""
    change = float(part.quantity)
    commission = float(fill.commission) * abs(change) / float(fill.quantity) if change else 0.0
    return Trading(change, float(fill.price), commission, fill.execution_id)
