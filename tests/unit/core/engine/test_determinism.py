"""The same inputs lead to the same decisions and the same state, in any process, whatever its hash seed."""

import os
import random
import subprocess
import sys
from pathlib import Path

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.engine.fingerprint import fingerprint
from robo_trader.core.portfolio.sizing import FixedFraction
from tests.builders import AAPL, MSFT, a_day, engine_settings, some_limits
from tests.unit.core.engine.desk import Desk, an_engine

ROOT = Path(__file__).parents[4]
LIMITS = some_limits(gross_exposure="0.8", daily_loss="0.02", cash_buffer="0.02")
SETTINGS = engine_settings(symbols=(AAPL, MSFT), sizer=FixedFraction(fraction=0.5), limits=LIMITS)


def some_slices() -> list[BarSlice]:
    """Sixty wild days of two symbols, each now and then without a bar or with a faulty one."""
    draw = random.Random(7)  # noqa: S311 - prices, not secrets
    prices = {"AAPL": 100.0, "MSFT": 50.0}
    slices = []
    for day in range(60):
        bars = {}
        for symbol, last in prices.items():
            open_, close = last * draw.uniform(0.97, 1.03), last * draw.uniform(0.93, 1.07)
            prices[symbol] = close
            if draw.random() > 0.1:
                bars[symbol] = (open_, close if draw.random() > 0.05 else -close)
        slices.append(a_day(day, **bars))
    return slices


def traded() -> Desk:
    desk = Desk(SETTINGS)
    desk.close(*some_slices())
    return desk


def summary(desk: Desk) -> str:
    return f"{desk.engine.state_hash()} {fingerprint(desk.steps)} {fingerprint(desk.reports)}"


def test_twice_the_same() -> None:
    one, other = traded(), traded()
    assert one.steps == other.steps and one.reports == other.reports
    assert one.engine.state_hash() == other.engine.state_hash()


def test_the_run_is_worth_comparing() -> None:
    tally = traded().engine.account.tally
    assert tally.fills > 20 and tally.bars_rejected and len(tally.violations) > 1


def test_processes_with_other_hash_seeds_agree() -> None:
    script = "from tests.unit.core.engine.test_determinism import summary, traded; print(summary(traded()))"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE, text=True,
        )
        for seed in ("1", "4242")
    ]  # fmt: skip
    printed = {process.communicate(timeout=60)[0].strip() for process in running}
    assert printed == {summary(traded())}


def test_the_inputs_alone_lead_there_again() -> None:
    """Recovery: no venue, only what the journal holds."""
    desk, recovered = traded(), an_engine(SETTINGS)
    assert [recovered.process(event) for event in desk.inputs] == desk.steps
    assert recovered.state_hash() == desk.engine.state_hash()
