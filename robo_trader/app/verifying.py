"""A journal held against the invariants: its bytes, what it leads to when played again, and every event in it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from robo_trader.adapters.storage.chain import digest_of
from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.app.joining import build_engine_settings
from robo_trader.app.recorded_settings import settings_of
from robo_trader.app.verifying_snapshots import hold_snapshots
from robo_trader.core.domain.errors import JournalDamaged, RoboTraderError
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.journal import JournalIdentity
from robo_trader.runtime.invariants.broken import InvariantBroken
from robo_trader.runtime.invariants.checker import Checker
from robo_trader.runtime.invariants.replaying import replayed, watch_record
from robo_trader.runtime.invariants.table import INVARIANTS, Invariant, Means

PASS, BROKEN, NOT_APPLICABLE, NOT_REACHED = "pass", "broken", "not applicable", "not reached"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one invariant stands in a journal."""

    code: str
    result: str  # pass, broken, not applicable, not reached
    times: int  # it was held against something
    sentence: str
    remark: str  # what is wrong, or why it does not apply


@dataclass(frozen=True, slots=True)
class Verdict:
    """How all of them stand."""

    identity: JournalIdentity  # with the newest epoch that anybody took
    epochs: Mapping[int, int]  # how many batches were written under each that wrote any
    batches: int
    events: int  # watched
    state_hash: str | None  # that the journal leads to, None where it cannot be played again
    snapshots: int  # that lead there as well, with the journal behind them
    findings: tuple[Finding, ...]
    error: RoboTraderError | None  # the first thing that is wrong


class _Evidence:
    """What was found so far."""

    def __init__(self) -> None:
        self.times: dict[str, int] = {}
        self.broken: dict[str, RoboTraderError] = {}  # the first first
        self.state_hash: str | None = None
        self.epochs: Counter[int] = Counter()
        self.batches = self.events = self.snapshots = 0

    def take(self, checker: Checker) -> None:
        """Take over what a checker saw."""
        self.times |= checker.counts
        self.events = checker.events


def verify_journal(path: Path, sessions: SessionTable | None = None) -> Verdict:
    """Read a journal twice: as bytes, and as events that are played again. sessions: the exchange's calendar.

    Raises JournalError if it cannot be read at all, InvalidConfig and SessionMismatch if the strategy that traded it
    is not to be found, or is another by now.
    """
    evidence = _Evidence()
    with closing(RecordedJournal(path)) as journal:
        settings = build_engine_settings(settings_of(journal.session))
        try:
            for batch in journal.batches():
                evidence.batches += 1
                evidence.epochs[batch.epoch] += 1
                evidence.times["I16"] = evidence.times.get("I16", 0) + len(batch.steps)
        except JournalDamaged as damage:
            evidence.broken["I16"] = damage
        else:
            _play(journal, settings, sessions, evidence)
            _hold_snapshots(journal, settings, path, evidence)
    return Verdict(
        journal.identity, evidence.epochs, evidence.batches, evidence.events, evidence.state_hash, evidence.snapshots,
        tuple(_findings(INVARIANTS, evidence)), next(iter(evidence.broken.values()), None),
    )  # fmt: skip


def _play(
    journal: RecordedJournal, settings: EngineSettings, sessions: SessionTable | None, evidence: _Evidence
) -> None:
    """Watch the recorded events as they stand; then play them again, with the engine's books to look at as well."""
    recorded = Checker(settings, sessions=sessions)
    try:
        watch_record(journal.batches(), recorded, newest_epoch=journal.identity.epoch)
    except InvariantBroken as broken:
        evidence.broken[broken.code] = broken
    evidence.take(recorded)
    try:
        engine = replayed(journal.batches(), settings, digest_of, sessions)
    except InvariantBroken as broken:
        evidence.broken.setdefault(broken.code, broken)
    except JournalDamaged as damage:
        evidence.broken["I15"] = damage
    else:
        evidence.take(engine.checker)
        evidence.state_hash = engine.state_hash()
        evidence.times["I15"] = evidence.batches


def _hold_snapshots(journal: RecordedJournal, settings: EngineSettings, path: Path, evidence: _Evidence) -> None:
    if evidence.state_hash is None:
        return
    try:
        evidence.snapshots = hold_snapshots(journal, settings, path, evidence.state_hash)
    except JournalDamaged as damage:
        evidence.broken.setdefault("I15", damage)


def _findings(table: Iterable[Invariant], evidence: _Evidence) -> Iterable[Finding]:
    is_whole = not evidence.broken
    for one in table:
        times = evidence.times.get(one.code, 0)
        broken = evidence.broken.get(one.code)
        if broken is not None:
            result, remark = BROKEN, str(broken)
        elif one.means not in (Means.EVENTS, Means.RECORD):
            result, remark = NOT_APPLICABLE, one.remark or f"held {one.means.value}"
        elif not is_whole and (not times or one.code == "I26"):
            result, remark = NOT_REACHED, "something else is broken before"
        elif not times:
            result, remark = NOT_APPLICABLE, one.idle
        else:
            result, remark = PASS, ""
        yield Finding(one.code, result, times, one.sentence, remark)


def as_dict(verdict: Verdict) -> Mapping[str, object]:
    """Return a verdict as plain values."""
    return {
        "result": PASS if verdict.error is None else BROKEN,
        "error": None if verdict.error is None else str(verdict.error),
        "install": verdict.identity.install,
        "epoch": verdict.identity.epoch,
        "epochs": {str(epoch): batches for epoch, batches in verdict.epochs.items()},
        "batches": verdict.batches,
        "events": verdict.events,
        "state_hash": verdict.state_hash,
        "snapshots": verdict.snapshots,
        "invariants": [{name: getattr(one, name) for name in Finding.__slots__} for one in verdict.findings],
    }
