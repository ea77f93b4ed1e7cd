"""How numbers, times and words stand on the page. What has no value is a dash."""

import math
from datetime import datetime
from html import escape

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"

Value = float | int | None


def text(words: object) -> str:
    """Return words as HTML that shows them and can do nothing else."""
    return escape(str(words), quote=True)


def number(value: Value, digits: int = 2) -> str:
    """Return a number with thousands separated."""
    if value is None or not math.isfinite(value):
        return DASH
    shown = f"{abs(value):,.{digits}f}"
    is_negative = value < 0 and any(digit in shown for digit in "123456789")
    return MINUS + shown if is_negative else shown


def percent(value: Value, digits: int = 2) -> str:
    """Return a fraction as per cent."""
    return DASH if value is None else _with_unit(number(100 * value, digits), "%")


def dollars(value: Value, digits: int = 2) -> str:
    """Return an amount of dollars."""
    shown = number(value, digits)
    if shown == DASH:
        return DASH
    return f"{MINUS}${shown[1:]}" if shown.startswith(MINUS) else f"${shown}"


def short_dollars(value: float, step: float) -> str:
    """Return dollars for an axis whose ticks are `step` apart: $120k, $1.25M."""
    for scale, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= scale and step >= scale / 100:
            return f"{dollars(value / scale, _digits(step / scale))}{letter}"
    return dollars(value, _digits(step))


def axis_percent(value: float, step: float) -> str:
    """Return per cent for an axis whose ticks are `step` apart, both fractions."""
    return percent(value, _digits(100 * step))


def axis_number(value: float, step: float) -> str:
    """Return a number for an axis whose ticks are `step` apart."""
    return number(value, _digits(step))


def signed_class(value: Value) -> str:
    """Return the class that colors a gain or a loss; the sign says it too."""
    if value is None or not math.isfinite(value) or value == 0:
        return ""
    return "up" if value > 0 else "down"


def duration(seconds: Value) -> str:
    """Return a span of time in the largest unit that leaves a number above 1."""
    if seconds is None:
        return DASH
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= size:
            return f"{number(seconds / size, 1)} {unit}"
    return f"{number(seconds, 0)} seconds"


def moment(at: datetime | None, *, is_daily: bool) -> str:
    """Return a time in UTC: its day, and the minute where days are not enough."""
    return DASH if at is None else f"{at:%Y-%m-%d}" if is_daily else f"{at:%Y-%m-%d %H:%M}"


def _with_unit(shown: str, unit: str) -> str:
    return shown if shown == DASH else shown + unit


def _digits(step: float) -> int:
    """Return the decimals that tell ticks apart."""
    digits = max(0, min(6, -math.floor(math.log10(step) + 1e-9)))
    shifted = step * 10.0**digits
    return digits if abs(shifted - round(shifted)) < 1e-6 else digits + 1  # a step of 2.5 needs one more
