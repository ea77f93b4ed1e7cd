"""Marks one account to market: what it is worth, when a session of it begins, and when it has lost too much."""

from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.events import AccountMarked
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.losses import LossWatch
from robo_trader.core.engine.ownership import Ownership
from robo_trader.core.engine.senses import Market


class MarkingDesk:
    """Keeps the account's valuation at the last prices."""

    def __init__(self, account: Account, market: Market, ownership: Ownership) -> None:
        self._account = account
        self._market = market
        self._ownership = ownership
        self._losses = LossWatch(account.limits.account)

    def mark(self) -> None:
        """Value the account at the last prices, and see whether it has lost too much."""
        account, ledger = self._account, self._account.ledger
        account.valuation.mark(ledger.cash, *self._market.worth(ledger))
        if account.safeguards is not None and account.safeguards.marks_profits:
            account.safeguards.note_marked(self._ownership.profits())
        self._losses.look(account, at=self._market.last_ended_at)

    def enter(self, session: TradingSession) -> None:
        """Open a session, if it is another than the last; what was reduced for the last one alone is active again."""
        account = self._account
        if not account.valuation.enter(session):
            return
        if account.valuation.enter_week():
            account.week_is_lost = False
        if account.safeguards is not None:
            account.safeguards.enter_session()
        stays = account.week_is_lost or account.is_held_back
        if account.trading_state is TradingState.REDUCING and not stays:
            account.enter_state(TradingState.ACTIVE, "a new session begins", at=self._market.last_ended_at)

    def report(self) -> None:
        """Tell what the account is worth, and what it holds, where the market shows that now."""
        account = self._account
        shown = self._market.shown(account.ledger)
        if shown is not None:
            mark = account.valuation.summary(account.ledger, as_of=self._market.last_ended_at)
            account.events.append(AccountMarked(mark=mark, positions=shown[0], prices=shown[1]))

    def follow_limits(self) -> None:
        """Hold losses against the limits now in force."""
        self._losses.limits = self._account.limits.account
