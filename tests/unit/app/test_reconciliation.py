"""The section `reconciliation`: its defaults are the core's, it allows what the core allows, and it is wired in."""

from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from robo_trader.app.joining import build_backtest_settings, build_engine_settings
from robo_trader.app.reconciliation import build_reconciliation, build_schedule
from robo_trader.app.session_plan import deciding_settings
from robo_trader.app.settings import ReconciliationSettings, Settings, load_settings
from robo_trader.core.domain.discrepancies import Decision, DiscrepancyKind
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.execution.reconciliation_policy import DEFAULT_POLICY, ReconciliationPolicy
from robo_trader.core.execution.statement_schedule import StatementSchedule


def loaded(folder: Path, text: str = "") -> Settings:
    (folder / "robo_trader.toml").write_text(f"[reconciliation]\n{text}")
    return load_settings(config_file=None, overrides={}, environment={}, working_directory=folder)


def test_the_defaults_are_those_of_the_core() -> None:
    assert build_reconciliation(Settings()) == DEFAULT_POLICY
    assert build_schedule(Settings()) == StatementSchedule()
    assert not build_engine_settings(Settings()).actions_await_statement


NOT_SET = {DiscrepancyKind.ORDER_LOST}  # it always halts


def test_every_kind_but_one_has_a_key() -> None:
    keyless = {kind for kind in DiscrepancyKind if kind.value.lower() not in ReconciliationSettings.model_fields}
    assert keyless == NOT_SET


@pytest.mark.parametrize("kind", sorted(set(DiscrepancyKind) - NOT_SET, key=str), ids=lambda kind: kind.value)
def test_every_kind_may_lead_to_what_the_core_lets_it_lead_to(kind: DiscrepancyKind) -> None:
    field = ReconciliationSettings.model_fields.get(kind.value.lower())
    allowed = ("halt",) if field is None else get_args(field.annotation)  # one is no setting: it always halts
    for decision in Decision:
        decisions = {**DEFAULT_POLICY.decisions, kind: decision}
        if decision.value.lower() in allowed:
            assert ReconciliationPolicy(decisions=decisions).decisions[kind] is decision
        else:
            with pytest.raises(InvalidConfig):
                ReconciliationPolicy(decisions=decisions)


def test_what_is_set_reaches_the_engine_and_the_schedule(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        'positions_seconds = 5\norders_seconds = 7\ncash_minimum = 3\ncash_fraction = 0.001\nposition_extra = "halt"\n'
        "actions_await_statement = true\n",
    )
    engine = build_engine_settings(settings)
    assert engine.actions_await_statement
    assert engine.reconciliation.decisions[DiscrepancyKind.POSITION_EXTRA] is Decision.HALT
    assert [int(engine.reconciliation.cash_threshold(Decimal(equity))) for equity in (1_000, 10_000)] == [3, 10]
    assert build_schedule(settings) == StatementSchedule(positions_every=5 * 10**9, orders_every=7 * 10**9)
    assert not build_backtest_settings(settings).actions_await_statement, "nobody would ever end the pause"


def test_only_what_is_changed_and_decides_makes_it_another_session(tmp_path: Path) -> None:
    changed = loaded(tmp_path, 'order_price = "block"\npositions_seconds = 5\n')
    ours = {key: value for key, value in deciding_settings(changed).items() if key.startswith("reconciliation.")}
    assert ours == {"reconciliation.order_price": "block"}


def test_a_kind_that_does_not_exist_is_told_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"did you mean reconciliation\.position_extra\?"):
        loaded(tmp_path, 'position_xtra = "halt"\n')
