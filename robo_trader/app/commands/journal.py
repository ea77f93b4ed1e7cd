"""`robo-trader journal`: what holds of a record, and what does not."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.app.console import cell, print_json, print_pairs, print_rows, print_text
from robo_trader.app.exit_codes import UnknownReference
from robo_trader.app.places import cache_directory
from robo_trader.app.running import FIRST_SESSION, last_session_date
from robo_trader.app.verifying import Verdict, as_dict, verify_journal

EPOCHS_SHOWN = 5
SAID_MAX = 80  # characters of a record in a table


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


def show_record(database: Path, seq: int, *, as_json: bool) -> None:
    """Print one record. Raises UnknownReference if the journal is not as long."""
    with closing(RecordedJournal(database)) as journal:
        found, length = journal.records(seq, seq), journal.length
    if not found:
        raise UnknownReference(f"the journal has no record {seq}", next_step=f"Its last one is {length}.")
    (record,) = found
    if as_json:
        print_json(asdict(record))
        return
    told = {key: cell(key, value) for key, value in asdict(record).items() if key not in {"value", "seq", "kind"}}
    said = {key: value if isinstance(value, str) else json.dumps(value) for key, value in record.value.items()}
    print_pairs(f"Record {seq}: {record.kind}", told | said)


def show_tail(database: Path, count: int, *, as_json: bool) -> None:
    """Print the last records, the newest last."""
    with closing(RecordedJournal(database)) as journal:
        last = journal.length
        found = journal.records(last - count + 1, last)
    if as_json:
        print_json([asdict(record) for record in found])
        return
    rows = [_TailRow(one.seq, one.batch, one.role, one.kind, one.occurred_at, _abridged(one.value)) for one in found]
    print_rows(f"The last records of {database}", rows, columns=_TailRow.__slots__, as_json=False)


@dataclass(frozen=True, slots=True)
class _TailRow:
    seq: int
    batch: int
    role: str
    kind: str
    occurred_at: int
    says: str


def _abridged(value: Mapping[str, object]) -> str:
    said = json.dumps({key: one for key, one in value.items() if key != "occurred_at"}, separators=(",", ":"))
    return said if len(said) <= SAID_MAX else f"{said[:SAID_MAX]}..."
