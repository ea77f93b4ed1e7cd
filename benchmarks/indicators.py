"""Twenty common indicators: whole histories against TA-Lib, bar by bar as the engine does, and over many symbols.

All in CPU time: one thread each, and what else the machine does is left out.
"""

import time
from collections.abc import Callable, Iterable
from functools import partial
from statistics import fmean, median
from typing import Any

import numpy as np

from benchmarks.measuring import Figure, repeat, seconds
from benchmarks.peers import installed
from benchmarks.workloads import W1, Floats, Workload, columns_of, generate_prices, sessions_of
from robo_trader.core.features.catalogue import DEFINITIONS
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.research.backtest.bar_table import build_table
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.compiled.features import FeatureBatch

RUNS = 5
STREAMED = Workload("streamed", 1, 20_000, W1.cash)
MANY = Workload("many symbols", 500, 2_000, W1.cash)
UNIT = "ns"

# By our name: how TA-Lib calls it, which columns it takes, with which parameters. Its first output is ours.
PEERS: dict[str, tuple[str, str, tuple[float, ...]]] = {
    "sma": ("SMA", "c", (20,)),
    "ema": ("EMA", "c", (20,)),
    "wma": ("WMA", "c", (20,)),
    "dema": ("DEMA", "c", (20,)),
    "tema": ("TEMA", "c", (20,)),
    "kama": ("KAMA", "c", (10,)),
    "macd": ("MACD", "c", (12, 26, 9)),
    "adx": ("ADX", "hlc", (14,)),
    "aroon_oscillator": ("AROONOSC", "hl", (14,)),
    "parabolic_sar": ("SAR", "hl", (0.02, 0.2)),
    "rsi": ("RSI", "c", (14,)),
    "stochastic_k": ("STOCHF", "hlc", (14, 1, 0)),
    "roc": ("ROC", "c", (10,)),
    "williams_r": ("WILLR", "hlc", (14,)),
    "cci": ("CCI", "hlc", (20,)),
    "cmo": ("CMO", "c", (14,)),
    "atr": ("ATR", "hlc", (14,)),
    "bollinger_upper": ("BBANDS", "c", (20, 2.0, 2.0, 0)),
    "on_balance_volume": ("OBV", "cv", ()),
    "money_flow_index": ("MFI", "hlcv", (14,)),
}
FEATURES: tuple[Feature, ...] = tuple(DEFINITIONS[name]() for name in PEERS)
# TA-Lib computes these beside the three of the twenty that have several outputs (its second STOCHF equals the first).
OTHER_OUTPUTS = tuple(DEFINITIONS[name]() for name in ("macd_signal", "macd_histogram", "sma", "bollinger_lower"))

# One step of one feature for all symbols: each has its row of memory.
_STEP = """
def run(states, {columns}out{parameters}):
    for symbol in range(states.shape[0]):
        out[symbol] = rule(states[symbol]{values}{parameters})
"""

Columns = dict[str, Floats]


def measure_indicators() -> list[Figure]:
    """Return nanoseconds a bar and indicator: means over the twenty, then each against TA-Lib."""
    compiler = Compiler()
    return [*_measure_batch(compiler), *_measure_streaming(compiler)]


def _measure_batch(compiler: Compiler) -> list[Figure]:
    prices = generate_prices(W1)
    columns = {name: getattr(prices, name)[0] for name in ("open", "high", "low", "close", "volume")}
    batch, talib = FeatureBatch(compiler), installed("talib")
    ours: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    for feature, (name, peer) in zip(FEATURES, PEERS.items(), strict=True):
        ours[name], theirs[name] = _in_turn(partial(batch.compute, feature, columns), _talib_run(talib, peer, columns))
    others = [_in_turn(partial(batch.compute, feature, columns), None)[0] for feature in OTHER_OUTPUTS]
    return _batch_figures(ours, theirs, others)


def _batch_figures(
    ours: dict[str, list[float]], theirs: dict[str, list[float]], others: list[list[float]]
) -> list[Figure]:
    has_peer = all(theirs.values())
    peer = Figure("W4 TA-Lib, mean of twenty", UNIT, _means(theirs.values())) if has_peer else None
    own = Figure("W4 batch compiled, mean of twenty", UNIT, _means(ours.values()), baseline=peer)
    figures = [own]
    if peer is not None:
        every = tuple(
            mean + sum(times) / len(PEERS) for mean, times in zip(own.values, zip(*others, strict=True), strict=True)
        )
        ratios = tuple(one / other for one, other in zip(own.values, peer.values, strict=True))
        figures = [
            peer,
            own,
            Figure("W4 batch compiled over TA-Lib", "x", ratios, promise=1.0),
            Figure("W4 batch compiled, every output TA-Lib gives", UNIT, every, baseline=peer),
        ]
    for name, times in ours.items():
        base = Figure(f"TA-Lib {PEERS[name][0]}", UNIT, tuple(theirs[name])) if has_peer else None
        figures.append(Figure(f"W4 batch {name}", UNIT, tuple(times), baseline=base))
    return figures


def _means(times: Iterable[list[float]]) -> tuple[float, ...]:
    """Return the mean over indicators of their first runs, of their second, and so on."""
    return tuple(fmean(run) for run in zip(*times, strict=True))


def _in_turn(run: Callable[[], object], peer: Callable[[], object] | None) -> tuple[list[float], list[float]]:
    """Measure both in turn, nanoseconds a bar of W1, so that what else the machine does meets both."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(RUNS + 1):
        ours.append(seconds(run, time.process_time) / W1.bars * 1e9)
        if peer is not None:
            theirs.append(seconds(peer, time.process_time) / W1.bars * 1e9)
    return ours[1:], theirs[1:]


def _talib_run(talib: Any, peer: tuple[str, str, tuple[float, ...]], columns: Columns) -> Callable[[], object] | None:  # noqa: ANN401
    if talib is None:
        return None
    name, letters, parameters = peer
    by_letter = {column[0]: values for column, values in columns.items()}
    inputs = [by_letter[letter] for letter in letters]
    function = getattr(talib, name)
    return lambda: function(*inputs, *parameters)


def _measure_streaming(compiler: Compiler) -> list[Figure]:
    interpreted = repeat(_panel_ns, runs=RUNS)
    prices = generate_prices(MANY)
    columns = {name: np.ascontiguousarray(getattr(prices, name).T) for name in ("high", "low", "close", "volume")}
    each = {feature.name: repeat(_Steps(compiler, feature, columns), runs=RUNS) for feature in FEATURES}
    mean = tuple(fmean(run) for run in zip(*each.values(), strict=True))
    dearest = sorted(each, key=lambda name: median(each[name]))[-3:]
    return [
        Figure("W4 streaming interpreted, the engine's panel, mean of twenty", UNIT, interpreted, promise=600.0),
        Figure("W4 streaming compiled, 500 symbols a call, a symbol", UNIT, mean, promise=25.0),
        *(Figure(f"W4 streaming compiled {name}", UNIT, each[name]) for name in dearest),
    ]


def _panel_ns() -> float:
    """Return nanoseconds a bar and feature of a panel with all twenty."""
    table = build_table(columns_of(STREAMED, generate_prices(STREAMED)), sessions_of(STREAMED))
    slices = [table.slice_at(t) for t in range(table.slices)]
    panel = FeaturePanel(lambda _symbol: FEATURES)
    begun = time.process_time()
    for slice_ in slices:
        panel.update(slice_.bars, slice_.session)
    return (time.process_time() - begun) / (len(slices) * len(FEATURES)) * 1e9


class _Steps:
    """One feature of 500 symbols, moved on by one slice at a call."""

    def __init__(self, compiler: Compiler, feature: Feature, columns: Columns) -> None:
        names = [f"c{number}" for number in range(len(feature.inputs))]
        source = _STEP.format(
            columns="".join(f"{name}, " for name in names),
            values="".join(f", {name}[symbol]" for name in names),
            parameters="".join(f", p{number}" for number in range(len(feature.parameters))),
        )
        self._step = compiler.compile_source(source, feature.rule)
        self._feature = feature
        self._rows = list(zip(*(columns[name] for name in feature.inputs), strict=True))

    def __call__(self) -> float:
        """Return nanoseconds a symbol and slice, the call from Python included."""
        step, parameters = self._step, self._feature.parameters
        states, out = np.zeros((MANY.symbols, max(1, self._feature.state_size))), np.empty(MANY.symbols)
        begun = time.process_time()
        for row in self._rows:
            step(states, *row, out, *parameters)
        return (time.process_time() - begun) / MANY.all_bars * 1e9
