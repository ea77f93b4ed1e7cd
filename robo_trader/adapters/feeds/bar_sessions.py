"""Fits the rows of a file into the exchange's sessions: regular hours only, in order, cut at the close."""

from dataclasses import dataclass

import polars as pl

from robo_trader.adapters.feeds.bar_tables import INDEX
from robo_trader.adapters.feeds.bar_times import DATE, STARTED
from robo_trader.adapters.feeds.file_places import BarRows
from robo_trader.adapters.feeds.notices import NoticeKind
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable

ENDED = "ended_at"
_OPENS, _CLOSES = "opens_at", "closes_at"
_ALWAYS = (-(2**63), 2**63 - 1)
_STEP_SHARE_MIN = 0.1  # a file of another bar size has next to no step of this one; a thinly traded stock has many


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows that something happened to: how many, and where the first of them stands."""

    kind: NoticeKind
    rows: int
    first: str


@dataclass(frozen=True, slots=True)
class FittedBars:
    """The bars of a file in order of time, ties in the file's order, and what was done to get there."""

    table: pl.DataFrame  # STARTED, ENDED and the numbers
    findings: tuple[Finding, ...]


def to_frame(sessions: SessionTable) -> pl.DataFrame:
    """Return all sessions as a frame that rows can be joined with."""
    rows = [(session.date, session.opens_at, session.closes_at) for session in sessions.between(*_ALWAYS)]
    schema = {DATE: pl.String, _OPENS: pl.Int64, _CLOSES: pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").set_sorted(_OPENS)


def fit_daily(file: BarRows, table: pl.DataFrame, sessions: pl.DataFrame) -> FittedBars:
    """Give each row the session of its column `DATE`. Raises DataError if no row has one."""
    table, without_time = _drop(file, table, pl.col(DATE).is_null(), NoticeKind.NO_TIME)
    table, reordered = _sort(file, table, DATE)
    table = table.join(sessions, on=DATE, how="left", maintain_order="left")
    table, left_out = _drop(file, table, pl.col(_OPENS).is_null(), NoticeKind.NO_SESSION)
    fitted = table.rename({_OPENS: STARTED, _CLOSES: ENDED})
    return FittedBars(_not_empty(file, fitted), (*without_time, *reordered, *left_out))


def fit_intraday(file: BarRows, table: pl.DataFrame, sessions: pl.DataFrame, size: BarSize) -> FittedBars:
    """Give each row the session in which it starts, and an end that is not after its close.

    Raises DataError if no row starts in a session, or if the bars are of another size.
    """
    placed = _place(file, table, sessions, NoticeKind.OUTSIDE_HOURS)
    _check_steps(file, _not_empty(file, placed.table), size)
    ended = pl.min_horizontal(pl.col(STARTED) + size.nanos, pl.col(_CLOSES)).alias(ENDED)
    return FittedBars(placed.table.with_columns(ended), placed.findings)


def fit_records(file: BarRows, table: pl.DataFrame, sessions: pl.DataFrame) -> FittedBars:
    """Give each quote or print, which stands at its `STARTED`, the session it lies in: [open, close).

    Returns them with the columns of `to_frame` added. Raises DataError if none lies in a session.
    """
    placed = _place(file, table, sessions, NoticeKind.OUTSIDE_SESSION)
    if placed.table.is_empty():
        raise file.fault(
            "none of its rows lies in a regular session", "Check that its times are in UTC, or data.time_zone."
        )
    return placed


def _place(file: BarRows, table: pl.DataFrame, sessions: pl.DataFrame, outside: NoticeKind) -> FittedBars:
    """Put rows in order of `STARTED`, and leave out those that lie in no session."""
    table, without_time = _drop(file, table, pl.col(STARTED).is_null(), NoticeKind.NO_TIME)
    table, reordered = _sort(file, table, STARTED)
    table = table.join_asof(sessions, left_on=STARTED, right_on=_OPENS, strategy="backward")
    inside = (pl.col(STARTED) < pl.col(_CLOSES)).fill_null(value=False)
    table, left_out = _drop(file, table, ~inside, outside)
    return FittedBars(table, (*without_time, *reordered, *left_out))


def _drop(
    file: BarRows, table: pl.DataFrame, unwanted: pl.Expr, kind: NoticeKind
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    dropped = table.filter(unwanted)
    return table.filter(~unwanted), _find(file, dropped, kind)


def _sort(file: BarRows, table: pl.DataFrame, key: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Sort stably; late is a row that comes after a row of a later time."""
    if table[key].is_sorted():
        return table, ()
    latest = pl.col(key).rank("dense").cum_max()
    late = table.filter(pl.col(key).rank("dense") < latest)
    return table.sort(key, maintain_order=True), _find(file, late, NoticeKind.REORDERED)


def _find(file: BarRows, rows: pl.DataFrame, kind: NoticeKind) -> tuple[Finding, ...]:
    if rows.is_empty():
        return ()
    return (Finding(kind, rows.height, file.place(rows[INDEX][0])),)


def _not_empty(file: BarRows, table: pl.DataFrame) -> pl.DataFrame:
    if table.is_empty():
        raise file.fault(
            "none of its bars lies in a regular session",
            "Check that its times are UTC starts of bars, and that the calendar covers them.",
        )
    return table


def _check_steps(file: BarRows, table: pl.DataFrame, size: BarSize) -> None:
    """Refuse bars of another size: they would overlap, or claim to know an hour after its first minute."""
    again = pl.col(STARTED) == pl.col(STARTED).shift(1)  # the rows are in order of time
    starts = table.select(STARTED, _OPENS).filter(~again.fill_null(value=False))
    within = pl.col(_OPENS) == pl.col(_OPENS).shift(1)
    steps = starts.select(pl.col(STARTED).diff().filter(within)).to_series()
    if (steps == size.nanos).sum() >= _STEP_SHARE_MIN * len(steps):
        return
    usual = steps.mode().sort()[0]
    if usual < size.nanos or usual in {other.nanos for other in BarSize}:  # else there are just few bars
        raise file.fault(
            f'its bars mostly start {usual // NANOS_PER_SECOND} seconds apart, so they are no bars of "{size.value}"',
            "Move the file to the directory of its bar size, as docs/data.md says.",
        )
