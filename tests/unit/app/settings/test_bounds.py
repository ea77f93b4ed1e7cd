"""Every setting with a bound takes the values at it and refuses those beyond it.

The figures are written out, not read from the model: a bound that moves by accident fails here.
"""

from collections.abc import Callable

import pytest

from robo_trader.app.settings import Settings

Load = Callable[..., Settings]
Refused = Callable[..., list[str]]

NUMBERS = {
    "storage.snapshot_seconds": ("1 60 86400", "0.9 86401"),
    "storage.snapshot_events": ("1 10000000", "0 10000001"),
    "execution.limit_offset_bps": ("0 0.01 300", "-0.01 300.01 0.001"),
    "execution.opening_cash": ("0.01 1000000000", "0 -1 1000000000.01 0.001"),
    "execution.slippage_bps": ("0 500", "-1 500.01"),
    "execution.participation_max": ("0.000001 1", "0 1.000001 10 0.0000001"),
    "risk.max_position_fraction": ("0.000001 1", "0 -0.1 1.000001 5 1e-7"),
    "risk.gross_exposure_fraction": ("0.01 1", "0 1.01 100"),
    "risk.order_notional_max": ("0.01 10000000", "0 10000000.01"),
    "risk.order_notional_fraction": ("0.01 1", "0 5"),
    "risk.daily_loss_fraction": ("0.01 0.25", "0 0.26 2"),
    "risk.intraday_drawdown_fraction": ("0.01 1", "0 1.01 10"),
    "risk.cash_buffer_fraction": ("0 0.5", "-0.01 0.51 5"),
    "risk.stale_after_bars": ("1 10", "0.99 10.01"),
    "risk.heat_fraction": ("0.000001 0.06 1", "0 1.01 6"),
    "risk.sector_fraction": ("0.3 1", "0 1.01 30"),
    "risk.correlated_fraction": ("0.3 1", "0 1.01 30"),
    "risk.beta_max": ("0.0001 1 10", "0 -1 10.1"),
    "risk.value_at_risk_fraction": ("0.02 1", "0 1.01 2"),
    "risk.shortfall_fraction": ("0.03 1", "0 1.01 3"),
    "portfolio.sessions": ("20 60 1000", "19 1001 60.5"),
    "portfolio.correlation_threshold": ("0.000001 0.9 0.99", "0 0.991 90"),
    "portfolio.confidence": ("0.8 0.95 0.999", "0.79 1 95"),
    "portfolio.draws": ("100 100000", "99 100001"),
    "portfolio.seed": ("0 4294967295", "-1 4294967296"),
    "risk.order_shares_max": ("1 500 1000000", "0 1.5 1000001"),
    "risk.price_collar_fraction": ("0.03 1", "0 10"),
    "risk.spread_max_fraction": ("0.01 1", "0 1.1"),
    "risk.orders_per_second": ("0.0001 2 50", "0 50.1"),
    "risk.order_burst": ("1 1000", "0 1001"),
    "risk.orders_per_minute": ("1 3000", "0 3001"),
    "risk.strategy_orders_per_minute": ("1 3000", "0 3001"),
    "risk.duplicate_seconds": ("1 86400", "0 86401 0.5"),
    "risk.entries_per_session": ("1 10000", "0 10001"),
    "risk.symbol_working_orders_max": ("1 1000", "0 1001"),
    "risk.working_orders_max": ("1 10000", "0 10001"),
    "risk.daily_turnover_fraction": ("0.01 2 1000", "0 1001"),
    "risk.top_five_fraction": ("0.6 1", "0 1.01"),
    "risk.net_exposure_max_fraction": ("0 1", "-0.01 1.01"),
    "risk.net_exposure_min_fraction": ("-1 0", "-1.01 0.01"),
    "risk.weekly_loss_fraction": ("0.04 1", "0 4"),
    "risk.strategy_loss_fraction": ("0.01 1", "0 1.01"),
    "risk.drawdown_fraction": ("0.1 1", "0 10"),
    "risk.adv_order_fraction": ("0.01 1", "0 1.01"),
    "risk.adv_position_fraction": ("0.05 1", "0 1.01"),
    "risk.adv_dollars_min": ("0.01 1000000000000", "0 1000000000000.01"),
    "risk.price_min": ("0.01 1000000", "0 1000000.01"),
    "risk.market_cap_min": ("0.01 1000000000000000", "0 -1"),
    "risk.borrow_rate_max": ("0.03 10", "0 10.1"),
    "risk.entry_delay_minutes": ("1 390", "0 391"),
    "risk.entry_cutoff_minutes": ("1 390", "0 391"),
    "risk.jump_fraction": ("0.2 1", "0 1.1"),
    "risk.excess_liquidity_fraction": ("0.25 1", "0 1.1"),
    "risk.delta_max": ("0.0001 1000000000", "0 1000000000.1"),
    "risk.gamma_max": ("0.0001 1000000000", "0 1000000000.1"),
    "risk.vega_max": ("0.0001 1000000000", "0 1000000000.1"),
    "risk.breaker_losing_streak": ("1 1000", "0 1001"),
    "risk.breaker_rejects": ("1 1000", "0 1001"),
    "risk.breaker_slippage_bps": ("0.01 10000", "0 10000.01"),
    "risk.breaker_slippage_fills": ("1 1000", "0 1001"),
    "risk.breaker_errors": ("1 1000", "0 1001"),
    "risk.breaker_orders": ("1 10000", "0 10001"),
    "risk.breaker_window_seconds": ("1 86400", "0 86401"),
    "risk.breaker_cooldown_seconds": ("1 604800", "0 604801"),
    "risk.replaces_max": ("1 1000", "0 1001"),
    "risk.cancel_fill_ratio_max": ("1 20 10000", "0.9 10001"),
    "risk.fill_collar_fraction": ("0.000001 0.1 1", "0 1.1"),
    "risk.emergency_violations": ("1 1000000", "0 1000001"),
    "risk.emergency_window_seconds": ("1 86400", "0 86401"),
    "reconciliation.positions_seconds": ("1 60 3600", "0 3601 0.5"),
    "reconciliation.orders_seconds": ("1 30 3600", "0 3601 0.5"),
    "reconciliation.cash_minimum": ("0 10 10000", "-0.01 10000.01"),
    "reconciliation.cash_fraction": ("0 0.0005 0.01", "-0.0001 0.0101 5"),
    "reconciliation.average_cost_fraction": ("0 0.001 1", "-0.001 1.01"),
    "data.speed": ("0.001 100000", "0 -1 100000.1"),
    "data.max_concurrent": ("1 64", "0 65 1.5"),
    "data.seed": ("0 4294967295", "-1 4294967296 0.5"),
    "ibkr.port": ("1 7497 65535", "0 65536 4001 7496"),
    "ibkr.client_id": ("1 999999", "0 1000000"),
    "ibkr.history_clients": ("0 5 16", "-1 17 1.5"),
    "ibkr.tick_streams_max": ("0 3 100", "-1 101 1.5"),
    "ibkr.tick_silence_seconds": ("1 5 600", "0.9 600.1"),
    "strategy.quantity": ("1 1000000", "0 1000001 1.5"),
    "strategy.fraction": ("0.000001 1", "0 5"),
    "strategy.risk_fraction": ("0.001 0.1", "0 0.11 1"),
    "strategy.atr_length": ("1 500", "0 501"),
    "strategy.atr_multiple": ("0.0001 20", "0 20.1"),
    "strategy.lot": ("1 100000", "0 100001 1.5"),
    "strategy.fraction_max": ("0.000001 1", "0 1.01"),
    "strategy.volatility_length": ("2 5000", "1 5001 2.5"),
    "strategy.volatility_annual": ("0.000001 1", "0 1.01"),
    "strategy.exposure": ("0.000001 10", "0 10.01"),
    "strategy.edge_multiple": ("0.000001 1", "0 1.01"),
    "strategy.trades_min": ("1 100", "0 5001"),
    "strategy.trades_max": ("30 5000", "0 5001"),
    "strategy.trades_shrinkage": ("0 100000", "-1 100001"),
    "strategy.fallback_fraction": ("0 1", "-0.01 1.01"),
    "strategy.correlation_length": ("2 5000", "1 5001"),
    "stops.fixed_fraction": ("0 0.05 0.9", "-0.01 0.91 5"),
    "stops.atr_multiple": ("0 100", "-1 100.1"),
    "stops.atr_length": ("1 500", "0 501"),
    "stops.trailing_fraction": ("0 0.9", "-0.01 0.91 5"),
    "stops.break_even_fraction": ("0 0.9", "-0.01 0.91 5"),
    "strategies.conflicts": ("net priority stand_aside", "both"),
    "strategies.allocation": ("fixed equal inverse_volatility risk_parity ranked", "best"),
    "strategies.lookback_sessions": ("20 2520", "19 2521"),
    "strategies.rebalance_sessions": ("1 2520", "0 2521"),
    "strategies.floor_fraction": ("0 1", "-0.01 1.01"),
    "strategies.cap_fraction": ("0.01 1", "0 1.01"),
    "strategies.drawdown_max_fraction": ("0 1", "-0.01 1.01"),
    "strategies.session_loss_max_fraction": ("0 1", "-0.01 1.01"),
    "strategies.errors_max": ("0 1000", "-1 1001"),
    "protection.fallback_fraction": ("0.01 0.9", "0 0.91"),
    "protection.step_fraction": ("0 0.1", "-0.001 0.11"),
    "stops.bars_max": ("0 100000", "-1 100001 1.5"),
    "storage.busy_timeout_seconds": ("0.001 60", "0 61"),
    "monitoring.ping_seconds": ("0.1 86400", "0.05 86401"),
    "supervision.freeze_seconds": ("1 14", "0.9 14.1"),
    "supervision.start_seconds": ("5 86400", "4.9 86401"),
    "supervision.restart_seconds": ("0.05 60", "0 60.1"),
    "supervision.deaths_max": ("1 100", "0 101 1.5"),
    "supervision.window_seconds": ("1 86400", "0.9 86401"),
    "shutdown.seconds": ("0.1 300", "0 301"),
    "watchdog.stale_seconds": ("1 15", "0.9 15.1"),
    "watchdog.client_id": ("1 999999", "0 1000000"),
    "storage.verify_minutes": ("0.001 60 1440", "0 1440.1"),
    "web.port": ("0 65535", "-1 65536"),
    "web.session_idle_minutes": ("1 1440", "0 1441"),
}
CHOICES = {
    "preset": ("development staging production", "Production live"),
    "execution.mode": ("paper", "live Live real"),
    "execution.broker": ("paper ibkr", "alpaca Paper"),
    "execution.order_type": ("market limit", "stop"),
    "execution.commission_schedule": ("ibkr_fixed ibkr_tiered", "free"),
    "execution.account": ("PAPER a_b-1", "a.b ../x " + "x" * 33),
    "risk.orders_for_next_open": ("true false", "2 maybe"),
    "portfolio.benchmark": ("SPY BRK.B spy", "A$ SPY,QQQ"),
    "ibkr.routes": ("AAPL:NASDAQ aapl:ARCA,BRK.B:NYSE", "AAPL AAPL:N,IBM:NYSE AAPL:nyse AAPL:A$ AAPL:IEX,AAPL:IEX"),
    "portfolio.sectors": ("AAPL:technology aapl:tech,XOM:energy", "AAPL AAPL:tech,AAPL:x A$:tech AAPL: :x"),
    "portfolio.method": ("historical parametric monte_carlo", "normal"),
    "risk.short_sales": ("true false", "2 maybe"),
    "risk.fills_after_halt": ("true false", "2 maybe"),
    "risk.allowed_symbols": ("AAPL AAPL,BRK.B", "A$ AAPL,aapl"),
    "risk.denied_symbols": ("AAPL AAPL,BRK.B", "A$ AAPL,aapl"),
    "reconciliation.actions_await_statement": ("true false", "2 maybe"),
    "reconciliation.position_missing": ("wait block halt", "adopt Block ignore"),
    "reconciliation.position_extra": ("wait block halt", "adopt"),
    "reconciliation.position_quantity": ("wait block halt", "adopt"),
    "reconciliation.position_side": ("wait block halt", "adopt"),
    "reconciliation.average_cost": ("wait block halt", "adopt"),
    "reconciliation.unknown_symbol": ("wait block halt", "adopt"),
    "reconciliation.order_unknown_to_us": ("wait block halt", "adopt"),
    "reconciliation.order_unknown_to_broker": ("wait block halt", "adopt"),
    "reconciliation.order_quantity": ("wait block halt", "adopt"),
    "reconciliation.order_price": ("adopt wait block halt", "ignore"),
    "reconciliation.order_side": ("wait block halt", "adopt"),
    "reconciliation.order_filled": ("wait block halt", "adopt"),
    "reconciliation.order_status": ("adopt wait block halt", "ignore"),
    "reconciliation.order_id_reused": ("wait block halt", "adopt"),
    "reconciliation.order_contradiction": ("wait block halt", "adopt"),
    "reconciliation.execution_missing_here": ("adopt wait block halt", "ignore"),
    "reconciliation.execution_missing_there": ("wait block halt", "adopt"),
    "reconciliation.execution_different": ("adopt wait block halt", "ignore"),
    "reconciliation.cash_below_threshold": ("adopt wait halt", "block"),
    "reconciliation.cash_above_threshold": ("wait halt", "block adopt"),
    "data.feed": ("auto sample synthetic", "yahoo"),
    "data.symbols": ("AAPL AAPL,BRK.B", "A$ AAPL, AAPL,aapl " + ",".join(f"S{n}" for n in range(501))),
    "data.bar_size": ("1_hour 1_DAY", "2_days day 1"),
    "data.duration": ("30_D 2_y", "30 D -1_D 1_H"),
    "data.speed": ("max", "fast"),
    "data.adjusted": ("true false", "perhaps"),
    "ibkr.host": ("gateway.local ::1", "a_b http://x"),
    "live.accounts": ("U1234567 U1234567,F765432", "DU1234567 U1234567,DF7654321 u1234567 U1"),
    "live.ports": ("4001 4001,7496,14001", "0 65536 x 4001,"),
    "ibkr.restart_window": ("23:45-01:45_UTC", "23:45 23:45-01:45 23:45-01:45_Mars"),
    "ibkr.weekend_window": ("Fri_23:00-Sat_03:00_UTC 23:45-01:45_UTC", "Fri_23:00-03:00_UTC 1:00-2:00_UTC"),
    "ibkr.account": ("DU1234567 DF123", "U1234567 DU12"),
    "strategy.name": (
        "sma_crossover mine.py:Mine ../my_own.py:X",
        "magic mine.py mine.py: mine.txt:Mine mine.py:my-own",
    ),
    "strategy.sizing": (
        "fixed_fraction atr_risk fixed_shares volatility_target inverse_volatility kelly optimal_f correlation_scaled",
        "half_kelly Kelly",
    ),
    "monitoring.log_level": ("debug info WARNING error", "verbose"),
    "monitoring.log_format": ("console json", "xml"),
    "monitoring.ping_url": ("http://127.0.0.1:8000/x https://example.org", "ftp://x example.org http://"),
    "shutdown.orders": ("leave cancel", "keep"),
    "watchdog.action": ("alarm cancel restart", "kill"),
    "storage.accept_old_sqlite": ("true false", "2"),
    "storage.url": (
        "postgresql+asyncpg://trader@127.0.0.1:5432/trading postgresql+asyncpg://db.example/trading?ssl=require",
        "trading sqlite:///x.db postgresql://a@host/b postgresql+asyncpg://a:b@host/b postgresql+asyncpg://host ://",
    ),
    "web.enabled": ("true false", "2"),
    "web.host": ("127.0.0.1 127.9.9.9 ::1", "0.0.0.0 192.168.1.2 example.org localhost ::"),
}


def cases(sound: bool) -> list[tuple[str, str]]:
    pairs = [(key, values[not sound]) for table in (NUMBERS, CHOICES) for key, values in table.items()]
    return [
        (key, value.replace("_", " ") if key.startswith("data.") or key.endswith("_window") else value)
        for key, values in pairs
        for value in values.split()
    ]


def nested(key: str, value: object) -> dict[str, object]:
    section, _, name = key.rpartition(".")
    return {section: {name: value}} if section else {name: value}


def variable(key: str) -> str:
    return "ROBO_" + key.replace(".", "__").upper()


@pytest.mark.parametrize(("key", "value"), cases(sound=True))
def test_values_up_to_the_bound_are_taken(load: Load, key: str, value: str) -> None:
    load(environment={variable(key): value})
    load(overrides=nested(key, value))


@pytest.mark.parametrize(("key", "value"), cases(sound=False))
def test_values_beyond_the_bound_are_refused(refused: Refused, key: str, value: str) -> None:
    (problem,) = refused(environment={variable(key): value})
    assert key in problem
    assert variable(key) in problem


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize(
    "value", ["true", "nan", "inf", "-inf", '""', '"five"', "[]", "1979-05-27", "1e999999", "1e-999999"]
)
def test_numbers_are_finite_numbers(refused: Refused, key: str, value: str) -> None:
    (problem,) = refused(f"{key} = {value}")
    assert problem.startswith(f"{key} = ")
    assert "robo_trader.toml:1" in problem


@pytest.mark.parametrize("key", CHOICES)
@pytest.mark.parametrize("value", ['"a\\u0000b"', '"a\\nb"', '"a\\u202eb"', "[[1]]", "nan"])
def test_text_is_printable_text(refused: Refused, key: str, value: str) -> None:
    (problem,) = refused(f"{key} = {value}")
    assert problem.startswith(f"{key} = ")
    assert problem.isprintable()


@pytest.mark.parametrize(
    ("key", "value", "meant"),
    [
        ("risk.max_position_fraction", "5", "0.05, which is 5 %"),
        ("risk.daily_loss_fraction", "2", "0.02, which is 2 %"),
        ("strategy.risk_fraction", "1.5", "0.015, which is 1.5 %"),
        ("risk.gross_exposure_fraction", "100", "1, which is 100 %"),
    ],
)
def test_a_percentage_is_told_what_it_means(refused: Refused, key: str, value: str, meant: str) -> None:
    (problem,) = refused(f"{key} = {value}")
    assert f"did you mean {meant}?" in problem


def test_a_percentage_with_a_line_break_is_told_on_one_line(refused: Refused) -> None:
    (problem,) = refused(environment={"ROBO_RISK__DAILY_LOSS_FRACTION": "2\n"})
    assert problem.isprintable()


@pytest.mark.parametrize(("key", "value"), [("risk.max_position_fraction", "500"), ("risk.daily_loss_fraction", "0.5")])
def test_what_no_percentage_explains_is_not_guessed(refused: Refused, key: str, value: str) -> None:
    (problem,) = refused(f"{key} = {value}")
    assert "did you mean" not in problem


def test_files_need_a_directory(load: Load, refused: Refused) -> None:
    assert refused('data.feed = "files"') == [
        (
            "data.feed = 'files' (robo_trader.toml:1): needs the folder of the files in data.directory, "
            "which is not set (default)"
        )
    ]
    assert load('data.feed = "files"\ndata.directory = "bars"').data.feed == "files"


def test_as_many_trades_are_remembered_as_are_needed(load: Load, refused: Refused) -> None:
    assert refused("strategy.trades_min = 200") == [
        (
            "strategy.trades_max = 100 (default): remembers fewer trades than strategy.trades_min, "
            "which is 200 (robo_trader.toml:1)"
        )
    ]
    assert load("strategy.trades_min = 200\nstrategy.trades_max = 200").strategy.trades_max == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "example.com", "localhost"])  # noqa: S104 - refused
def test_the_dashboard_stays_on_this_machine(refused: Refused, host: str) -> None:
    (problem,) = refused(f'web.host = "{host}"')
    assert "must be an address of this machine alone" in problem


def test_a_zone_must_exist(load: Load, refused: Refused) -> None:
    assert load('data.time_zone = "America/New_York"').data.time_zone == "America/New_York"
    (problem,) = refused('data.time_zone = "America/Gotham"')
    assert "is not a time zone" in problem
