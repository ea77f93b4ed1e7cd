"""The result of a backtest, gathered from the same batches that live trading journals."""

from dataclasses import dataclass, field

from robo_trader.core.domain.events import AccountMarked, FillBooked, OrderDenied, OrderUpdated
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.orders import Order, OrderId
from robo_trader.core.domain.positions import AccountMark
from robo_trader.core.domain.violations import Violation
from robo_trader.core.ports.journal import Batch


@dataclass(slots=True)
class Result:
    """What happened, in order of time: the account after every slice, fills, orders as they ended, refusals."""

    equity: list[AccountMark] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    orders: dict[OrderId, Order] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    def take(self, batch: Batch) -> None:
        """Add what a batch decided: a listener of the trading loop."""
        for step in batch.steps:
            for decision in step.decisions:
                match decision:
                    case AccountMarked(mark=mark):
                        self.equity.append(mark)
                    case FillBooked(fill=fill):
                        self.fills.append(fill)
                    case OrderUpdated(order=order):
                        self.orders[order.order_id] = order
                    case OrderDenied(violations=violations):
                        self.violations.extend(violations)
