"""Matches orders against bars or quotes with slippage, commission and limited volume."""
