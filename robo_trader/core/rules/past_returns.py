"""Following what has risen and leaving what has fallen: views from past returns and from places among others."""

_NOTHING = 1e-12  # of a return: what rounding can make of a price that has not moved
_EDGE = 1e-9  # of a place from 0 to 1: the last place of a group belongs to it, whatever the last bits say


def direction(change: float) -> float:
    """Return 1 for a gain, -1 for a loss, 0 for what rounding can explain.

    change: a return as a fraction.
    """
    if change > _NOTHING:
        return 1.0
    return -1.0 if change < -_NOTHING else 0.0


def long_or_short(view: float, shorts: float) -> float:
    """Return the view, 0 in place of a short one where `shorts` is 0."""
    return view if view > 0.0 or shorts > 0.0 else 0.0


def agreed_direction(one: float, other: float) -> float:
    """Return the direction of two returns where they agree, otherwise 0."""
    own = direction(one)
    return own if own == direction(other) else 0.0


def ranked_view(place: float, top: float, bottom: float) -> float:
    """Return 1 for the best, -1 for the worst, 0 between.

    place: from 0, the worst, to 1, the best.
    top, bottom: the fractions of places that are bought and sold.
    """
    if place >= 1.0 - top - _EDGE:
        return 1.0
    return -1.0 if place <= bottom + _EDGE else 0.0


def is_new_month(days_to_month_end: float, days_before: float) -> bool:
    """Return whether a month has begun since `days_before`, the days that were left then.

    After a hole of a month or more it may be seen only at the next turn.
    """
    return days_to_month_end > days_before
