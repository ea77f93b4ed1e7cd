"""Matches orders against bars with slippage, commission and limited volume."""
