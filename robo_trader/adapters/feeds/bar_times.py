"""Reads the times of bars without guessing: UTC nanoseconds from `ts`, session dates from `date`.

A local time without its zone cannot be placed: New York is four or five hours from UTC, and one hour of every
autumn happens twice. It is refused unless the user says which zone the files are written in.
"""

import polars as pl

from robo_trader.adapters.feeds.bar_tables import INDEX
from robo_trader.adapters.feeds.file_places import BarRows, Cells

STARTED = "started_at"  # UTC nanoseconds since 1970, null where the file has no time
DATE = "date"  # session date, ISO, null as above

_ISO_TIME = (
    r"^(?<day>\d{4}-\d{2}-\d{2})[T ](?<minute>\d{2}:\d{2})(?::(?<second>\d{2})(?:[.](?<fraction>\d{1,9}))?)?"
    r" ?(?<zone>Z|[+-]\d{2}:?\d{2})?$"
)
_ISO_DATE = r"^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:[.]0+)?)?)?$"
_EPOCHS = {  # nanoseconds of one unit; bounds keep the units apart: 1973-03-03 to 2096-10-02 in each
    "seconds": 1_000_000_000,
    "milliseconds": 1_000_000,
    "microseconds": 1_000,
    "nanoseconds": 1,
}
_EPOCH_FIRST, _EPOCH_LAST = 100_000_000, 4_000_000_000  # seconds since 1970
_MINUTE_NANOS = 60 * 1_000_000_000
_WHOLE_NUMBER = r"^\d{1,30}$"
_WRITE_UTC = "Write times in UTC, such as 2012-11-23T14:30:00Z"
_WRITE_DATES = "Write session dates such as 2012-11-23"
_ZONE_NEXT_STEP = f"{_WRITE_UTC}, or set data.time_zone to the zone the files are written in."


def read_starts(file: BarRows, table: pl.DataFrame, naive_zone: str | None) -> pl.Series:
    """Return the starts of the bars, from the column `ts`, as `STARTED`.

    naive_zone: the zone, e.g. "America/New_York", of times written without one; None refuses them.

    Raises DataError at the first time that cannot be read, has no zone, does not exist in its zone or exists
    there twice, and at the first epoch number in another unit than the first one.
    """
    cells = Cells(file, table[INDEX], _without_blanks(table["ts"]))
    kind = cells.values.dtype
    if kind.is_integer() or (kind == pl.String and cells.values.str.contains(_WHOLE_NUMBER).all()):
        return _from_epochs(cells).alias(STARTED)
    if kind == pl.String:
        return _from_text(cells, naive_zone).alias(STARTED)
    if isinstance(kind, pl.Datetime):
        return _from_moments(cells, naive_zone).alias(STARTED)
    raise cells.fault(f"holds {kind}, not times", f"{_WRITE_UTC}.")


def read_dates(file: BarRows, table: pl.DataFrame) -> pl.Series:
    """Return the session dates, from the column `date`, as `DATE`; a midnight without a zone is its day.

    Raises DataError at the first cell that is no date, or if the column holds moments of a zone.
    """
    cells = Cells(file, table[INDEX], _without_blanks(table["date"]))
    texts, kind = cells.values, cells.values.dtype
    if kind == pl.Date or (isinstance(kind, pl.Datetime) and kind.time_zone is None):
        texts = texts.dt.to_string("iso")
    elif kind != pl.String:
        raise cells.fault(f"holds {kind}, not dates", f"{_WRITE_DATES}.")
    dates = texts.str.extract(_ISO_DATE)
    cells.refuse(texts.is_not_null() & dates.is_null(), "is no date", f"{_WRITE_DATES}.")
    return dates.alias(DATE)


def _without_blanks(values: pl.Series) -> pl.Series:
    """Return a column whose blank texts are null."""
    if values.dtype == pl.Null:
        return values.cast(pl.String)
    if values.dtype != pl.String:
        return values
    stripped = values.str.strip_chars()
    return stripped.set(stripped == "", None)


def _from_epochs(cells: Cells) -> pl.Series:
    """Read counts since 1970; the first one decides on the unit, which its size tells."""
    counts = cells.values.cast(pl.Int128)  # no count that fits into a cell overflows it
    first = counts.drop_nulls().head(1)
    unit = next((unit for unit in _EPOCHS if _in_unit(first, unit).any()), None)
    if unit is None:
        cells.refuse(counts.is_not_null(), "is no time since 1970", f"{_WRITE_UTC}.")
        return counts.cast(pl.Int64)  # all blank
    cells.refuse(
        ~_in_unit(counts, unit),
        f"is not in {unit} since 1970, as the first time is",
        f"{_WRITE_UTC}, or all of them in one unit since 1970.",
    )
    return counts.cast(pl.Int64) * _EPOCHS[unit]


def _in_unit(counts: pl.Series, unit: str) -> pl.Series:
    per_second = _EPOCHS["seconds"] // _EPOCHS[unit]
    return counts.is_between(_EPOCH_FIRST * per_second, _EPOCH_LAST * per_second)


def _from_text(cells: Cells, naive_zone: str | None) -> pl.Series:
    """Read ISO 8601 times; those with a zone are exact, the others need `naive_zone`."""
    parts = pl.DataFrame({"cell": cells.values}).select(_wall_time(), _fraction_nanos(), _offset_nanos())
    wall, offset = parts["wall"], parts["offset"]
    cells.refuse(cells.values.is_not_null() & wall.is_null(), "is no time", f"{_WRITE_UTC}.")
    exact = wall.cast(pl.Int64) - offset
    placed = _place_naive(cells, wall.set(offset.is_not_null(), None), naive_zone)
    return exact.fill_null(placed) + parts["fraction"]


def _wall_time() -> pl.Expr:
    """Return the time as a clock on the wall shows it, to the second; null if `cell` is no time."""
    parts = pl.col("cell").str.extract_groups(_ISO_TIME).struct
    second = parts.field("second").fill_null("00")
    text = pl.format("{} {}:{}", parts.field("day"), parts.field("minute"), second)
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="ns", strict=False).alias("wall")


def _fraction_nanos() -> pl.Expr:
    fraction = pl.col("cell").str.extract_groups(_ISO_TIME).struct.field("fraction")
    return fraction.fill_null("0").str.pad_end(9, "0").cast(pl.Int64).alias("fraction")


def _offset_nanos() -> pl.Expr:
    """Return how far the written zone is ahead of UTC; null if none is written."""
    zone = pl.col("cell").str.extract_groups(_ISO_TIME).struct.field("zone").replace("Z", "+00:00")
    minutes = zone.str.slice(1, 2).cast(pl.Int64) * 60 + zone.str.slice(-2, 2).cast(pl.Int64)
    ahead = pl.when(zone.str.starts_with("-")).then(-minutes).otherwise(minutes)
    return (ahead * _MINUTE_NANOS).alias("offset")


def _from_moments(cells: Cells, naive_zone: str | None) -> pl.Series:
    """Read what a Parquet file stores as moments, with or without a zone."""
    moments = cells.values.dt.cast_time_unit("ns")
    if moments.dtype == pl.Datetime("ns", None):
        return _place_naive(cells, moments, naive_zone)
    return moments.cast(pl.Int64)


def _place_naive(cells: Cells, wall: pl.Series, naive_zone: str | None) -> pl.Series:
    """Return local times as UTC nanoseconds, null where `wall` is."""
    if naive_zone is None:
        cells.refuse(wall.is_not_null(), "has no zone", _ZONE_NEXT_STEP)
        return wall.cast(pl.Int64)
    placed = wall.dt.replace_time_zone(naive_zone, ambiguous="null", non_existent="null")
    lost = wall.is_not_null() & placed.is_null()
    cells.refuse(lost, f"does not exist in {naive_zone}, or twice", f"{_WRITE_UTC}.")
    return placed.cast(pl.Int64)
