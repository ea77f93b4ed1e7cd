"""One life of the program that trades, as a process of its own: it may be ended without a last word.

Run by `MortalProgram` with what it is to know in one argument. Each line it reads is an order of the test's, and each
line it writes says how things stand. At a chosen point it may end itself, the broker's process, or both, by SIGKILL.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.events import ReportQuarantined
from robo_trader.core.domain.orders import ApprovedOrder, OrderId, OrderTerms
from robo_trader.core.domain.statements import StatementPart
from robo_trader.core.ports.broker import Broker
from robo_trader.core.ports.journal import Batch
from tests.gateway_running import MarketClock, RunningGateway
from tests.trading_through import LOSING, Trader, a_trader, settings_as_told

DECIDED, COMMITTED, HANDED = "decided", "committed", "handed"
ENGINE, BROKER = "engine", "broker"


@dataclass
class FarGateway:
    """What a trader needs of a gateway that another process runs."""

    port: int
    clock: MarketClock
    cash: str

    @property
    def brokerage(self) -> "FarGateway":
        return self

    def book(self) -> dict[str, str]:
        return {"cash": self.cash}

    def show(self, slice_: BarSlice) -> None:
        """Come to where the market is: the test has shown it to the gateway."""
        self.clock.at = slice_.ended_at


class Death:
    """Strikes once, at its point."""

    def __init__(self, point: str, victims: Sequence[str], trader: Trader) -> None:
        self._point, self._victims, self._trader = point, victims, trader

    def tempt(self, point: str) -> None:
        if point != self._point:
            return
        self._point = ""
        if BROKER in self._victims and self._trader.broker.process_id is not None:
            os.kill(self._trader.broker.process_id, signal.SIGKILL)
        if ENGINE in self._victims:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalJournal:
    """The journal, with a chance to die on either side of the commit of an order."""

    def __init__(self, journal: SqlJournal, death: Death) -> None:
        self._journal, self._death = journal, death

    async def commit(self, batch: Batch) -> None:
        sends = any(isinstance(command, SubmitOrder) for command in batch.commands)
        if sends:
            self._death.tempt(DECIDED)
        await self._journal.commit(batch)
        if sends:
            self._death.tempt(COMMITTED)


class MortalBroker:
    """The broker, with a chance to die as soon as an order was handed to its process."""

    def __init__(self, broker: Broker, death: Death) -> None:
        self._broker, self._death = broker, death
        self.take_reports = broker.take_reports

    async def submit(self, order: ApprovedOrder) -> None:
        await self._broker.submit(order)
        self._death.tempt(HANDED)

    async def cancel(self, order_id: OrderId, *, at: int) -> None:
        await self._broker.cancel(order_id, at=at)

    async def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        await self._broker.modify(order_id, terms, at=at)

    async def request_statement(self, parts: tuple[StatementPart, ...], *, at: int) -> None:
        await self._broker.request_statement(parts, at=at)


def standing(trader: Trader) -> dict[str, Any]:
    """Say how things stand."""
    account = trader.engine.account
    order = trader.last_order() if account.orders.last_id else None
    return {
        "ready": trader.reconciled.is_ready,
        "process": trader.broker.process_id or 0,
        "processes": trader.epoch(),
        "statements": trader.statements(),
        "orders": account.orders.last_id,
        "status": order.status.value if order else "",
        "filled": str(order.filled) if order else "0",
        "commission": str(order.commission) if order else "0",
        "canceling": bool(order and order.cancel_requested),
        "positions": {s: str(held.quantity) for s, held in account.ledger.positions.items() if held.quantity},
        "cash": str(account.ledger.cash),
        "open": [str(trader.references.reference_of(order_id)) for order_id in account.orders.open],
        "install": trader.references.table.install,
        "state": account.trading_state.value,
        "blocked": trader.blocked(),
        "quarantined": len(trader.decided(ReportQuarantined)),
        "told": trader.told(),
    }


async def obey(trader: Trader, asked: dict[str, Any]) -> None:
    """Do what a test asks."""
    match asked["do"]:
        case "hour":
            await trader.hour(asked["wish"], price=asked["price"])
        case "later":
            trader.later(asked["seconds"])
        case other:
            assert other == "tell", asked


async def live(told: dict[str, Any], answers: TextIO) -> None:
    """Trade until nothing more is asked."""
    gateway = FarGateway(told["port"], MarketClock(told["at"]), told["cash"])
    wishes = {int(at): wish for at, wish in told["wishes"].items()}
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with a_trader(
        cast(RunningGateway, gateway),
        Path(told["folder"]),
        settings=settings_as_told(wishes),
        patience=LOSING,
        is_awaited=False,
    ) as trader:
        death = Death(told["point"], told["victims"], trader)
        trader.loop._journal = MortalJournal(trader.journal, death)  # type: ignore[assignment]
        trader.loop._broker = MortalBroker(trader.reconciled, death)
        line = asyncio.ensure_future(reader.readline())
        while True:
            await asyncio.wait([line], timeout=0.005)
            if line.done():
                if not line.result():
                    return
                await obey(trader, json.loads(line.result()))
                answers.write(json.dumps(standing(trader)) + "\n")
                answers.flush()
                line = asyncio.ensure_future(reader.readline())
            await trader.trading.turn()


if __name__ == "__main__":
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the log goes where it does not mix with answers
        asyncio.run(live(json.loads(sys.argv[1]), out))
