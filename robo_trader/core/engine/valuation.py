"""The account's value over time: marks, session openings, drawdown."""

from decimal import Decimal

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.positions import AccountMark
from robo_trader.core.ledger.ledger import COMMISSION, REALISED, Ledger
from robo_trader.core.rules.losses import drawdown_fraction


class Valuation:
    """Values the books at the last prices, and remembers what risk must know of the past."""

    def __init__(self) -> None:
        self.session: TradingSession | None = None
        self.session_opening_equity = ZERO  # at the close of the session before
        self.equity = ZERO
        self.gross_exposure = ZERO  # absolute value of all positions at the last mark
        self.peak_equity = ZERO
        self.session_peak_equity = ZERO  # highest mark of this session
        self.max_drawdown = ZERO
        self._lowest = ZERO  # since the peak, or above it: only a lower mark can be a deeper fall

    def open_account(self, equity: Decimal) -> None:
        """Begin with the owner's cash."""
        self.equity = self.peak_equity = self.session_opening_equity = self._lowest = equity

    def enter(self, session: TradingSession) -> bool:
        """Return whether a new session begins; its opening equity is what the last one closed with."""
        if self.session is not None and self.session.date == session.date:
            return False
        self.session = session
        self.session_opening_equity = self.equity
        self.session_peak_equity = self.equity
        return True

    def mark(self, cash: Decimal, held: Decimal, gross: Decimal) -> None:
        """Value the account: cash, positions with their sign, and their absolute value."""
        self.equity = equity = cash + held
        self.gross_exposure = gross
        self.session_peak_equity = max(self.session_peak_equity, equity)
        if equity > self.peak_equity:
            self.peak_equity = self._lowest = equity
        elif equity < self._lowest:
            self._lowest = equity
            self.max_drawdown = max(self.max_drawdown, drawdown_fraction(self.peak_equity, equity))

    def summary(self, ledger: Ledger, *, as_of: int) -> AccountMark:
        """Return the account as of the end of a slice."""
        assert self.session is not None, "marked before the first slice"
        return AccountMark(
            as_of=as_of,
            session=self.session.date,
            cash=ledger.cash,
            reserved=ledger.reserved,
            equity=self.equity,
            gross_exposure=self.gross_exposure,
            realised=-ledger.balances[REALISED],
            commission=ledger.balances[COMMISSION],
            drawdown=drawdown_fraction(self.peak_equity, self.equity),
        )

    def pass_over(self, *, highest: Decimal, deepest: Decimal, last: Decimal, gross: Decimal) -> None:
        """Take over the marks of slices of one session in which nothing else happened.

        highest and last: equity in dollars; deepest: the largest drawdown among them, a fraction; gross: at the last.
        """
        self.equity = last
        self.gross_exposure = gross
        self.peak_equity = max(self.peak_equity, highest)
        self.session_peak_equity = max(self.session_peak_equity, highest)
        self.max_drawdown = max(self.max_drawdown, deepest)
        self._lowest = self.peak_equity

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return (
            self.session, self.session_opening_equity, self.session_peak_equity, self.equity, self.peak_equity,
            self.max_drawdown,
        )  # fmt: skip
