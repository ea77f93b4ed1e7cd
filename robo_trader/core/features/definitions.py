"""The features that exist, by kind."""

from robo_trader.core.features.feature import Feature
from robo_trader.core.rules.moving_averages import sma_state_size, sma_update
from robo_trader.core.rules.volatility import atr_state_size, atr_update


def sma(length: int) -> Feature:
    """Simple moving average of the close over `length` bars, in dollars."""
    return Feature(
        name=f"sma_{length}",
        inputs=("close",),
        parameters=(length,),
        warm_up=length,
        state_size=sma_state_size(length),
        rule=sma_update,
    )


def atr(length: int) -> Feature:
    """Wilder's average true range over `length` bars, in dollars."""
    return Feature(
        name=f"atr_{length}",
        inputs=("high", "low", "close"),
        parameters=(length,),
        warm_up=length + 1,
        state_size=atr_state_size(length),
        rule=atr_update,
    )
