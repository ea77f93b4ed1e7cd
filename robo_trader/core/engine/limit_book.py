"""The limits in force: those of the settings, and what the risk policy has tightened since."""

from dataclasses import dataclass

from robo_trader.core.domain.events import DecisionEvent, LimitChanged, LooseningRefused, PolicyChanged
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.policies import ACCOUNT_LEVEL, NO_POLICY
from robo_trader.core.domain.violations import Control
from robo_trader.core.risk.controls import PORTFOLIO_CONTROLS, active
from robo_trader.core.risk.gate import RiskGate
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.policies import tightened, tightest, with_changes


@dataclass(frozen=True, slots=True)
class OrderRules:
    """What an order is held against."""

    limits: RiskLimits
    gate: RiskGate


class LimitBook:
    """Limits by level. Chosen once for each strategy and symbol after every change, not at every order."""

    def __init__(self, limits: RiskLimits) -> None:
        self._settings = limits
        self.policy = NO_POLICY
        self.by_level: tuple[RiskLimits, ...]  # the account's, and those of every level inside it
        self.controls: frozenset[Control]  # that are on at any level
        self._begin_anew()

    @property
    def watches_portfolio(self) -> bool:
        """Whether a limit of the whole portfolio is on at any level."""
        return not self.controls.isdisjoint(PORTFOLIO_CONTROLS)

    @property
    def account(self) -> RiskLimits:
        """The limits of the account as a whole."""
        return self._account.limits

    def rules_for(self, strategy: str, symbol: Symbol) -> OrderRules:
        """Return what an order of a strategy for a symbol is held against: the tightest of the three levels."""
        if not self._has_levels:
            return self._account
        rules = self._rules.get((strategy, symbol))
        if rules is None:
            rules = self._rules[strategy, symbol] = self._rules_of(f"strategy.{strategy}", f"symbol.{symbol}")
        return rules

    def take(self, event: PolicyChanged) -> list[DecisionEvent]:
        """Put a policy in force, as far as somebody answers for it; return what came of it."""
        accepted, refused = tightened(self.policy, event.policy)
        if event.actor is not None:
            accepted, refused = tuple(sorted((*accepted, *refused), key=lambda one: (one.level, one.name))), ()
        self.policy = with_changes(self.policy, accepted)
        self._begin_anew()
        at, reason = event.occurred_at, event.reason
        return [
            *(LimitChanged(change=one, actor=event.actor, reason=reason, occurred_at=at) for one in accepted),
            *(LooseningRefused(change=one, reason=reason, occurred_at=at) for one in refused),
        ]

    def _begin_anew(self) -> None:
        self._account = self._rules_of()
        self._has_levels = any(limit.level != ACCOUNT_LEVEL for limit in self.policy.limits)
        self._rules: dict[tuple[str, Symbol], OrderRules] = {}
        levels = sorted({limit.level for limit in self.policy.limits} - {ACCOUNT_LEVEL})
        inner = (tightest(self._settings, self.policy, ACCOUNT_LEVEL, level) for level in levels)
        self.by_level = (self.account, *inner)
        self.controls = frozenset(entry.control for limits in self.by_level for entry in active(limits))

    def _rules_of(self, *levels: str) -> OrderRules:
        limits = tightest(self._settings, self.policy, ACCOUNT_LEVEL, *levels)
        return OrderRules(limits, RiskGate(limits))
