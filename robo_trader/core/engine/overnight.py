"""What positions cost or bring from one session to the next: fees for borrowed shares, and dividends.

Both go by what was held at the close before: fills of the first slice, which reach the books before the slice does,
take no part. Where several strategies hold a symbol, a dividend is divided by the shares of each, long or short, and a
fee by what each is short of.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.bars import BarSlice, TradingSession
from robo_trader.core.domain.events import CashBooked, CashKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.ownership import Ownership
from robo_trader.core.engine.senses import Market
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.rules.financing import borrow_fee


class Movement(Struct, frozen=True, kw_only=True, gc=False):
    """Cash that shares bring or cost overnight: `amount` dollars, below 0 if we pay."""

    kind: CashKind
    symbol: Symbol
    amount: Decimal
    each: Decimal = ZERO  # dollars a share, of a dividend


class Overnight:
    """Remembers what was booked since the last slice."""

    def __init__(self, borrow_rate: Decimal) -> None:
        """borrow_rate: fraction of a short position's value a year."""
        self._rate = borrow_rate
        self.booked: dict[Symbol, Decimal] = {}  # signed shares since the last slice
        self._parts: dict[Symbol, dict[str, Decimal]] = {}  # of them, those that are told apart by strategy

    def book(self, symbol: Symbol, change: Decimal, parts: Iterable[Allotment]) -> None:
        """Take note of a fill. parts: whose it is, nothing where one strategy has the symbol to itself."""
        self.booked[symbol] = self.booked.get(symbol, ZERO) + change
        own = self._parts.setdefault(symbol, {})
        for part in parts:
            own[part.strategy] = own.get(part.strategy, ZERO) + part.quantity

    def booked_by(self, symbol: Symbol, owner: str) -> dict[str, Decimal]:
        """Return the shares booked since the last slice by strategy. owner: whose they are that are not told apart."""
        parts = dict(self._parts.get(symbol, ()))
        rest = self.booked.get(symbol, ZERO) - sum(parts.values(), ZERO)
        return {**parts, owner: parts.get(owner, ZERO) + rest}

    def forget(self) -> None:
        """Begin to count anew: a slice ends."""
        self.booked.clear()
        self._parts.clear()

    def movements(
        self, slice_: BarSlice, before: TradingSession | None, ledger: Ledger, market: Market
    ) -> tuple[Movement, ...]:
        """Return the cash that moves as a slice begins a session; `market` still shows the last one."""
        fees: Iterable[Movement] = ()
        if self._rate and before is not None and before.date != slice_.session.date:
            fees = self._fees(slice_, before, ledger, market)
        dividends = self._dividends(slice_, ledger) if slice_.dividends else ()
        return (*fees, *dividends)

    def dividend(self, symbol: Symbol, each: Decimal, ledger: Ledger) -> Movement:
        """Return what a dividend, dollars a share, brings who held the shares at the close before; below 0 if short."""
        held = ledger.position(symbol).quantity - self.booked.get(symbol, ZERO)
        return Movement(kind=CashKind.DIVIDEND, symbol=symbol, amount=round_money(held * each), each=each)

    def split(self, symbol: Symbol, new: int, old: int) -> None:
        """Count what was booked in new shares."""
        if symbol in self.booked:
            self.booked[symbol] = self.booked[symbol] * new / old
            self._parts[symbol] = {name: own * new / old for name, own in self._parts[symbol].items()}

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was booked under a new name."""
        if symbol in self.booked:
            self.booked[new_symbol] = self.booked.pop(symbol)
            self._parts[new_symbol] = self._parts.pop(symbol)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self.booked, self._parts

    def _fees(self, slice_: BarSlice, before: TradingSession, ledger: Ledger, market: Market) -> Iterator[Movement]:
        nights = (date.fromisoformat(slice_.session.date) - date.fromisoformat(before.date)).days
        for symbol, held in self._held(ledger):
            if held < 0:
                fee = borrow_fee(-held, market.price(symbol), self._rate, nights)
                yield Movement(kind=CashKind.BORROW_FEE, symbol=symbol, amount=-round_money(fee))

    def _dividends(self, slice_: BarSlice, ledger: Ledger) -> Iterator[Movement]:
        for dividend in slice_.dividends:
            yield self.dividend(dividend.symbol, dividend.amount, ledger)

    def _held(self, ledger: Ledger) -> Iterator[tuple[Symbol, Decimal]]:
        open_ = {position.symbol for position in ledger.open_positions()}
        for symbol in sorted(open_ | self.booked.keys()):
            yield symbol, ledger.position(symbol).quantity - self.booked.get(symbol, ZERO)


def book_movement(
    account: Account, ownership: Ownership, overnight: Overnight, movement: Movement, date_: str, *, at: int
) -> None:
    """Book cash that moved without a trade, and whose it is; nothing if it is nobody's.

    date_: ISO, of the session it moved with.
    """
    kind, symbol, amount = movement.kind, movement.symbol, movement.amount
    since = overnight.booked_by(symbol, ownership.owner)
    parts = ownership.share_cash(kind, symbol, amount, movement.each, since)
    if not amount and not any(part.amount for part in parts):
        return
    entry = account.ledger.book_cash(kind.value, amount, f"{kind.value} {symbol} {date_}")
    account.events.append(
        CashBooked(kind=kind, symbol=symbol, amount=amount, entry=entry, occurred_at=at, allotments=parts)
    )
