"""What positions cost or bring from one session to the next: fees for borrowed shares, and dividends.

Both go by what was held at the close before: fills of the first slice, which reach the books before the slice does,
take no part.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from robo_trader.core.domain.bars import BarSlice, TradingSession
from robo_trader.core.domain.events import CashBooked, CashKind
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.senses import Market
from robo_trader.core.ledger.ledger import Ledger
from robo_trader.core.rules.financing import borrow_fee

Movement = tuple[CashKind, Symbol, Decimal]  # dollars, below 0 if we pay


class Overnight:
    """Remembers what was booked since the last slice."""

    def __init__(self, borrow_rate: Decimal) -> None:
        """borrow_rate: fraction of a short position's value a year."""
        self._rate = borrow_rate
        self.booked: dict[Symbol, Decimal] = {}  # signed shares since the last slice

    def book(self, symbol: Symbol, change: Decimal) -> None:
        """Take note of a fill."""
        self.booked[symbol] = self.booked.get(symbol, ZERO) + change

    def movements(
        self, slice_: BarSlice, before: TradingSession | None, ledger: Ledger, market: Market
    ) -> tuple[Movement, ...]:
        """Return the cash that moves as a slice begins a session; `market` still shows the last one."""
        fees: Iterable[Movement] = ()
        if self._rate and before is not None and before.date != slice_.session.date:
            fees = self._fees(slice_, before, ledger, market)
        dividends = self._dividends(slice_, ledger) if slice_.dividends else ()
        return (*fees, *dividends)

    def dividend(self, symbol: Symbol, amount: Decimal, ledger: Ledger) -> Decimal:
        """Return what a dividend, dollars a share, brings who held the shares at the close before; below 0 if short."""
        held = ledger.position(symbol).quantity - self.booked.get(symbol, ZERO)
        return round_money(held * amount)

    def split(self, symbol: Symbol, new: int, old: int) -> None:
        """Count what was booked in new shares."""
        if symbol in self.booked:
            self.booked[symbol] = self.booked[symbol] * new / old

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what was booked under a new name."""
        if symbol in self.booked:
            self.booked[new_symbol] = self.booked.pop(symbol)

    def state(self) -> Mapping[Symbol, Decimal]:
        """Return what the state hash covers."""
        return self.booked

    def _fees(self, slice_: BarSlice, before: TradingSession, ledger: Ledger, market: Market) -> Iterator[Movement]:
        nights = (date.fromisoformat(slice_.session.date) - date.fromisoformat(before.date)).days
        for symbol, held in self._held(ledger):
            if held < 0:
                fee = borrow_fee(-held, market.price(symbol), self._rate, nights)
                yield CashKind.BORROW_FEE, symbol, -round_money(fee)

    def _dividends(self, slice_: BarSlice, ledger: Ledger) -> Iterator[Movement]:
        for dividend in slice_.dividends:
            amount = self.dividend(dividend.symbol, dividend.amount, ledger)
            if amount:
                yield CashKind.DIVIDEND, dividend.symbol, amount

    def _held(self, ledger: Ledger) -> Iterator[tuple[Symbol, Decimal]]:
        open_ = {position.symbol for position in ledger.open_positions()}
        for symbol in sorted(open_ | self.booked.keys()):
            yield symbol, ledger.position(symbol).quantity - self.booked.get(symbol, ZERO)


def book_movement(account: Account, movement: Movement, date_: str, *, at: int) -> None:
    """Book cash that moved without a trade. date_: ISO, of the session it moved with."""
    kind, symbol, amount = movement
    entry = account.ledger.book_cash(kind.value, amount, f"{kind.value} {symbol} {date_}")
    account.events.append(CashBooked(kind=kind, symbol=symbol, amount=amount, entry=entry, occurred_at=at))
