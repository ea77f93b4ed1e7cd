"""Minutes of a session at a steady price, and a strategy that wants what a test says, when it says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.events import DecisionEvent, ParentOrderUpdated
from robo_trader.core.domain.orders import Order
from robo_trader.core.domain.parent_orders import ParentOrder
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.execution.policy import ExecutionPolicy
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, Values
from tests.builders import FREE, MINUTE, OPEN, a_bar, a_session, a_slice, an_execution_policy, engine_settings
from tests.unit.core.engine import desk
from tests.unit.core.engine.desk import only


@dataclass(frozen=True)
class Scripted(EventStrategy):
    """Wants a strength from the end of a bar on."""

    wants: tuple[tuple[int, float], ...]  # minute since the first open, and strength
    name: str = "scripted"

    def on_bar(self, memory: Any, bar: Bar, values: Values, desk: Desk) -> None:  # noqa: ANN401, ARG002
        for minute, strength in self.wants:
            if bar.ended_at == OPEN + minute * MINUTE:
                desk.want(bar.symbol, strength, "as written")


def settings_of(
    policy: ExecutionPolicy | None = None,
    *,
    wants: Mapping[int, float] | None = None,
    shares: float = 1000.0,
    **more: Any,  # noqa: ANN401 - settings of the engine
) -> EngineSettings:
    """Wants 1,000 shares from the end of the first minute on, unless told otherwise."""
    strategy = Scripted(tuple((wants or {1: 1.0}).items()))
    return engine_settings(
        strategy=strategy, sizer=FixedShares(quantity=shares), commissions=FREE,
        execution=policy or an_execution_policy(), **more,
    )  # fmt: skip


def minutes(  # noqa: PLR0913 - a builder
    first: int,
    last: int,
    *,
    price: float = 20.0,
    prices: Mapping[int, float] | None = None,
    volume: float = 10_000.0,
    volumes: Mapping[int, float] | None = None,
    session: TradingSession | None = None,
) -> list[BarSlice]:
    """The minutes from `first` to `last` of a session, the first one being number 1; flat, at 20 dollars."""
    session = session or a_session()
    slices = []
    for number in range(first, last + 1):
        begun = session.opens_at + (number - 1) * MINUTE
        bar = a_bar(
            started_at=begun, ended_at=begun + MINUTE, open=(prices or {}).get(number, price),
            volume=(volumes or {}).get(number, volume),
        )  # fmt: skip
        slices.append(a_slice(bar, session=session))
    return slices


def parents(events: Sequence[DecisionEvent]) -> list[ParentOrder]:
    return [event.parent for event in only(ParentOrderUpdated, events)]


def children(played: desk.Desk) -> list[tuple[int, Decimal]]:
    """Minute of the first session and shares of every order that was sent, in order."""
    orders = played.engine.account.orders
    everyone: list[Order] = [*orders.ended.values(), *orders.open.values()]
    return [
        ((order.created_at - OPEN) // MINUTE, order.intent.quantity)
        for order in sorted(everyone, key=lambda order: order.order_id)
    ]


def as_shares(*pairs: tuple[int, int]) -> list[tuple[int, Decimal]]:
    return [(minute, Decimal(shares)) for minute, shares in pairs]
