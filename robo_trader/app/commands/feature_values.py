"""`robo-trader features compute|analyse`."""

import math
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from robo_trader.app.console import cell, print_json, print_rows
from robo_trader.app.feature_data import Prepared, Window, load_calendar, no_rows, prepare, window_of
from robo_trader.app.feature_selection import parse_features, read_groups
from robo_trader.app.output_files import save_text, whole_file
from robo_trader.app.settings import Settings
from robo_trader.core.domain.errors import DataError, InvalidConfig
from robo_trader.research.analysis.page import render_page
from robo_trader.research.analysis.samples import gather
from robo_trader.research.analysis.study import Study, study
from robo_trader.research.feature_store.lane import ENDED_AT

_SUFFIXES = (".parquet", ".csv")
_HORIZON_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which features, and which of their rows."""

    names: Sequence[str]
    groups: Path | None = None
    start: str | None = None
    end: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class ComputedRow:
    """One line of `features compute`."""

    symbol: str
    feed: str
    bars: int
    computed: int
    were_there: int
    version: int
    note: str


def compute_features(settings: Settings, selection: Selection, *, output: Path | None, as_json: bool) -> None:
    """Compute what is missing, say what that was, and write the values. Raises RoboTraderError if it cannot."""
    if output is not None:
        _check_output(output)
    prepared, window = _prepared(settings, selection)
    frames = _frames(prepared, window)
    if output is not None:
        _write(frames, output)
    if as_json:
        print_json(_summary(prepared, frames, output))
        return
    _warn(prepared)
    print_rows("Features", _computed_rows(prepared), columns=tuple(ComputedRow.__slots__), as_json=False)
    rows = [
        Latest(symbol, name, *_latest(frame, name))
        for symbol, frame in frames.items()
        for name in prepared.features.names
    ]
    print_rows("Latest values", rows, columns=("symbol", "feature", "ended_at", "value"), as_json=False)
    if output is not None:
        sys.stdout.write(f"Written to {output}.\n")


@dataclass(frozen=True, slots=True)
class Latest:
    """The last value of a feature."""

    symbol: str
    feature: str
    ended_at: int
    value: str


def analyse_features(
    settings: Settings, selection: Selection, *, horizons: str, threshold: float, report: Path | None, as_json: bool
) -> None:
    """Study the features, and print or write what was found. Raises RoboTraderError for what it cannot do."""
    ahead = _horizons(horizons)
    if not 0 < threshold <= 1:
        raise InvalidConfig(f"--threshold must be above 0 and at most 1, was {threshold:g}", next_step="0.9 is usual.")
    if report is not None:
        whole_file(report)
    prepared, window = _prepared(settings, selection)
    frames = _frames(prepared, window)
    closes = {symbol: _closes(prepared, symbol, window) for symbol in frames}
    found = study(gather(frames, closes, horizons=ahead, as_of=window.last), threshold=threshold)
    if report is not None:
        save_text(report, render_page(found))
    if as_json:
        print_json({**found.as_dict(), "warnings": _warnings(prepared)})
        return
    _warn(prepared)
    _print_study(found)
    if report is not None:
        sys.stdout.write(f"Report written to {report}.\n")


def _prepared(settings: Settings, selection: Selection) -> tuple[Prepared, Window]:
    features = parse_features(selection.names, read_groups(selection.groups))
    sessions = load_calendar(os.environ)
    window = window_of(sessions, selection.start, selection.end, selection.as_of)
    return prepare(settings, features, sessions, os.environ), window


def _frames(prepared: Prepared, window: Window) -> dict[str, pl.DataFrame]:
    frames = {}
    for computed in prepared.done:
        frame = prepared.store.read(
            prepared.features, computed.symbol, prepared.bar_size, as_of=window.last, version=computed.version
        )
        frame = frame.filter(pl.col(ENDED_AT) >= window.start)
        if frame.is_empty():
            raise no_rows(computed.symbol)
        frames[str(computed.symbol)] = frame
    return frames


def _closes(prepared: Prepared, symbol: str, window: Window) -> pl.DataFrame:
    table = prepared.table
    place = [str(one) for one in table.symbols].index(symbol)
    frame = pl.DataFrame({ENDED_AT: table.ended_at, "close": table.column("close", place)})
    return frame.filter(pl.col("close").is_not_nan() & (pl.col(ENDED_AT) >= window.start))


def _computed_rows(prepared: Prepared) -> list[ComputedRow]:
    return [
        ComputedRow(
            one.symbol, prepared.feeds[one.symbol], one.rows, one.rows_computed, one.rows - one.rows_computed,
            one.version, _note(one.revised_at),
        )
        for one in prepared.done
    ]  # fmt: skip


def _note(revised_at: int | None) -> str:
    if revised_at is None:
        return ""
    return f"the bar of {cell('revised_at', revised_at)} is not what it was: all was computed anew"


def _warnings(prepared: Prepared) -> list[str]:
    found = []
    simulated = sorted(symbol for symbol, feed in prepared.feeds.items() if feed == "synthetic")
    if simulated:
        found.append(f"Prices of {', '.join(simulated)} are simulated: the values say nothing about a market.")
    rejected = prepared.table.rejected
    if rejected:
        faults = ", ".join(f"{count} {fault}" for fault, count in sorted(rejected.items()))
        found.append(f"Faulty bars were left out: {faults}.")
    return found


def _warn(prepared: Prepared) -> None:
    for warning in _warnings(prepared):
        sys.stderr.write(f"robo-trader: {warning}\n")


def _summary(prepared: Prepared, frames: dict[str, pl.DataFrame], output: Path | None) -> dict[str, Any]:
    return {
        "features": list(prepared.features.names),
        "feature_set": prepared.features.content_hash,
        "bar_size": prepared.bar_size.value,
        "feeds": dict(prepared.feeds),
        "bars_rejected": dict(prepared.table.rejected),
        "warnings": _warnings(prepared),
        "symbols": {
            str(one.symbol): {
                "feed": prepared.feeds[one.symbol],
                "version": one.version,
                "bars": one.rows,
                "computed": one.rows_computed,
                "were_there": one.rows - one.rows_computed,
                "revised_at": one.revised_at,
                "rows": len(frames[one.symbol]),
                "latest": {name: _plain(value) for name, value in frames[one.symbol].row(-1, named=True).items()},
            }
            for one in prepared.done
        },
        "output": None if output is None else str(output),
    }


def _latest(frame: pl.DataFrame, name: str) -> tuple[int, str]:
    value = frame[name][-1]
    return frame[ENDED_AT][-1], "-" if math.isnan(value) else f"{value:.6g}"


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value


def _check_output(output: Path) -> None:
    if output.suffix not in _SUFFIXES:
        raise InvalidConfig(f"{output} is neither .parquet nor .csv", next_step="Give the file one of these endings.")
    whole_file(output)


def _write(frames: dict[str, pl.DataFrame], output: Path) -> None:
    table = pl.concat([frame.select(pl.lit(symbol).alias("symbol"), pl.all()) for symbol, frame in frames.items()])
    part = whole_file(output)
    try:
        if output.suffix == ".csv":
            table.write_csv(part)
        else:
            table.write_parquet(part)
        part.replace(output)
    except OSError as error:
        raise DataError(f"{output} cannot be written: {error.strerror}", next_step="Choose another place.") from error


def _horizons(text: str) -> tuple[int, ...]:
    try:
        found = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError as error:
        raise InvalidConfig(f"{text!r} are no horizons", next_step="Write whole bars, e.g. 1,2,5,10,21.") from error
    if not all(0 < horizon <= _HORIZON_MAX for horizon in found):
        raise InvalidConfig(f"A horizon is from 1 to {_HORIZON_MAX} bars, was {text}", next_step="Write e.g. 1,5,21.")
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One line of a study: texts by column."""

    feature: str
    horizon: str = ""
    ic: str = ""
    std: str = ""
    t: str = ""
    observations: str = ""
    autocorrelation: str = ""
    coverage: str = ""
    ic_by_period: str = ""
    alike: str = ""


def _print_study(found: Study) -> None:
    way = "across symbols" if found.across_symbols else "over time, in blocks"
    rows = [
        StudyRow(one.feature, str(one.horizon), _text(one.mean), _text(one.std), _text(one.t), str(one.observations))
        for one in found.information
    ]
    columns = ("feature", "horizon", "ic", "std", "t", "observations")
    print_rows(f"Information coefficient, {way}", rows, columns=columns, as_json=False)
    rows = [
        StudyRow(
            one.feature, autocorrelation=_text(one.autocorrelation), coverage=_coverage_text(found, one.feature),
            ic_by_period=", ".join(f"{period} {_text(value)}" for period, value in one.by_period.items()),
        )
        for one in found.stability
    ]  # fmt: skip
    print_rows(
        "Stability and coverage",
        rows,
        columns=("feature", "autocorrelation", "coverage", "ic_by_period"),
        as_json=False,
    )
    rows = [StudyRow(pair.first, alike=f"{pair.second} {pair.correlation:+.3f}") for pair in found.alike]
    print_rows(f"Alike, from {found.threshold:g}", rows, columns=("feature", "alike"), as_json=False)


def _coverage_text(found: Study, feature: str) -> str:
    shares = found.coverage[feature].values()
    return f"{min(shares):.1%}" if min(shares) == max(shares) else f"{min(shares):.1%} to {max(shares):.1%}"


def _text(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
