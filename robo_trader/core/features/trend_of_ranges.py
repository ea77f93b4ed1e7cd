"""Where the price is going, read off highs and lows.

Of Ichimoku's five lines four are here, each as it is known at its bar. The fifth (chikou, the close drawn 26 bars
back) would tell the past what comes after it: it looks ahead, and is no feature.
"""

from robo_trader.core.features.feature import Definition, Group, Parameter
from robo_trader.core.rules.directional_movement import (
    adx_state_size,
    adx_update,
    minus_di_state_size,
    minus_di_update,
    plus_di_state_size,
    plus_di_update,
    vortex_minus_state_size,
    vortex_minus_update,
    vortex_plus_state_size,
    vortex_plus_update,
)
from robo_trader.core.rules.price_extremes import (
    aroon_down_state_size,
    aroon_down_update,
    aroon_oscillator_state_size,
    aroon_oscillator_update,
    aroon_up_state_size,
    aroon_up_update,
    ichimoku_span_a_state_size,
    ichimoku_span_a_update,
    midpoint_state_size,
    midpoint_update,
)
from robo_trader.core.rules.trailing_stops import (
    parabolic_sar_state_size,
    parabolic_sar_update,
    supertrend_direction_state_size,
    supertrend_direction_update,
    supertrend_state_size,
    supertrend_update,
)

_LONGEST = 5000
_RANGE = ("high", "low")
_RANGE_AND_CLOSE = ("high", "low", "close")
_WILDER = 'J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter'
_CHANDE = 'Tushar Chande (1995), "A time price oscillator", Technical Analysis of Stocks & Commodities 13(9);'
_HOSODA = 'Goichi Hosoda (1969), "Ichimoku Kinko Hyo".'
_VORTEX = (
    'Etienne Botes and Douglas Siepman (2010), "The vortex indicator", Technical Analysis of Stocks & Commodities '
    "28(1);"
)
_SUPERTREND = "Attributed to Olivier Seban; TA-Lib SUPERTREND."


def _bars(default: int, minimum: int = 1, name: str = "length") -> Parameter:
    return Parameter(name=name, default=default, minimum=minimum, maximum=_LONGEST)


adx = Definition(
    name="adx",
    group=Group.TREND,
    summary="Wilder's average directional index: how strong a trend is, whichever way, from 0 to 100.",
    source=f"{_WILDER} IV; TA-Lib ADX.",
    unit="points",
    rule=adx_update,
    inputs=_RANGE_AND_CLOSE,
    parameters=(_bars(14, 2),),
    state_size=adx_state_size,
    warm_up=lambda length: 2 * length,
)

plus_di = Definition(
    name="plus_di",
    group=Group.TREND,
    summary="Wilder's upward movement as a part of true range; 0 where nothing has moved.",
    source=f"{_WILDER} IV; TA-Lib PLUS_DI.",
    unit="percent",
    rule=plus_di_update,
    inputs=_RANGE_AND_CLOSE,
    parameters=(_bars(14, 2),),
    state_size=plus_di_state_size,
    warm_up=lambda length: length + 1,
)

minus_di = Definition(
    name="minus_di",
    group=Group.TREND,
    summary="Wilder's downward movement as a part of true range; 0 where nothing has moved.",
    source=f"{_WILDER} IV; TA-Lib MINUS_DI.",
    unit="percent",
    rule=minus_di_update,
    inputs=_RANGE_AND_CLOSE,
    parameters=(_bars(14, 2),),
    state_size=minus_di_state_size,
    warm_up=lambda length: length + 1,
)

vortex_plus = Definition(
    name="vortex_plus",
    group=Group.TREND,
    summary="Distance of highs from the low before, over true range; 0 where nothing has moved.",
    source=f"{_VORTEX} TA-Lib VORTEX.",
    unit="ratio",
    rule=vortex_plus_update,
    inputs=_RANGE_AND_CLOSE,
    parameters=(_bars(14),),
    state_size=vortex_plus_state_size,
    warm_up=lambda length: length + 1,
)

vortex_minus = Definition(
    name="vortex_minus",
    group=Group.TREND,
    summary="Distance of lows from the high before, over true range; 0 where nothing has moved.",
    source=f"{_VORTEX} TA-Lib VORTEX.",
    unit="ratio",
    rule=vortex_minus_update,
    inputs=_RANGE_AND_CLOSE,
    parameters=(_bars(14),),
    state_size=vortex_minus_state_size,
    warm_up=lambda length: length + 1,
)

aroon_up = Definition(
    name="aroon_up",
    group=Group.TREND,
    summary="How fresh the highest high is: 100 in this bar, 0 if `length` bars ago.",
    source=f"{_CHANDE} TA-Lib AROON.",
    unit="points",
    rule=aroon_up_update,
    inputs=("high",),
    parameters=(_bars(14),),
    state_size=aroon_up_state_size,
    warm_up=lambda length: length + 1,
)

aroon_down = Definition(
    name="aroon_down",
    group=Group.TREND,
    summary="How fresh the lowest low is: 100 in this bar, 0 if `length` bars ago.",
    source=f"{_CHANDE} TA-Lib AROON.",
    unit="points",
    rule=aroon_down_update,
    inputs=("low",),
    parameters=(_bars(14),),
    state_size=aroon_down_state_size,
    warm_up=lambda length: length + 1,
)

aroon_oscillator = Definition(
    name="aroon_oscillator",
    group=Group.TREND,
    summary="Aroon up less Aroon down, from -100 to 100.",
    source=f"{_CHANDE} TA-Lib AROONOSC.",
    unit="points",
    rule=aroon_oscillator_update,
    inputs=_RANGE,
    parameters=(_bars(14),),
    state_size=aroon_oscillator_state_size,
    warm_up=lambda length: length + 1,
)

ichimoku_conversion = Definition(
    name="ichimoku_conversion",
    group=Group.TREND,
    summary="Ichimoku's conversion line (tenkan): the middle between highest high and lowest low.",
    source=f"{_HOSODA} TA-Lib MIDPRICE.",
    unit="USD",
    rule=midpoint_update,
    inputs=_RANGE,
    parameters=(_bars(9),),
    state_size=midpoint_state_size,
    warm_up=lambda length: length,
)

ichimoku_base = Definition(
    name="ichimoku_base",
    group=Group.TREND,
    summary="Ichimoku's base line (kijun): the middle between highest high and lowest low.",
    source=f"{_HOSODA} TA-Lib MIDPRICE.",
    unit="USD",
    rule=midpoint_update,
    inputs=_RANGE,
    parameters=(_bars(26),),
    state_size=midpoint_state_size,
    warm_up=lambda length: length,
)

ichimoku_span_a = Definition(
    name="ichimoku_span_a",
    group=Group.TREND,
    summary="Ichimoku's span A (senkou A) as known at this bar, which charts draw further right.",
    source=_HOSODA,
    unit="USD",
    rule=ichimoku_span_a_update,
    inputs=_RANGE,
    parameters=(_bars(9, name="conversion_length"), _bars(26, 2, name="base_length")),
    state_size=ichimoku_span_a_state_size,
    warm_up=lambda _conversion_length, base_length: base_length,
    ordered=("conversion_length", "base_length"),
)

ichimoku_span_b = Definition(
    name="ichimoku_span_b",
    group=Group.TREND,
    summary="Ichimoku's span B (senkou B) as known at this bar, which charts draw further right.",
    source=f"{_HOSODA} TA-Lib MIDPRICE.",
    unit="USD",
    rule=midpoint_update,
    inputs=_RANGE,
    parameters=(_bars(52),),
    state_size=midpoint_state_size,
    warm_up=lambda length: length,
)

parabolic_sar = Definition(
    name="parabolic_sar",
    group=Group.TREND,
    summary="Wilder's parabolic stop: below the price in a long trade, above it in a short one.",
    source=f"{_WILDER} II; TA-Lib SAR.",
    unit="USD",
    rule=parabolic_sar_update,
    inputs=_RANGE,
    parameters=(
        Parameter(name="acceleration", default=0.02, minimum=0.0001, maximum=1.0, unit="fraction"),
        Parameter(name="maximum", default=0.2, minimum=0.0001, maximum=1.0, unit="fraction"),
    ),
    state_size=parabolic_sar_state_size,
    warm_up=lambda _acceleration, _maximum: 2,
)

supertrend = Definition(
    name="supertrend",
    group=Group.TREND,
    summary="The band, some average true ranges from the price, that follows the trend.",
    source=_SUPERTREND,
    unit="USD",
    rule=supertrend_update,
    inputs=_RANGE_AND_CLOSE,
    parameters=(
        _bars(10),
        Parameter(name="multiple", default=3.0, minimum=0.01, maximum=100.0, unit="average true ranges"),
    ),
    state_size=supertrend_state_size,
    warm_up=lambda length, _multiple: length + 1,
)

supertrend_direction = Definition(
    name="supertrend_direction",
    group=Group.TREND,
    summary="1 while the SuperTrend is up, -1 while it is down; taken to be up until the first crossing.",
    source=_SUPERTREND,
    unit="1 or -1",
    rule=supertrend_direction_update,
    inputs=_RANGE_AND_CLOSE,
    parameters=supertrend.parameters,
    state_size=supertrend_direction_state_size,
    warm_up=lambda length, _multiple: length + 1,
)

RANGE_TREND_DEFINITIONS = (
    adx,
    plus_di,
    minus_di,
    vortex_plus,
    vortex_minus,
    aroon_up,
    aroon_down,
    aroon_oscillator,
    ichimoku_conversion,
    ichimoku_base,
    ichimoku_span_a,
    ichimoku_span_b,
    parabolic_sar,
    supertrend,
    supertrend_direction,
)
