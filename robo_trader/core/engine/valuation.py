"""The account's value over time: marks, session openings, drawdown."""

from collections.abc import Mapping
from decimal import Decimal

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.positions import AccountMark
from robo_trader.core.ledger.ledger import COMMISSION, REALISED, Ledger
from robo_trader.core.rules.drawdown import drawdown_fraction


class Valuation:
    """Values the books at the last prices, and remembers what risk must know of the past."""

    def __init__(self) -> None:
        self.session: TradingSession | None = None
        self.session_opening_equity = ZERO  # at the close of the session before
        self.equity = ZERO
        self.peak_equity = ZERO
        self.max_drawdown = ZERO

    def open_account(self, equity: Decimal) -> None:
        """Begin with the owner's cash."""
        self.equity = self.peak_equity = self.session_opening_equity = equity

    def enter(self, session: TradingSession) -> bool:
        """Return whether a new session begins; its opening equity is what the last one closed with."""
        if self.session is not None and self.session.date == session.date:
            return False
        self.session = session
        self.session_opening_equity = self.equity
        return True

    def mark(self, ledger: Ledger, prices: Mapping[Symbol, Decimal]) -> None:
        """Value the account at `prices`; every open position must have one."""
        held = (position.quantity * prices[position.symbol] for position in ledger.open_positions())
        self.equity = ledger.cash + sum(held, ZERO)
        self.peak_equity = max(self.peak_equity, self.equity)
        self.max_drawdown = max(self.max_drawdown, drawdown_fraction(self.peak_equity, self.equity))

    def summary(self, ledger: Ledger, prices: Mapping[Symbol, Decimal], *, as_of: int) -> AccountMark:
        """Return the account as of the end of a slice."""
        assert self.session is not None, "marked before the first slice"
        values = (abs(position.quantity) * prices[position.symbol] for position in ledger.open_positions())
        return AccountMark(
            as_of=as_of,
            session=self.session.date,
            cash=ledger.cash,
            reserved=ledger.reserved,
            equity=self.equity,
            gross_exposure=sum(values, ZERO),
            realised=-ledger.balances[REALISED],
            commission=ledger.balances[COMMISSION],
            drawdown=drawdown_fraction(self.peak_equity, self.equity),
        )

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self.session, self.session_opening_equity, self.equity, self.peak_equity, self.max_drawdown
