from robo_trader.app.frames import backtest as backtest

__version__: str
