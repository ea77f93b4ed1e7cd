"""Checks the whole journal from time to time while it trades, and halts trading once a record is not what was written.

The check reads every record, which takes seconds of a long journal, so a process of its own does it: trading waits for
nothing but the news. Whether it could be done at all is logged; only what it found halts.
"""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from robo_trader.app.exit_codes import ExitCode
from robo_trader.core.domain.events import InstructionGiven
from robo_trader.core.domain.instructions import InstructionKind
from robo_trader.core.domain.positions import TradingState
from robo_trader.runtime.trading_loop import TradingLoop

ACTOR = "robo-trader db verify"  # who asks for the halt
_TIMEOUT_SECONDS = 3600
_WORDS_MAX = 300

log = structlog.get_logger()


class IntegrityWatch:
    """Checks one journal from entry to exit."""

    def __init__(self, database: Path, environment: Mapping[str, str], every_minutes: float) -> None:
        self._command = (
            sys.executable, "-m", "robo_trader", "db", "verify", "--database", str(database), "--chain-only", "--json",
            "--gently",
        )  # fmt: skip
        self._environment = dict(environment)
        self._every_seconds = every_minutes * 60
        self._keeper: asyncio.Task[None] | None = None
        self._damage = ""

    async def __aenter__(self) -> Self:
        """Begin; the first check comes after one interval, for the start has read the whole journal already."""
        self._keeper = asyncio.create_task(self._keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Check no more; a check that is under way ends."""
        assert self._keeper is not None, "it was entered"
        self._keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeper

    async def see_to(self, loop: TradingLoop, state: TradingState, *, at: int) -> None:
        """Halt trading if damage was found since the last time. state: that trading is in; at: UTC nanoseconds."""
        damage, self._damage = self._damage, ""
        if damage and state is not TradingState.HALTED:
            halt = InstructionGiven(
                kind=InstructionKind.HALT, actor=ACTOR, reason=damage, expected=state, occurred_at=at
            )  # fmt: skip
            await loop.take([halt])

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(self._every_seconds)
            code, words = await self._check()
            if code == ExitCode.OK:
                log.debug("the journal is as it was written")
            elif code == ExitCode.DAMAGED:
                log.error("the journal is not what was written; trading is halted", reason=words)
                self._damage = words[:_WORDS_MAX] or "the journal is not what was written"
                return  # it does not mend itself, and once is enough
            else:
                log.warning("the journal could not be checked; it is tried again", exit_code=code, reason=words)

    async def _check(self) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=self._environment, start_new_session=True
        )
        try:
            _, told = await asyncio.wait_for(process.communicate(), _TIMEOUT_SECONDS)
        except TimeoutError:
            return None, f"the check has not ended in {_TIMEOUT_SECONDS} seconds"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        lines = [line.strip() for line in told.decode(errors="replace").splitlines() if line.strip()]
        return process.returncode, next(iter(lines), "").removeprefix("robo-trader: ")
