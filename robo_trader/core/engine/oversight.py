"""Who of several strategies may do what: settles conflicts, switches strategies off, divides capital among them.

A strategy that is reduced may only make what it holds smaller; one that is off holds nothing. What a limit switched off
only a person switches on again; then its views count as new.
"""

from collections.abc import Sequence
from decimal import Decimal

from robo_trader.core.domain.errors import StrategyError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.signals import Signal
from robo_trader.core.domain.strategy_modes import (
    StrategiesReviewed,
    StrategyInstructed,
    StrategyMode,
    StrategyModeChanged,
)
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.ownership import Ownership
from robo_trader.core.engine.sleeve_desk import SleeveDesk
from robo_trader.core.engine.strategy_review import StrategyReview
from robo_trader.core.portfolio.conflicts import rule_on
from robo_trader.core.portfolio.strategies_policy import StrategiesPolicy

_ACTIVE, _OFF = StrategyMode.ACTIVE, StrategyMode.OFF


class Oversight:
    """Watches the strategies of one account."""

    def __init__(
        self,
        policy: StrategiesPolicy,
        account: Account,
        sleeves: Sequence[SleeveDesk],
        ownership: Ownership,
        unsettled: set[Symbol],
    ) -> None:
        """unsettled: gets the symbols whose target changes."""
        self._policy = policy
        self._account = account
        self._sleeves = sleeves
        self._ownership = ownership
        self._unsettled = unsettled
        self._modes = {desk.sleeve.name: _ACTIVE for desk in sleeves}
        self._errors: dict[str, int] = {}  # in this session
        self._review = StrategyReview(policy, {desk.sleeve.name: desk.sleeve.capital for desk in sleeves})
        self.reviews = policy.reviews and len(sleeves) > 1
        for desk in sleeves:
            desk.permit = self.permit

    def permit(self, desk: SleeveDesk, signal: Signal, quantity: Decimal) -> tuple[Decimal, Control | None]:
        """Return what is left of a target, signed shares not 0, and what took the rest."""
        mode, symbol = self._modes[desk.sleeve.name], signal.symbol
        if mode is not _ACTIVE:
            held = desk.held(symbol)
            allowed = ZERO if mode is _OFF or held * quantity <= 0 else min(abs(quantity), abs(held)).copy_sign(held)
            return allowed, None if allowed == quantity else Control.STRATEGY_MODE
        if len(self._sleeves) == 1:
            return quantity, None
        ruling = rule_on(self._policy.conflicts, self._sleeves.index(desk), quantity, self._targets(symbol))
        for place in ruling.leaving:
            self._leave(self._sleeves[place], symbol, f"{desk.sleeve.name} wants the opposite", signal.as_of)
        return (quantity, None) if ruling.stands else (ZERO, Control.CONFLICT)

    def instruct(self, event: StrategyInstructed) -> None:
        """Do as a person says. A strategy of another name, or one that is so already, changes nothing."""
        if event.strategy in self._modes:
            self._change(event.strategy, event.mode, event.reason, actor=event.actor, at=event.occurred_at)

    def forgive(self, desk: SleeveDesk, error: StrategyError, at: int) -> None:
        """Count an answer that is no strength; the strategy that gives too many is switched off.

        Raises the error where none are forgiven.
        """
        if not self._policy.errors_max:
            raise error
        name = desk.sleeve.name
        self._errors[name] = self._errors.get(name, 0) + 1
        if self._errors[name] >= self._policy.errors_max:
            self._change(name, _OFF, f"{self._errors[name]} wrong answers in a session: {error}", actor="", at=at)

    def end_session(self, session: str, *, at: int) -> None:
        """Look at every strategy after a session, at its last prices."""
        self._errors.clear()
        if not self.reviews:
            return
        valuation, review = self._account.valuation, self._review
        lost = review.end_session(self._ownership.profits(), valuation.session_opening_equity, valuation.opening_cash)
        for name, reason in lost.items():
            self._change(name, _OFF, reason, actor="", at=at)
        if review.is_due:
            review.divide()
            for desk in self._sleeves:
                desk.capital = review.capital[desk.sleeve.name]
            standings = review.standings()
            self._account.events.append(StrategiesReviewed(session=session, standings=standings, occurred_at=at))

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return self._modes, self._errors, self._review.state()

    def _targets(self, symbol: Symbol) -> list[Decimal]:
        return [desk.wanted[symbol][1].quantity if symbol in desk.wanted else ZERO for desk in self._sleeves]

    def _change(self, name: str, mode: StrategyMode, reason: str, *, actor: str, at: int) -> None:
        before = self._modes[name]
        if mode is before:
            return
        self._modes[name] = mode
        self._account.events.append(
            StrategyModeChanged(strategy=name, before=before, after=mode, actor=actor, reason=reason, occurred_at=at)
        )
        (desk,) = (one for one in self._sleeves if one.sleeve.name == name)
        if mode is _OFF:
            for symbol in sorted(desk.wanted):
                self._leave(desk, symbol, f"switched off: {reason}", at)
        elif mode is _ACTIVE:
            desk.look_afresh()

    def _leave(self, desk: SleeveDesk, symbol: Symbol, reason: str, at: int) -> None:
        if desk.leave(symbol, reason, at=at):
            self._unsettled.add(symbol)
