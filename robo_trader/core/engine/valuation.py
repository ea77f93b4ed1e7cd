"""The account's value over time: marks, session openings, drawdown."""

from datetime import date
from decimal import Decimal

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.positions import AccountMark
from robo_trader.core.ledger.ledger import COMMISSION, REALISED, Ledger
from robo_trader.core.rules.losses import drawdown_fraction
from robo_trader.core.rules.session_clock import week_number


class Valuation:
    """Values the books at the last prices, and remembers what risk must know of the past."""

    def __init__(self) -> None:
        self.session: TradingSession | None = None
        self.opening_cash = ZERO  # what the account was opened with
        self.session_opening_equity = ZERO  # at the close of the session before
        self.equity = ZERO
        self.gross_exposure = ZERO  # absolute value of all positions at the last mark
        self.peak_equity = ZERO
        self.session_peak_equity = ZERO  # highest mark of this session
        self.max_drawdown = ZERO
        self.week_opening_equity = ZERO  # at the close of the week before
        self.halt_peak = ZERO  # highest mark since trading last resumed: a halt is measured from it
        self.net_exposure = ZERO  # signed value of all positions at the last mark
        self._week = -1
        self._lowest = ZERO  # since the peak, or above it: only a lower mark can be a deeper fall

    def open_account(self, equity: Decimal) -> None:
        """Begin with the owner's cash."""
        self.opening_cash = equity
        self.equity = self.peak_equity = self.session_opening_equity = self._lowest = equity
        self.week_opening_equity = self.halt_peak = equity

    def enter(self, session: TradingSession) -> bool:
        """Return whether a new session begins; its opening equity is what the last one closed with."""
        if self.session is not None and self.session.date == session.date:
            return False
        self.session = session
        self.session_opening_equity = self.equity
        self.session_peak_equity = self.equity
        return True

    def enter_week(self) -> bool:
        """Return whether the session just entered begins a new week; its opening equity is the last close's."""
        assert self.session is not None
        week = week_number(date.fromisoformat(self.session.date).toordinal())
        if week == self._week:
            return False
        self._week, self.week_opening_equity = week, self.equity
        return True

    def forgive_drawdown(self) -> None:
        """Measure the fall that halts trading from here on."""
        self.halt_peak = self.equity

    def mark(self, cash: Decimal, held: Decimal, gross: Decimal) -> None:
        """Value the account: cash, positions with their sign, and their absolute value."""
        self.equity = equity = cash + held
        self.gross_exposure = gross
        self.net_exposure = held
        self.session_peak_equity = max(self.session_peak_equity, equity)
        self.halt_peak = max(self.halt_peak, equity)
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
        self.halt_peak = max(self.halt_peak, highest)
        self.max_drawdown = max(self.max_drawdown, deepest)
        self._lowest = self.peak_equity

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return (
            self.session, self.session_opening_equity, self.session_peak_equity, self.equity, self.peak_equity,
            self.max_drawdown, self.week_opening_equity, self.halt_peak, self._week,
        )  # fmt: skip
