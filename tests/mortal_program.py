"""The test's end of a program that trades in a process of its own, and dies: each life goes on where the last ended."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.builders import CLOSE, HOUR, a_bar, a_session, a_slice
from tests.gateway_running import PATIENCE_SECONDS, RunningGateway
from tests.trading_life import BROKER, ENGINE
from tests.trading_through import CLIENT, each_name_has_one_number

Standing = dict[str, Any]


class ProgramDied(Exception):
    """The process is gone."""


class MortalProgram:
    """One journal, and the lives that write it."""

    def __init__(self, gateway: RunningGateway, folder: Path, port: int) -> None:
        self.gateway = gateway
        self._folder, self._port = folder, port
        self._opened_with = str(gateway.brokerage.book()["cash"])
        self._wishes: dict[int, float] = {}
        self._process: Process | None = None
        self._broker = 0  # the last process of a broker that was heard of
        self.lives = 0
        self.standing: Standing = {}

    async def begin(self, point: str = "", victims: Sequence[str] = ()) -> None:
        """Start a life; return when orders may leave. point: where in itself it is to end whom."""
        told = {
            "folder": str(self._folder), "port": self._port, "at": self.gateway.clock.at, "cash": self._opened_with,
            "wishes": self._wishes, "point": point, "victims": list(victims),
        }  # fmt: skip
        self.lives += 1
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.trading_life", json.dumps(told), stdin=PIPE, stdout=PIPE,
            limit=1 << 22,
        )  # fmt: skip
        await self.until(lambda now: now["ready"], "never READY")

    async def until(self, is_so: Callable[[Standing], object], why: str = "") -> None:
        """Wait until it is so. Raises ProgramDied; fails when patience ends."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not is_so(await self._ask(do="tell")):  # noqa: ASYNC110 - another process sets no event here
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{why or 'it never came to be so'}\n{self.standing['told']}") from None

    async def hour(self, wish: float | None = None, *, price: float = 100.0, is_traded: bool = True) -> None:
        """Let an hour pass at the gateway and then here. wish: what is wanted at its end, of 100 shares."""
        clock = self.gateway.clock
        ended_at = min(clock.at + HOUR, CLOSE)
        if is_traded:
            bar = a_bar(started_at=clock.at, ended_at=ended_at, open=price)
            self.gateway.show(a_slice(bar, ended_at=ended_at, session=a_session()))
        clock.at = ended_at
        if wish is not None:
            self._wishes[ended_at] = wish
        await self._ask(do="hour", wish=wish, price=price)

    async def compare(self) -> None:
        """Hold the books against two more statements."""
        for _ in range(2):
            wanted = self.standing["statements"] + 1
            await self._ask(do="later", seconds=61)
            await self.until(lambda now, wanted=wanted: now["statements"] >= wanted, "no statement came")  # type: ignore[misc]

    def strike(self, victims: Sequence[str]) -> None:
        """End processes as the system would."""
        assert self._process is not None
        if BROKER in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.standing["process"], signal.SIGKILL)
        if ENGINE in victims:
            self._process.kill()

    async def end(self) -> None:
        """End the life that is; in order, if it can."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _ask(self, **asked: object) -> Standing:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
        if not line:
            assert await process.wait() == -signal.SIGKILL, "it ended by itself"
            raise ProgramDied
        self.standing = json.loads(line)
        return self.standing


@asynccontextmanager
async def a_mortal_program(gateway: RunningGateway, folder: Path, port: int) -> AsyncIterator[MortalProgram]:
    """Nobody trades yet; whoever does is ended with the block."""
    program = MortalProgram(gateway, folder, port)
    try:
        yield program
    finally:
        await program.end()


def books_are_one(program: MortalProgram) -> None:
    """Demand that both books are one: to the share, to the cent, no order lost, none sent twice."""
    now, book = program.standing, program.gateway.brokerage.book()
    assert {symbol: Decimal(shares) for symbol, shares in now["positions"].items()} == {
        row["symbol"]: Decimal(row["quantity"]) for row in book["positions"]
    }, now["told"]
    cent = Decimal("0.01")
    assert Decimal(now["cash"]).quantize(cent) == Decimal(str(book["cash"])).quantize(cent), now["told"]
    there = [row["order_ref"] for row in book["orders"] if row["client_id"] == CLIENT]
    open_there = {row["order_ref"] for row in book["orders"] if row["client_id"] == CLIENT and not row["is_over"]}
    assert set(now["open"]) == open_there, now["told"]
    assert len(there) == len(set(there)), there
    each_name_has_one_number(program.gateway.server, now["install"])
