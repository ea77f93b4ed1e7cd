"""A grid of parameters over one symbol's bars: W3, 400 pairs of averages, on one thread and on two."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context

from benchmarks.measuring import Figure, rate, seconds
from benchmarks.peers import backtest_peers
from benchmarks.workloads import (
    W3,
    columns_of,
    engine_settings,
    generate_prices,
    sessions_of,
    venue_settings,
)
from robo_trader.core.features.trend import sma
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.research.backtest.bar_table import BarTable, build_table
from robo_trader.research.backtest.compiled_run import play_views, terms_of
from robo_trader.research.backtest.views import ViewMaker, joined_views
from robo_trader.research.compiled.compiler import Compiler

FASTS = tuple(range(5, 25))
SLOWS = tuple(range(30, 107, 4))
PAIRS = tuple((fast, slow) for fast in FASTS for slow in SLOWS)
RUNS = 5
UNIT = "bar x pair/cpu s"


def measure_sweep() -> list[Figure]:
    """Return bars times pairs a second of CPU time, and how much sooner two threads are done."""
    prices = generate_prices(W3)
    table = build_table(columns_of(W3, prices), sessions_of(W3))
    compiler, amount = Compiler(), W3.bars * len(PAIRS)
    peers = {
        name: Figure(f"W3 {name}, 20 pairs", UNIT, rate(run, W3.bars * len(SLOWS), runs=3), more_is_better=True)
        for name, run in backtest_peers(W3, prices, FASTS[0], SLOWS).items()
    }
    alone = rate(lambda: sweep(table, compiler, threads=1), amount, runs=RUNS)
    return [
        *peers.values(),
        Figure(
            "W3 compiled, 400 pairs, one thread: features, views, account",
            UNIT,
            alone,
            promise=100e6,
            baseline=peers.get("vectorbt"),
            more_is_better=True,
        ),
        *_speed_ups(table, compiler),
    ]


def sweep(table: BarTable, compiler: Compiler, *, threads: int) -> list[int]:
    """Play every pair; return the fills of each. The averages are computed once each and shared."""
    maker = ViewMaker(table, compiler)
    settings = engine_settings(W3)
    (sleeve,) = settings.sleeves
    terms = terms_of(settings, venue_settings())

    def play(pair: tuple[int, int]) -> int:
        views = joined_views([maker.views(replace(sleeve, strategy=SmaCrossover(*pair)))], 1)
        return len(play_views(table, views, terms, cash=W3.cash, compiler=compiler).fills)

    if threads == 1:
        return [play(pair) for pair in PAIRS]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda length: maker.value(sma(length), 0), (*FASTS, *SLOWS)))
        return list(pool.map(play, PAIRS))


def _speed_ups(table: BarTable, compiler: Compiler) -> list[Figure]:
    """Measure one thread and two in turn, so that what else the machine does meets both.

    Two cores of a shared machine are seldom twice one: two processes that share nothing say how far from it they are.
    """
    single, double, apart = [], [], []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(_sweep_apart, range(2)))
        for _ in range(RUNS):
            single.append(seconds(lambda: sweep(table, compiler, threads=1)))
            double.append(seconds(lambda: sweep(table, compiler, threads=2)))
            apart.append(max(pool.map(_sweep_apart, range(2))))
    bare = tuple(2 * one / two for one, two in zip(single, apart, strict=True))
    ours = tuple(one / two for one, two in zip(single, double, strict=True))
    baseline = Figure("W3 in two processes, each with all pairs", "x", bare, more_is_better=True)
    name = "W3 on two threads, sooner done than on one"
    return [baseline, Figure(name, "x", ours, promise=1.8, baseline=baseline, more_is_better=True)]


@cache
def _own_table() -> tuple[BarTable, Compiler]:
    return build_table(columns_of(W3, generate_prices(W3)), sessions_of(W3)), Compiler()


def _sweep_apart(_number: int) -> float:
    """Return the seconds a whole sweep took in this process."""
    table, compiler = _own_table()
    return seconds(lambda: sweep(table, compiler, threads=1))
