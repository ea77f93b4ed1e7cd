"""Charts draw what they are given: in the right place, with gaps where there is nothing.

The drawing is 1,000 wide and 400 high, 0 at the top.
"""

import math
import re

import numpy as np

from robo_trader.research.reports.charts import Bar, Line, Look, bar_chart, line_chart
from robo_trader.research.reports.figures import axis_number

TIMES = np.datetime64("2024-03-04T21:00", "ns") + np.arange(5) * np.timedelta64(86_400, "s")


def look(*, fill: bool = False, base: float | None = None, room: float = 0.0) -> Look:
    return Look(words="A line", axis_format=axis_number, fill=fill, base=base, room=room)


def drawn(html: str, kind: str) -> str:
    found = re.search(rf'class="{kind}"[^>]* d="([^"]*)"', html)
    return found.group(1) if found else ""


def test_a_line_goes_from_corner_to_corner_and_lifts_the_pen_over_a_gap() -> None:
    values = np.array([0.0, 1.0, math.nan, 3.0, 4.0])
    html = line_chart(TIMES, [Line("One", "main", values)], look())
    assert drawn(html, "line main") == "M0.0 400.0L250.0 300.0M750.0 100.0L1000.0 0.0"


def test_the_area_reaches_down_to_the_base_and_begins_with_the_first_value() -> None:
    values = np.array([math.nan, 4.0, 2.0, 2.0, 2.0])
    html = line_chart(TIMES, [Line("One", "main", values)], look(fill=True, base=0.0))
    assert drawn(html, "area main") == "M250.0 0.0L500.0 200.0L750.0 200.0L1000.0 200.0L1000.0 400.0L250.0 400.0Z"


def test_a_line_without_a_value_draws_nothing() -> None:
    html = line_chart(TIMES, [Line("One", "main", np.full(5, math.nan))], look(fill=True))
    assert drawn(html, "line main") == drawn(html, "area main") == "" and "nan" not in html


def test_the_first_line_lies_on_top_and_lends_its_times() -> None:
    """Times are seconds since 1970 in base 36, each as the distance from the one before: a day is 1uo0."""
    lines = [Line("One", "main", np.arange(5.0)), Line("Two", "other", np.arange(5.0))]
    html = line_chart(TIMES, lines, look())
    assert html.index('class="line other"') < html.index('class="line main"')
    first, *days = re.findall(r'data-times="([^"]*)"', html)[0].split(" ")
    assert int(first, 36) == 1_709_586_000 and days == ["1uo0"] * 4


def test_there_is_a_time_for_each_point_that_is_drawn_and_no_other() -> None:
    values = np.array([math.nan, 1.0, math.nan, 3.0, 4.0])
    html = line_chart(TIMES, [Line("One", "main", values)], look())
    times = re.findall(r'data-times="([^"]*)"', html)[0].split(" ")
    assert len(times) == len(re.findall("[ML]", drawn(html, "line main"))) == 3


def test_bars_stand_on_zero_and_hang_from_it() -> None:
    bars = [Bar("up", 1.0, "", "one up", is_gain=True), Bar("down", -1.0, "-1", "one down", is_gain=False)]
    html = bar_chart(bars, look())
    assert '<rect class="up" x="60.0" y="0.0" width="380.0" height="200.0"><title>one up' in html
    assert '<rect class="down" x="560.0" y="200.0" width="380.0" height="200.0"><title>one down' in html
    assert '<span class="tip below" style="left:75.00%;top:100.00%">-1<' in html


def test_words_for_a_chart_are_escaped() -> None:
    html = line_chart(TIMES, [Line('"<One', "main", np.arange(5.0))], look())
    assert 'data-name="&quot;&lt;One"' in html
