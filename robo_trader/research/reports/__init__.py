"""Reports that people read: a backtest as one page that needs no network."""
