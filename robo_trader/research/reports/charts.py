"""Charts as SVG that stretches to any width; labels are text beside it, so that they keep their size on a phone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robo_trader.research.reports.figures import text
from robo_trader.research.reports.scales import Axis, thinned, time_ticks, value_axis

WIDTH, HEIGHT = 1000, 400  # of the drawing, in its own units

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]
AxisFormat = Callable[[float, float], str]


class Line(NamedTuple):
    """Values, one a slice; NaN where there is none. `kind` is the class that colors it."""

    name: str
    kind: str
    values: Floats


class Bar(NamedTuple):
    """One bar: what stands under it, what stands at its tip, and what is read aloud."""

    label: str
    value: float
    tip: str
    words: str
    is_gain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a chart is shown. `tall` is its height in CSS pixels."""

    words: str  # what it shows, for who cannot see it
    axis_format: AxisFormat
    tall: int = 260
    fill: bool = False  # the area between the first line and `base` (the bottom if None)
    base: float | None = None  # a value that is always in the picture
    room: float = 0.04  # of the range of values, left free above and below
    labels_at_edges: bool = False  # of bars: each begins where its label stands


def line_chart(times: Times, lines: Sequence[Line], look: Look) -> str:
    """Return lines over time; every slice takes the same room, so that nights and weekends take none.

    times: shape (slices,), as long as the values of each line.
    """
    axis = _axis_of([line.values for line in lines], look.base, look.room)
    shown = [(line, thinned(line.values)) for line in lines]
    marks = [_grid(axis, look.base)]
    if look.fill:
        marks.append(_area(*shown[0], axis, look.base))
    marks += [
        f'<path class="line {line.kind}" data-name="{text(line.name)}" d="{_path(line.values, places, axis)}"/>'
        for line, places in reversed(shown)
    ]
    ticks = "".join(
        f'<span style="left:{100 * tick.place:.2f}%">{text(tick.label)}</span>' for tick in time_ticks(times)
    )
    first, places = shown[0]
    moments = times[places[np.isfinite(first.values[places])]].astype("datetime64[s]").astype(np.int64)
    data = f' data-low="{axis.low:.9g}" data-high="{axis.high:.9g}" data-times="{_deltas(moments)}"'
    return _frame(look, axis, "".join(marks), ticks, data)


def bar_chart(bars: Sequence[Bar], look: Look) -> str:
    """Return bars from zero up and down."""
    values = np.array([bar.value for bar in bars])
    axis = _axis_of([values], 0.0, look.room)
    slot = WIDTH / len(bars)
    zero, shift = _y(0.0, axis), 0.0 if look.labels_at_edges else 0.5
    marks = [_grid(axis, 0.0)]
    labels = []
    for place, bar in enumerate(bars):
        top = _y(bar.value, axis)
        marks.append(
            f'<rect class="{"up" if bar.is_gain else "down"}" x="{place * slot + slot * 0.12:.1f}" '
            f'y="{min(top, zero):.1f}" width="{slot * 0.76:.1f}" height="{abs(top - zero):.1f}">'
            f"<title>{text(bar.words)}</title></rect>"
        )
        if bar.label:
            labels.append(f'<span style="left:{100 * (place + shift) / len(bars):.2f}%">{text(bar.label)}</span>')
    tips = "".join(
        f'<span class="tip{" below" if bar.value < 0 else ""}" style="left:{100 * (place + 0.5) / len(bars):.2f}%;'
        f'top:{100 * _y(bar.value, axis) / HEIGHT:.2f}%">{text(bar.tip)}</span>'
        for place, bar in enumerate(bars)
        if bar.tip
    )
    return _frame(look, axis, "".join(marks), "".join(labels), "", tips)


def _axis_of(series: Sequence[Floats], base: float | None, room: float) -> Axis:
    finite = np.concatenate([values[np.isfinite(values)] for values in series])
    ends = [*([] if base is None else [base]), *((finite.min(), finite.max()) if len(finite) else (0.0, 1.0))]
    low, high = float(min(ends)), float(max(ends))
    free = (high - low) * room
    return value_axis(low if low == base else low - free, high if high == base else high + free)


def _y(value: float, axis: Axis) -> float:
    return (axis.high - value) / (axis.high - axis.low) * HEIGHT


def _path(values: Floats, places: NDArray[np.int64], axis: Axis) -> str:
    """Return the line through these places; NaN lifts the pen."""
    across = places * (WIDTH / max(1, len(values) - 1))
    down = _y(values[places], axis)  # type: ignore[arg-type]
    words: list[str] = []
    pen = "M"
    for x, y in zip(across.tolist(), down.tolist(), strict=True):  # type: ignore[attr-defined]
        if y != y:  # noqa: PLR0124 - NaN
            pen = "M"
            continue
        words.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    return "".join(words)


def _area(line: Line, places: NDArray[np.int64], axis: Axis, base: float | None) -> str:
    sound = places[np.isfinite(line.values[places])]
    if not len(sound):
        return ""
    floor = HEIGHT if base is None else _y(base, axis)
    first, last = (place * WIDTH / max(1, len(line.values) - 1) for place in (int(sound[0]), int(sound[-1])))
    along = f"L{last:.1f} {floor:.1f}L{first:.1f} {floor:.1f}Z"
    return f'<path class="area {line.kind}" d="{_path(line.values, sound, axis)}{along}"/>'


def _grid(axis: Axis, base: float | None) -> str:
    lines = "".join(f"M0 {_y(tick, axis):.1f}H{WIDTH}" for tick in axis.ticks)
    zero = "" if base is None else f'<path class="zero" d="M0 {_y(base, axis):.1f}H{WIDTH}"/>'
    return f'<path class="grid" d="{lines}"/>{zero}'


def _deltas(moments: NDArray[np.int64]) -> str:
    """Return seconds since 1970 in base 36, each as its distance from the one before: short, and read by the page."""
    steps = np.diff(moments, prepend=0)
    return " ".join(np.base_repr(step, 36).lower() for step in steps.tolist())


def _frame(look: Look, axis: Axis, marks: str, ticks: str, data: str, over: str = "") -> str:
    values = "".join(
        f'<span style="top:{100 * _y(tick, axis) / HEIGHT:.2f}%">{text(look.axis_format(tick, axis.step))}</span>'
        for tick in axis.ticks
    )
    return (
        f'<div class="chart" style="--tall:{look.tall}px"{data}><div class="values" aria-hidden="true">{values}</div>'
        f'<div class="drawing"><svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{text(look.words)}">{marks}</svg>{over}</div>'
        f'<div class="dates" aria-hidden="true">{ticks}</div></div>'
    )
