"""The real engine, journal and shell before the real broker's process, and a gateway of these tests behind it.

A test says what is wanted, lets hours pass, breaks what it likes, and asks in the end whether both books are one.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.broker import GatewayTarget, InteractiveBrokers
from robo_trader.adapters.brokers.interactive_brokers.patience import Patience
from robo_trader.adapters.brokers.interactive_brokers.restart_window import RestartWindow
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.core.domain.bars import Bar, BarSlice
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.events import DecisionEvent, InputEvent, SessionStarted
from robo_trader.core.domain.orders import Order, OrderStatus
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.execution.statement_schedule import StatementSchedule
from robo_trader.core.execution.transitions import ENDED
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.ports.journal import Batch
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, Values
from robo_trader.runtime.invariants.checker import CheckedEngine
from robo_trader.runtime.live_trading import LiveMarket, LiveTrading
from robo_trader.runtime.missed_slices import freshness
from robo_trader.runtime.order_references import OrderReferences
from robo_trader.runtime.reconciled_broker import ReconciledBroker
from robo_trader.runtime.recovery import replay
from robo_trader.runtime.trading_loop import TradingLoop
from robo_trader.simulation.gateway.server.gateway_server import GatewayServer
from tests.builders import AAPL, CLOSE, HOUR, OPEN, a_bar, a_session, a_slice, engine_settings
from tests.gateway_running import ACCOUNT, PATIENCE_SECONDS, STAGE, RunningGateway
from tests.session_records import a_session_record

FULL = 100  # shares that a signal of 1 holds
SECOND = 1_000_000_000
CLIENT = 1  # our id at the gateway
Kind = TypeVar("Kind")
_OPEN_QUESTIONS = (OrderStatus.SUBMITTED, OrderStatus.UNKNOWN)
# Long where a machine that is busy with others might be taken for a gateway that does not answer: no test may depend on
# how fast it runs. Short where nobody is slow, but gone.
QUICK = Patience(
    answer=15.0, question=10.0, connect=10.0, beat=2.0, misses_max=2, resync=0.1, reconnect=(0.05, 0.1, 0.2),
    hangs=20.0, restart=(0.05, 0.1), healthy=60.0, finish=3.0,
)  # fmt: skip
LOSING = replace(QUICK, answer=0.5)  # orders are lost on purpose; one that is only late is unknown, and found
WATCHFUL = replace(QUICK, beat=0.3)  # a line goes dead on purpose; one that is only slow is opened again


@dataclass(frozen=True)
class AsTold(EventStrategy):
    """Wants at the end of a bar what the test wrote down for that time."""

    wishes: dict[int, float] = field(default_factory=dict)

    def on_bar(self, memory: list[str], bar: Bar, values: Values, desk: Desk) -> None:  # noqa: ARG002
        if bar.ended_at in self.wishes:
            desk.want(bar.symbol, self.wishes[bar.ended_at], "the test says so")


class Trader:
    """One run of the program: what it decided stays in order."""

    chance: Random | None = None  # draws the prices that a test does not name; without it all are 100

    def __init__(
        self,
        gateway: RunningGateway,
        folder: Path,
        port: int,
        settings: EngineSettings,
        patience: Patience,
        windows: tuple[RestartWindow, ...] = (),
    ) -> None:
        self.gateway = gateway
        self.journal = SqlJournal(folder / "journal.db")
        record = a_session_record(account=ACCOUNT)
        self.references = OrderReferences(self.journal.begin(record))
        self.engine = CheckedEngine(settings)
        self.inputs: list[InputEvent] = []
        self.decisions: list[DecisionEvent] = []
        is_new = True
        for batch in replay(self.journal.batches(), self.engine):
            is_new = False
            self.references.note(batch)
        self.broker = InteractiveBrokers(
            GatewayTarget(host="127.0.0.1", port=port, account=ACCOUNT, windows=windows),
            table=self.references.table, numbers_file=folder / "numbers", opened_at=OPEN, patience=patience,
        )  # fmt: skip
        self.broker.restore(self.journal.batches())
        self.broker.market_time = max(OPEN, gateway.clock.at)
        self.is_new = is_new
        self._skipped = 0
        self.reconciled = ReconciledBroker(self.broker, StatementSchedule(), self._clock)
        self.loop = TradingLoop(
            self.engine, self.journal, self.reconciled, due_timer=self.engine.due_timer,
            listeners=[self.references.note, self._note],
        )  # fmt: skip
        self._slices: list[BarSlice] = []
        self.trading = LiveTrading(
            self.loop, self.broker, self.reconciled, see_to=_nothing_else,
            market=LiveMarket(self._take_slices, freshness(STAGE.sessions, BarSize.HOUR_1)),
        )  # fmt: skip

    # ---- what a test does --------------------------------------------------------------------------------

    async def begin(self) -> None:
        """Open the account if it is a new journal, and start the broker's process."""
        if self.is_new:
            opened = SessionStarted(occurred_at=OPEN, account=ACCOUNT, opening_cash=self._cash_there())
            await self.loop.take([opened])
        unknown = BrokerLinkChanged(
            state=LinkState.CONNECTING, reason="the test begins", epoch=0, occurred_at=self.broker.market_time
        )
        await self.loop.take([unknown])
        await self.broker.start()

    async def until(self, is_so: Callable[[], object], why: str = "") -> None:
        """Go on turning until it is so; fail when patience ends."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not is_so():
                    await self.trading.turn()
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"{why or 'it never came to be so'}\n{self.told()}") from None

    async def until_ready(self) -> None:
        """Turn until orders may leave."""
        await self.until(lambda: self.reconciled.is_ready, "never READY")

    async def hour(
        self, wish: float | None = None, *, price: float | None = None, low: float | None = None, is_traded: bool = True
    ) -> None:
        """Let an hour pass at the gateway and then here. wish: what the strategy wants at its end, of 100 shares.

        is_traded: whether orders of ours meet somebody in that hour.
        """
        started_at = self.gateway.clock.at
        ended_at = min(started_at + HOUR, CLOSE)
        bar = a_bar(started_at=started_at, ended_at=ended_at, open=self._price() if price is None else price, low=low)
        slice_ = a_slice(bar, ended_at=ended_at, session=a_session())
        if is_traded:
            self.gateway.show(slice_)
        else:
            self.gateway.clock.at = ended_at
        if wish is not None:
            self.wishes[ended_at] = wish
        self._slices.append(slice_)
        await self.trading.turn()

    async def order(self, wish: float = 1.0, *, price: float | None = None) -> Order:
        """Let an hour pass that ends in an order; return it as it was made."""
        before = self.engine.account.orders.last_id
        await self.hour(wish, price=price)
        assert self.engine.account.orders.last_id == before + 1, self.told()
        return self.last_order()

    async def cancel(self) -> None:
        """Let the strategy change its mind about an order that has not filled."""
        await self.hour(0.0, is_traded=False)
        assert self.last_order().cancel_requested or is_over(self.last_order()), self.told()

    def later(self, seconds: float) -> None:
        """Let the clock of the schedule of statements jump."""
        self._skipped += int(seconds * SECOND)

    async def compare(self) -> None:
        """Hold the books against two more statements."""
        for _ in range(2):
            wanted = self.statements() + 1
            self.later(61)
            await self.until(partial(self._has_statements, wanted), "no statement came")

    async def settle(self) -> None:
        """Whatever became of the order: the rest of what is wanted comes, and both books are one after it."""
        await self.until(lambda: self.last_order().status not in _OPEN_QUESTIONS, "the order stays unknown")
        await self.until_ready()
        await self.compare()
        await self.hour(0.9 if is_over(self.last_order()) else None)  # a fresh decision, and not the old order again
        await self.until(lambda: self.last_order().status not in _OPEN_QUESTIONS, "the next order stays unknown")
        if self.engine.account.orders.open:
            await self.hour()
        await self.until(lambda: not self.engine.account.orders.open, "an order stays open")
        await books_agree(self)
        assert not self.blocked(), self.told()
        assert self.engine.account.trading_state is TradingState.ACTIVE, self.told()

    # ---- what a test asks --------------------------------------------------------------------------------

    def last_order(self) -> Order:
        """The newest order, as our book has it now."""
        return self.our_order(self.engine.account.orders.last_id)

    def our_order(self, order_id: int) -> Order:
        orders = self.engine.account.orders
        found = [one for one in (*orders.open.values(), *orders.ended.values()) if one.order_id == order_id]
        assert len(found) == 1, found
        return found[0]

    def is_status(self, *wanted: OrderStatus) -> Callable[[], bool]:
        """A question for `until`: whether the newest order is so."""
        return lambda: self.last_order().status in wanted

    def heard(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.inputs if isinstance(event, kind)]

    def decided(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.decisions if isinstance(event, kind)]

    def epoch(self) -> int:
        """How many processes there have been."""
        return self.broker.processes

    def statements(self) -> int:
        return sum(type(event).__name__ == "StatementReceived" for event in self.inputs)

    def blocked(self) -> bool:
        return bool(self.engine.account.blocks.of(AAPL))

    def book(self) -> dict[str, Any]:
        """What is so."""
        return self.gateway.brokerage.book()

    def told(self) -> str:
        """The last that happened, for whoever reads a failure."""
        lines = [f"link {self.broker.link} ({self.broker.reason}), ready {self.reconciled.is_ready}"]
        lines += [f"  in  {str(event)[:200]}" for event in self.inputs[-15:]]
        lines += [f"  out {str(event)[:200]}" for event in self.decisions[-12:]]
        return "\n".join(lines)

    # ---- inside ------------------------------------------------------------------------------------------

    @property
    def wishes(self) -> dict[int, float]:
        """What was wanted so far, by time: a program that begins again must be told the same."""
        strategy = self.engine._settings.sleeves[0].strategy
        assert isinstance(strategy, AsTold)
        return strategy.wishes

    def _price(self) -> float:
        return 100.0 if self.chance is None else self.chance.randrange(9_800, 10_200) / 100

    def _has_statements(self, count: int) -> bool:
        return self.statements() >= count

    def _cash_there(self) -> Decimal:
        return Decimal(str(self.book()["cash"]))

    def _clock(self) -> int:
        return time.monotonic_ns() + self._skipped

    def _take_slices(self) -> list[BarSlice]:
        slices, self._slices = self._slices, []
        return slices

    def _note(self, batch: Batch) -> None:
        for step in batch.steps:
            self.inputs.append(step.input)
            self.decisions.extend(step.decisions)


async def _nothing_else() -> None:
    """See to nothing besides."""


def kill(trader: Trader) -> None:
    """End the broker's process as the system would: without a last word."""
    assert trader.broker.process_id is not None
    os.kill(trader.broker.process_id, signal.SIGKILL)


def settings_as_told(
    wishes: dict[int, float] | None = None,
    *,
    limit_offset_bps: int | None = None,
    protection: ProtectionPolicy | None = None,
) -> EngineSettings:
    """Orders for what the test wants, of 100 shares; at the market unless an offset is given."""
    strategy = AsTold() if wishes is None else AsTold(wishes=wishes)
    return engine_settings(
        strategy=strategy, sizer=FixedShares(quantity=float(FULL)), limit_offset_bps=limit_offset_bps,
        protection=protection,
    )  # fmt: skip


@asynccontextmanager
async def a_trader(  # noqa: PLR0913 - each is named where a test wants it otherwise
    gateway: RunningGateway,
    folder: Path,
    *,
    settings: EngineSettings | None = None,
    port: int | None = None,
    patience: Patience = QUICK,
    windows: tuple[RestartWindow, ...] = (),
    is_awaited: bool = True,
    chance: Random | None = None,
) -> AsyncIterator[Trader]:
    """A program that trades; READY if `is_awaited`. port: of what stands between it and the gateway.

    windows: hours in which the gateway may go away.
    """
    trader = Trader(gateway, folder, port or gateway.port, settings or settings_as_told(), patience, windows)
    trader.chance = chance
    with closing(trader.journal):
        try:
            await trader.begin()
            if is_awaited:
                await trader.until_ready()
            yield trader
        finally:
            await trader.broker.stop()


async def books_agree(trader: Trader) -> None:
    """Demand, after two more statements, that both books are one: to the share, to the cent, and no order lost."""
    await trader.until_ready()
    await trader.compare()
    ledger, book = trader.engine.account.ledger, trader.book()
    ours = {symbol: held.quantity for symbol, held in ledger.positions.items() if held.quantity}
    theirs = {row["symbol"]: Decimal(row["quantity"]) for row in book["positions"]}
    assert ours == theirs, trader.told()
    cents = [Decimal(str(cash)).quantize(Decimal("0.01")) for cash in (ledger.cash, book["cash"])]
    assert cents[0] == cents[1], trader.told()
    open_here = {str(trader.references.reference_of(order_id)) for order_id in trader.engine.account.orders.open}
    open_there = {row["order_ref"] for row in book["orders"] if row["client_id"] == CLIENT and not row["is_over"]}
    assert open_here == open_there, trader.told()
    no_order_left_twice(trader)


def no_order_left_twice(trader: Trader) -> None:
    """Demand that each name is on one order at the broker, and on one number of the wire."""
    each_name_has_one_number(trader.gateway.server, trader.references.table.install)
    there = [row["order_ref"] for row in trader.book()["orders"] if row["client_id"] == CLIENT]
    assert len(there) == len(set(there)), there


def each_name_has_one_number(server: GatewayServer, install: str) -> None:
    """Demand that no two orders on the wire share a name, and that none has two numbers."""
    sent: dict[str, set[str]] = {}
    for seen in server.frames(limit=10_000):
        fields = seen.fields()
        if seen.direction == "in" and seen.client_id == CLIENT and fields[:1] == ["3"]:
            name = next(one for one in fields if one.count(".") == 2 and one.split(".")[0] == install)
            sent.setdefault(name, set()).add(fields[1])
    assert all(len(numbers) == 1 for numbers in sent.values()), sent
    numbers = [number for taken in sent.values() for number in taken]
    assert len(numbers) == len(set(numbers)), sent


def is_over(order: Order) -> bool:
    """Whether an order has ended."""
    return order.status in ENDED
