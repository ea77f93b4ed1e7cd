"""Arms and disarms live trading. What is typed is read from a terminal and from nowhere else."""

import getpass
import os
import sys
import time
from datetime import datetime

import typer

from robo_trader.adapters.brokers.interactive_brokers.safety import refuse_account
from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.app.arming import Arming, ArmingFile, moment_of
from robo_trader.app.console import print_json
from robo_trader.app.places import cache_directory
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.settings import Settings
from robo_trader.app.settings.live_section import allowed_targets
from robo_trader.core.domain.errors import InvalidConfig

_NANOS = 1_000_000_000


def arm_account(settings: Settings, account: str | None, *, until: str) -> None:
    """Ask for the phrase, and allow entries until a time. Raises InvalidConfig where anything does not fit."""
    file = _file_of(settings, account)
    refused = _refusal(settings, file.account)
    if refused is not None:
        raise InvalidConfig(refused, next_step="docs/live.md says what live trading needs.")
    expires_at = _expiry(until, file, now=time.time_ns())
    phrase = f"trade real money in {file.account}"
    _demand_terminal()
    typer.echo(
        f"This lets orders with REAL MONEY leave in account {file.account} until {moment_of(expires_at)}.\n"
        f"Losses are real. To allow it, type: {phrase}"
    )
    if sys.stdin.readline().rstrip("\n") != phrase:
        raise InvalidConfig("that is not the phrase; nothing is armed", next_step=f"Type exactly: {phrase}")
    file.write(
        Arming(account=file.account, actor=getpass.getuser(), armed_at=time.time_ns(), expires_at=expires_at)
    )  # fmt: skip
    typer.echo(f"{file.account} is armed until {moment_of(expires_at)}. Take it back with: robo-trader disarm")


def disarm_account(settings: Settings, account: str | None) -> None:
    """Take the permission back. A session that runs notices at its next turn."""
    file = _file_of(settings, account)
    was_there = file.remove()
    typer.echo(f"{file.account} is not armed{' any more' if was_there else '; it was not before'}.")


def show_arming(settings: Settings, account: str | None, *, as_json: bool) -> None:
    """Tell whether an account is armed now, and why not."""
    file = _file_of(settings, account)
    found = file.read(now=time.time_ns())
    if isinstance(found, str):
        told = {"account": file.account, "is_armed": False, "reason": found}
        words = f"{file.account} is not armed: {found}"
    else:
        told = {
            "account": file.account, "is_armed": True, "actor": found.actor, "armed_at": found.armed_at,
            "expires_at": found.expires_at,
        }  # fmt: skip
        words = f"{file.account} is armed by {found.actor} until {moment_of(found.expires_at)}"
    print_json(told) if as_json else typer.echo(words)


def _file_of(settings: Settings, account: str | None) -> ArmingFile:
    name = (account or settings.ibkr.account).strip()
    if not (name.isascii() and name.isalnum() and len(name) <= 16):
        raise InvalidConfig(
            f"{name!r:.40} names no account" if name else "no account is named",
            next_step="Name it: --account U1234567, or `ibkr.account` in the file.",
        )
    sessions = cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(os.environ))
    return ArmingFile(os.environ, name, sessions)


def _refusal(settings: Settings, account: str) -> str | None:
    if settings.execution.mode != "live":
        return "there is nothing to arm: `execution.mode` is paper"
    if settings.ibkr.account and settings.ibkr.account != account:
        return f"`ibkr.account` is {settings.ibkr.account}, and not {account}"
    return refuse_account(allowed_targets(settings.execution.mode, settings.live), account)


def _expiry(until: str, file: ArmingFile, *, now: int) -> int:
    """Return when the permission ends, UTC ns. Raises InvalidConfig."""
    latest = file.latest_expiry(now)
    if until == "close":
        return latest
    try:
        wanted = datetime.fromisoformat(until)
    except ValueError:
        wanted = None
    if wanted is None or wanted.tzinfo is None:
        raise InvalidConfig(
            f"{until!r:.40} is no time with its zone", next_step="Write --until close, or 2026-03-02T20:00Z."
        )
    expires_at = int(wanted.timestamp()) * _NANOS
    if not now < expires_at <= latest:
        raise InvalidConfig(
            f"{moment_of(expires_at)} is not between now and the end of the session",
            next_step=f"Arm until {moment_of(latest)} at the latest, and again after that.",
        )
    return expires_at


def _demand_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidConfig(
            "live trading is armed by a person at a terminal, not by a pipe or a script",
            next_step="Run the command in a terminal, and type the phrase it asks for.",
        )
