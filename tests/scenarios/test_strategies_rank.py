"""How the strategies of a session compare, against the same worked out from its tables with the standard library alone.

Two strategies share an account over the sample: one follows the trend, the other fades it, so that shares pass between
them and at times one is long of what the other is short of.
"""

import json
import math
import sqlite3
import statistics
from collections import defaultdict
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.running import rows, run, run_json

pytestmark = pytest.mark.process
PARTS = {"trend": Fraction(7, 10), "fade": Fraction(3, 10)}
SHARED = (
    "--feed", "sample", "--symbols", "AAPL,MSFT", "--strategy", "trend=sma_crossover,fade=bollinger_reversion",
    "--param", "trend.fast=5", "--param", "trend.slow=10", "--capital", "trend=0.7", "--capital", "fade=0.3",
)  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rank") / "session.db"
    run_json(path, *SHARED)
    return path


def asked(database: Path, *arguments: str) -> dict[str, Any]:
    done = run("strategies", *arguments, "--json", "--database", str(database))
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def named(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["strategy"]: row for row in told["strategies"]}


class Oracle:
    """Dollars of each strategy at the end of each day, from what it was allotted and the closes of the bars."""

    def __init__(self, database: Path) -> None:
        marks = rows(database, "equity")
        closes: defaultdict[int, dict[str, Fraction]] = defaultdict(dict)
        with closing(sqlite3.connect(database)) as connection:
            for symbol, ended_at, close in connection.execute("SELECT symbol, ended_at, close FROM bars"):
                closes[ended_at][symbol] = Fraction(str(close))
        parts = rows(database, "allotments")
        cash, shares = defaultdict(Fraction), defaultdict(Fraction)  # type: ignore[var-annotated]
        self.commission: defaultdict[str, Fraction] = defaultdict(Fraction)
        last: dict[str, Fraction] = {}
        self.sessions, self.equity, place = [], [], 0
        self.made: dict[str, list[Fraction]] = {name: [] for name in PARTS}
        for mark in marks:
            while place < len(parts) and parts[place]["seq"] < mark["seq"]:
                part = parts[place]
                name, quantity = part["strategy"], Fraction(part["quantity"])
                cash[name] -= quantity * Fraction(part["price"]) + Fraction(part["commission"])
                shares[name, part["symbol"]] += quantity
                self.commission[name] += Fraction(part["commission"])
                place += 1
            last |= closes[mark["as_of"]]
            for name, made in self.made.items():
                held = ((symbol, own) for (of, symbol), own in shares.items() if of == name and own)
                made.append(cash[name] + sum(own * last[symbol] for symbol, own in held))
            self.sessions.append(mark["session"])
            self.equity.append(Fraction(mark["equity"]))
        self.crossed = sum(part["execution_id"] is None for part in parts)
        self.positions = dict(shares)

    def profits(self, name: str, first: int = 0) -> list[Fraction]:
        made = [Fraction(0), *self.made[name]]
        return [now - then for then, now in zip(made[first:], made[first + 1 :], strict=False)]

    def returns(self, name: str, first: int = 0) -> list[float]:
        opened = [Fraction(100_000), *self.equity][first:]
        return [float(p / (e * PARTS[name])) for p, e in zip(self.profits(name, first), opened, strict=False)]


@pytest.fixture(scope="module")
def oracle(database: Path) -> Oracle:
    return Oracle(database)


def test_every_dollar_is_a_strategys_and_they_sum_to_the_account(database: Path, oracle: Oracle) -> None:
    told = asked(database, "rank")
    found = named(told)
    assert oracle.crossed > 5, "shares passed between them"
    assert set(found) == set(PARTS), "nothing is unassigned"
    for name, row in found.items():
        assert Fraction(row["net_profit"]) == oracle.made[name][-1]
        assert Fraction(row["commission"]) == oracle.commission[name]
        money = [Fraction(row[key]) for key in ("realised", "unrealised", "other_cash")]
        assert sum(money) - Fraction(row["commission"]) == Fraction(row["net_profit"])
    assert sum(Fraction(row["net_profit"]) for row in found.values()) == oracle.equity[-1] - 100_000
    assert Fraction(told["account_total"]["net_profit"]) == oracle.equity[-1] - 100_000


def test_statistics_are_those_of_the_daily_equity(database: Path, oracle: Oracle) -> None:
    told = asked(database, "rank", "--by", "sharpe")
    both = {name: list(map(float, oracle.profits(name))) for name in PARTS}
    together = [sum(profits) for profits in zip(*both.values(), strict=True)]
    for name, row in named(told).items():
        returns = oracle.returns(name)
        sharpe = statistics.fmean(returns) / statistics.stdev(returns) * math.sqrt(252)
        assert row["sharpe"] == pytest.approx(sharpe) and row["sessions"] == len(returns)
        growth = [1.0]
        for return_ in returns:
            growth.append(growth[-1] * (1.0 + return_))
        assert row["return"] == pytest.approx(growth[-1] - 1.0)
        falls = [1.0 - one / max(growth[: n + 1]) for n, one in enumerate(growth)]
        assert row["max_drawdown"] == pytest.approx(max(falls))
        risk = statistics.covariance(both[name], together) / statistics.variance(together)
        assert row["risk_contribution"] == pytest.approx(risk)
    assert sum(row["risk_contribution"] for row in told["strategies"]) == pytest.approx(1.0)
    scores = [row["sharpe"] for row in told["strategies"]]
    assert scores == sorted(scores, reverse=True) and [row["rank"] for row in told["strategies"]] == [1, 2]


def test_round_trips_are_counted_from_zero_to_zero(database: Path) -> None:
    parts = rows(database, "allotments")
    trips: defaultdict[str, list[float]] = defaultdict(list)
    held: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for part in parts:
        key, quantity, price = (part["strategy"], part["symbol"]), float(part["quantity"]), float(part["price"])
        assert held[key][0] * quantity <= 0 or held[key][0] * (held[key][0] + quantity) > 0, "no fill crosses zero"
        held[key][0] += quantity
        held[key][1] -= quantity * price + float(part["commission"])
        if not held[key][0]:
            trips[part["strategy"]].append(held.pop(key)[1])
    for name, row in named(asked(database, "rank")).items():
        wins, losses = [one for one in trips[name] if one > 0], [-one for one in trips[name] if one < 0]
        assert row["trades"] == len(trips[name]) > 20
        assert row["win_rate"] == pytest.approx(len(wins) / len(trips[name]))
        assert row["average_win"] == pytest.approx(statistics.fmean(wins))
        assert row["average_loss"] == pytest.approx(statistics.fmean(losses))
        assert row["profit_factor"] == pytest.approx(sum(wins) / sum(losses))


def test_since_counts_from_a_day_on(database: Path, oracle: Oracle) -> None:
    since = "2012-06-30"  # a Saturday
    first = next(n for n, session in enumerate(oracle.sessions) if session >= since)
    told = asked(database, "rank", "--since", since)
    assert told["first_session"] == oracle.sessions[first] > since
    for name, row in named(told).items():
        assert Fraction(row["net_profit"]) == oracle.made[name][-1] - oracle.made[name][first - 1]
        returns = oracle.returns(name, first)
        sharpe = statistics.fmean(returns) / statistics.stdev(returns) * math.sqrt(252)
        assert row["sharpe"] == pytest.approx(sharpe) and row["sessions"] == len(returns)


def test_too_few_sessions_have_no_sharpe_ratio(database: Path, oracle: Oracle) -> None:
    told = asked(database, "rank", "--since", oracle.sessions[-19], "--by", "sharpe")
    assert [(row["sharpe"], row["rank"], row["sessions"]) for row in told["strategies"]] == [(None, None, 19)] * 2
    shown = run("strategies", "rank", "--since", oracle.sessions[-19], "--database", str(database))
    assert "19 sessions: too few for a Sharpe ratio" in shown.stdout


def test_what_each_holds_and_may_do(database: Path, oracle: Oracle) -> None:
    told = asked(database)
    for name, row in named(told).items():
        held = {symbol: own for (of, symbol), own in oracle.positions.items() if of == name and own}
        assert {symbol: Fraction(own) for symbol, own in row["positions"].items()} == held
        assert (row["mode"], row["capital_share"]) == ("ACTIVE", float(PARTS[name]))
    shown = run("strategies", "--database", str(database))
    assert shown.returncode == 0 and "trend" in shown.stdout and "70.00%" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--by", "luck"), "pnl, sharpe, win_rate, risk_contribution, drawdown"),
        (("--since", "soon"), "2026-01-31"),
        (("--since", "2999-01-01"), "last one was on 2013-"),
    ],
)
def test_what_cannot_be_meant_is_said(database: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run("strategies", "rank", *arguments, "--database", str(database))
    assert done.returncode == 2 and words in done.stderr


def test_one_strategy_is_the_account(tmp_path: Path) -> None:
    path = tmp_path / "alone.db"
    summary = run_json(path, "--feed", "sample", "--symbols", "AAPL", "--strategy", "sma_crossover")
    told = asked(path, "rank", "--by", "win_rate")
    (alone,) = told["strategies"]
    for key, value in alone.items():
        if key not in {"rank", "strategy", "mode"}:
            assert told["account_total"][key] == (pytest.approx(value) if isinstance(value, float) else value)
    assert Fraction(alone["net_profit"]) == Fraction(summary["equity"]) - 100_000
    assert alone["return"] == pytest.approx(summary["return"])


def test_a_backtest_tells_the_same_of_each(database: Path) -> None:
    done = run("backtest", *SHARED, "--json")
    assert done.returncode == 0, done.stderr
    found = named(asked(database, "rank"))
    played = json.loads(done.stdout)["by_strategy"]
    assert [row["strategy"] for row in played] == list(found), "the most profitable first"
    for row in played:
        ours = found[row["strategy"]]
        for key in ("net_profit", "realised", "unrealised", "commission"):
            assert row[key] == pytest.approx(float(ours[key]), abs=0.001)
        for key in ("trades", "open_trades", "win_rate", "profit_factor", "average_win", "average_loss"):
            assert row[key] == pytest.approx(ours[key])
