"""Divides what comes among the strategies it is for: fills, shares that pass between them, and what others took away.

A fill is divided before it is booked, so that what is booked says whose it is. Strategies and their sizers are told.
"""

from collections.abc import Sequence
from decimal import Decimal

from robo_trader.core.domain.allotments import Allotment, SharesCrossed
from robo_trader.core.domain.discrepancies import UNASSIGNED
from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import Order
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.outcome_desk import note_crossed
from robo_trader.core.engine.ownership import Ownership
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.size_basis import SizeBasis
from robo_trader.core.engine.sleeve_desk import SleeveDesk, standing_wants
from robo_trader.core.engine.trade_memory import Trading
from robo_trader.core.portfolio.netting import allot, divided_again


class AllotmentDesk:
    """Gives the strategies of one account their parts."""

    def __init__(
        self,
        account: Account,
        market: Market,
        sleeves: Sequence[SleeveDesk],
        ownership: Ownership,
        unsettled: set[Symbol],
    ) -> None:
        """unsettled: gets the symbols whose target may not be reached any more."""
        self._account = account
        self._market = market
        self._sleeves = sleeves
        self._ownership = ownership
        self._unsettled = unsettled
        # by name, the sizers that go by their strategy's own trades
        self._bases = {desk.sleeve.name: desk.basis for desk in sleeves if desk.sleeve.sizer.trade_parameters}

    def note(self, order: Order, fill: Fill) -> tuple[Allotment, ...]:
        """Take in a fill, before it is booked; return whose it is, nothing if there is one strategy only."""
        symbol, change = fill.symbol, fill.side.sign * fill.quantity
        self._unsettle(symbol)
        if not self._ownership.is_divided(symbol):
            for basis in self._bases.values():
                basis.note(symbol, _whole(fill))
            return ()
        allotments = allot(standing_wants(self._sleeves, symbol), change, fill.commission, order.intent.strategy)
        self._give(symbol, fill.price, allotments, fill.execution_id)
        for basis, part in self._sized_by_trades(allotments):
            basis.note(symbol, _part(fill, part))
        self._ownership.compare(symbol, change)
        return allotments

    def note_restated(self, fill: Fill, before: Fill) -> tuple[tuple[Allotment, ...], tuple[Allotment, ...]]:
        """Take in that a fill was another than `before`, before it is booked; return whose it was, and is."""
        symbol, ownership = fill.symbol, self._ownership
        self._unsettle(symbol)
        if not ownership.is_divided(symbol):
            for basis in self._bases.values():
                basis.restate(symbol, _whole(fill))
            return (), ()
        parts = ownership.sub_accounts.allotments(symbol, fill.execution_id)
        allotments = divided_again(parts, fill.change, fill.commission)
        ownership.sub_accounts.restate(symbol, fill.price, allotments, fill.execution_id)
        changed = self._account.ledger.shares_now(before, fill.change - before.change)
        for basis, part in self._sized_by_trades(allotments):
            basis.restate(symbol, _part(fill, part))
        ownership.compare(symbol, changed)
        return parts, allotments

    def note_foreign(self, fill: Fill) -> tuple[Allotment, ...]:
        """Take in a fill that no strategy asked for, before it is booked: it is nobody's of them."""
        symbol, change = fill.symbol, fill.side.sign * fill.quantity
        if not self._ownership.is_divided(symbol):
            self._ownership.divide(symbol)
        allotments = (Allotment(strategy=UNASSIGNED, quantity=change, commission=fill.commission),)
        self._give(symbol, fill.price, allotments, fill.execution_id)
        self._ownership.compare(symbol, change)
        return allotments

    def cross(self, symbol: Symbol, allotments: tuple[Allotment, ...], *, at: int) -> None:
        """Let shares pass between strategies at the last price."""
        price = self._market.price(symbol)
        self._give(symbol, price, allotments)
        note_crossed(self._account, symbol, allotments)
        for basis, part in self._sized_by_trades(allotments):
            basis.note(symbol, Trading(float(part.quantity), float(price), 0.0))
        self._account.events.append(SharesCrossed(symbol=symbol, price=price, allotments=allotments, occurred_at=at))

    def surrender(self, symbol: Symbol, *, at: int) -> None:
        """Let strategies lose, at the last price, what others have traded away of theirs.

        They want nothing more of the symbol until they think anew.
        """
        parts = self._ownership.surrendered(symbol)
        if not parts:
            return
        losers = {part.strategy for part in parts}
        total = sum((part.quantity for part in parts), ZERO)
        self.cross(symbol, (*parts, Allotment(strategy=UNASSIGNED, quantity=-total, commission=ZERO)), at=at)
        for sleeve in self._sleeves:
            is_loser = sleeve.sleeve.name in losers and symbol in sleeve.wanted
            if is_loser and sleeve.leave(symbol, "stop: others traded its shares away", at=at):
                self._unsettled.add(symbol)

    def _unsettle(self, symbol: Symbol) -> None:
        for sleeve in self._sleeves:
            if symbol in sleeve.wanted:
                self._unsettled.add(symbol)

    def _give(
        self,
        symbol: Symbol,
        price: Decimal,
        allotments: tuple[Allotment, ...],
        execution_id: ExecutionId | None = None,
    ) -> None:
        self._ownership.sub_accounts.book(symbol, price, allotments, execution_id)
        for sleeve in self._sleeves:
            sleeve.note_passage(symbol)

    def _sized_by_trades(self, allotments: Sequence[Allotment]) -> list[tuple[SizeBasis, Allotment]]:
        """Return the parts of strategies whose sizer goes by their own trades, with what it goes by."""
        found = ((self._bases.get(part.strategy), part) for part in allotments if self._bases)
        return [(basis, part) for basis, part in found if basis is not None]


def _whole(fill: Fill) -> Trading:
    """Return what a fill is to the only strategy."""
    change = fill.side.sign * fill.quantity
    return Trading(float(change), float(fill.price), float(fill.commission), fill.execution_id)


def _part(fill: Fill, part: Allotment) -> Trading:
    """Return what a fill is to a strategy that has a part of it; each pays its part of the commission."""
    change = float(part.quantity)
    commission = float(fill.commission) * abs(change) / float(fill.quantity) if change else 0.0
    return Trading(change, float(fill.price), commission, fill.execution_id)
