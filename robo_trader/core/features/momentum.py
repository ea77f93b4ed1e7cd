"""How fast the price has moved, and how far that has gone."""

from robo_trader.core.features.feature import Definition, Group, Parameter
from robo_trader.core.rules.oscillators import (
    cci_state_size,
    cci_update,
    stochastic_d_state_size,
    stochastic_d_update,
    stochastic_k_state_size,
    stochastic_k_update,
    stochastic_slow_k_state_size,
    stochastic_slow_k_update,
    ultimate_oscillator_state_size,
    ultimate_oscillator_update,
    williams_r_state_size,
    williams_r_update,
)
from robo_trader.core.rules.rate_of_change import (
    bar_return_state_size,
    bar_return_update,
    momentum_state_size,
    momentum_update,
    roc_state_size,
    roc_update,
    skipped_return_state_size,
    skipped_return_update,
)
from robo_trader.core.rules.smoothed_momentum import (
    ppo_state_size,
    ppo_update,
    trix_state_size,
    trix_update,
    true_strength_index_state_size,
    true_strength_index_update,
)
from robo_trader.core.rules.strength_index import (
    cmo_state_size,
    cmo_update,
    rsi_state_size,
    rsi_update,
    stochastic_rsi_state_size,
    stochastic_rsi_update,
)

_LONGEST = 5000
_LANE = 'George Lane (1984), "Lane\'s Stochastics", Technical Analysis of Stocks & Commodities 2(3)'
_RANGE = ("high", "low", "close")


def _bars(name: str, default: int, minimum: int = 1) -> Parameter:
    return Parameter(name=name, default=default, minimum=minimum, maximum=_LONGEST)


bar_return = Definition(
    name="bar_return",
    group=Group.MOMENTUM,
    summary="Simple return of the last bar, close to close.",
    source="Close over the close before, less 1.",
    unit="fraction",
    rule=bar_return_update,
    inputs=("close",),
    state_size=bar_return_state_size,
    warm_up=lambda: 2,
)

roc = Definition(
    name="roc",
    group=Group.MOMENTUM,
    summary="Rate of change: return over the last `length` bars.",
    source="Close over the close of `length` bars ago, less 1, in percent; TA-Lib ROC.",
    unit="percent",
    rule=roc_update,
    inputs=("close",),
    parameters=(_bars("length", 10),),
    state_size=roc_state_size,
    warm_up=lambda length: length + 1,
)

momentum = Definition(
    name="momentum",
    group=Group.MOMENTUM,
    summary="Change of the close over the last `length` bars.",
    source="Close less the close of `length` bars ago; TA-Lib MOM.",
    unit="USD",
    rule=momentum_update,
    inputs=("close",),
    parameters=(_bars("length", 10),),
    state_size=momentum_state_size,
    warm_up=lambda length: length + 1,
)

momentum_12_1 = Definition(
    name="momentum_12_1",
    group=Group.MOMENTUM,
    summary="Return from `lookback` bars ago to `skip` bars ago: of daily bars, a year without its last month.",
    source='Jegadeesh and Titman (1993), "Returns to Buying Winners and Selling Losers", Journal of Finance 48(1); '
    'Asness, Moskowitz and Pedersen (2013), "Value and Momentum Everywhere", Journal of Finance 68(3).',
    unit="fraction",
    rule=skipped_return_update,
    inputs=("close",),
    parameters=(_bars("lookback", 252), _bars("skip", 21, 0)),
    ordered=("skip", "lookback"),
    state_size=skipped_return_state_size,
    warm_up=lambda lookback, skip: lookback + 1,  # noqa: ARG005 - takes all parameters
)

rsi = Definition(
    name="rsi",
    group=Group.MOMENTUM,
    summary="Relative strength index: average gain in percent of average gain and loss. 50 where nothing moved.",
    source='J. Welles Wilder (1978), "New Concepts in Technical Trading Systems", chapter VI; TA-Lib RSI.',
    unit="0 to 100",
    rule=rsi_update,
    inputs=("close",),
    parameters=(_bars("length", 14),),
    state_size=rsi_state_size,
    warm_up=lambda length: length + 1,
)

cmo = Definition(
    name="cmo",
    group=Group.MOMENTUM,
    summary="Chande momentum oscillator: gains less losses in percent of both, averaged as Wilder does.",
    source='Chande and Kroll (1994), "The New Technical Trader"; smoothed as TA-Lib CMO.',
    unit="-100 to 100",
    rule=cmo_update,
    inputs=("close",),
    parameters=(_bars("length", 14),),
    state_size=cmo_state_size,
    warm_up=lambda length: length + 1,
)

stochastic_rsi = Definition(
    name="stochastic_rsi",
    group=Group.MOMENTUM,
    summary="Place of the relative strength index in its range of the last `length` bars. 50 where it did not move.",
    source='Chande and Kroll (1994), "The New Technical Trader"; TA-Lib STOCHRSI, fast K.',
    unit="0 to 100",
    rule=stochastic_rsi_update,
    inputs=("close",),
    parameters=(_bars("rsi_length", 14), _bars("length", 14, 2)),
    state_size=stochastic_rsi_state_size,
    warm_up=lambda rsi_length, length: rsi_length + length,
)

stochastic_k = Definition(
    name="stochastic_k",
    group=Group.MOMENTUM,
    summary="Stochastic, fast %K: place of the close in the range of the last bars. 50 where the range is empty.",
    source=f"{_LANE}; TA-Lib STOCHF.",
    unit="0 to 100",
    rule=stochastic_k_update,
    inputs=_RANGE,
    parameters=(_bars("length", 14),),
    state_size=stochastic_k_state_size,
    warm_up=lambda length: length,
)

stochastic_slow_k = Definition(
    name="stochastic_slow_k",
    group=Group.MOMENTUM,
    summary="Stochastic, slow %K (which is fast %D): mean of the last `smoothing` values of fast %K.",
    source=f"{_LANE}; TA-Lib STOCH with simple averages.",
    unit="0 to 100",
    rule=stochastic_slow_k_update,
    inputs=_RANGE,
    parameters=(_bars("length", 14), _bars("smoothing", 3)),
    state_size=stochastic_slow_k_state_size,
    warm_up=lambda length, smoothing: length + smoothing - 1,
)

stochastic_d = Definition(
    name="stochastic_d",
    group=Group.MOMENTUM,
    summary="Stochastic, slow %D: mean of the last `signal` values of slow %K.",
    source=f"{_LANE}; TA-Lib STOCH with simple averages.",
    unit="0 to 100",
    rule=stochastic_d_update,
    inputs=_RANGE,
    parameters=(_bars("length", 14), _bars("smoothing", 3), _bars("signal", 3)),
    state_size=stochastic_d_state_size,
    warm_up=lambda length, smoothing, signal: length + smoothing + signal - 2,
)

williams_r = Definition(
    name="williams_r",
    group=Group.MOMENTUM,
    summary="Williams %R: how far the close is below the highest high, in percent of the range of the last bars.",
    source='Larry Williams (1973), "How I Made One Million Dollars Last Year Trading Commodities"; TA-Lib WILLR.',
    unit="-100 to 0",
    rule=williams_r_update,
    inputs=_RANGE,
    parameters=(_bars("length", 14),),
    state_size=williams_r_state_size,
    warm_up=lambda length: length,
)

cci = Definition(
    name="cci",
    group=Group.MOMENTUM,
    summary="Commodity channel index: distance of the typical price from its mean, in 0.015 mean deviations.",
    source='Donald Lambert (1980), "Commodity Channel Index", Commodities 9(10); TA-Lib CCI.',
    unit="0.015 mean deviations",
    rule=cci_update,
    inputs=_RANGE,
    parameters=(_bars("length", 20, 2),),
    state_size=cci_state_size,
    warm_up=lambda length: length,
)

ultimate_oscillator = Definition(
    name="ultimate_oscillator",
    group=Group.MOMENTUM,
    summary="Buying pressure in percent of the true range over three lengths, weighed 4, 2 and 1.",
    source='Larry Williams (1985), "The Ultimate Oscillator", Technical Analysis of Stocks & Commodities 3(4); '
    "TA-Lib ULTOSC.",
    unit="0 to 100",
    rule=ultimate_oscillator_update,
    inputs=_RANGE,
    parameters=(_bars("short", 7), _bars("middle", 14), _bars("long", 28)),
    ordered=("short", "middle", "long"),
    state_size=ultimate_oscillator_state_size,
    warm_up=lambda short, middle, long: long + 1,  # noqa: ARG005 - takes all parameters
)

trix = Definition(
    name="trix",
    group=Group.MOMENTUM,
    summary="Change of a triple exponential average of the close from one bar to the next.",
    source='Jack Hutson (1983), "Good TRIX", Technical Analysis of Stocks & Commodities 1(5); TA-Lib TRIX.',
    unit="percent a bar",
    rule=trix_update,
    inputs=("close",),
    parameters=(_bars("length", 15),),
    state_size=trix_state_size,
    warm_up=lambda length: 3 * length - 1,
)

ppo = Definition(
    name="ppo",
    group=Group.MOMENTUM,
    summary="Percentage price oscillator: fast less slow exponential average of the close, in percent of the slow.",
    source='Gerald Appel (2005), "Technical Analysis: Power Tools for Active Investors"; TA-Lib PPO with exponential '
    "averages.",
    unit="percent",
    rule=ppo_update,
    inputs=("close",),
    parameters=(_bars("fast", 12), _bars("slow", 26)),
    ordered=("fast", "slow"),
    state_size=ppo_state_size,
    warm_up=lambda fast, slow: slow,  # noqa: ARG005 - takes all parameters
)

true_strength_index = Definition(
    name="true_strength_index",
    group=Group.MOMENTUM,
    summary="Twice averaged change of the close in percent of the twice averaged size of changes. 0 if nothing moved.",
    source='William Blau (1995), "Momentum, Direction, and Divergence".',
    unit="-100 to 100",
    rule=true_strength_index_update,
    inputs=("close",),
    parameters=(_bars("length", 25), _bars("smoothing", 13)),
    state_size=true_strength_index_state_size,
    warm_up=lambda length, smoothing: length + smoothing,
)

DEFINITIONS = (
    bar_return,
    roc,
    momentum,
    momentum_12_1,
    rsi,
    cmo,
    stochastic_rsi,
    stochastic_k,
    stochastic_slow_k,
    stochastic_d,
    williams_r,
    cci,
    ultimate_oscillator,
    trix,
    ppo,
    true_strength_index,
)
