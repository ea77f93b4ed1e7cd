"""The account the engine trades for: its books, its state, and what the step at hand has decided about it."""

from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.domain.commands import Command, Step
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.events import DecisionEvent, TradingStateChanged
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.blocks import Blocks
from robo_trader.core.engine.limit_book import LimitBook
from robo_trader.core.engine.safeguards import safeguards_of
from robo_trader.core.engine.tally import Tally
from robo_trader.core.engine.valuation import Valuation
from robo_trader.core.execution.contract_book import ContractBook
from robo_trader.core.execution.order_book import OrderBook
from robo_trader.core.ledger.ledger import Ledger


class OpenSignal(Struct, gc=False):
    """A signal whose outcome is not known yet; the signal itself is the newest of its strategy for the symbol."""

    asked: Decimal  # whole shares that sizing gave, before limits
    crossed: Decimal = ZERO  # signed shares that came from, or went to, other strategies


class Account:
    """What every desk reads and writes. A desk decides by appending to `events` and `commands`."""

    def __init__(self, limits: LimitBook, *, needs_arming: bool = False) -> None:
        self.limits = limits
        self.safeguards = safeguards_of(limits)  # what the controls that are on remember; None while none remembers
        self.orders = OrderBook()
        self.contracts = ContractBook()
        self.ledger = Ledger()
        self.valuation = Valuation()
        self.needs_arming = needs_arming  # real money: no entry leaves unless a person has armed it
        self.clock_ahead = 0  # nanoseconds that the broker's is ahead of ours, as was told last
        self.arming: ArmingChanged | None = None  # what was told of it last
        self.open_signals: dict[Symbol, dict[str, OpenSignal]] = {}  # by strategy; no symbol without one
        self.trading_state = TradingState.ACTIVE
        self.halted_at: int | None = None  # when trading was halted last
        self.is_held_back = False  # an operator asked to reduce: no new session lifts it
        self.week_is_lost = False  # the loss limit of the week is broken: no new session of it lifts that
        self.paused: dict[Symbol, CorporateAction] = {}  # nothing is sent for these; what their shares went through
        self.tally = Tally()
        self.events: list[DecisionEvent] = []
        self.commands: list[Command] = []
        self.blocks = Blocks(self.events.append)
        self.last_unknown_at: int | None = None  # when an order last went unanswered

    def enter_state(self, after: TradingState, reason: str, *, at: int, actor: str = "") -> None:
        """Change what may be sent. A halt is latched: only an actor leaves it."""
        assert actor or self.trading_state is not TradingState.HALTED, reason
        change = TradingStateChanged(before=self.trading_state, after=after, reason=reason, occurred_at=at, actor=actor)
        self.trading_state = after
        if after is TradingState.HALTED:
            self.halted_at = at
        self.events.append(change)

    def halt(self, reason: str, *, at: int) -> None:
        """Send nothing any more, once."""
        if self.trading_state is not TradingState.HALTED:
            self.enter_state(TradingState.HALTED, reason, at=at)

    def follow_limits(self, *, at: int) -> None:
        """Let what is remembered go by the limits now in force; begin to remember what nobody did before."""
        if self.safeguards is None:
            self.safeguards = safeguards_of(self.limits)
        else:
            self.safeguards.follow(self.limits, at=at)
            self.events.extend(self.safeguards.take_changes())

    def take_step(self) -> Step:
        """Return what was decided since the last call, in order."""
        events, commands = tuple(self.events), tuple(self.commands)
        self.events.clear()
        if commands:
            self.commands.clear()
        return Step(events, commands)

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return (
            self.orders.open, self.orders.ended, self.orders.executions.state(), self.ledger.balances,
            self.ledger.positions, self.ledger.reservations, self.valuation.state(), self.trading_state, self.tally,
            self.open_signals, self.blocks.by_symbol, self.last_unknown_at, self.limits.policy, self.is_held_back,
            self.week_is_lost, self.halted_at, self.arming, self.contracts.state(), self.clock_ahead,
            None if self.safeguards is None else self.safeguards.state(),
        )  # fmt: skip
