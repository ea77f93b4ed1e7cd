"""`robo-trader check lookahead`."""

import asyncio
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import typer

from robo_trader.app.backtest_window import Window
from robo_trader.app.console import print_json, print_progress, print_rows
from robo_trader.app.lookahead import Checked, Effort, check_strategy
from robo_trader.app.settings import Settings
from robo_trader.core.domain.errors import StrategyError
from robo_trader.research.validation.lookahead import STRENGTH, LookaheadCheck, Peek
from robo_trader.research.validation.warm_up import WarmUp


@dataclass(frozen=True, slots=True)
class ShownWarmUp:
    """One line of the table of warm-ups."""

    name: str
    declared: str
    needed: str


def check_command(settings: Settings, *, window: Window, effort: Effort, as_json: bool) -> None:
    """Check a strategy and print what was found. Raises StrategyError where it looks ahead."""
    checked = asyncio.run(
        check_strategy(settings, environment=os.environ, window=window, effort=effort, announce=print_progress)
    )
    check = checked.check
    if as_json:
        print_json({
            "looks_ahead": check.peek is not None, **asdict(check),
            "warm_up": [asdict(one) for one in checked.warm_ups],
            "other_files_read": [str(path) for path in checked.others_read],
        })  # fmt: skip
    if check.peek is not None:
        raise _refusal(check, check.peek)
    if not as_json:
        _print(checked)


def _print(checked: Checked) -> None:
    check = checked.check
    typer.echo(
        f"{check.strategy} does not look ahead: the same on {check.cuts} beginnings of {check.slices:,} slices of "
        f"{check.symbols} symbols, {' and '.join(check.forms)}."
    )
    if check.not_compiled:
        typer.echo(f"There is no compiled form to check: {check.not_compiled}.")
    if checked.others_read:
        typer.echo(f"It reads {', '.join(map(str, checked.others_read))}: what stands there is not checked.")
    print_rows(
        "Bars until warm", [_shown(one) for one in checked.warm_ups], columns=("name", "declared", "needed"),
        as_json=False,
    )  # fmt: skip


def _shown(one: WarmUp) -> ShownWarmUp:
    needed = f"{one.needed}" if one.needed is not None else "never, in these bars"
    return ShownWarmUp(one.name, str(one.declared), needed)


def _refusal(check: LookaheadCheck, peek: Peek) -> StrategyError:
    advice = "Let it know nothing but the values its rule is given: no file, no global that changes, no later bar."
    shorter = (
        "when it is asked again" if peek.known_until is None else f"when the bars end at {_clock(peek.known_until)}"
    )
    if peek.failure:
        told = f"it fails {shorter}, and not before or with more of them: {peek.failure}"
        return StrategyError(f"{check.strategy} looks ahead, {peek.form}: {told}", next_step=advice)
    what = "" if peek.differs == STRENGTH else f", and {peek.differs} differs"
    return StrategyError(
        f"{check.strategy} looks ahead, {peek.form}: its strength for {peek.symbol} at {_clock(peek.ended_at)} is "
        f"{peek.whole:g} with all bars and {peek.cut:g} {shorter}{what}",
        next_step=advice,
    )


def _clock(nanos: int) -> str:
    return datetime.fromtimestamp(nanos / 1e9, UTC).strftime("%Y-%m-%d %H:%M UTC")
