"""`why` rebuilds every decision from the ledger alone; `why-not` names what stood in the way, with its numbers.

Worked by hand: 5 % of 100,000 dollars are 5,000: 45 shares at 110, bought at the next open, 2 bps dearer.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from robo_trader.adapters.storage.decisions import SqlDecisions
from robo_trader.adapters.storage.journal import SqlJournal
from robo_trader.app.commands.why import parse_moment, show_why, show_why_not
from robo_trader.app.decision_chains import EVER, Chain, Makeup, explain
from robo_trader.app.exit_codes import ExitCode, UnknownReference, exit_code_of
from robo_trader.app.obstacles import STEPS, Finding, WhyNot, find_obstacles, state_in_words
from robo_trader.app.settings import RiskSettings
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.errors import InvalidConfig, JournalDamaged
from robo_trader.core.domain.events import FillBooked, OrderDenied, OrderUpdated, SignalEmitted
from robo_trader.core.domain.order_references import parse_reference
from robo_trader.core.domain.outcomes import SignalSettled
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.portfolio.sizing import FixedFraction
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from tests.builders import AAPL, MSFT, a_day, engine_settings, some_limits
from tests.databases import execute
from tests.examples import examples
from tests.unit.app.ledgers import a_journal
from tests.unit.core.engine.test_outcomes import Mood
from tests.unit.core.engine.test_random_walks import HOURS, Moves, a_walk
from tests.unit.core.engine.test_sharing import SHARING, Above, shared


def moody(**more: Any) -> EngineSettings:  # noqa: ANN401 - as engine_settings
    return engine_settings(strategy=Mood(), **more)


def days(*closes: float) -> list[BarSlice]:
    return [a_day(day, AAPL=price) for day, price in enumerate(closes)]


@contextmanager
def opened(path: Path) -> Iterator[SqlDecisions]:
    with closing(SqlDecisions(path)) as decisions:
        yield decisions


def why(path: Path, reference: str) -> Chain | Makeup:
    with opened(path) as decisions:
        return explain(decisions, reference)


def why_not(path: Path, symbol: str = "AAPL", *, at: int | None = None) -> WhyNot:
    with opened(path) as decisions:
        return find_obstacles(decisions, symbol, until=EVER if at is None else at, at=at)


def finding(tmp_path: Path, joined: EngineSettings, *closes: float) -> Finding:
    """The one finding at the end of a run."""
    (found,) = why_not(a_journal(tmp_path / "s.db", joined, days(*closes))).findings
    return found


@pytest.fixture
def bought(tmp_path: Path) -> Path:
    """45 shares bought at 110, and held."""
    return a_journal(tmp_path / "s.db", moody(), days(110.0, 110.0, 112.0))


@pytest.mark.parametrize("reference", ["1", "SIM1", "SIM1.1"])
def test_an_order_is_found_by_our_id_the_brokers_and_its_execution(bought: Path, reference: str) -> None:
    chain = why(bought, reference)
    assert isinstance(chain, Chain) and chain.order.order_id == 1
    assert chain.execution_id == (reference if "." in reference else None)
    assert chain.bar is not None and chain.bar.close == 110.0 and chain.bar.ended_at == days(110.0)[0].ended_at
    decision = chain.decision
    assert decision is not None and decision.signal_id == "mood.1" and decision.outcome == "ORDERED"
    assert (decision.equity, decision.sized, decision.asked) == (Decimal(100_000), 5_000 / 110, Decimal(45))
    assert [move.status for move in chain.moves] == ["SUBMITTED", "WORKING", "FILLED"]
    assert [fill.quantity for fill in chain.fills] == [45]
    assert chain.position is not None and chain.position.quantity == 45


def test_an_order_is_found_by_its_reference(bought: Path) -> None:
    chain = why(bought, "1")
    assert isinstance(chain, Chain)
    named = parse_reference(chain.reference)
    assert named is not None and (named.epoch, named.sequence) == (1, 1)
    assert why(bought, chain.reference) == chain
    for other in (f"{named.install}.2.1", f"{named.install}.1.2", f"{'0' * 8}.1.1"):
        with pytest.raises(UnknownReference):
            why(bought, other)


def test_a_position_is_made_of_what_came_since_it_was_flat(tmp_path: Path) -> None:
    path = a_journal(tmp_path / "s.db", moody(), days(110.0, 100.0, 106.0, 110.0, 110.0))
    makeup = why(path, "aapl")
    assert isinstance(makeup, Makeup)
    (part,) = makeup.parts
    assert part.strategy == "mood" and part.quantity == 45
    assert [(int(piece.quantity), piece.signal_id) for piece in part.pieces] == [(23, "mood.3"), (22, "mood.4")]
    assert [signal.signal_id for signal in part.signals] == ["mood.3", "mood.4"]


def test_a_position_of_several_strategies_is_told_apart(tmp_path: Path) -> None:
    crossing = shared(Above(105.0), Above(105.0, -1), Above(108.0))
    makeup = why(a_journal(tmp_path / "s.db", crossing, days(110.0, 110.0)), "AAPL")
    assert isinstance(makeup, Makeup)
    held = {part.strategy: part.quantity for part in makeup.parts}
    assert held == {"s0": 45, "s1": -45, "s2": 45} and sum(held.values()) == 45
    for part in makeup.parts:
        assert sum(piece.quantity for piece in part.pieces) == part.quantity
        assert {piece.signal_id for piece in part.pieces} == {f"{part.strategy}.1"}


@pytest.mark.parametrize(
    ("reference", "meant"),
    [
        ("GOOG", ""),
        ("", ""),
        ("\udcff", ""),
        ("'; --", ""),
        ("9" * 30, ""),
        ("AAPLE", "AAPL"),
        ("77", "1"),
        ("SIM2", "SIM1"),
        ("SIM1.7", "SIM1.1"),
    ],
)
def test_what_the_journal_does_not_know_is_an_error_that_names_the_nearest(
    bought: Path, reference: str, meant: str
) -> None:
    with pytest.raises(UnknownReference, match="trades AAPL") as told:
        why(bought, reference)
    assert str(told.value).endswith(f"did you mean {meant}?" if meant else "which trades AAPL")
    assert exit_code_of(told.value) is ExitCode.CONFIGURATION and "--database" in told.value.next_step


def test_what_was_ordered(tmp_path: Path) -> None:
    found = finding(tmp_path, moody(), 110.0, 110.0)
    assert found.found == "ORDERED" and "Order 1: BUY 45, FILLED, 45 filled." in found.words


def test_what_rounds_to_nothing(tmp_path: Path) -> None:
    found = finding(tmp_path, moody(sizer=FixedFraction(fraction=0.001)), 110.0)
    assert found.found == "ZERO_SIZE" and "0.9091 shares, 0 whole" in found.words and "Size larger" in found.next_step
    assert (found.numbers["sized"], found.numbers["asked"], found.numbers["equity"]) == (100 / 110, 0, 100_000)


def test_what_the_limits_leave_no_room_for(tmp_path: Path) -> None:
    found = finding(tmp_path, moody(limits=some_limits(order_notional_max=100)), 110.0)
    assert found.found == "NO_ROOM" and "Of 45 shares asked for 0 were allowed: ORDER_NOTIONAL" in found.words
    assert (found.numbers["trimmed_by"], found.numbers["limit"]) == ("ORDER_NOTIONAL", 100)


def test_what_risk_refused_and_goes_on_refusing(tmp_path: Path) -> None:
    found = finding(tmp_path, moody(limits=some_limits(gross_exposure="0.01")), 110.0, 110.0)
    assert found.found == "DENIED" and "GROSS_EXPOSURE, 4,950.00 USD against a limit of 1,000.00" in found.words
    assert "tried again at every bar until" in found.words and "risk.gross_exposure_fraction" in found.next_step


def test_what_was_refused_first_and_ordered_later(tmp_path: Path) -> None:
    """8 % of 100,000 are too much at 110 with the other symbol held; that is sold later."""
    limits = some_limits(gross_exposure="0.06")
    joined = moody(symbols=(AAPL, MSFT), limits=limits)
    slices = [
        a_day(0, AAPL=110.0, MSFT=100.0), a_day(1, AAPL=110.0, MSFT=110.0), a_day(2, AAPL=100.0, MSFT=110.0),
        a_day(3, AAPL=100.0, MSFT=110.0), a_day(4, AAPL=100.0, MSFT=110.0),
    ]  # fmt: skip
    path = a_journal(tmp_path / "s.db", joined, slices, symbols=("AAPL", "MSFT"))
    before, after = why_not(path, "MSFT", at=slices[1].ended_at), why_not(path, "MSFT")
    assert "Risk refused" in before.findings[0].words and not before.findings[0].orders
    assert "Later it was ordered." in after.findings[0].words and after.findings[0].orders
    chain = why(path, str(after.findings[0].orders[0].order_id))
    assert isinstance(chain, Chain) and [denial.control for denial in chain.denials] == ["GROSS_EXPOSURE"]


def test_what_was_cut_says_so_though_it_was_ordered(tmp_path: Path) -> None:
    found = finding(tmp_path, moody(limits=some_limits(max_position="0.02")), 110.0)
    assert "Of 45 shares asked for 18 were allowed: MAX_POSITION is 2,000.00 USD." in found.words


def test_what_a_stop_left(tmp_path: Path) -> None:
    found = finding(tmp_path, moody(stops=StopPolicy(fixed_fraction=0.05)), 120.0, 120.0, 111.0, 111.0)
    assert "stop: 5.00% lost from the price paid; it stays flat until mood changes its mind" in found.words


def test_what_crossed_inside_the_account(tmp_path: Path) -> None:
    path = a_journal(tmp_path / "s.db", shared(Above(105.0), Above(105.0, -1)), days(110.0))
    found = why_not(path).findings
    assert [(one.strategy, one.found) for one in found] == [("s1", "CROSSED"), ("s0", "CROSSED")]
    assert "45 shares; nothing was sent" in found[1].words


def test_while_it_warms_up_it_says_how_many_bars_are_left(tmp_path: Path) -> None:
    path = a_journal(tmp_path / "s.db", engine_settings(strategy=SmaCrossover(2, 5)), days(1.0, 2.0, 3.0))
    found = why_not(path)
    assert found.findings[0].found == "WARMING_UP" and "3 bars seen of the 5" in found.findings[0].words
    assert found.findings[0].numbers["bars_left"] == 2
    assert why_not(path, at=days(1.0)[0].ended_at - 1).findings[0].found == "NO_BARS"


def test_a_view_that_never_changed(tmp_path: Path) -> None:
    found = finding(tmp_path, moody(), 100.0, 100.0)
    assert found.found == "NO_SIGNAL" and "at each of 2 bars" in found.words


def test_bars_that_were_refused(tmp_path: Path) -> None:
    found = finding(tmp_path, moody(), -1.0, -1.0)
    assert found.found == "BARS_REFUSED" and "NOT_POSITIVE" in found.words and "docs/data.md" in found.next_step


def test_a_symbol_that_no_strategy_reads(tmp_path: Path) -> None:
    path = a_journal(tmp_path / "s.db", moody(), days(110.0), symbols=("AAPL", "SPY"))
    assert why_not(path, "spy").findings[0].found == "NOT_READ"


def test_a_trading_state_that_lets_nothing_in_is_named(tmp_path: Path) -> None:
    joined = moody(limits=some_limits(daily_loss="0.001"))
    path = a_journal(tmp_path / "s.db", joined, days(110.0, 110.0, 90.0))
    told = state_in_words(why_not(path))
    assert told is not None and told.startswith("Trading state REDUCING since 2024-03-06 21:00: lost ")
    assert state_in_words(why_not(path, at=days(110.0, 110.0)[1].ended_at)) is None


def test_as_of_an_earlier_time_it_knows_nothing_later(bought: Path) -> None:
    first = days(110.0)[0].ended_at
    assert why_not(bought, at=first - 1).findings[0].found in {"NO_BARS", "WARMING_UP"}
    (found,) = why_not(bought, at=first).findings
    assert found.found == "ORDERED" and "Order 1: BUY 45, WORKING, 0 filled." in found.words
    (order,) = found.orders
    assert order.average_price is None and order.commission == 0
    assert "FILLED, 45 filled" in why_not(bought).findings[0].words


def test_both_commands_print_and_their_json_is_whole(bought: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for reference in ("1", "SIM1.1", "AAPL"):
        show_why(bought, reference, as_json=False)
        assert "mood.1" in capsys.readouterr().out
        show_why(bought, reference, as_json=True)
        assert json.loads(capsys.readouterr().out)["asked_for"] in {"order", "fill", "position"}
    show_why_not(bought, "AAPL", at="2024-03-04", as_json=False)
    assert capsys.readouterr().out.startswith("AAPL: At 2024-03-04 21:00 mood asked for strength 1")
    show_why_not(bought, "AAPL", at=None, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["findings"][0]["decision"]["target"] == "45" and told["at"] is None


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("1970-01-02", 2 * 86_400 * 10**9 - 1_000),
        ("1970-01-01T00:01", 60 * 10**9),
        ("1970-01-01T01:00+01:00", 0),
        ("0001-01-01", 0),
        ("9999-12-31", EVER),
    ],
)
def test_a_time_is_utc_and_a_date_its_end(text: str, nanos: int) -> None:
    assert parse_moment(text) == nanos


def test_a_time_that_is_none_is_an_error() -> None:
    with pytest.raises(InvalidConfig, match="is no time"):
        parse_moment("yesterday")


def test_a_journal_of_another_schema_is_refused_by_name(bought: Path) -> None:
    execute(bought, "UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    with pytest.raises(JournalDamaged, match="has schema 1"):
        why(bought, "1")


def test_what_is_no_journal_of_ours_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (something)")
    with pytest.raises(JournalDamaged, match="has schema None"):
        why(path, "1")


def test_it_reads_beside_a_writer_and_sees_one_moment(bought: Path) -> None:
    with opened(bought) as decisions:
        before = decisions.last_seq()
        execute(bought, "DELETE FROM orders")
        assert decisions.last_seq() == before and decisions.trail.order(1) is not None
    with opened(bought) as decisions:
        assert decisions.trail.order(1) is None


@given(HOURS, SHARING)
@settings(deadline=None, max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ledger_alone_tells_what_the_engine_decided(
    tmp_path_factory: pytest.TempPathFactory, hours: list[tuple[Moves, Moves]], joined: EngineSettings
) -> None:
    path = a_journal(tmp_path_factory.mktemp("ledger") / "s.db", joined, a_walk(hours), symbols=("AAPL", "MSFT"))
    with closing(SqlJournal(path)) as journal:
        events = [event for batch in journal.batches() for step in batch.steps for event in step.decisions]
    with opened(path) as decisions:
        check_signals(decisions, events)
        check_chains(decisions, events)
        for symbol in (AAPL, MSFT):
            makeup = explain(decisions, symbol)
            assert isinstance(makeup, Makeup)
            held = makeup.position.quantity if makeup.position else 0
            assert sum(part.quantity for part in makeup.parts) == held


def check_signals(decisions: SqlDecisions, events: Sequence[object]) -> None:
    ends = {event.signal_id: event for event in events if isinstance(event, SignalSettled)}
    for event in events:
        if isinstance(event, SignalEmitted):
            row = decisions.decision(event.signal.signal_id)
            assert row is not None and (row.strength, row.reason) == (event.signal.strength, event.signal.reason)
            end = ends.get(row.signal_id)
            if end is None:
                assert row.outcome == "PENDING" and row.settled_at is None
            else:
                told = (row.outcome, row.target, row.held, row.crossed, row.working, row.order_id, row.replaced_by)
                assert told == (
                    end.outcome.value, end.target, end.held, end.crossed, end.working, end.order_id, end.replaced_by,
                )  # fmt: skip
        elif isinstance(event, OrderDenied):
            rows = decisions.last_denial(event.intent.signal_id, until=event.occurred_at)
            assert [row.control for row in rows] == [violation.control.value for violation in event.violations]


def check_chains(decisions: SqlDecisions, events: Sequence[object]) -> None:
    updates = [event.order for event in events if isinstance(event, OrderUpdated)]
    for order in {order.order_id: order for order in updates}.values():
        chain = explain(decisions, str(order.order_id))
        assert isinstance(chain, Chain) and chain.decision is not None
        assert chain.decision.signal_id == order.intent.signal_id
        own = [update for update in updates if update.order_id == order.order_id]
        assert [(move.status, move.filled) for move in chain.moves] == [(one.status.value, one.filled) for one in own]
        booked = [e for e in events if isinstance(e, FillBooked) and e.fill.order_id == order.order_id]
        assert [fill.execution_id for fill in chain.fills] == [event.fill.execution_id for event in booked]
        assert sum(fill.realised for fill in chain.fills) == sum(event.realised for event in booked)


def test_every_control_has_a_next_step_of_its_own() -> None:
    """And each names no limit that is not a setting."""
    assert STEPS.keys() == {control.value for control in Control}
    assert len(set(STEPS.values())) == len(STEPS)
    named = {name for step in STEPS.values() for name in re.findall(r"(?<!docs/)risk\.([a-z_]+)", step)}
    assert named <= RiskSettings.model_fields.keys()
