"""What the engine takes from a signal to an approved order, and for a bar without one, with all controls on.

A hundred symbols, one slice a minute, the crossing of two averages, limits as docs/risk.md recommends, a stop order
resting at the venue for every position. Only the engine's own time counts; the pretend venue fills in between. Sessions
are short, so that the average volume of twenty of them is soon known.
"""

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import Any

from benchmarks.measuring import Figure
from benchmarks.workloads import Workload, generate_prices
from robo_trader.app.joining import build_engine_settings, build_venue_settings
from robo_trader.app.settings import Settings
from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.commands import CancelOrder, Command, Step, SubmitOrder
from robo_trader.core.domain.events import InputEvent, SessionStarted, SignalEmitted, SliceClosed
from robo_trader.core.engine.engine import Engine
from robo_trader.simulation.venue.venue import Venue

RUNS = 5
MINUTE = 60_000_000_000
MINUTES_A_SESSION = 40
SESSIONS_BEFORE = 21  # until every limit knows what it must
MARKET = Workload("decision path", symbols=100, bars=40 * MINUTES_A_SESSION, cash=1_000_000.0)
DOCS = Path(__file__).resolve().parents[1] / "docs" / "risk.md"


def measure_decision_path() -> list[Figure]:
    """Return microseconds of the engine: a signal to its approved order, and a symbol's bar in a slice without any."""
    measured = [_measure() for _ in range(RUNS + 1)][1:]
    return [
        Figure("decide: a signal to its approved order, all controls on", "us", tuple(a for a, _ in measured), 250),
        Figure("decide: a bar of a symbol without a signal, all controls on", "us", tuple(b for _, b in measured), 5),
    ]


def _settings() -> Settings:
    found = re.search(r"```toml\n(\[risk\].*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert found is not None, "docs/risk.md names careful limits"
    given: dict[str, Any] = {
        "protection": {"resting": True}, "data": {"symbols": MARKET.names},
        "strategy": {"parameters": {"fast": 20, "slow": 50}, "fraction": "0.004"}, **tomllib.loads(found[1]),
    }  # fmt: skip
    given["risk"]["breaker_losing_streak"] = 1_000  # on, but a random walk would open it for good
    return Settings.model_validate(given)


def _measure() -> tuple[float, float]:
    settings = _settings()
    engine, venue = Engine(build_engine_settings(settings)), Venue(build_venue_settings(settings))
    engine.process(SessionStarted(occurred_at=0, account="PAPER", opening_cash=Decimal(repr(MARKET.cash))))
    quiet: list[float] = []
    deciding: list[tuple[int, int]] = []  # nanoseconds, approved orders
    for number, slice_ in enumerate(_slices()):
        venue.observe(slice_)
        _take(engine, venue, list(venue.take_reports()))
        begun = perf_counter_ns()
        step = engine.process(SliceClosed(slice=slice_))
        spent = perf_counter_ns() - begun
        _carry_out(venue, step.commands)
        _take(engine, venue, list(venue.take_reports()))
        if number >= SESSIONS_BEFORE * MINUTES_A_SESSION:
            signals, orders = _counts(step)
            if not signals and not step.commands:
                quiet.append(spent / MARKET.symbols)
            elif signals == orders == len(step.commands):
                deciding.append((spent, orders))
    assert len(deciding) > 20, len(deciding)
    bar = median(quiet)
    return median((spent - bar * MARKET.symbols) / orders for spent, orders in deciding) / 1e3, bar / 1e3


def _counts(step: Step) -> tuple[int, int]:
    signals = sum(isinstance(event, SignalEmitted) for event in step.events)
    return signals, sum(isinstance(command, SubmitOrder) for command in step.commands)


def _take(engine: Engine, venue: Venue, inputs: list[InputEvent]) -> None:
    while inputs:
        for event in inputs:
            _carry_out(venue, engine.process(event).commands)
        inputs = list(venue.take_reports())


def _carry_out(venue: Venue, commands: tuple[Command, ...]) -> None:
    for command in commands:
        if isinstance(command, SubmitOrder):
            venue.submit(command.order)
        elif isinstance(command, CancelOrder):
            venue.cancel(command.order_id, at=command.occurred_at)
        else:
            venue.modify(command.order_id, command.terms, at=command.occurred_at)


def _slices() -> Iterator[BarSlice]:
    prices, names = generate_prices(MARKET), MARKET.names
    for t in range(MARKET.bars):
        day, minute = divmod(t, MINUTES_A_SESSION)
        opens = (day * 1440 + 870) * MINUTE
        begun, ended = opens + minute * MINUTE, opens + (minute + 1) * MINUTE
        session = TradingSession(
            date=f"1970-{1 + day // 28:02}-{1 + day % 28:02}",
            opens_at=opens,
            closes_at=opens + MINUTES_A_SESSION * MINUTE,
        )
        bars = tuple(
            Bar(
                symbol, begun, ended, float(prices.open[row, t]), float(prices.high[row, t]), float(prices.low[row, t]),
                float(prices.close[row, t]), float(prices.volume[row, t]),
            )
            for row, symbol in enumerate(names)
        )  # fmt: skip
        yield BarSlice(ended_at=ended, session=session, bars=bars)
