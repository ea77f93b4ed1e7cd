"""How far the price moves, whichever way."""

from robo_trader.core.features.feature import UNTIL_WARM, Definition, Group, Parameter
from robo_trader.core.features.volatility_bands import BAND_DEFINITIONS
from robo_trader.core.rules.bands import standard_deviation_state_size, standard_deviation_update
from robo_trader.core.rules.range_estimators import (
    garman_klass_state_size,
    garman_klass_update,
    parkinson_state_size,
    parkinson_update,
    rogers_satchell_state_size,
    rogers_satchell_update,
    yang_zhang_state_size,
    yang_zhang_update,
)
from robo_trader.core.rules.volatility import (
    atr_state_size,
    atr_update,
    chaikin_volatility_state_size,
    chaikin_volatility_update,
    natr_state_size,
    natr_update,
    true_range_state_size,
    true_range_update,
    ulcer_index_state_size,
    ulcer_index_update,
)

_LONGEST = 5000
_WHOLE_BAR = ("open", "high", "low", "close")
_RANGE_AND_CLOSE = ("high", "low", "close")
_WILDER = 'J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter III;'


def _bars(default: int, minimum: int = 1, name: str = "length") -> Parameter:
    return Parameter(name=name, default=default, minimum=minimum, maximum=_LONGEST)


true_range = Definition(
    name="true_range",
    group=Group.VOLATILITY,
    summary="Wilder's true range of the bar: its range, stretched to the close before.",
    source=f"{_WILDER} TA-Lib TRANGE.",
    unit="USD",
    rule=true_range_update,
    inputs=_RANGE_AND_CLOSE,
    state_size=true_range_state_size,
    warm_up=lambda: 2,
)

atr = Definition(
    name="atr",
    group=Group.VOLATILITY,
    summary="Wilder's average true range.",
    source=f"{_WILDER} TA-Lib ATR.",
    unit="USD",
    rule=atr_update,
    inputs=_RANGE_AND_CLOSE,
    parameters=(_bars(14),),
    state_size=atr_state_size,
    warm_up=lambda length: length + 1,
)

natr = Definition(
    name="natr",
    group=Group.VOLATILITY,
    summary="Wilder's average true range as a part of the close.",
    source=(
        'John Forman (2006), "Cross-market evaluations with normalized average true range", Technical Analysis of '
        "Stocks & Commodities 24(5); TA-Lib NATR."
    ),
    unit="percent",
    rule=natr_update,
    inputs=_RANGE_AND_CLOSE,
    parameters=(_bars(14),),
    state_size=natr_state_size,
    warm_up=lambda length: length + 1,
)

standard_deviation = Definition(
    name="standard_deviation",
    group=Group.VOLATILITY,
    summary="Population standard deviation of the closes.",
    source="Root of the mean squared distance from the mean; TA-Lib STDDEV.",
    unit="USD",
    rule=standard_deviation_update,
    inputs=("close",),
    parameters=(_bars(20, 2),),
    state_size=standard_deviation_state_size,
    warm_up=lambda length: length,
)

parkinson = Definition(
    name="parkinson",
    group=Group.VOLATILITY,
    summary="Standard deviation of a bar's log return by Parkinson, from highs and lows; not annualized.",
    source=(
        'Michael Parkinson (1980), "The extreme value method for estimating the variance of the rate of return", '
        "Journal of Business 53(1)."
    ),
    unit="fraction a bar",
    rule=parkinson_update,
    inputs=("high", "low"),
    parameters=(_bars(20),),
    state_size=parkinson_state_size,
    warm_up=lambda length: length,
)

garman_klass = Definition(
    name="garman_klass",
    group=Group.VOLATILITY,
    summary="Standard deviation of a bar's log return by Garman and Klass, from whole bars; not annualized.",
    source=(
        'Mark Garman and Michael Klass (1980), "On the estimation of security price volatilities from historical '
        'data", Journal of Business 53(1).'
    ),
    unit="fraction a bar",
    rule=garman_klass_update,
    inputs=_WHOLE_BAR,
    parameters=(_bars(20),),
    state_size=garman_klass_state_size,
    warm_up=lambda length: length,
)

rogers_satchell = Definition(
    name="rogers_satchell",
    group=Group.VOLATILITY,
    summary="Standard deviation of a bar's log return by Rogers and Satchell, whatever the drift; not annualized.",
    source=(
        'L. C. G. Rogers and S. E. Satchell (1991), "Estimating variance from high, low and closing prices", Annals '
        "of Applied Probability 1(4)."
    ),
    unit="fraction a bar",
    rule=rogers_satchell_update,
    inputs=_WHOLE_BAR,
    parameters=(_bars(20),),
    state_size=rogers_satchell_state_size,
    warm_up=lambda length: length,
)

yang_zhang = Definition(
    name="yang_zhang",
    group=Group.VOLATILITY,
    summary="Standard deviation of a bar's log return by Yang and Zhang, gaps included; not annualized.",
    source=(
        'Dennis Yang and Qiang Zhang (2000), "Drift-independent volatility estimation based on high, low, open, and '
        'close prices", Journal of Business 73(3).'
    ),
    unit="fraction a bar",
    rule=yang_zhang_update,
    inputs=_WHOLE_BAR,
    parameters=(_bars(20, 2),),
    state_size=yang_zhang_state_size,
    warm_up=lambda length: length + 1,
)

ulcer_index = Definition(
    name="ulcer_index",
    group=Group.VOLATILITY,
    summary="Root mean square of the closes' falls from the highest close before them.",
    source='Peter Martin and Byron McCann (1989), "The Investor\'s Guide to Fidelity Funds".',
    unit="percent",
    rule=ulcer_index_update,
    inputs=("close",),
    parameters=(_bars(14),),
    state_size=ulcer_index_state_size,
    warm_up=lambda length: 2 * length - 1,
)

chaikin_volatility = Definition(
    name="chaikin_volatility",
    group=Group.VOLATILITY,
    summary="Change of the average range over some bars.",
    source='Marc Chaikin, in Steven Achelis (2000), "Technical Analysis from A to Z"; TA-Lib CVI.',
    unit="percent",
    rule=chaikin_volatility_update,
    inputs=("high", "low"),
    parameters=(_bars(10), _bars(10, name="change")),
    state_size=chaikin_volatility_state_size,
    warm_up=lambda length, change: length + change,
    undefined=f"{UNTIL_WARM} NaN also where the average range was 0.",
)

DEFINITIONS = (
    true_range,
    atr,
    natr,
    standard_deviation,
    parkinson,
    garman_klass,
    rogers_satchell,
    yang_zhang,
    ulcer_index,
    chaikin_volatility,
    *BAND_DEFINITIONS,
)
