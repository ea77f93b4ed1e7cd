"""`robo-trader reconcile` says in words where book and broker differ, and what to do; docs name every kind."""

import asyncio
import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.app.commands import reconcile
from robo_trader.core.domain.discrepancies import Decision, DiscrepancyKind
from robo_trader.core.domain.events import InputEvent, SessionStarted
from robo_trader.core.engine.engine import Engine
from robo_trader.core.execution.reconciliation_policy import DEFAULT_DECISIONS
from robo_trader.core.ports.journal import Batch, StepRecord
from tests.builders import OPEN, engine_settings
from tests.running import run
from tests.scenarios.test_every_crash_point import RECORD
from tests.statements import a_statement, by_hand, received, stated_position

DOCS = (Path(__file__).parents[2] / "docs" / "reconciliation.md").read_text()
SHORT = a_statement(cash=90_000, positions=(stated_position(quantity=7),))
AGREEING = a_statement(cash=100_000, positions=())


def a_session(database: Path, *events: InputEvent) -> None:
    """A journal of these inputs and what the engine made of them."""
    engine = Engine(engine_settings())
    opening = SessionStarted(occurred_at=OPEN, account="PAPER", opening_cash=Decimal(100_000))
    with closing(SqlJournal(database)) as journal:
        journal.begin(RECORD)
        for event in (opening, *events):
            batch = Batch((StepRecord(event, engine.process(event).events),), ())
            asyncio.run(journal.commit(batch))


def test_it_says_what_differs_and_what_to_do(tmp_path: Path) -> None:
    database = tmp_path / "session.db"
    a_session(database, received(SHORT), received(SHORT, minute=2), by_hand())
    shown = run("reconcile", "--database", str(database), "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    kinds = [(row["kind"], row["decision"], row["resolved_at"]) for row in told["discrepancies"]]
    assert kinds == [("POSITION_EXTRA", "BLOCK", None), ("CASH_ABOVE_THRESHOLD", "HALT", None)]
    assert [row["cause"] for row in told["blocked"]] == ["POSITION_EXTRA AAPL", "UNASSIGNED"]
    assert all(row["next_step"] for row in (*told["discrepancies"], *told["blocked"]))
    words = run("reconcile", "--database", str(database)).stdout
    assert "Trading is halted" in " ".join(words.split()) and "BUY 10 AAPL" in " ".join(words.split())


def test_what_is_resolved_stays_in_the_list(tmp_path: Path) -> None:
    database = tmp_path / "session.db"
    pairs = ((SHORT, 1), (SHORT, 2), (AGREEING, 3), (AGREEING, 4))
    a_session(database, *(received(statement, minute=minute) for statement, minute in pairs))
    told = json.loads(run("reconcile", "--database", str(database), "--json").stdout)
    assert all(row["resolved_at"] for row in told["discrepancies"]) and len(told["discrepancies"]) == 2
    assert told["blocked"] == []
    assert "resolved" in run("reconcile", "--database", str(database)).stdout


def test_nothing_differs(tmp_path: Path) -> None:
    database = tmp_path / "session.db"
    a_session(database, received(AGREEING))
    assert run("reconcile", "--database", str(database)).stdout == "Books and broker agree.\n"


def test_every_kind_and_every_decision_has_words() -> None:
    assert set(reconcile._NEXT) == set(DiscrepancyKind)
    assert set(reconcile._DONE) == {decision.value for decision in Decision}
    for kind, decision in DEFAULT_DECISIONS.items():
        (line,) = [line for line in DOCS.splitlines() if line.startswith(f"| `{kind.value}` |")]
        assert line.split("|")[3].strip().startswith(decision.value.lower())
