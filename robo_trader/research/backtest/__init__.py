"""What a strategy would have done: results of backtests, and how they are gathered."""
