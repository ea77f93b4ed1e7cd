"""Backtests, sweeps and validation; empty until the compiled backtest arrives."""
