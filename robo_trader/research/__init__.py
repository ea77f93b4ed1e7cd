"""Backtests and their results; sweeps, validation and learning come here."""
