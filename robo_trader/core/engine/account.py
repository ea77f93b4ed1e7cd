"""The account the engine trades for: its books, its state, and what the step at hand has decided about it."""

from robo_trader.core.domain.commands import Command, Step
from robo_trader.core.domain.events import DecisionEvent, TradingStateChanged
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.tally import Tally
from robo_trader.core.engine.valuation import Valuation
from robo_trader.core.execution.order_book import OrderBook
from robo_trader.core.ledger.ledger import Ledger


class Account:
    """What every desk reads and writes. A desk decides by appending to `events` and `commands`."""

    def __init__(self) -> None:
        self.orders = OrderBook()
        self.ledger = Ledger()
        self.valuation = Valuation()
        self.trading_state = TradingState.ACTIVE
        self.tally = Tally()
        self.events: list[DecisionEvent] = []
        self.commands: list[Command] = []

    def enter_state(self, after: TradingState, reason: str, *, at: int) -> None:
        """Change what may be sent. A halt is latched: nothing here leaves it."""
        change = TradingStateChanged(before=self.trading_state, after=after, reason=reason, occurred_at=at)
        self.trading_state = after
        self.events.append(change)

    def halt(self, reason: str, *, at: int) -> None:
        """Send nothing any more, once."""
        if self.trading_state is not TradingState.HALTED:
            self.enter_state(TradingState.HALTED, reason, at=at)

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
            self.orders.open, self.orders.ended, self.orders.executions, self.ledger.balances, self.ledger.positions,
            self.ledger.reservations, self.valuation.state(), self.trading_state, self.tally,
        )  # fmt: skip
