"""`robo_trader.backtest`: bars in memory, the product's settings, and the same result from both engines.

The bars: three symbols of daily or minute bars from a seeded random walk, on the real calendar.
"""

import asyncio
import math
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import robo_trader
from robo_trader.adapters.calendars.exchange import load_sessions
from robo_trader.app.settings import Settings
from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import DataError, InvalidConfig, RoboTraderError, StrategyError
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.features.feature import Feature
from robo_trader.core.features.trend import sma
from robo_trader.core.market.commissions import IBKR_TIERED, CommissionSchedule
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.portfolio.sizing import FixedShares, Kelly, VolatilityTarget
from robo_trader.core.portfolio.stops import StopPolicy
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, Values
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.research.backtest.result import Result
from tests.running import environment

ROOT = Path(__file__).parents[2]
FAST = SmaCrossover(2, 5)


@pytest.fixture(scope="module")
def sessions() -> SessionTable:
    return load_sessions("2011-01-03", "2011-12-30")


@pytest.fixture(scope="module")
def daily(sessions: SessionTable) -> pl.DataFrame:
    frames = [
        walk(seed, len(sessions)).with_columns(
            date=pl.Series([session.date for session in sessions.sessions]), symbol=pl.lit(symbol)
        )
        for seed, symbol in enumerate(("AAA", "BBB", "CCC"))
    ]
    return pl.concat(frames)


@pytest.fixture(scope="module")
def minutes(sessions: SessionTable) -> pl.DataFrame:
    starts = [start for one in sessions.sessions[:3] for start in range(one.opens_at, one.closes_at, 60 * 10**9)]
    return walk(7, len(starts)).with_columns(ts=pl.Series(starts).cast(pl.Datetime("ns", "UTC")))


def walk(seed: int, bars: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.02, bars))), 2)
    open_ = np.concatenate([[100.0], close[:-1]])
    return pl.DataFrame({
        "open": open_, "high": np.maximum(open_, close) + 0.5, "low": np.minimum(open_, close) - 0.5, "close": close,
        "volume": np.full(bars, 50_000.0),
    })  # fmt: skip


def same(one: Result, other: Result) -> bool:
    assert np.allclose(one.equity["equity"], other.equity["equity"], rtol=1e-9)
    columns = ("occurred_at", "symbol", "side", "quantity", "price")
    return one.fills.select(columns).equals(other.fills.select(columns))


def test_both_engines_do_the_same(daily: pl.DataFrame, minutes: pl.DataFrame, sessions: SessionTable) -> None:
    for bars in (daily, minutes):
        compiled = robo_trader.backtest(FAST, bars, sessions=sessions)
        event = robo_trader.backtest(FAST, bars, sessions=sessions, engine="event")
        assert len(compiled.fills) > 20 and same(compiled, event)
        assert compiled.assumptions == event.assumptions and compiled.warnings == event.warnings == ()


def test_every_setting_changes_both_engines_alike(daily: pl.DataFrame, sessions: SessionTable) -> None:
    plain = robo_trader.backtest(FAST, daily, sessions=sessions)
    for changed in (
        {"cash": 5_000}, {"sizer": FixedShares(quantity=3)}, {"lot": 40}, {"sizer": Kelly(fallback=0.1)},
        {"sizer": VolatilityTarget(length=5, volatility_annual=0.01)}, {"stops": StopPolicy(trailing_fraction=0.01)},
        {"stops": {"bars_max": 2}}, {"limits": {"max_position_fraction": "0.01"}}, {"order_type": "limit"},
        {"order_type": "limit", "limit_offset_bps": 0}, {"commission": "ibkr_tiered"}, {"commission": IBKR_TIERED},
        {"slippage_bps": 50}, {"participation_max": 0.0001},
        {"dividends": {"AAA": dict.fromkeys(daily["date"].to_list()[20:80], 0.5)}},
    ):  # fmt: skip
        results = [
            robo_trader.backtest(FAST, daily, sessions=sessions, engine=engine, **changed)
            for engine in ("compiled", "event")
        ]
        assert same(*results), changed
        assert results[0].equity["equity"][-1] != plain.equity["equity"][-1], changed


def test_several_strategies_share_an_account(daily: pl.DataFrame, sessions: SessionTable) -> None:
    """Whatever engine: every share has an owner, and what the strategies have made is what the account has made."""
    strategies: dict[str, Strategy | str] = {"quick": FAST, "slow": SmaCrossover(5, 20), "usual": "sma_crossover"}
    capital = {"quick": 0.5, "slow": 0.3, "usual": 0.2}
    compiled, event = (
        robo_trader.backtest(strategies, daily, sessions=sessions, engine=engine, capital=capital)
        for engine in ("compiled", "event")
    )
    assert same(compiled, event)
    assert len(compiled.parts) == len(event.parts) > len(compiled.fills)
    key = ["occurred_at", "symbol", "strategy", "side", "quantity", "order_id", "signal_id"]
    assert compiled.parts.select(key).equals(event.parts.select(key))
    for one in (compiled, event):
        assert set(one.by_strategy["strategy"]) == set(strategies)
        assert one.by_strategy["net_profit"].sum() == pytest.approx(one.equity["equity"][-1] - one.opening_cash)
        assert one.by_strategy["commission"].sum() == pytest.approx(one.fills["commission"].sum())
        assert one.statistics.net_profit == pytest.approx(one.by_symbol["net_profit"].sum())


def test_parts_of_the_account_are_held_to_the_strategies(daily: pl.DataFrame, sessions: SessionTable) -> None:
    strategies = {"quick": FAST, "slow": SmaCrossover(5, 20)}
    with pytest.raises(InvalidConfig, match="more than the whole account"):
        robo_trader.backtest(strategies, daily, sessions=sessions, capital={"quick": 0.6, "slow": 0.5})
    with pytest.raises(InvalidConfig, match="no part for slow"):
        robo_trader.backtest(strategies, daily, sessions=sessions, capital={"quick": 0.6})
    with pytest.raises(InvalidConfig, match="no strategy is called slw"):
        robo_trader.backtest(strategies, daily, sessions=sessions, capital={"quick": 0.6, "slw": 0.4})
    with pytest.raises(InvalidConfig, match="there is no strategy"):
        robo_trader.backtest({}, daily, sessions=sessions)


def test_the_defaults_are_the_products(daily: pl.DataFrame, sessions: SessionTable) -> None:
    settings = Settings()
    plain = robo_trader.backtest("sma_crossover", daily, sessions=sessions)
    spelled = robo_trader.backtest(
        SmaCrossover(), daily, sessions=sessions, cash=settings.execution.opening_cash, commission="ibkr_fixed",
        limits=RiskLimits(**settings.risk.model_dump(exclude={"policy"})), slippage_bps=settings.execution.slippage_bps,
        participation_max=settings.execution.participation_max, order_type="market", bar_size="1 day",
        stops=StopPolicy(),
    )  # fmt: skip
    assert plain.fills.equals(spelled.fills) and plain.opening_cash == 100_000


def test_a_file_in_the_working_directory_changes_nothing(
    daily: pl.DataFrame, sessions: SessionTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = robo_trader.backtest(FAST, daily, sessions=sessions)
    (tmp_path / "robo_trader.toml").write_text("[execution]\nopening_cash = 77\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROBO_EXECUTION__OPENING_CASH", "99")
    assert robo_trader.backtest(FAST, daily, sessions=sessions).opening_cash == plain.opening_cash


def test_it_works_where_an_event_loop_runs(minutes: pl.DataFrame, sessions: SessionTable) -> None:
    async def cell() -> Result:
        return robo_trader.backtest(FAST, minutes, sessions=sessions, engine="event")

    assert len(asyncio.run(cell()).fills) > 20


def test_symbols_may_miss_bars_and_faulty_ones_are_counted(daily: pl.DataFrame, sessions: SessionTable) -> None:
    holes = daily.filter((pl.col("symbol") != "BBB") | (pl.int_range(pl.len()) % 3 > 0))
    broken = holes.with_columns(
        close=pl.when(pl.int_range(pl.len()) == 5).then(math.nan).otherwise("close"),
        low=pl.when(pl.int_range(pl.len()) == 9).then(-1.0).otherwise("low"),
    )
    twice = pl.concat([broken, broken[20:21], broken[:1].with_columns(date=pl.lit("2011-01-08"))])
    results = [robo_trader.backtest(FAST, twice, sessions=sessions, engine=one) for one in ("compiled", "event")]
    assert same(*results)
    late, closed = len(broken) + 1, len(broken) + 2  # rows
    for result in results:
        assert result.warnings == (
            f"AAA, 1 day: 2 rows that stood later than their time were put in order, the first at row {late}",
            f"AAA, 1 day: 1 bars on days without a session were left out, the first at row {closed}",
            f"3 of {len(broken) + 1} bars were faulty and left out: 1 DUPLICATE, 1 NOT_FINITE, 1 NOT_POSITIVE.",
        )


def test_nothing_fills_where_nothing_trades(daily: pl.DataFrame, sessions: SessionTable) -> None:
    still = daily.with_columns(volume=pl.lit(0.0))
    result = robo_trader.backtest(FAST, still, sessions=sessions)
    assert len(result.orders) > 0 and len(result.fills) == 0


def test_the_benchmark_is_a_symbol_or_a_frame(daily: pl.DataFrame, sessions: SessionTable) -> None:
    one = daily.filter(pl.col("symbol") == "AAA").select("date", "close")
    named = robo_trader.backtest(FAST, daily, sessions=sessions, benchmark="aaa")
    framed = robo_trader.backtest(FAST, daily, sessions=sessions, benchmark=one)
    timed = robo_trader.backtest(FAST, daily, sessions=sessions, benchmark=named.benchmark)
    assert named.statistics.beta is not None
    assert named.statistics.beta == framed.statistics.beta == timed.statistics.beta
    with pytest.raises(DataError, match="no bars of SPY"):
        robo_trader.backtest(FAST, daily, sessions=sessions, benchmark="SPY")
    with pytest.raises(DataError, match="benchmark: it has date"):
        robo_trader.backtest(FAST, daily, sessions=sessions, benchmark=one.drop("close"))
    with pytest.raises(DataError, match="no prices in any session"):
        robo_trader.backtest(FAST, daily, sessions=sessions, benchmark=one.with_columns(close=pl.lit(math.nan)))


def test_a_result_shows_itself(daily: pl.DataFrame, sessions: SessionTable) -> None:
    result = robo_trader.backtest(FAST, daily, sessions=sessions, limits={"daily_loss_fraction": "0.0001"})
    profit, trades = result.statistics.net_profit, result.statistics.trades
    assert repr(result).startswith(f"<Result {profit:,.2f} USD (") and f"{trades} trades, 1 day bars" in repr(result)
    html = result._repr_html_()
    assert html.count("<tr>") == 14 and "2011-01-03 to 2011-12-30, 1 day" in html and "Sharpe" in html
    assert f"<th>orders refused</th><td>{len(result.violations)}</td>" in html


@dataclass(frozen=True)
class Uncompilable(Strategy):
    def features(self, symbol: str) -> tuple[Feature, ...]:  # noqa: ARG002
        return (sma(1),)

    @staticmethod
    def rule(state: list[float], close: float) -> float:  # noqa: ARG004
        return float(f"{close > 100.0:d}")


@pytest.mark.parametrize(
    ("changed", "error", "told"),
    [
        ({"engine": "vector"}, InvalidConfig, "compiled"),
        ({"cash": -1}, InvalidConfig, "execution.opening_cash = -1 (argument)"),
        ({"slippage_bps": 9_999}, InvalidConfig, "execution.slippage_bps"),
        ({"limits": {"max_positon_fraction": 0.1}}, InvalidConfig, "risk.max_position_fraction"),
        ({"stops": {"trailing": 0.1}}, InvalidConfig, "stops.trailing"),
        ({"order_type": "stop"}, InvalidConfig, "market or limit"),
        ({"commission": "free"}, InvalidConfig, "ibkr_fixed or ibkr_tiered"),
        ({"bar_size": "2 days"}, InvalidConfig, "is not a bar size"),
        ({"symbol": "no symbol"}, InvalidConfig, "is not a symbol"),
        ({"dividends": {"IBM": {"2011-01-05": 1.0}}}, InvalidConfig, "no bars of IBM"),
        ({"dividends": {"AAA": {"2011-01-05": -1.0}}}, DataError, "The dividend of AAA on 2011-01-05 is -1.0"),
        ({"borrow_rate": 7}, InvalidConfig, "execution.borrow_rate"),
        ({"strategy": "sma_crosover"}, InvalidConfig, "sma_crossover"),
        ({"strategy": 7}, InvalidConfig, "7 is no strategy"),
        ({"strategy": "gone.py:Mine"}, InvalidConfig, "gone.py does not exist"),
        ({"strategy": Uncompilable()}, StrategyError, "Uncompilable.rule cannot be compiled: "),
    ],
)
def test_what_cannot_be_meant_is_told(
    daily: pl.DataFrame, sessions: SessionTable, changed: dict[str, object], error: type[RoboTraderError], told: str
) -> None:
    arguments = {"strategy": FAST, "bars": daily, "sessions": sessions, **changed}
    with pytest.raises(error) as caught:
        robo_trader.backtest(**arguments)  # type: ignore[arg-type]
    assert told in f"{caught.value} {caught.value.next_step}" and caught.value.next_step


def test_what_cannot_be_compiled_runs_as_it_is(daily: pl.DataFrame, sessions: SessionTable) -> None:
    assert len(robo_trader.backtest(Uncompilable(), daily, sessions=sessions, engine="event").fills) > 5


def test_a_strategy_of_ones_own_file(daily: pl.DataFrame, sessions: SessionTable) -> None:
    reference = str(ROOT / "examples" / "turn_of_month.py:TurnOfMonth")
    assert len(robo_trader.backtest(reference, daily, sessions=sessions).fills) > 10


def test_importing_the_package_or_running_it_loads_no_compiler() -> None:
    code = (
        "import sys, robo_trader\n"
        "assert not {'polars', 'numba', 'numpy'} & set(sys.modules), 'import robo_trader'\n"
        "import robo_trader.app.running\n"
        "assert 'numba' not in sys.modules, 'run'\n"
        "try:\n    robo_trader.backtests\nexcept AttributeError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    assert done.stdout == "module 'robo_trader' has no attribute 'backtests'\n"


def test_raw_bars_with_their_splits_and_dividends_are_worth_what_was_held() -> None:
    """Two shares for one: half the price and no loss. A dividend of a dollar a new share: a dollar a share held."""
    days = [f"2024-03-{day:02}" for day in (4, 5, 6, 7, 8, 11, 12, 13, 14, 15)]
    close = [100.0, 101.0, 102.0, 103.0, 104.0, 52.5, 53.0, 53.5, 54.0, 54.5]
    bars = pl.DataFrame(
        {"date": days, "open": close, "high": close, "low": close, "close": close, "volume": [1e6] * 10}
    )
    given = {"STOCK": {"2024-03-11": 2.0}}
    free = CommissionSchedule(per_share=Decimal(0), minimum=Decimal(0), maximum_fraction=Decimal(0))
    play = partial(
        robo_trader.backtest, SmaCrossover(1, 2), bars, sizer=FixedShares(quantity=50), splits=given, commission=free,
        slippage_bps=0,
    )  # fmt: skip
    without, paid = play(), play(dividends={"STOCK": {"2024-03-12": 1.0}})
    assert without.fills["price"].to_list() == [51.0], "one purchase, counted in new shares, and no sale at the split"
    assert without.equity["equity"][-1] == pytest.approx(100_000 + 50 * (54.5 - 51.0))
    assert paid.equity["equity"][-1] == pytest.approx(without.equity["equity"][-1] + 50)
    event = play(dividends={"STOCK": {"2024-03-12": 1.0}}, engine="event")
    assert event.equity["equity"].to_list() == pytest.approx(paid.equity["equity"].to_list(), rel=1e-12)


@dataclass(frozen=True)
class DipsByFill(EventStrategy):
    """Long after a close below 99; out a day after its fill."""

    def on_bar(self, memory: Any, bar: Bar, values: Values, desk: Desk) -> None:  # noqa: ANN401, ARG002
        if bar.close < 99.0 and desk.position(bar.symbol) == 0:
            desk.want(bar.symbol, 1.0, "a dip")

    def on_fill(self, memory: Any, fill: Fill, desk: Desk) -> None:  # noqa: ANN401
        memory.append(float(fill.price))
        desk.wake(fill.symbol, desk.now + 86_400 * 1_000_000_000)

    def on_timer(self, memory: Any, key: str, desk: Desk) -> None:  # noqa: ANN401, ARG002
        desk.want(Symbol(key), 0.0, "a day later")


def test_a_strategy_in_event_form_sees_bars_fills_and_timers() -> None:
    """The dip of Tuesday is bought at Wednesday's open, 97, and sold a day later, at Thursday's, 101."""
    days = [f"2024-03-0{day}" for day in (4, 5, 6, 7, 8)]
    opens, closes = [100.0, 100.0, 97.0, 101.0, 103.0], [100.0, 98.0, 100.0, 102.0, 103.0]
    high, low = ([pick(pair) for pair in zip(opens, closes, strict=True)] for pick in (max, min))
    bars = pl.DataFrame(
        {"date": days, "open": opens, "high": high, "low": low, "close": closes, "volume": [1e6] * 5}
    )  # fmt: skip
    result = robo_trader.backtest(DipsByFill(), bars, engine="event", slippage_bps=0, sizer=FixedShares(quantity=10))
    assert result.fills.select("side", "price").rows() == [("BUY", 97.0), ("SELL", 101.0)]
    opened, closed = result.trades["opened_at"][0], result.trades["closed_at"][0]
    assert (closed - opened).total_seconds() == 86_400


def test_what_event_form_has_no_place_for_is_said() -> None:
    days = [f"2024-03-0{day}" for day in (4, 5, 6, 7, 8)]
    bars = walk(1, 5).with_columns(date=pl.Series(days))
    with pytest.raises(StrategyError, match="dips_by_fill is in event form") as refused:
        robo_trader.backtest(DipsByFill(), bars)
    assert "event" in refused.value.next_step
    several: dict[str, Strategy | EventStrategy] = {"dips": DipsByFill(), "trend": SmaCrossover(1, 2)}
    with pytest.raises(InvalidConfig, match="dips_by_fill is in event form, and shares its account with no other"):
        robo_trader.backtest(several, bars, engine="event")
    with pytest.raises(InvalidConfig, match="microstructure_imbalance reads quotes, and there are none among bars"):
        robo_trader.backtest("microstructure_imbalance", bars, engine="event")


def test_limits_of_the_whole_portfolio(daily: pl.DataFrame, sessions: SessionTable, tmp_path: Path) -> None:
    """Only the engine knows them; a policy is read as `run` reads it, and what is measured can be said."""
    tight = {"value_at_risk_fraction": "0.0001"}
    with pytest.raises(InvalidConfig, match=r"risk\.value_at_risk_fraction: the compiled backtest does not"):
        robo_trader.backtest(FAST, daily, sessions=sessions, limits=tight)
    portfolio = {"method": "parametric", "sessions": 20}
    held = robo_trader.backtest(FAST, daily, sessions=sessions, limits=tight, portfolio=portfolio, engine="event")
    assert "VALUE_AT_RISK" in set(held.violations["control"]) and held.fills.is_empty()

    policy = tmp_path / "policy.toml"
    policy.write_text("[account]\nmax_position_fraction = 0.001\n")
    limits = {"policy": str(policy)}
    small = robo_trader.backtest(FAST, daily, sessions=sessions, limits=limits, engine="event")
    plain = robo_trader.backtest(FAST, daily, sessions=sessions)
    assert 0 < max(small.fills["quantity"]) < max(plain.fills["quantity"])
    with pytest.raises(InvalidConfig, match=r"risk\.policy is set"):
        robo_trader.backtest(FAST, daily, sessions=sessions, limits=limits)


def test_a_long_history_is_held_to_them_bar_by_bar(
    daily: pl.DataFrame, sessions: SessionTable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The engine is otherwise shown only bars that concern an order, and would know too little of the past."""
    policy = tmp_path / "policy.toml"
    policy.write_text("[account]\ndaily_loss_fraction = 0.001\n")
    limits, portfolio = {"value_at_risk_fraction": "0.0025", "policy": str(policy)}, {"sessions": 20}
    play = partial(
        robo_trader.backtest, FAST, daily, sessions=sessions, limits=limits, portfolio=portfolio, engine="event"
    )
    short = play()
    monkeypatch.setattr("robo_trader.app.playing.WORTH_COMPILING", 1)
    long = play()
    assert long.violations.equals(short.violations) and long.fills.equals(short.fills)
    assert {"VALUE_AT_RISK"} <= set(short.violations["control"]) and short.fills.height > 0
