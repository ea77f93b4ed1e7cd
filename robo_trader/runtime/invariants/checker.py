"""One checker for every run: fed each event with what the engine made of it, it says at once what does not hold.

It stands outside: it reckons orders, shares, cash, prices and owners anew from events alone, with code of its own, and
holds decisions, commands and the engine's books against that. The engine knows nothing of it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from robo_trader.core.domain.action_events import CorporateActionApplied, SymbolPaused, SymbolResumed
from robo_trader.core.domain.allotments import SharesCrossed
from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.domain.clocks import ClocksCompared
from robo_trader.core.domain.commands import Command, ModifyOrder, Step, SubmitOrder
from robo_trader.core.domain.contracts import ContractReported
from robo_trader.core.domain.discrepancies import DiscrepancyFound, SymbolBlocked, SymbolReleased
from robo_trader.core.domain.events import (
    AccountMarked,
    CashBooked,
    DecisionEvent,
    FillBooked,
    FillRestated,
    InputEvent,
    OrderDenied,
    OrderUpdated,
    QuoteArrived,
    ReportQuarantined,
    SessionStarted,
    SignalEmitted,
    SliceClosed,
    TimerFired,
    TimerSet,
    TradePrinted,
    TradingStateChanged,
)
from robo_trader.core.domain.orders import Order
from robo_trader.core.domain.protection_events import ProtectionFailed
from robo_trader.core.domain.releases import ReleaseInstructed
from robo_trader.core.domain.statements import ForeignExecution, StatementReceived
from robo_trader.core.domain.warm_up import HistoryShown
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.engine import Engine
from robo_trader.core.engine.senses import Senses
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.ledger.sub_accounts import SubAccounts
from robo_trader.core.market.sessions import SessionTable
from robo_trader.runtime.invariants import (
    actions,
    boundary,
    ledger,
    orders,
    protection,
    reports,
    risk,
    statements,
    times,
)
from robo_trader.runtime.invariants.scene import Scene

Look = Callable[[Scene, Any], None]

_INPUTS: Mapping[type[InputEvent], tuple[Look, ...]] = {
    SessionStarted: (ledger.look_at_opening,),
    SliceClosed: (times.look_at_slice,),
    HistoryShown: (times.look_at_history,),
    ArmingChanged: (risk.look_at_arming,),
    ClocksCompared: (risk.look_at_clocks,),
    ContractReported: (boundary.look_at_contract,),
    QuoteArrived: (times.look_at_record,),
    TradePrinted: (times.look_at_record,),
    TimerFired: (times.look_at_record,),
}
# An order that is about to leave is held against the others before it is one of them: `orders` comes last.
_DECISIONS: Mapping[type[DecisionEvent], tuple[Look, ...]] = {
    OrderUpdated: (risk.look_at_new_order, times.look_at_new_order, orders.look_at_order),
    OrderDenied: (protection.look_at_denied,),
    ProtectionFailed: (protection.look_at_failed,),
    FillBooked: (reports.look_at_fill, ledger.look_at_fill),
    FillRestated: (reports.look_at_restated, ledger.look_at_restated),
    SharesCrossed: (ledger.look_at_crossed,),
    CashBooked: (ledger.look_at_cash,),
    ReportQuarantined: (reports.look_at_quarantine,),
    TradingStateChanged: (risk.look_at_state,),
    TimerSet: (times.look_at_timer,),
    SignalEmitted: (times.look_at_signal,),
    AccountMarked: (ledger.look_at_mark,),
    CorporateActionApplied: (actions.look_at_applied,),
    SymbolPaused: (actions.look_at_pause,),
    SymbolResumed: (actions.look_at_pause,),
    SymbolBlocked: (actions.look_at_block,),
    SymbolReleased: (actions.look_at_block,),
    DiscrepancyFound: (statements.look_at_found,),
}
_ENDS = (
    orders.look_at_the_end, statements.look_at_the_end, reports.look_at_the_end, actions.look_at_the_end,
    ledger.look_at_the_end, risk.look_at_the_end, protection.look_at_the_end,
)  # fmt: skip


class Checker:
    """Watches one account from its opening on. It must be told every event, from the first."""

    def __init__(
        self,
        settings: EngineSettings,
        account: Account | None = None,
        sub_accounts: SubAccounts | None = None,
        sessions: SessionTable | None = None,
    ) -> None:
        """account, sub_accounts: the engine's own, None where there is only a record. sessions: of the exchange."""
        self._scene = Scene(settings, account, sub_accounts, sessions)
        self._epoch = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """How often each invariant was held against something, by its code."""
        return self._scene.counts

    @property
    def events(self) -> int:
        """How many events were watched."""
        return self._scene.number

    def hold_epoch(self, epoch: int) -> None:
        """Take the epoch of the next batch of a record, or the newest that anybody took. Raises InvariantBroken."""
        self._scene.hold("I23", epoch >= self._epoch, "epoch {} has an effect after epoch {}", epoch, self._epoch)
        self._epoch = epoch

    def hold_record(self, code: str, holds: bool, finding: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Count what was held against a whole record. Raises InvariantBroken if it does not hold."""
        self._scene.hold(code, holds, finding)

    def watch(self, event: InputEvent, step: Step) -> None:
        """Take one input and what was made of it. Raises InvariantBroken at the first thing that does not hold."""
        scene = self._scene
        scene.begin(event, step)
        reports.look_at_report(scene)
        for look in _INPUTS.get(type(event), ()):
            look(scene, event)
        orders.look_at_commands(scene)
        boundary.look_at_commands(scene)
        told = isinstance(event, (StatementReceived, ForeignExecution, ReleaseInstructed))
        for place, decision in enumerate(step.events):
            if told:
                statements.look_ahead(scene, place)
            for look in _DECISIONS.get(type(decision), ()):
                look(scene, decision)
        for look_at_the_end in _ENDS:
            look_at_the_end(scene)


class CheckedEngine(Engine):
    """The engine, with a checker that sees every event right after it."""

    def __init__(
        self, settings: EngineSettings, senses: Senses | None = None, sessions: SessionTable | None = None
    ) -> None:
        """As Engine. sessions: the exchange's calendar, if orders are to be held against it."""
        super().__init__(settings, senses)
        self.checker = Checker(settings, self.account, self._strategy.ownership.sub_accounts, sessions)

    def process(self, event: InputEvent) -> Step:
        """As Engine.process. Raises InvariantBroken."""
        step = super().process(event)
        self.checker.watch(event, step)
        return step


def split_commands(
    steps: Iterable[tuple[DecisionEvent, ...]], commands: Iterable[Command]
) -> list[tuple[Command, ...]]:
    """Return which of a batch's commands belong to each step; what belongs to none is left to the last one.

    A record holds the commands of all its steps together; each follows from an order that its step moved.
    """
    left = list(commands)
    parts: list[tuple[Command, ...]] = []
    for decisions in steps:
        own: list[Command] = []
        moved = [decision.order for decision in decisions if isinstance(decision, OrderUpdated)]
        while left and any(_asks(order, left[0]) for order in moved):
            own.append(left.pop(0))
        parts.append(tuple(own))
    if left and parts:
        parts[-1] += tuple(left)
    return parts


def _asks(order: Order, command: Command) -> bool:
    """Return whether an order, as it was moved, is what a command asks for: one step may send, the next cancel it."""
    if isinstance(command, SubmitOrder):
        return order.order_id == command.order.order_id
    if isinstance(command, ModifyOrder):
        return order.order_id == command.order_id and order.modify_requested == command.terms
    return order.order_id == command.order_id and order.cancel_requested
