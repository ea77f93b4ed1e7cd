"""`robo-trader replay`: a recorded session run again."""

from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from robo_trader.adapters.storage.journal_reading import RecordedJournal
from robo_trader.app.commands.why import parse_moment
from robo_trader.app.console import print_json, print_pairs, print_text
from robo_trader.app.joining import build_engine
from robo_trader.app.recorded_settings import settings_of
from robo_trader.core.domain.errors import JournalDamaged
from robo_trader.core.engine.engine import Engine
from robo_trader.runtime.replaying import Difference, Replayed, Until, replay_until


def replay_command(database: Path, *, until: str | None, shows_values: bool, as_json: bool) -> None:
    """Run a session again up to a record or a time, and print where it stands then.

    Raises JournalDamaged, after all is printed, where this program decides otherwise than the journal says.
    """
    limit = _until(until)
    with closing(RecordedJournal(database)) as journal:
        engine = build_engine(settings_of(journal.session))
        played = replay_until(journal.batches(), engine, limit)
    if as_json:
        print_json(_as_dict(played, engine))
    else:
        _print(played, engine, shows_values=shows_values)
    if played.difference is not None:
        raise JournalDamaged(
            f"record {played.difference.seq} of the journal is decided on otherwise now",
            next_step="Continue with the program version that began this journal; --diff shows both decisions.",
        )


def _until(text: str | None) -> Until:
    if text is None:
        return Until()
    return Until(seq=int(text)) if text.isdecimal() else Until(at=parse_moment(text, "--until"))


def _state(engine: Engine) -> dict[str, object]:
    account = engine.account
    positions = {str(one.symbol): one.quantity for one in account.ledger.open_positions()}
    return {
        "trading_state": account.trading_state.value, "cash": account.ledger.cash,
        "equity": account.valuation.equity, "positions": positions, "orders_open": len(account.orders.open),
        "state_hash": engine.state_hash(),
    }  # fmt: skip


def _as_dict(played: Replayed, engine: Engine) -> dict[str, object]:
    return {"identical": played.difference is None, **asdict(played), **_state(engine)}


def _print(played: Replayed, engine: Engine, *, shows_values: bool) -> None:
    at = datetime.fromtimestamp(played.last_at / 1e9, UTC).isoformat(timespec="seconds")
    words = {key: str(value) for key, value in _state(engine).items() if key != "positions"}
    held = ", ".join(f"{one.symbol} {one.quantity:f}" for one in engine.account.ledger.open_positions())
    print_pairs(f"As of record {played.last_seq}, {at}", words | {"positions": held or "none"})
    print_text(f"{played.inputs} inputs played, {played.decisions} decisions, {played.batches} whole batches")
    if played.difference is None:
        print_text("every decision is the one that was recorded")
    elif shows_values:
        _print_difference(played.difference)


def _print_difference(found: Difference) -> None:
    at = datetime.fromtimestamp(found.occurred_at / 1e9, UTC).isoformat(timespec="seconds")
    title = (
        f"Record {found.seq}, {found.input} of {at}: {found.recorded or 'nothing'} then, {found.now or 'nothing'} now"
    )
    print_pairs(
        title, {place: f"{then or 'nothing'} -> {now or 'nothing'}" for place, (then, now) in found.values.items()}
    )
