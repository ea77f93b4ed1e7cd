"""The web as a process of its own beside the engine: it may die, hang or be flooded, and trading goes on."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from robo_trader.app.exit_codes import ExitCode
from robo_trader.app.logs import tell_dashboard

RESTART_DELAYS_SECONDS = (1, 2, 4, 8, 16, 30)
STOP_TIMEOUT_SECONDS = 3

log = structlog.get_logger()


class WebProcess:
    """Keeps `robo-trader web` running from entry to exit, and says where it listens."""

    def __init__(
        self,
        database: Path,
        environment: Mapping[str, str],
        arguments: tuple[str, ...],
        *,
        enabled: bool,
        log_format: str,
    ) -> None:
        """arguments: what the web is told besides the database, e.g. its port."""
        self._command = (sys.executable, "-m", "robo_trader", "web", "--database", str(database), *arguments)
        self._environment = dict(environment)
        self._enabled = enabled
        self._log_format = log_format
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start, without waiting until the page can be opened."""
        if self._enabled:
            self._keeper = asyncio.create_task(self._keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, politely first."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper

    async def _keep(self) -> None:
        for delay in RESTART_DELAYS_SECONDS:
            code = await self._run_once()
            if code in (ExitCode.OK, ExitCode.CONFIGURATION):
                log.warning("dashboard ended; trading goes on without it", exit_code=code)
                return
            log.warning("dashboard died; trading goes on", exit_code=code, restart_in_seconds=delay)
            await asyncio.sleep(delay)
        log.error("dashboard keeps dying; trading goes on without it")

    async def _run_once(self) -> int:
        # The child ends when its standard input does, so it never outlives us, however we end. Ctrl-C in the
        # terminal is for us alone: in our group it would die first, and we would report a death.
        process = await asyncio.create_subprocess_exec(
            *self._command,
            "--until-stdin-closes",
            stdin=PIPE,
            stdout=PIPE,
            env=self._environment,
            start_new_session=True,
        )
        try:
            await self._pass_on_addresses(process)
            return await process.wait()
        finally:
            await _stop(process)

    async def _pass_on_addresses(self, process: Process) -> None:
        """Tell each address the child tells, until it closes its output: there is a new one when a code is spent."""
        assert process.stdout is not None
        async for line in process.stdout:
            told = json.loads(line)
            tell_dashboard(told["url"], told["login_url"], log_format=self._log_format)


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
