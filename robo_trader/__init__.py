"""Automated trading of US stocks: paper by default, live when armed."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "backtest"]  # the types stand in __init__.pyi


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a name of the package
    """Import what a backtest needs when it is first asked for: `run` needs none of it, and starts at once."""
    if name == "backtest":
        return import_module("robo_trader.app.frames").backtest
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
