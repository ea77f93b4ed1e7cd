"""A study of features as one HTML page that needs nothing but itself: no script, no network."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape

from robo_trader.research.analysis.study import Study

_CELL, _LABEL = 22, 190  # of the heat map, in pixels
_RED, _WHITE, _BLUE = (178, 24, 43), (247, 247, 247), (33, 102, 172)

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1b1b;
  background: #fff; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; } caption { text-align: left; font-weight: 600; }
th, td { padding: 0.2rem 0.7rem; border-bottom: 1px solid #ddd; text-align: right; } th { background: #f4f4f4; }
th:first-child, td:first-child { text-align: left; } .scroll { overflow-x: auto; } svg text { font: 12px sans-serif; }
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
    side = _LABEL + _CELL * len(order)
    marks = []
    for row, first in enumerate(order):
        at = _LABEL + row * _CELL
        name = escape(study.features[first])
        middle = at + _CELL // 2
        marks.append(f'<text x="{_LABEL - 6}" y="{middle + 4}" text-anchor="end">{name}</text>')
        marks.append(f'<text transform="translate({middle + 4} {_LABEL - 6}) rotate(-90)">{name}</text>')
        for column, second in enumerate(order):
            value = float(study.correlation[first, second])
            words = f"{study.features[first]} and {study.features[second]}: {_number(value)}"
            marks.append(
                f'<rect x="{_LABEL + column * _CELL}" y="{at}" width="{_CELL}" height="{_CELL}" fill="{_color(value)}">'
                f"<title>{escape(words)}</title></rect>"
            )
    return (
        f'<svg role="img" aria-label="Rank correlations of the features" width="{side}" height="{side}" '
        f'viewBox="0 0 {side} {side}" xmlns="http://www.w3.org/2000/svg">{"".join(marks)}</svg>'
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
    rows = [
        [
            one.feature,
            str(one.horizon),
            *(_number(value) for value in (one.mean, one.std, one.t)),
            str(one.observations),
        ]
        for one in study.information
    ]
    return _table("IC by horizon", ["feature", "bars ahead", "mean", "std", "t", "observations"], rows)


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


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _day(nanos: int) -> str:
    return datetime.fromtimestamp(nanos / 1e9, UTC).date().isoformat()
