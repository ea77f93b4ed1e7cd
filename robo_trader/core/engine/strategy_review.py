"""Looks at the strategies of a shared account after each session: what they made, who lost too much, who gets what.

A strategy's equity is what it began with and all that came of its shares since, open positions at the last price:
trades, dividends, borrow fees.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import isnan

from robo_trader.core.domain.money import ZERO, money_from_float
from robo_trader.core.domain.strategy_modes import StrategyStanding
from robo_trader.core.market.bar_sizes import SESSIONS_A_YEAR
from robo_trader.core.portfolio.allocation import divide_capital, risk_shares
from robo_trader.core.portfolio.strategies_policy import StrategiesPolicy
from robo_trader.core.rules.performance import deviation_of, sharpe_ratio

_LEAST = 2  # returns, for a deviation


class StrategyReview:
    """What is remembered of each strategy from one session to the next."""

    def __init__(self, policy: StrategiesPolicy, configured: Mapping[str, float]) -> None:
        """configured: the fraction of equity that each strategy begins with, in their order."""
        self._policy = policy
        self._configured = dict(configured)
        self.capital = dict(configured)
        self._began: dict[str, Decimal] = {}
        self._last: dict[str, Decimal] = {}
        self._highest: dict[str, Decimal] = {}
        self._returns: dict[str, list[float]] = {name: [] for name in configured}
        self._sessions = 0

    def end_session(self, made: Mapping[str, Decimal], equity: Decimal, opening: Decimal) -> dict[str, str]:
        """Take in a session; return who has lost too much in it or since its best, and why in words.

        made: dollars each strategy has made since the account was opened. equity: of the account, as the session began;
        opening: its first.
        """
        lost = {}
        for name, profit in made.items():
            began = self._began.setdefault(name, money_from_float(float(opening) * self._configured[name]))
            now, last = began + profit, self._last.get(name, began)
            basis = float(equity) * self.capital[name]
            self._returns[name].append(float(now - last) / basis if basis > 0.0 else 0.0)
            del self._returns[name][: -self._policy.allocation.sessions]
            self._last[name] = now
            self._highest[name] = max(now, self._highest.get(name, began))
            reason = self._too_much(name)
            if reason:
                lost[name] = reason
        self._sessions += 1
        return lost

    @property
    def is_due(self) -> bool:
        """Whether capital is to be divided anew."""
        return self._sessions % self._policy.allocation.every == 0

    def divide(self) -> None:
        """Divide the capital anew."""
        parts = divide_capital(self._policy.allocation, list(self._returns.values()), list(self._configured.values()))
        self.capital = dict(zip(self.capital, parts, strict=True))

    def standings(self) -> tuple[StrategyStanding, ...]:
        """Return how all stand, the best Sharpe ratio first."""
        returns = list(self._returns.values())
        shares = risk_shares(returns, list(self.capital.values()))
        found = [self._standing(name, shares[n]) for n, name in enumerate(self.capital)]
        return tuple(sorted(found, key=lambda one: -(one.sharpe or 0.0)))

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self.capital, self._began, self._last, self._highest, self._returns, self._sessions

    def _too_much(self, name: str) -> str:
        policy, drawdown = self._policy, self._drawdown(name)
        if policy.drawdown_max and drawdown > policy.drawdown_max:
            return f"it has lost {drawdown:.2%} from its highest equity, and may lose {policy.drawdown_max:.2%}"
        loss = -self._returns[name][-1]
        if policy.session_loss_max and loss > policy.session_loss_max:
            return f"it has lost {loss:.2%} of its capital in a session, and may lose {policy.session_loss_max:.2%}"
        return ""

    def _drawdown(self, name: str) -> float:
        highest = self._highest.get(name, ZERO)
        return float((highest - self._last[name]) / highest) if highest > 0 else 0.0

    def _standing(self, name: str, risk_share: float | None) -> StrategyStanding:
        own = self._returns[name]
        deviation = deviation_of(own) if len(own) >= _LEAST else None
        sharpe = sharpe_ratio(own, SESSIONS_A_YEAR)
        began, last = self._began.get(name, ZERO), self._last.get(name, ZERO)
        return StrategyStanding(
            strategy=name,
            capital=self.capital[name],
            equity=last,
            profit=last - began,
            drawdown=self._drawdown(name) if name in self._last else 0.0,
            volatility=deviation,
            sharpe=None if isnan(sharpe) else sharpe,
            risk_share=risk_share,
        )
