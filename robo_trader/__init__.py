"""Automated trading of US stocks: paper by default, live when armed."""

__version__ = "0.1.0"
