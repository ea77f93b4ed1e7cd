"""A live session is planned where mode, account, list, port and arming fit; each wrong fact alone refuses."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from robo_trader.app.arming import NotArmed
from robo_trader.app.live_plan import LivePlan, plan_live_session, watch_arming
from robo_trader.app.settings import load_settings
from robo_trader.core.domain.errors import InvalidConfig
from tests.arming import arm

ACCOUNT = "U1234567"
SOUND: Mapping[str, Mapping[str, Any]] = {
    "execution": {"broker": "ibkr", "mode": "live"},
    "live": {"accounts": ACCOUNT},
    "ibkr": {"account": ACCOUNT, "port": 4001},
}


def planned(folder: Path, **changes: Mapping[str, Any]) -> LivePlan:
    overrides = {section: {**SOUND.get(section, {}), **changes.get(section, {})} for section in {*SOUND, *changes}}
    settings = load_settings(config_file=None, overrides=overrides, environment={}, working_directory=folder)
    return plan_live_session(settings, {"XDG_DATA_HOME": str(folder)})


def test_four_facts_that_fit_make_a_live_session(tmp_path: Path) -> None:
    environment = {"XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    plan = planned(tmp_path)
    with pytest.raises(NotArmed, match=f"nobody has armed {ACCOUNT}"):
        watch_arming(plan, environment)
    arm(environment, ACCOUNT, until=time.time_ns() + 3600 * 10**9)
    assert watch_arming(plan, environment) is not None


def test_paper_trading_needs_no_arming(tmp_path: Path) -> None:
    plan = planned(tmp_path, execution={"mode": "paper"}, ibkr={"account": "DU1234567", "port": 4002})
    assert watch_arming(plan, {"XDG_DATA_HOME": str(tmp_path)}) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"execution": {"mode": "paper"}}, "this is a paper run"),
        ({"execution": {"mode": "paper"}, "ibkr": {"port": 4002}}, "is not a paper account"),
        ({"execution": {"mode": "paper"}, "ibkr": {"account": "DU1234567"}}, "trades real money"),
        ({"execution": {"broker": "paper"}}, "needs Interactive Brokers"),
        ({"live": {"accounts": "U7654321"}}, "not among the accounts"),
        ({"live": {"accounts": []}}, "not among the accounts"),
        ({"live": {"ports": "14001"}}, "not one where real money is traded"),
        ({"ibkr": {"account": "DU1234567"}}, "is a paper account"),
        ({"ibkr": {"account": "U7654321"}}, "not among the accounts"),
        ({"ibkr": {"account": ""}}, "no account is named"),
        ({"ibkr": {"port": 4002}}, "not one where real money is traded"),
    ],
)
def test_each_wrong_fact_alone_refuses(tmp_path: Path, changes: dict[str, dict[str, Any]], words: str) -> None:
    with pytest.raises(InvalidConfig, match=words):
        planned(tmp_path, **changes)


def test_the_port_that_nobody_chose_is_no_live_port(tmp_path: Path) -> None:
    overrides = {**SOUND, "ibkr": {"account": ACCOUNT}}
    settings = load_settings(config_file=None, overrides=overrides, environment={}, working_directory=tmp_path)
    with pytest.raises(InvalidConfig, match="port 4002 is not one where real money is traded"):
        plan_live_session(settings, {"XDG_DATA_HOME": str(tmp_path)})
