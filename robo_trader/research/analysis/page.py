"""A study of features as one HTML page that needs nothing but itself: no script, no network."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape

from robo_trader.research.analysis.study import Study

_CELL_MIN, _CELL_MAX, _MAP_WIDTH = 22, 64, 900  # of the heat map, in pixels
_NUMBERS_FROM = 40  # a cell at least so wide shows its correlation
_LETTER = 7  # width of one in a label
_RED, _WHITE, _BLUE = (178, 24, 43), (247, 247, 247), (33, 102, 172)

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1b1b;
  background: #fff; color-scheme: light dark; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; } caption { text-align: left; font-weight: 600; }
th, td { padding: 0.2rem 0.7rem; border-bottom: 1px solid #ddd; text-align: right; } th { background: #f4f4f4; }
th:first-child, td:first-child { text-align: left; } .scroll { overflow-x: auto; } svg text { font: 12px sans-serif;
  fill: currentColor; } svg text.on { fill: #111; text-anchor: middle; } svg text.on.dark { fill: #fff; }
@media (prefers-color-scheme: dark) { body { background: #14171c; color: #e6e6e6; } th { background: #232830; }
  th, td { border-color: #3a404a; } }
"""


def render_page(study: Study) -> str:
    """Return the page."""
    title = f"{len(study.features)} features of {len(study.symbols)} symbols"
    way = (
        "across the symbols of each bar; t counts only bars whose returns do not overlap"
        if study.across_symbols
        else "over time within each symbol, by blocks of 63 bars: most bars have fewer than five symbols to compare"
    )
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><title>' + escape(title) + "</title>",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f"<p>Bars from {_day(study.first)} to {_day(study.last)}: {escape(', '.join(study.symbols))}.</p>",
        f"<p>A rank correlation with the returns that follow (IC) is taken {way}.</p>",
        "<p>No return that ends after the last bar is used.</p>",
        "<p>The selection is not corrected for how many features were tried: of many, some look good by chance.</p>",
        "<p>Over time, what wanders as the price does (an average in dollars) has t near -2 in a random walk.</p>",
        "<h2>Correlation</h2>",
        f'<div class="scroll">{heat_map(study)}</div>',
        _alike(study),
        "<h2>Information and its decay</h2>",
        _information(study),
        "<h2>Stability</h2>",
        _stability(study),
        "<h2>Coverage</h2>",
        _coverage(study),
        "</body></html>",
    ]
    return "\n".join(lines) + "\n"


def heat_map(study: Study) -> str:
    """Return the correlations as an SVG picture, alike features next to each other."""
    order = [study.features.index(name) for group in study.clusters for name in group]
    cell = min(_CELL_MAX, max(_CELL_MIN, _MAP_WIDTH // max(1, len(order))))
    label = 14 + _LETTER * max(map(len, study.features))
    side = label + cell * len(order)
    marks = []
    for row, first in enumerate(order):
        at, name = label + row * cell, escape(study.features[first])
        middle = at + cell // 2
        marks.append(f'<text x="{label - 6}" y="{middle + 4}" text-anchor="end">{name}</text>')
        marks.append(f'<text transform="translate({middle + 4} {label - 6}) rotate(-90)">{name}</text>')
        marks.extend(
            _cell(study, first, second, x=label + column * cell, y=at, width=cell)
            for column, second in enumerate(order)
        )
    return (
        f'<svg role="img" aria-label="Rank correlations of the features" width="{side}" height="{side}" '
        f'viewBox="0 0 {side} {side}" xmlns="http://www.w3.org/2000/svg">{"".join(marks)}</svg>'
    )


def _cell(study: Study, first: int, second: int, *, x: int, y: int, width: int) -> str:
    value = float(study.correlation[first, second])
    words = escape(f"{study.features[first]} and {study.features[second]}: {_number(value)}")
    shown = ""
    if width >= _NUMBERS_FROM and not math.isnan(value):
        shade = "on dark" if abs(value) > 0.6 else "on"
        shown = f'<text class="{shade}" x="{x + width // 2}" y="{y + width // 2 + 4}">{value:.2f}</text>'
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{width}" fill="{_color(value)}"><title>{words}</title></rect>'
        f"{shown}"
    )


def _color(value: float) -> str:
    """Return red for -1, white for 0, blue for 1, grey for no value."""
    if math.isnan(value):
        return "#bbbbbb"
    end = _BLUE if value > 0 else _RED
    mixed = (round(white + (far - white) * abs(value)) for white, far in zip(_WHITE, end, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _alike(study: Study) -> str:
    rows = [[pair.first, pair.second, _number(pair.correlation)] for pair in study.alike]
    title = f"Pairs with an absolute correlation of {study.threshold:g} or more"
    return _table(title, ["first", "second", "correlation"], rows)


def _information(study: Study) -> str:
    """One row a feature: mean IC and, in brackets, its t for each horizon, so that the decay is read along the row."""
    horizons = sorted({one.horizon for one in study.information})
    found = {(one.feature, one.horizon): one for one in study.information}
    rows = []
    for name in study.features:
        cells = [found.get((name, horizon)) for horizon in horizons]
        told = ["-" if one is None else f"{_number(one.mean)} ({_number(one.t, 1)})" for one in cells]
        rows.append([name, *told, str(max((one.observations for one in cells if one), default=0))])
    heads = ["feature", *(f"{horizon} bar{'s' if horizon > 1 else ''}" for horizon in horizons), "observations"]
    return _table("Mean IC and its t, by bars ahead", heads, rows)


def _stability(study: Study) -> str:
    periods = sorted({period for one in study.stability for period in one.by_period})
    rows = [
        [
            one.feature,
            _number(one.autocorrelation),
            *(_number(one.by_period.get(period, math.nan)) for period in periods),
        ]
        for one in study.stability
    ]
    return _table("Autocorrelation, and mean IC by period", ["feature", "autocorrelation", *periods], rows)


def _coverage(study: Study) -> str:
    rows = [
        [name, *(f"{by_symbol[symbol]:.1%}" for symbol in study.symbols)] for name, by_symbol in study.coverage.items()
    ]
    return _table("Bars with a value", ["feature", *study.symbols], rows)


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    empty = f'<tr><td colspan="{len(heads)}">none</td></tr>'
    return (
        f'<div class="scroll"><table><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body or empty}</tbody></table></div>"
    )


def _number(value: float, digits: int = 3) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _day(nanos: int) -> str:
    return datetime.fromtimestamp(nanos / 1e9, UTC).date().isoformat()
