"""The record of a run holds together: the books balance at every step, and one id leads from a signal to its fills."""

import json
from collections import defaultdict
from decimal import Decimal

import pytest

from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.core.domain.commands import SubmitOrder
from robo_trader.core.domain.events import AccountMarked, FillBooked, OrderUpdated, SessionStarted, SignalEmitted
from robo_trader.core.domain.order_references import parse_reference
from robo_trader.core.ports.journal import Batch
from tests.running import run

pytestmark = pytest.mark.process

OPENING_CASH = Decimal(100_000)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Batch], list[dict[str, object]]]:
    database = tmp_path_factory.mktemp("books") / "session.db"
    done = run(
        "run", "--database", str(database), "--feed", "sample", "--duration", "4 Y", "--speed", "max",
        "--exit-when-done", ROBO_MONITORING__LOG_FORMAT="json", ROBO_MONITORING__LOG_LEVEL="debug",
        ROBO_EXECUTION__COMMISSION_SCHEDULE="ibkr_tiered", ROBO_STRATEGY__SIZING="atr_risk",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    journal = SqlJournal(database)
    batches = list(journal.batches())
    journal.close()
    return batches, [json.loads(line) for line in done.stderr.splitlines()]


def test_every_entry_balances_and_the_books_always_sum_to_the_opening_cash(
    session: tuple[list[Batch], list[dict[str, object]]],
) -> None:
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    entries = 0
    for batch in session[0]:
        for step in batch.steps:
            if isinstance(step.input, SessionStarted):
                balances["cash"] += step.input.opening_cash
            for decision in step.decisions:
                if isinstance(decision, FillBooked):
                    entries += 1
                    assert sum(posting.amount for posting in decision.entry.postings) == 0
                    for posting in decision.entry.postings:
                        balances[posting.account] += posting.amount
                    assert balances[f"position:{decision.fill.symbol}"] == decision.position.cost
                if isinstance(decision, AccountMarked):
                    assert decision.mark.cash == balances["cash"]
            assert sum(balances.values()) in (0, OPENING_CASH)
    assert entries > 50


def test_an_order_is_durable_before_it_is_sent(session: tuple[list[Batch], list[dict[str, object]]]) -> None:
    submitted = set()
    for batch in session[0]:
        intents = {
            decision.order.order_id
            for step in batch.steps
            for decision in step.decisions
            if isinstance(decision, OrderUpdated)
        }
        for command in batch.commands:
            assert isinstance(command, SubmitOrder)
            assert command.order.order_id in intents
            assert command.order.order_id not in submitted, "one submission an intent"
            submitted.add(command.order.order_id)
    assert submitted == set(range(1, len(submitted) + 1))


def test_one_id_leads_from_signal_to_order_to_fill(session: tuple[list[Batch], list[dict[str, object]]]) -> None:
    lines = session[1]
    told = {
        kind: {line["signal_id"] for line in lines if line["event"] == kind} for kind in ("signal", "order", "fill")
    }
    signals = {
        decision.signal.signal_id
        for batch in session[0]
        for step in batch.steps
        for decision in step.decisions
        if isinstance(decision, SignalEmitted)
    }
    assert told["signal"] == signals
    named = {line["order_id"]: parse_reference(str(line["reference"])) for line in lines if line["event"] == "order"}
    assert all(name is not None and (name.epoch, name.sequence) == (1, one) for one, name in named.items())
    assert told["fill"] and told["fill"] <= told["order"] <= told["signal"]
