"""What the exchange's clock says.

All of it is known before the bar: the calendar of sessions is published years ahead.
"""

from robo_trader.core.features.feature import Definition, Group
from robo_trader.core.rules.session_clock import (
    clock_state_size,
    half_day_update,
    known_update,
    minutes_to_close_update,
)

_ALWAYS = "Never NaN."
_CALENDAR = "Calendar of the exchange's regular sessions."

minute_of_session = Definition(
    name="minute_of_session",
    group=Group.CALENDAR,
    summary="Minutes from the open to the end of the bar.",
    source=_CALENDAR,
    unit="minutes",
    rule=known_update,
    inputs=("minute",),
    state_size=clock_state_size,
    warm_up=lambda: 1,
    undefined=_ALWAYS,
)

minutes_to_close = Definition(
    name="minutes_to_close",
    group=Group.CALENDAR,
    summary="Minutes from the end of the bar to the close, which comes early on a half day; 0 for daily bars.",
    source=_CALENDAR,
    unit="minutes",
    rule=minutes_to_close_update,
    inputs=("minute", "session_minutes"),
    state_size=clock_state_size,
    warm_up=lambda: 1,
    undefined=_ALWAYS,
)

day_of_week = Definition(
    name="day_of_week",
    group=Group.CALENDAR,
    summary="Day of the week of the session, from 0 for Monday to 4 for Friday.",
    source=_CALENDAR,
    unit="days",
    rule=known_update,
    inputs=("weekday",),
    state_size=clock_state_size,
    warm_up=lambda: 1,
    undefined=_ALWAYS,
)

days_to_month_end = Definition(
    name="days_to_month_end",
    group=Group.CALENDAR,
    summary="Calendar days from the session to the last day of its month.",
    source=_CALENDAR,
    unit="days",
    rule=known_update,
    inputs=("days_to_month_end",),
    state_size=clock_state_size,
    warm_up=lambda: 1,
    undefined=_ALWAYS,
)

half_day = Definition(
    name="half_day",
    group=Group.CALENDAR,
    summary="1 where the session closes early, otherwise 0.",
    source=_CALENDAR,
    unit="yes or no",
    rule=half_day_update,
    inputs=("session_minutes",),
    state_size=clock_state_size,
    warm_up=lambda: 1,
    undefined=_ALWAYS,
)

DEFINITIONS = (minute_of_session, minutes_to_close, day_of_week, days_to_month_end, half_day)
