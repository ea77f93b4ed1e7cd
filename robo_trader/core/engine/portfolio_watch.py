"""Watches the portfolio as a whole: the last closes of every symbol's sessions, and what is held, worked and wanted.

A session's return is known once the session is over: at its close, or with the first slice of a later one. A symbol
without a bar in a session keeps its last close, so that the returns of all symbols are of the same days.
"""

from collections.abc import Iterable
from itertools import pairwise

from robo_trader.core.domain.bars import Bar, BarSlice
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import money_from_float
from robo_trader.core.domain.orders import OrderIntent
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.senses import Market
from robo_trader.core.engine.strategy_desk import StrategyDesk
from robo_trader.core.risk.portfolio_estimates import Estimates
from robo_trader.core.risk.portfolio_facts import Holding, PortfolioFacts
from robo_trader.core.risk.portfolio_model import PortfolioModel


class SessionCloses:
    """The last closes of each symbol, one a session, and no more of them than a model looks back on."""

    def __init__(self, sessions: int) -> None:
        """sessions: returns that are kept, which take one close more."""
        self._sessions = sessions
        self._closes: dict[Symbol, list[float]] = {}  # of sessions that are over; those of all symbols end together
        self._latest: dict[Symbol, float] = {}  # of the session that is going on
        self._date = ""
        self._is_over = True

    def take(self, slice_: BarSlice, bars: Iterable[Bar]) -> bool:
        """Take in the sound bars of a slice; return whether the returns have changed."""
        session, changed = slice_.session, False
        if session.date != self._date:
            changed = self._end_session()
            self._date, self._is_over = session.date, False
        self._latest.update({bar.symbol: bar.close for bar in bars})
        if self._is_over:
            return self._correct() or changed
        if slice_.ended_at >= session.closes_at:
            changed = self._end_session() or changed
        return changed

    def returns(self) -> dict[Symbol, list[float]]:
        """Return the daily returns of the symbols that have enough of them, oldest first."""
        return {
            symbol: [after / before - 1.0 for before, after in pairwise(closes)]
            for symbol, closes in self._closes.items()
            if len(closes) > self._sessions
        }

    def split(self, symbol: Symbol, ratio: float) -> None:
        """Count the closes of a symbol in its new shares: so many for an old one."""
        if symbol in self._closes:
            self._closes[symbol] = [close / ratio for close in self._closes[symbol]]
        if symbol in self._latest:
            self._latest[symbol] /= ratio

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know the closes of a symbol under its new name."""
        if symbol in self._closes:
            self._closes[new_symbol] = self._closes.pop(symbol)
        if symbol in self._latest:
            self._latest[new_symbol] = self._latest.pop(symbol)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self._closes, self._latest, self._date, self._is_over

    def _end_session(self) -> bool:
        if self._is_over:
            return False
        for symbol in self._closes.keys() | self._latest.keys():
            closes = self._closes.setdefault(symbol, [])
            closes.append(self._latest[symbol] if symbol in self._latest else closes[-1])
            del closes[: -self._sessions - 1]
        self._latest.clear()
        self._is_over = True
        return True

    def _correct(self) -> bool:
        """Take in bars of the very moment at which the session was over."""
        for symbol, close in self._latest.items():
            self._closes.setdefault(symbol, [close])[-1] = close
        changed = bool(self._latest)
        self._latest.clear()
        return changed


class PortfolioWatch:
    """What the limits of the whole portfolio need. There is none while all of them are off."""

    def __init__(self, model: PortfolioModel, account: Account, market: Market, strategies: StrategyDesk) -> None:
        self._model = model
        self._account = account
        self._market = market
        self._strategies = strategies
        self._closes = SessionCloses(model.sessions)
        self._estimates: Estimates | None = None  # as of the last full session, once asked for

    def take(self, slice_: BarSlice, bars: Iterable[Bar]) -> None:
        """Take in the sound bars of a slice."""
        if self._closes.take(slice_, bars):
            self._estimates = None

    def facts(self, intent: OrderIntent) -> PortfolioFacts:
        """Return every holding, with that of the symbol that is about to get an order."""
        if self._estimates is None:
            self._estimates = Estimates(self._closes.returns(), self._model)
        account = self._account
        held = {position.symbol for position in account.ledger.open_positions()}
        symbols = sorted(held | account.orders.open_symbols() | {intent.symbol})
        return PortfolioFacts(
            {symbol: self._holding(symbol) for symbol in symbols},
            self._estimates,
            joined=self._holding(intent.symbol, intent) if intent.oca_group else None,
        )

    def split(self, symbol: Symbol, ratio: float) -> None:
        """Count what is remembered of a symbol in its new shares: so many for an old one."""
        self._closes.split(symbol, ratio)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what is remembered of a symbol under its new name."""
        self._closes.rename(symbol, new_symbol)
        self._estimates = None

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self._closes.state()

    def _holding(self, symbol: Symbol, joining: OrderIntent | None = None) -> Holding:
        account, price = self._account, self._market.price(symbol)
        buys, sells = account.orders.working_shares(symbol, joining=joining)
        held, bought, sold = self._strategies.stop_distances(symbol, float(price))
        return Holding(
            position=account.ledger.position(symbol).quantity, working_buys=buys, working_sells=sells, price=price,
            held_distance=money_from_float(held), bought_distance=money_from_float(bought),
            sold_distance=money_from_float(sold),
        )  # fmt: skip
