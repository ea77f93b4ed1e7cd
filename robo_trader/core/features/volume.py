"""What was traded, and what that says of the price."""

from robo_trader.core.features.feature import UNTIL_WARM, Definition, Group, Parameter
from robo_trader.core.rules.distribution import zscore_state_size, zscore_update
from robo_trader.core.rules.money_flow import (
    accumulation_distribution_state_size,
    accumulation_distribution_update,
    chaikin_money_flow_state_size,
    chaikin_money_flow_update,
    chaikin_oscillator_state_size,
    chaikin_oscillator_update,
    money_flow_index_state_size,
    money_flow_index_update,
)
from robo_trader.core.rules.traded_volume import (
    dollar_volume_state_size,
    dollar_volume_update,
    relative_volume_state_size,
    relative_volume_update,
)
from robo_trader.core.rules.volume_price import (
    ease_of_movement_state_size,
    ease_of_movement_update,
    force_index_state_size,
    force_index_update,
    on_balance_volume_state_size,
    on_balance_volume_update,
    volume_price_trend_state_size,
    volume_price_trend_update,
    vwap_rolling_state_size,
    vwap_rolling_update,
    vwap_session_state_size,
    vwap_session_update,
)

_LONGEST = 5000
_ACHELIS = 'Steven Achelis (2000), "Technical Analysis from A to Z"'
_VWAP = 'Berkowitz, Logue and Noser (1988), "The Total Cost of Transactions on the NYSE", Journal of Finance 43(1)'
_RANGE_AND_VOLUME = ("high", "low", "close", "volume")


def _bars(name: str, default: int, minimum: int = 1) -> Parameter:
    return Parameter(name=name, default=default, minimum=minimum, maximum=_LONGEST)


on_balance_volume = Definition(
    name="on_balance_volume",
    group=Group.VOLUME,
    summary="All volume so far, added where the close rose, taken away where it fell. Only changes mean something.",
    source='Joseph Granville (1963), "New Key to Stock Market Profits"; TA-Lib OBV.',
    unit="shares",
    rule=on_balance_volume_update,
    inputs=("close", "volume"),
    state_size=on_balance_volume_state_size,
    warm_up=lambda: 1,
)

volume_price_trend = Definition(
    name="volume_price_trend",
    group=Group.VOLUME,
    summary="All volume so far, each bar's times its return. Only changes mean something.",
    source=f"{_ACHELIS}, price and volume trend.",
    unit="shares",
    rule=volume_price_trend_update,
    inputs=("close", "volume"),
    state_size=volume_price_trend_state_size,
    warm_up=lambda: 2,
)

accumulation_distribution = Definition(
    name="accumulation_distribution",
    group=Group.VOLUME,
    summary="All volume so far, weighed by where in its range each bar closed. Only changes mean something.",
    source="Marc Chaikin, after Larry Williams (1972); TA-Lib AD.",
    unit="shares",
    rule=accumulation_distribution_update,
    inputs=_RANGE_AND_VOLUME,
    state_size=accumulation_distribution_state_size,
    warm_up=lambda: 1,
)

money_flow_index = Definition(
    name="money_flow_index",
    group=Group.VOLUME,
    summary="Dollars traded on rises in percent of those on rises and falls. 50 where neither was.",
    source='Quong and Soudack (1989), "Volume-Weighted RSI: Money Flow", Technical Analysis of Stocks & Commodities '
    "7(3); TA-Lib MFI.",
    unit="0 to 100",
    rule=money_flow_index_update,
    inputs=_RANGE_AND_VOLUME,
    parameters=(_bars("length", 14),),
    state_size=money_flow_index_state_size,
    warm_up=lambda length: length + 1,
)

chaikin_money_flow = Definition(
    name="chaikin_money_flow",
    group=Group.VOLUME,
    summary="Part of the volume of the last bars that was accumulated, by where bars closed. 0 if nothing traded.",
    source=f"Marc Chaikin; {_ACHELIS}.",
    unit="-1 to 1",
    rule=chaikin_money_flow_update,
    inputs=_RANGE_AND_VOLUME,
    parameters=(_bars("length", 20),),
    state_size=chaikin_money_flow_state_size,
    warm_up=lambda length: length,
)

chaikin_oscillator = Definition(
    name="chaikin_oscillator",
    group=Group.VOLUME,
    summary="Fast less slow exponential average of the accumulation and distribution line.",
    source=f"Marc Chaikin; {_ACHELIS}; TA-Lib ADOSC.",
    unit="shares",
    rule=chaikin_oscillator_update,
    inputs=_RANGE_AND_VOLUME,
    parameters=(_bars("fast", 3), _bars("slow", 10)),
    ordered=("fast", "slow"),
    state_size=chaikin_oscillator_state_size,
    warm_up=lambda fast, slow: slow,  # noqa: ARG005 - takes all parameters
)

vwap_session = Definition(
    name="vwap_session",
    group=Group.VOLUME,
    summary="Mean typical price of the session so far, weighted by volume.",
    source=f"{_VWAP}; each bar counts at its typical price.",
    unit="USD",
    rule=vwap_session_update,
    inputs=(*_RANGE_AND_VOLUME, "session"),
    state_size=vwap_session_state_size,
    warm_up=lambda: 1,
    undefined="NaN while the session has traded no volume.",
)

vwap_rolling = Definition(
    name="vwap_rolling",
    group=Group.VOLUME,
    summary="Mean typical price of the last `length` bars, weighted by volume.",
    source=f"{_VWAP}; each bar counts at its typical price.",
    unit="USD",
    rule=vwap_rolling_update,
    inputs=_RANGE_AND_VOLUME,
    parameters=(_bars("length", 20),),
    state_size=vwap_rolling_state_size,
    warm_up=lambda length: length,
    undefined=f"{UNTIL_WARM} NaN while the window has traded no volume.",
)

force_index = Definition(
    name="force_index",
    group=Group.VOLUME,
    summary="Exponential average of the change of the close times volume.",
    source='Alexander Elder (1993), "Trading for a Living".',
    unit="USD",
    price_power=0,
    rule=force_index_update,
    inputs=("close", "volume"),
    parameters=(_bars("length", 13),),
    state_size=force_index_state_size,
    warm_up=lambda length: length + 1,
)

ease_of_movement = Definition(
    name="ease_of_movement",
    group=Group.VOLUME,
    summary="Mean of how far bars moved for the volume it took. A bar without volume counts 0.",
    source='Richard Arms (1996), "Trading Without Fear".',
    unit="USD^2 per 100 million shares",
    price_power=3,
    rule=ease_of_movement_update,
    inputs=("high", "low", "volume"),
    parameters=(_bars("length", 14),),
    state_size=ease_of_movement_state_size,
    warm_up=lambda length: length + 1,
)

volume_zscore = Definition(
    name="volume_zscore",
    group=Group.VOLUME,
    summary="Distance of the volume from the mean of the last bars, this one included, in standard deviations.",
    source="Population standard deviation over the window.",
    unit="standard deviations",
    rule=zscore_update,
    inputs=("volume",),
    parameters=(_bars("length", 20, 2),),
    state_size=zscore_state_size,
    warm_up=lambda length: length,
    undefined=f"{UNTIL_WARM} NaN while all volumes of the window are equal.",
)

relative_volume = Definition(
    name="relative_volume",
    group=Group.VOLUME,
    summary="Volume over the mean of the `length` bars before: 1 is usual, 2 is twice as much.",
    source="This bar's volume over the mean of the bars before it.",
    unit="ratio",
    rule=relative_volume_update,
    inputs=("volume",),
    parameters=(_bars("length", 20),),
    state_size=relative_volume_state_size,
    warm_up=lambda length: length + 1,
    undefined=f"{UNTIL_WARM} NaN where the bars before traded nothing.",
)

dollar_volume = Definition(
    name="dollar_volume",
    group=Group.VOLUME,
    summary="Mean dollars traded a bar over the last `length` bars: how liquid the stock is.",
    source='Close times volume, as in Amihud (2002), "Illiquidity and stock returns", Journal of Financial Markets '
    "5(1).",
    unit="USD a bar",
    price_power=0,
    rule=dollar_volume_update,
    inputs=("close", "volume"),
    parameters=(_bars("length", 20),),
    state_size=dollar_volume_state_size,
    warm_up=lambda length: length,
)

DEFINITIONS = (
    on_balance_volume,
    volume_price_trend,
    accumulation_distribution,
    money_flow_index,
    chaikin_money_flow,
    chaikin_oscillator,
    vwap_session,
    vwap_rolling,
    force_index,
    ease_of_movement,
    volume_zscore,
    relative_volume,
    dollar_volume,
)
