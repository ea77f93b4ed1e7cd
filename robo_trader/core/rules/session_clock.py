"""Where in its session, week and month a bar ends. None of these rules remembers anything, and none is ever NaN."""

REGULAR_MINUTES = 390.0  # 9:30 to 16:00 in New York


def clock_state_size() -> int:
    """Return 0: nothing is remembered."""
    return 0


def known_update(state: list[float], value: float) -> float:  # noqa: ARG001 - the common face
    """Return what the calendar says, as it is."""
    return value


def minutes_to_close_update(state: list[float], minute: float, session_minutes: float) -> float:  # noqa: ARG001
    """Return the minutes from the end of the bar to the close: 0 for the last bar of the session, and for daily bars.

    minute: from the open to the end of the bar.
    session_minutes: from the open to the close, fewer on a half day.
    """
    return session_minutes - minute


def half_day_update(state: list[float], session_minutes: float) -> float:  # noqa: ARG001 - the common face
    """Return 1 where the session closes early, otherwise 0.

    session_minutes: from the open to the close.
    """
    return 1.0 if session_minutes < REGULAR_MINUTES else 0.0


def week_number(days: int) -> int:
    """Return the number of the week, Monday to Sunday, that a day is in. days: 1 is Monday, 1 January of year 1."""
    return (days - 1) // 7


def is_at_edge(now: int, opens_at: int, closes_at: int, first: int, last: int) -> bool:
    """Return whether `now` lies within the first or the last so many nanoseconds of a session. All in nanoseconds.

    What comes at the close or after it is outside the session, and so are its edges.
    """
    return opens_at <= now < closes_at and (now < opens_at + first or now >= closes_at - last)
