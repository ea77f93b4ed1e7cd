"""`robo-trader conformance`: takes the tour, writes what was recorded, and holds it against an earlier recording."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

import typer

from robo_trader.adapters.brokers.interactive_brokers.conformance.comparison import Difference, compare
from robo_trader.adapters.brokers.interactive_brokers.conformance.recording import (
    Recording,
    read_recording,
    write_recording,
)
from robo_trader.adapters.brokers.interactive_brokers.conformance.tour import TourPlan
from robo_trader.adapters.brokers.interactive_brokers.conformance.walking import Walk
from robo_trader.app.console import print_json, print_progress, print_rows, print_text
from robo_trader.app.exit_codes import ExitCode

_FAR = "Orders of one share rest a quarter of the price away from the market, and are canceled."
_LARGE = "One is too large to be accepted."
_FILLING = "Then one share is bought at the market and sold again, and orders for the auctions are canceled at once."


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One line of the table of steps."""

    step: str
    messages: int
    never_came: str


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """One line of the table of differences."""

    step: str
    after_messages: int
    recorded: str
    now: str


def conformance_command(plan: TourPlan, *, output: Path | None, against: Path | None, as_json: bool) -> None:
    """Take the tour. Leaves with the code DIFFERENT where it went otherwise than the recording `against`.

    Raises BrokerError, OrdersLeftOpen and InvalidConfig; what was recorded until then is written all the same.
    """
    recorded = read_recording(against) if against else None
    logging.getLogger("ib_async").addHandler(logging.NullHandler())  # the recording tells what the library logs
    for line in _intention(plan):
        print_progress(line)
    now = asyncio.run(_walk(plan, output))
    differences = compare(recorded, now) if recorded else ()
    if as_json:
        print_json(_told(now, None if recorded is None else differences))
    else:
        _show(now, None if recorded is None else differences)
    if differences:
        raise typer.Exit(ExitCode.DIFFERENT)


async def _walk(plan: TourPlan, output: Path | None) -> Recording:
    walk = Walk(plan, lambda step: print_progress(f"step: {step}"))
    try:
        await walk.go()
    finally:
        if output is not None:
            write_recording(walk.recording(), output)
    return walk.recording()


def _intention(plan: TourPlan) -> list[str]:
    where = f"tour of {plan.host}:{plan.port}, account {plan.account}, {plan.symbol}, client id {plan.client_id}"
    filling = _FILLING if plan.fills else "None is meant to fill."
    return [where, f"{_FAR} {_LARGE}", filling]


def _show(now: Recording, differences: tuple[Difference, ...] | None) -> None:
    steps = [ShownStep(step.step, len(step.sequence), ", ".join(step.unanswered)) for step in now.steps]
    print_rows("Tour", steps, columns=("step", "messages", "never_came"), as_json=False)
    print_text("No order of the tour is open, and no share of it is held.")
    if differences is None:
        return
    rows = [ShownDifference(one.step, one.place, "\n".join(one.recorded), "\n".join(one.now)) for one in differences]
    print_rows("Differences", rows, columns=("step", "after_messages", "recorded", "now"), as_json=False)


def _told(now: Recording, differences: tuple[Difference, ...] | None) -> dict[str, object]:
    return {
        "server_version": now.header.server_version,
        "symbol": now.header.symbol,
        "steps": [
            {"step": step.step, "sequence": step.sequence, "unanswered": step.unanswered} for step in now.steps
        ],
        "differences": None if differences is None else [
            {"step": one.step, "place": one.place, "recorded": list(one.recorded), "now": list(one.now)}
            for one in differences
        ],
    }  # fmt: skip
