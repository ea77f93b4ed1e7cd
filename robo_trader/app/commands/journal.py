"""`robo-trader journal`: what holds of a record, and what does not."""

from collections.abc import Mapping
from pathlib import Path

from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.app.console import print_json, print_rows, print_text
from robo_trader.app.places import cache_directory
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.verifying import Verdict, as_dict, verify_journal

EPOCHS_SHOWN = 5


def verify_command(database: Path, environment: Mapping[str, str], *, as_json: bool) -> None:
    """Print how every invariant stands. Raises the first thing that is wrong, after all is printed."""
    sessions = cached_sessions(FIRST_SESSION, last_session_date(), cache_directory(environment))
    verdict = verify_journal(database, sessions)
    if as_json:
        print_json(as_dict(verdict))
    else:
        _print(verdict, database)
    if verdict.error is not None:
        raise verdict.error


def _print(verdict: Verdict, database: Path) -> None:
    columns = ("code", "result", "times", "sentence", "remark")
    print_rows(f"Invariants in {database}", verdict.findings, columns=columns, as_json=False)
    print_text(f"install {verdict.identity.install}, begun {verdict.identity.epoch} times; {_epochs_in_words(verdict)}")
    print_text(f"{verdict.batches} batches, {verdict.events} events, state {verdict.state_hash or 'not reached'}")
    if verdict.snapshots:
        print_text(f"{verdict.snapshots} snapshots, with the journal behind them, lead to the same state")


def _epochs_in_words(verdict: Verdict) -> str:
    """Return how much each of the last few programs wrote that wrote anything."""
    newest = list(verdict.epochs.items())[-EPOCHS_SHOWN:]
    told = ", ".join(f"epoch {epoch}: {batches} batches" for epoch, batches in newest)
    return told if len(newest) == len(verdict.epochs) else f"of these the last: {told}"
