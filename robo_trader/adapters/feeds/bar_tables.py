"""Reads a Parquet or CSV file of bars into a table of known columns; docs/data.md is its specification.

Everything that would make the reader guess is refused by name, line and column. A cell that holds no number at
all ("-", "N/A", nothing) becomes NaN, so that the core refuses and counts that one bar; a cell that holds a
number in another notation ("$1.50", "1,50") would be a guess in every row, so the file is refused.
"""

import csv
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from robo_trader.adapters.feeds.file_places import BarFile, BarRows, Cells, quoted
from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol

NUMBER_COLUMNS = ("open", "high", "low", "close", "volume")
INDEX = "row_index"  # of the row in the file, from 0, the header not counted
_PLAIN_NUMBERS = "Write numbers with a decimal point and nothing else: 1234.50."
_NAMES_NEXT_STEP = "Name the columns as docs/data.md says, in a file of plain UTF-8 or Parquet."
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read_header(file: BarFile) -> tuple[str, ...]:
    """Return the column names, in lower case.

    Raises DataError if the file cannot be read or its columns are not separated by commas.
    """
    names = _read(file, header_only=True).columns
    _check_separator(file, names)
    return tuple(map(_folded, names))


def read_whole(file: BarFile) -> pl.DataFrame:
    """Return the file as it is, the cells of a CSV as text. Raises DataError if it cannot be read."""
    return _read(file)


def lacks_time(file: BarRows, header: tuple[str, ...]) -> DataError:
    """Return the error that refuses a file without a time, whose bar size cannot be told."""
    return file.fault(f"has neither a column ts nor a column date; it has {_listed(header)}", _NAMES_NEXT_STEP)


def read_table(file: BarFile, symbol: Symbol, time_column: str) -> pl.DataFrame:
    """Return the columns `INDEX`, `time_column` as the file has it, and the numbers as floats.

    Lines without any content are left out; everything else keeps the file's order.

    Raises DataError if the file cannot be read, is empty, lacks a column, holds another symbol's rows or
    writes numbers in another notation.
    """
    read_header(file)  # its complaints explain more than those of a reader that trips over the rows
    table = pick_columns(file, _read(file), (time_column, *NUMBER_COLUMNS))
    if table.is_empty():
        raise file.fault("the file holds no bars", "Fill it, or take it away.")
    _check_symbol(file, table, symbol)
    return to_floats(file, table, time_column)


def pick_columns(file: BarRows, table: pl.DataFrame, wanted: tuple[str, ...]) -> pl.DataFrame:
    """Return `INDEX` and the wanted columns under their own names, and `symbol` if there is one.

    Rows without any content are left out. Raises DataError if a column is missing or there twice.
    """
    table = _pick_columns(file, table, wanted).with_row_index(INDEX)
    return table.filter(~pl.all_horizontal(pl.exclude(INDEX).is_null()))


def to_floats(
    file: BarRows, table: pl.DataFrame, time_column: str, names: tuple[str, ...] = NUMBER_COLUMNS
) -> pl.DataFrame:
    """Return `INDEX` and `time_column` as they are, and the numbers as floats. Raises DataError as `read_table`."""
    numbers = [_to_floats(file, table, name) for name in names]
    return table.select(INDEX, time_column).with_columns(numbers)


def _listed(names: Sequence[str]) -> str:
    return quoted(", ".join(names))


def _folded(name: str) -> str:
    return name.strip().lower()


def _read(file: BarFile, *, header_only: bool = False) -> pl.DataFrame:
    rows = 0 if header_only else None
    try:
        if file.is_csv:
            return pl.read_csv(file.path, infer_schema=False, n_rows=rows)
        return pl.read_parquet(file.path, n_rows=rows)
    except pl.exceptions.NoDataError as error:
        raise file.fault("the file is empty", "Fill it, or take it away.") from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: BarFile, error: Exception) -> DataError:
    """Return the error that a reader's complaint means; its first line is the part meant for users."""
    long_line = _find_long_line(file.path) if file.is_csv and "more fields" in str(error) else None
    if long_line is not None:
        return file.fault("the line has more fields than the header", "Repair the line.", index=long_line - 2)
    complaint = str(error).partition("\n")[0]
    wanted = "CSV in UTF-8 with commas" if file.is_csv else "Parquet"
    return file.fault(f"cannot be read: {quoted(complaint)}", f"Write the file as {wanted}, as docs/data.md says.")


def _find_long_line(path: Path) -> int | None:
    """Return the number of the first line with more fields than the header, which is line 1."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        lines = csv.reader(text)
        width = len(next(lines))
        return next((lines.line_num for fields in lines if len(fields) > width), None)


def _pick_columns(file: BarRows, table: pl.DataFrame, wanted: tuple[str, ...]) -> pl.DataFrame:
    """Return the wanted columns under their own names, and `symbol` if the file has one."""
    named: dict[str, str] = {}
    for name in table.columns:
        folded = _folded(name).removesuffix("_duplicated_0")  # polars' name for the second of two equal ones
        if folded in named and folded in wanted:
            raise file.fault(f"two columns are named {folded}", "Keep one of them.")
        named.setdefault(folded, name)
    missing = [name for name in wanted if name not in named]
    if missing:
        what = f"lacks the column {' and '.join(missing)}; it has {_listed(table.columns)}"
        raise file.fault(what, _nearest_columns(missing, list(named)) or _NAMES_NEXT_STEP)
    picked = (*wanted, "symbol") if "symbol" in named else wanted
    return table.select(pl.col(named[name]).alias(name) for name in picked)


def _nearest_columns(missing: Sequence[str], names: Sequence[str]) -> str:
    """Return which columns to rename, in words; nothing if none is like a missing one."""
    near = {
        name: get_close_matches(name, [other for other in names if other not in NUMBER_COLUMNS], 1) for name in missing
    }
    renamed = [f"{found[0]!r} to {name!r}" for name, found in near.items() if found]
    return f"Rename the column {' and '.join(renamed)}." if renamed else ""


def _check_separator(file: BarFile, names: list[str]) -> None:
    """Refuse a header that is one long name because something else than commas separates it."""
    for separator, word in _SEPARATORS.items():
        if any(separator in name for name in names):
            next_step = f"Separate them by commas. {_PLAIN_NUMBERS}"
            raise file.fault(f"the columns are separated by {word}", next_step, index=-1)


def _check_symbol(file: BarRows, table: pl.DataFrame, symbol: Symbol) -> None:
    """Refuse a file that names another symbol in its optional column `symbol`."""
    if "symbol" not in table.columns:
        return
    names = table["symbol"].cast(pl.String).str.strip_chars().str.to_uppercase()
    other = (names != symbol) & (names != "")
    Cells(file, table[INDEX], table["symbol"]).refuse(other, f"is not {symbol}", "Write one file for each symbol.")


def _to_floats(file: BarRows, table: pl.DataFrame, name: str) -> pl.Series:
    """Return a column of numbers; NaN where there is none."""
    cells = Cells(file, table[INDEX], table[name])
    if cells.values.dtype == pl.String:
        return _parse(cells)
    if cells.values.dtype.is_numeric() or cells.values.dtype == pl.Null:
        return cells.values.cast(pl.Float64).fill_null(float("nan"))
    raise cells.fault(f"holds {cells.values.dtype}, not numbers", "Write numbers.")


def _parse(cells: Cells) -> pl.Series:
    """Return texts as numbers; refuse the first one that has digits in it and yet is no number."""
    texts = cells.values.str.strip_chars()
    floats = texts.cast(pl.Float64, strict=False)
    cells.refuse(floats.is_null() & texts.str.contains(r"\d"), "is not a plain number", _PLAIN_NUMBERS)
    return floats.fill_null(float("nan"))
