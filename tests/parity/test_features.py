"""Every feature of the catalogue: told bar by bar it equals the compiled whole history, bit for bit.

Real days with a split, six years without bars and other gaps; real minutes across a change of the clock, a half day and
a missing minute; real quotes and prints; and seeded random bars, also where the kit is absent. In the middle the panel
is replaced by a new one that takes over its memory.
"""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from robo_trader.core.features.catalogue import CROSS_DEFINITIONS, DEFINITIONS
from robo_trader.core.features.feature import Definition, Feature, Parameter, Record
from robo_trader.core.features.momentum import roc
from robo_trader.core.features.panel import FeaturePanel
from robo_trader.core.features.trend import sma
from robo_trader.core.market.columns import BAR_COLUMNS, QUOTE_COLUMNS, TRADE_COLUMNS
from robo_trader.research.backtest.bar_table import BarTable, Floats
from robo_trader.research.backtest.views import ViewMaker
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.research.compiled.features import FeatureBatch
from tests.parity.kit import Columns, daily_table, minute_table, needs_kit, quote_records, trade_records
from tests.parity.markets import Shape, a_market

LEAN, LARGE_CAP = "lean_etf_stock_daily_raw.parquet", "us_large_cap_daily_raw.parquet"
DAILY_SOURCES = {"AAPL": LARGE_CAP, "GOOGL": LARGE_CAP, "QQQ": LEAN, "SPY": LEAN}
RANDOM_RECORDS = 3_000


# Seconds of compiling are spent once: the tables and values below are shared by all tests of this file.
BAR_MARKETS: dict[str, tuple[str, Callable[[], BarTable]]] = {  # with the symbol that is read as the other one
    "random": ("IBM", lambda: a_market(Shape(3, 5, 40, 30, 0.01, 0.04, 0.004, 5_000))),
    "days": (
        "SPY",
        lambda: daily_table(DAILY_SOURCES, "2004-09-01", "2014-12-31"),
    ),
    "minutes across the change of the clock": (
        "SPY",
        lambda: minute_table("spy_minute_2011.parquet", ["SPY"], "2011-03-09", "2011-03-15"),
    ),
    "minutes, one missing": (
        "SPY",
        lambda: minute_table("lean_minute_trades.parquet", ["AIG", "IBM", "SPY"], "2013-10-04", "2013-10-08"),
    ),
    "minutes of a half day": (
        "GOOG",
        lambda: minute_table("lean_minute_trades.parquet", ["GOOG"], "2015-12-23", "2015-12-24"),
    ),
}  # fmt: skip
MARKETS = [name if name == "random" else pytest.param(name, marks=needs_kit) for name in BAR_MARKETS]

OF_BARS = [name for name, definition in DEFINITIONS.items() if definition.record is Record.BAR]
OF_RECORDS = [name for name, definition in DEFINITIONS.items() if definition.record is not Record.BAR]

# Values that may go missing again after the first one, and the words in which the definition says so.
MAY_GO_MISSING = {
    "linreg_r2": "NaN also where all closes of the window are equal",
    "chaikin_volatility": "NaN also where the average range was 0",
    "bollinger_percent_b": "NaN also where all closes of the window are equal",
    "vwap_session": "NaN while the session has traded no volume",
    "vwap_rolling": "NaN while the window has traded no volume",
    "volume_zscore": "NaN while all volumes of the window are equal",
    "relative_volume": "NaN where the bars before traded nothing",
    "zscore": "while all closes of the window are equal",
    "skew": "while all returns of the window are equal",
    "kurtosis": "while all returns of the window are equal",
    "autocorrelation": "while all returns of the window are equal",
    "hurst": "while the close is where it was",
    "half_life": "while the close does not revert to a mean",
    "beta": "A slice without the other is left out",
    "correlation": "A slice without the other is left out",
    "hedge_ratio": "A slice without the other is left out",
    "cointegration_residual": "A slice without the other is left out",
    "spread_zscore": "NaN also where the fit is perfect",
    "spread_half_life": "NaN also while the residuals do not revert",
    "dickey_fuller": "NaN also where the fit is perfect",
    "kalman_hedge_ratio": "A slice without the other is left out",
    "kalman_residual_zscore": "A slice without the other is left out",
    "vix_regime": "NaN only in a slice without the index",
    "percentile": "NaN with fewer than two values",
    "sector_neutral_zscore": "NaN with fewer than three values",
}
# Values whose first one depends on more than how many bars there were.
FIRST_MAY_BE_LATER = {"half_life", "spread_half_life"}


def parameter_sets(definition: Definition) -> list[tuple[float, ...]]:
    """The defaults, about three quarters of them, and the smallest that are allowed."""
    defaults = tuple(parameter.default for parameter in definition.parameters)
    other = tuple(_scaled(parameter) for parameter in definition.parameters)
    smallest = _in_order(definition, [parameter.minimum for parameter in definition.parameters])
    return list(dict.fromkeys([defaults, other, smallest]))


def _scaled(parameter: Parameter) -> float:
    scaled = max(parameter.minimum, parameter.default * 0.75)
    return math.ceil(scaled) if parameter.is_whole else scaled


def _in_order(definition: Definition, values: Sequence[float]) -> tuple[float, ...]:
    named = dict(zip((parameter.name for parameter in definition.parameters), values, strict=True))
    for before, after in pairwise(definition.ordered):
        named[after] = max(named[after], named[before] + 1)
    return tuple(
        int(named[parameter.name]) if parameter.is_whole else float(named[parameter.name])
        for parameter in definition.parameters
    )


def features_of(name: str, other: str, symbols: Sequence[str]) -> list[Feature]:
    """Every feature that is tried of a definition."""
    if name in CROSS_DEFINITIONS:
        groups = {symbol: "odd" if place % 2 else "even" for place, symbol in enumerate(symbols)}
        definition = CROSS_DEFINITIONS[name]
        return [definition(roc(5)), definition(sma(7), groups)]
    found = DEFINITIONS[name]
    return [found(*values, other=other if found.needs_other else None) for values in parameter_sets(found)]


@cache
def a_table(market: str) -> BarTable:
    return BAR_MARKETS[market][1]()


@cache
def streamed(market: str) -> Mapping[tuple[str, str], Floats]:
    """Every feature's values by market, bar by bar: (feature, symbol) -> shape (slices,), NaN without a bar.

    A new panel takes over in the middle of the history.
    """
    table, other = a_table(market), BAR_MARKETS[market][0]
    features = [
        feature for name in (*OF_BARS, *CROSS_DEFINITIONS) for feature in features_of(name, other, table.symbols)
    ]
    panel = FeaturePanel(lambda _symbol: features)
    values = np.full((len(features), len(table.symbols), table.slices), np.nan)
    places = {symbol: place for place, symbol in enumerate(table.symbols)}
    for t in range(table.slices):
        if t == table.slices // 2:
            panel = restored(panel, features)
        slice_ = table.slice_at(t)
        for symbol, row in panel.update(slice_.bars, slice_.session).items():
            values[:, places[symbol], t] = row
    return {
        (feature.name, symbol): values[index, place]
        for index, feature in enumerate(features)
        for symbol, place in places.items()
    }


def restored(panel: FeaturePanel, features: Sequence[Feature]) -> FeaturePanel:
    """A new panel with the memory of another."""
    fresh = FeaturePanel(lambda _symbol: features)
    fresh.restore(deepcopy(panel.states))
    return fresh


@cache
def makers(market: str) -> ViewMaker:
    return ViewMaker(a_table(market), Compiler())


def assert_same_bits(streaming: Floats, batch: Floats, what: str) -> None:
    """NaN equals NaN, 0.0 differs from -0.0, and the first difference is shown."""
    both_nan = np.isnan(streaming) & np.isnan(batch)
    differ = np.flatnonzero((streaming.view(np.int64) != batch.view(np.int64)) & ~both_nan)
    if len(differ):
        at = differ[0]
        pytest.fail(f"{what}: {len(differ)} values differ, first at {at}: {streaming[at]!r} bar by bar, {batch[at]!r}")


@pytest.mark.parametrize("name", [*OF_BARS, *CROSS_DEFINITIONS])
@pytest.mark.parametrize("market", MARKETS)
def test_bar_by_bar_equals_the_whole_history(market: str, name: str) -> None:
    table = a_table(market)
    for feature in features_of(name, BAR_MARKETS[market][0], table.symbols):
        for place, symbol in enumerate(table.symbols):
            streaming = streamed(market)[feature.name, symbol]
            assert_same_bits(
                streaming, np.ascontiguousarray(makers(market).value(feature, place)), f"{feature.name} {symbol}"
            )


@pytest.mark.parametrize("name", [*OF_BARS, *CROSS_DEFINITIONS])
@pytest.mark.parametrize("market", MARKETS)
def test_values_are_finite_and_do_not_go_missing(market: str, name: str) -> None:
    table = a_table(market)
    for feature in features_of(name, BAR_MARKETS[market][0], table.symbols):
        for place, symbol in enumerate(table.symbols):
            values = streamed(market)[feature.name, symbol][~np.isnan(table.column("close", place))]
            assert not np.isinf(values).any(), feature.name
            first = np.flatnonzero(~np.isnan(values))[:1]
            if name not in MAY_GO_MISSING and len(first):
                assert not np.isnan(values[first[0] :]).any(), f"{feature.name} of {symbol} goes missing"


@pytest.mark.parametrize("name", [*OF_BARS, *CROSS_DEFINITIONS])
def test_the_first_value_comes_when_the_warm_up_ends(name: str) -> None:
    symbols = moving_table().symbols
    maker = ViewMaker(moving_table(), Compiler())
    for feature in features_of(name, "IBM", symbols)[:2]:
        first = np.flatnonzero(~np.isnan(maker.value(feature, 0)))
        if name in FIRST_MAY_BE_LATER:
            assert first[0] + 1 >= feature.warm_up, feature.name
        else:
            assert first[0] + 1 == feature.warm_up, feature.name


@cache
def moving_table() -> BarTable:
    """Five symbols whose every bar moves and trades."""
    table = a_market(Shape(11, 5, 20, 30, 0.0, 0.0, 0.01, 5_000_000))
    np.maximum(table.market.volume, 1.0, out=table.market.volume)
    return table


@cache
def some_records(record: Record, source: str) -> Columns:
    """Quotes or trades: random ones, unsound among them, or the kit's."""
    if source == "kit":
        return quote_records("IBM", 2_000, 20_000) if record is Record.QUOTE else trade_records("IBM", 2_000, 20_000)
    rng = np.random.default_rng(17)
    bid = np.round(50 + np.cumsum(rng.normal(0, 0.02, RANDOM_RECORDS)), 2)
    ask = bid + np.round(rng.integers(-1, 5, RANDOM_RECORDS) * 0.01, 2)
    sizes = np.floor(rng.exponential(400, (2, RANDOM_RECORDS)))
    bid[rng.random(RANDOM_RECORDS) < 0.02], ask[rng.random(RANDOM_RECORDS) < 0.02] = np.nan, 0.0
    price = np.where(np.isnan(bid), 50.0, bid + rng.integers(0, 4, RANDOM_RECORDS) * 0.01)
    columns = {"bid": bid, "ask": ask, "bid_size": sizes[0], "ask_size": sizes[1], "price": price, "size": sizes[0]}
    return {name: columns[name] for name in (QUOTE_COLUMNS if record is Record.QUOTE else TRADE_COLUMNS)}


@pytest.mark.parametrize("name", OF_RECORDS)
@pytest.mark.parametrize("source", ["random", pytest.param("kit", marks=needs_kit)])
def test_record_by_record_equals_the_whole_history(source: str, name: str) -> None:
    definition = DEFINITIONS[name]
    columns = some_records(definition.record, source)
    for values in parameter_sets(definition):
        feature = definition(*values)
        batch = FeatureBatch(Compiler()).compute(feature, columns)
        streaming = np.array(told_one_by_one(feature, columns))
        assert_same_bits(streaming, batch, feature.name)
        assert not np.isinf(streaming).any()
        assert not np.isnan(streaming).all() or feature.warm_up > len(streaming)


def told_one_by_one(feature: Feature, columns: Columns) -> list[float]:
    """The rule over the records in turn; in the middle its memory is copied."""
    rows = list(zip(*(columns[name].tolist() for name in feature.inputs), strict=True))
    state = [0.0] * feature.state_size
    first = [feature.rule(state, *row, *feature.parameters) for row in rows[: len(rows) // 2]]
    copied = list(state)
    return first + [feature.rule(copied, *row, *feature.parameters) for row in rows[len(rows) // 2 :]]


@pytest.mark.parametrize("name", OF_RECORDS)
def test_the_first_value_of_sound_records_comes_when_the_warm_up_ends(name: str) -> None:
    definition = DEFINITIONS[name]
    rng = np.random.default_rng(5)
    bid = 50 + np.cumsum(rng.normal(0, 0.02, RANDOM_RECORDS))
    columns = {"bid": bid, "ask": bid + 0.02, "bid_size": np.full(RANDOM_RECORDS, 100.0)}
    columns |= {"ask_size": np.full(RANDOM_RECORDS, 200.0), "price": bid + 0.02, "size": np.full(RANDOM_RECORDS, 100.0)}
    feature = definition(1_000, 5) if name == "vpin" else definition()  # 5,000 shares are 50 trades of a round lot
    values = np.array(told_one_by_one(feature, columns))
    assert np.flatnonzero(~np.isnan(values))[0] + 1 == feature.warm_up
    assert not np.isnan(values[feature.warm_up :]).any()


def test_there_are_at_least_eighty_features() -> None:
    assert len(DEFINITIONS) + len(CROSS_DEFINITIONS) >= 80


@pytest.mark.parametrize("name", [*DEFINITIONS, *CROSS_DEFINITIONS])
def test_every_definition_is_documented(name: str) -> None:
    definition = DEFINITIONS.get(name) or CROSS_DEFINITIONS[name]
    assert all((definition.summary, definition.source, definition.unit, definition.undefined, definition.group))
    assert definition.summary.endswith(".")
    assert inspect.getdoc(definition.rule)
    if isinstance(definition, Definition):
        columns = {Record.BAR: BAR_COLUMNS, Record.QUOTE: QUOTE_COLUMNS, Record.TRADE: TRADE_COLUMNS}[definition.record]
        assert {column.partition("@")[0] for column in definition.inputs} <= set(columns)
        for parameter in definition.parameters:
            assert parameter.minimum <= parameter.default <= parameter.maximum
            assert parameter.unit


@pytest.mark.parametrize("name", sorted(MAY_GO_MISSING.keys() - {"percentile"}))  # five symbols always rank
def test_values_that_may_go_missing_do(name: str) -> None:
    table = a_table("random")
    columns = [
        streamed("random")[feature.name, symbol][~np.isnan(table.column("close", place))]
        for feature in features_of(name, "IBM", table.symbols)
        for place, symbol in enumerate(table.symbols)
    ]
    assert any(np.isnan(values[np.argmin(np.isnan(values)) :]).any() for values in columns), "take it off the list"


@pytest.mark.parametrize("name", MAY_GO_MISSING)
def test_the_definition_says_when_its_value_is_missing(name: str) -> None:
    definition = DEFINITIONS.get(name) or CROSS_DEFINITIONS[name]
    assert MAY_GO_MISSING[name] in definition.undefined
