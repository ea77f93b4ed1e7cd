"""Whether a backtest can be believed: what a strategy knew, and when."""
