"""Every built-in strategy trades alike in the engine and compiled: sizing, stops and limits on, on four kinds of bars.

The sample's daily bars, a dozen symbols over five years, minute bars, and random markets. The kit of daily and minute
bars lies beside the repository; without it those tests are skipped.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.adapters.feeds import sample
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.portfolio.sizing import AtrRisk, FixedFraction, Sizer
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.strategies.breakout import Breakout
from robo_trader.core.strategies.catalogue import STRATEGIES
from robo_trader.core.strategies.cross_asset_momentum import CrossAssetMomentum
from robo_trader.core.strategies.cross_sectional_momentum import CrossSectionalMomentum
from robo_trader.core.strategies.mean_reversion import BollingerReversion, MeanReversion, RsiReversion
from robo_trader.core.strategies.momentum import Momentum
from robo_trader.core.strategies.pairs import Pairs
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.stat_arb import StatArb
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.bar_table import BarColumns, BarTable, build_table
from robo_trader.research.compiled.compiler import Compiler
from robo_trader.simulation.venue.venue import VenueSettings
from tests.builders import a_sleeve, engine_settings, some_limits, venue_settings
from tests.parity.both import Record, assert_equal
from tests.parity.kit import KIT, needs_kit
from tests.parity.markets import Shape, a_market

_MINUTE = 60_000_000_000

_DOZEN = ("AAPL", "BAC", "CVX", "GOOG", "IBM", "JNJ", "JPM", "KO", "MSFT", "PG", "VIX", "XOM")
_SECTORS = (
    ("AAPL", "technology"), ("GOOG", "technology"), ("IBM", "technology"), ("MSFT", "technology"),
    ("BAC", "other"), ("CVX", "other"), ("JPM", "other"), ("XOM", "other"),
)  # fmt: skip

# By what they do to strategies: shorts, both filters, an index of volatility, a market, two pairs.
ON_THE_DOZEN: tuple[Strategy, ...] = (
    SmaCrossover(),
    Momentum(shorts=1, volatility_max=0.03),
    CrossSectionalMomentum(volatility_max=25.0, volatility_index="VIX"),
    CrossSectionalMomentum(every=13, top=0.2, bottom=0.2, dollar_volume_min=400e6),
    MeanReversion(shorts=1, volatility_max=30.0, volatility_index="VIX"),
    BollingerReversion(dollar_volume_min=300e6),
    RsiReversion(shorts=1, trend_length=0),
    Breakout(shorts=1, dollar_volume_min=300e6, volatility_max=0.025),
    Pairs(first="CVX", second="XOM", critical=-2.5, volatility_max=0.03),
    Pairs(first="KO", second="PG", kalman=1, critical=-2.0, volatility_index="VIX", volatility_max=25.0),
    StatArb(sectors=_SECTORS, volatility_index="VIX", volatility_max=30.0),
    StatArb(market="KO", days=0, length=2, entry=0.5, dollar_volume_min=300e6),
    CrossAssetMomentum(leader="VIX", opposed=1, lookback=60, shorts=1),
)
IN_MINUTES: tuple[Strategy, ...] = (
    SmaCrossover(),
    Momentum(lookback=60, shorts=1, volatility_max=0.001),
    CrossSectionalMomentum(lookback=60, skip=5, every=30),
    MeanReversion(trend_length=50, shorts=1),
    BollingerReversion(trend_length=0, dollar_volume_min=1e6),
    RsiReversion(trend_length=50),
    Breakout(shorts=1),
    Pairs(first="BAC", second="SPY", critical=-2.5),
    StatArb(days=0, entry=0.5),
    CrossAssetMomentum(leader="SPY", lookback=60, shorts=1),
)
# On a few hundred bars of at most four symbols: AAPL, IBM, MSFT, SPY.
ON_RANDOM_MARKETS: tuple[Strategy, ...] = (
    SmaCrossover(2, 5),
    Momentum(lookback=5, shorts=1, filter_length=3, volatility_max=0.02),
    CrossSectionalMomentum(lookback=6, skip=1, every=4, filter_length=2, volatility_index="MSFT", volatility_max=80.0),
    MeanReversion(length=5, entry=1.0, trend_length=7, shorts=1, filter_length=3, dollar_volume_min=30_000),
    BollingerReversion(length=5, deviations=1.0, trend_length=0, shorts=1, filter_length=3),
    RsiReversion(trend_length=6, shorts=1, filter_length=3, volatility_max=0.03),
    Breakout(entry_length=5, exit_length=3, atr_length=3, shorts=1, filter_length=3, dollar_volume_min=30_000),
    Pairs(
        first="IBM", second="AAPL", length=8, entry=1.0, leave=0.3, stop=2.0, critical=-1.0, lost=0.0, filter_length=3,
        ratio_max=100.0,
    ),
    StatArb(length=2, days=0, filter_length=3, market="IBM", beta_length=4, volatility_max=0.05),
    CrossAssetMomentum(leader="AAPL", lookback=4, shorts=1, filter_length=3),
)  # fmt: skip


def named(strategy: Strategy) -> str:
    return strategy.name


@pytest.fixture(scope="module")
def compiler() -> Compiler:
    return Compiler()


def controlled(strategies: Sequence[Strategy], table: BarTable, sizer: Sizer) -> tuple[EngineSettings, VenueSettings]:
    """Settings in which every stop, and every limit that a strategy can meet, has something to do."""
    limits = some_limits(
        max_position="0.15", gross_exposure="1.2", order_notional="0.14", daily_loss="0.03", intraday_drawdown="0.04",
        cash_buffer="0.01",
    )  # fmt: skip
    stops = StopPolicy(fixed_fraction=0.08, atr_multiple=6.0, trailing_fraction=0.10, bars_max=300)
    sleeves = tuple(
        a_sleeve(strategy, name=f"{strategy.name}_{number}", sizer=sizer, stops=stops, capital=1.0 / len(strategies))
        for number, strategy in enumerate(strategies)
    )
    return engine_settings(symbols=table.symbols, sleeves=sleeves, limits=limits), venue_settings()


def play_together(strategies: Sequence[Strategy], table: BarTable, compiler: Compiler, sizer: Sizer) -> Record:
    return assert_equal(table, *controlled(strategies, table, sizer), compiler, cash=1_000_000.0)


def play(strategy: Strategy, table: BarTable, compiler: Compiler, sizer: Sizer | None = None) -> Record:
    return play_together([strategy], table, compiler, sizer or FixedFraction(fraction=0.1))


@pytest.mark.parametrize("name", STRATEGIES)
def test_on_the_sample_with_defaults(name: str, compiler: Compiler) -> None:
    """Each has something to do there, as it comes."""
    record = play(STRATEGIES[name](), _sample(), compiler)
    assert record.trades, f"{name} made no trade on five stocks over thirteen years"


@needs_kit
@pytest.mark.parametrize("strategy", ON_THE_DOZEN, ids=named)
def test_on_the_daily_kit(strategy: Strategy, compiler: Compiler) -> None:
    sizer = AtrRisk(risk_fraction=0.005, length=20, multiple=2.0)
    assert play(strategy, _dozen(), compiler, sizer).trades


@needs_kit
@pytest.mark.parametrize("strategy", IN_MINUTES, ids=named)
def test_on_the_minute_kit(strategy: Strategy, compiler: Compiler) -> None:
    assert play(strategy, _minutes(), compiler).trades


@needs_kit
def test_all_in_one_account_on_the_daily_kit(compiler: Compiler) -> None:
    """Ranking all symbols, trading two of them, hedging sectors: whose each share is stays the same in both."""
    record = play_together(ON_THE_DOZEN, _dozen(), compiler, FixedFraction(fraction=0.2))
    assert {name for _, name, _, _ in record.parts} == {f"{one.name}_{place}" for place, one in enumerate(ON_THE_DOZEN)}
    assert len(record.parts) > len(record.trades) > 1_000


@pytest.mark.parametrize("strategy", ON_RANDOM_MARKETS, ids=named)
def test_on_random_markets(strategy: Strategy, compiler: Compiler) -> None:
    """Ten markets each, with the same seeds for all."""
    assert sum(len(play(strategy, table, compiler).trades) for table in _random_markets())


def test_all_built_in_strategies_are_played() -> None:
    for played in (ON_THE_DOZEN, IN_MINUTES, ON_RANDOM_MARKETS):
        assert {strategy.name for strategy in played} == set(STRATEGIES)


@cache
def _sample() -> BarTable:
    sessions = load_sessions(sample.SAMPLE_FIRST, sample.SAMPLE_LAST)
    frame = pl.read_parquet(Path(sample.__file__).with_name("sample_bars.parquet"))
    prices = [pl.col(f"adj_{name}").cast(pl.Float64).alias(name) for name in ("open", "high", "low", "close", "volume")]
    return _table(frame.select("date", "symbol", *prices), sessions)


@cache
def _dozen() -> BarTable:
    """Five years of raw prices: GOOG begins within them, AAPL splits, the index of volatility has no volume."""
    first, last = date(2011, 1, 3), date(2015, 12, 31)
    frame = pl.read_parquet(KIT / "daily/us_large_cap_daily_raw.parquet")
    prices = [pl.col(name).cast(pl.Float64) for name in ("open", "high", "low", "close")]
    stocks = frame.filter(pl.col("symbol").is_in(_DOZEN)).select(
        "date", "symbol", *prices, pl.col("volume").cast(pl.Float64)
    )
    vix = pl.read_csv(KIT / "daily/vix_daily.csv", try_parse_dates=True).select(
        "date", pl.lit("VIX").alias("symbol"), *prices, pl.lit(0.0).alias("volume")
    )
    both = pl.concat([stocks, vix]).filter(pl.col("date").is_between(first, last))
    return _table(both, load_sessions(first.isoformat(), last.isoformat()))


@cache
def _minutes() -> BarTable:
    """Five sessions of four symbols, of which one misses a minute."""
    frame = pl.read_parquet(KIT / "minute/lean_minute_trades.parquet").filter(
        pl.col("symbol").is_in(["AIG", "BAC", "IBM", "SPY"])
        & (pl.col("session").cast(pl.String) == "rth")
        & pl.col("ts").dt.date().is_between(date(2013, 10, 4), date(2013, 10, 10))
    )
    return build_table(dict(_minute_columns(frame)), load_sessions("2013-10-04", "2013-10-10"))


@cache
def _random_markets() -> tuple[BarTable, ...]:
    rng = np.random.default_rng(20261121)
    return tuple(
        a_market(
            Shape(
                seed=int(rng.integers(2**32)), symbols=4, sessions=int(rng.integers(6, 13)),
                bars_a_session=int(rng.choice([3, 13, 30])), step=float(rng.choice([0.0, 0.01, 0.5])),
                holes=float(rng.choice([0.0, 0.1, 0.4])), swing=float(rng.choice([0.001, 0.01, 0.05])),
                volume=float(rng.choice([1_000.0, 1e6])),
            )
        )
        for _ in range(10)
    )  # fmt: skip


def _table(frame: pl.DataFrame, sessions: SessionTable) -> BarTable:
    """Return daily bars, columns date to volume, on the sessions that the table knows."""
    series = {}
    for (symbol,), rows in frame.sort("date").group_by("symbol", maintain_order=True):
        held = [sessions.on(day.isoformat()) for day in rows["date"]]
        kept = np.array([session is not None for session in held])
        times = [
            np.array([getattr(session, name) for session in held if session], np.int64)
            for name in ("opens_at", "closes_at")
        ]
        prices = [rows[name].to_numpy()[kept] for name in ("open", "high", "low", "close", "volume")]
        series[Symbol(str(symbol))] = BarColumns(times[0], times[1], *prices)
    return build_table(series, sessions)


def _minute_columns(frame: pl.DataFrame) -> Iterator[tuple[Symbol, BarColumns]]:
    for (symbol,), rows in frame.sort("ts").group_by("symbol", maintain_order=True):
        started = rows["ts"].dt.epoch("ns").to_numpy().astype(np.int64)
        prices = [rows[name].cast(pl.Float64).to_numpy() for name in ("open", "high", "low", "close", "volume")]
        yield Symbol(str(symbol)), BarColumns(started, started + _MINUTE, *prices)
