"""Bands about the price: as wide as it moves, or as far as it went.

Where the upper and the lower band stand is said by two features; both keep the same memory.
"""

from robo_trader.core.features.feature import UNTIL_WARM, Definition, Group, Parameter
from robo_trader.core.rules.bands import (
    bollinger_bandwidth_state_size,
    bollinger_bandwidth_update,
    bollinger_lower_state_size,
    bollinger_lower_update,
    bollinger_percent_b_state_size,
    bollinger_percent_b_update,
    bollinger_upper_state_size,
    bollinger_upper_update,
    keltner_lower_state_size,
    keltner_lower_update,
    keltner_upper_state_size,
    keltner_upper_update,
)
from robo_trader.core.rules.price_extremes import (
    donchian_lower_state_size,
    donchian_lower_update,
    donchian_prior_lower_state_size,
    donchian_prior_lower_update,
    donchian_prior_upper_state_size,
    donchian_prior_upper_update,
    donchian_upper_state_size,
    donchian_upper_update,
)

_LONGEST = 5000
_BOLLINGER = 'John Bollinger (2001), "Bollinger on Bollinger Bands"; TA-Lib BBANDS.'
_KELTNER = (
    'Chester Keltner (1960), "How to Make Money in Commodities", with the exponential average and true range that '
    "Linda Bradford Raschke gave it; TA-Lib KC."
)
_DONCHIAN = 'Richard Donchian (1960), "High finance in copper", Financial Analysts Journal 16(6);'


def _bars(default: int, minimum: int = 1, name: str = "length") -> Parameter:
    return Parameter(name=name, default=default, minimum=minimum, maximum=_LONGEST)


_BOLLINGER_PARAMETERS = (
    _bars(20, 2),
    Parameter(name="deviations", default=2.0, minimum=0.01, maximum=100.0, unit="standard deviations"),
)
_KELTNER_PARAMETERS = (
    _bars(20),
    _bars(10, name="atr_length"),
    Parameter(name="multiple", default=2.0, minimum=0.01, maximum=100.0, unit="average true ranges"),
)

bollinger_upper = Definition(
    name="bollinger_upper",
    group=Group.VOLATILITY,
    summary="Mean of the closes plus some population standard deviations of them.",
    source=_BOLLINGER,
    unit="USD",
    rule=bollinger_upper_update,
    inputs=("close",),
    parameters=_BOLLINGER_PARAMETERS,
    state_size=bollinger_upper_state_size,
    warm_up=lambda length, _deviations: length,
)

bollinger_lower = Definition(
    name="bollinger_lower",
    group=Group.VOLATILITY,
    summary="Mean of the closes less some population standard deviations of them.",
    source=_BOLLINGER,
    unit="USD",
    rule=bollinger_lower_update,
    inputs=("close",),
    parameters=_BOLLINGER_PARAMETERS,
    state_size=bollinger_lower_state_size,
    warm_up=lambda length, _deviations: length,
)

bollinger_percent_b = Definition(
    name="bollinger_percent_b",
    group=Group.VOLATILITY,
    summary="Where the close stands between Bollinger's bands: 0 at the lower, 1 at the upper one.",
    source=_BOLLINGER,
    unit="fraction",
    rule=bollinger_percent_b_update,
    inputs=("close",),
    parameters=_BOLLINGER_PARAMETERS,
    state_size=bollinger_percent_b_state_size,
    warm_up=lambda length, _deviations: length,
    undefined=f"{UNTIL_WARM} NaN also where all closes of the window are equal.",
)

bollinger_bandwidth = Definition(
    name="bollinger_bandwidth",
    group=Group.VOLATILITY,
    summary="Distance between Bollinger's bands over the mean of the closes.",
    source=_BOLLINGER,
    unit="fraction",
    rule=bollinger_bandwidth_update,
    inputs=("close",),
    parameters=_BOLLINGER_PARAMETERS,
    state_size=bollinger_bandwidth_state_size,
    warm_up=lambda length, _deviations: length,
)

keltner_upper = Definition(
    name="keltner_upper",
    group=Group.VOLATILITY,
    summary="Exponential average of the typical price plus some average true ranges.",
    source=_KELTNER,
    unit="USD",
    rule=keltner_upper_update,
    inputs=("high", "low", "close"),
    parameters=_KELTNER_PARAMETERS,
    state_size=keltner_upper_state_size,
    warm_up=lambda length, atr_length, _multiple: max(length, atr_length + 1),
)

keltner_lower = Definition(
    name="keltner_lower",
    group=Group.VOLATILITY,
    summary="Exponential average of the typical price less some average true ranges.",
    source=_KELTNER,
    unit="USD",
    rule=keltner_lower_update,
    inputs=("high", "low", "close"),
    parameters=_KELTNER_PARAMETERS,
    state_size=keltner_lower_state_size,
    warm_up=lambda length, atr_length, _multiple: max(length, atr_length + 1),
)

donchian_upper = Definition(
    name="donchian_upper",
    group=Group.VOLATILITY,
    summary="Highest high of the last bars, this one included: no close stands above it.",
    source=f"{_DONCHIAN} TA-Lib DONCHIAN.",
    unit="USD",
    rule=donchian_upper_update,
    inputs=("high",),
    parameters=(_bars(20),),
    state_size=donchian_upper_state_size,
    warm_up=lambda length: length,
)

donchian_lower = Definition(
    name="donchian_lower",
    group=Group.VOLATILITY,
    summary="Lowest low of the last bars, this one included: no close stands below it.",
    source=f"{_DONCHIAN} TA-Lib DONCHIAN.",
    unit="USD",
    rule=donchian_lower_update,
    inputs=("low",),
    parameters=(_bars(20),),
    state_size=donchian_lower_state_size,
    warm_up=lambda length: length,
)

donchian_prior_upper = Definition(
    name="donchian_prior_upper",
    group=Group.VOLATILITY,
    summary="Highest high of the bars before this one: a close above it is a breakout.",
    source=f"{_DONCHIAN} TA-Lib DONCHIAN of the bar before.",
    unit="USD",
    rule=donchian_prior_upper_update,
    inputs=("high",),
    parameters=(_bars(20),),
    state_size=donchian_prior_upper_state_size,
    warm_up=lambda length: length + 1,
)

donchian_prior_lower = Definition(
    name="donchian_prior_lower",
    group=Group.VOLATILITY,
    summary="Lowest low of the bars before this one: a close below it is a breakout.",
    source=f"{_DONCHIAN} TA-Lib DONCHIAN of the bar before.",
    unit="USD",
    rule=donchian_prior_lower_update,
    inputs=("low",),
    parameters=(_bars(20),),
    state_size=donchian_prior_lower_state_size,
    warm_up=lambda length: length + 1,
)

BAND_DEFINITIONS = (
    bollinger_upper,
    bollinger_lower,
    bollinger_percent_b,
    bollinger_bandwidth,
    keltner_upper,
    keltner_lower,
    donchian_upper,
    donchian_lower,
    donchian_prior_upper,
    donchian_prior_lower,
)
