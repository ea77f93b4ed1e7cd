"""Names places in a file or frame of bars, so that an error tells the user where to look."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from robo_trader.core.domain.errors import DataError

_SHOWN_CHARACTERS_MAX = 200


class BarRows(Protocol):
    """Rows of bars from wherever, with names for their places."""

    def place(self, index: int) -> str:
        """Return how a user finds the row of an index from 0."""
        ...

    def fault(self, what: str, next_step: str, *, index: int | None = None, column: str = "") -> DataError:
        """Return the error that refuses these rows."""
        ...


@dataclass(frozen=True, slots=True)
class BarFile:
    """A file of bars, and how to name a place in it."""

    path: Path

    @property
    def is_csv(self) -> bool:
        """CSV files hold text only; Parquet files know their types."""
        return self.path.suffix == ".csv"

    def place(self, index: int) -> str:
        """Return how a user finds the row of an index from 0: in a text file the header is line 1."""
        return f"line {index + 2}" if self.is_csv else f"row {index + 1}"

    def fault(self, what: str, next_step: str, *, index: int | None = None, column: str = "") -> DataError:
        """Return the error that refuses this file."""
        return _refusal(self, str(self.path), what, next_step, index=index, column=column)


@dataclass(frozen=True, slots=True)
class BarFrame:
    """Bars that somebody hands over in memory; rows are counted from 1."""

    name: str  # e.g. "bars of AAPL"

    def place(self, index: int) -> str:
        """Return how a user finds the row of an index from 0."""
        return f"row {index + 1}"

    def fault(self, what: str, next_step: str, *, index: int | None = None, column: str = "") -> DataError:
        """Return the error that refuses these bars."""
        return _refusal(self, self.name, what, next_step, index=index, column=column)


def _refusal(rows: BarRows, name: str, what: str, next_step: str, *, index: int | None, column: str) -> DataError:
    where = [name]
    if index is not None:
        where.append(rows.place(index))
    if column:
        where.append(f"column {column}")
    return DataError(f"{', '.join(where)}: {what}", next_step=next_step)


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of bars and the row of each of its cells."""

    file: BarRows
    rows: pl.Series  # index of each cell's row in the file, from 0
    values: pl.Series

    def refuse(self, wrong: pl.Series, why: str, next_step: str) -> None:
        """Raise DataError at the first cell marked wrong, if there is one; a null mark is none.

        why: completes the sentence that the cell's content begins.
        """
        marked = wrong.fill_null(value=False).arg_true()
        if len(marked):
            at = marked[0]
            raise self.file.fault(
                f"{quoted(self.values[at])} {why}", next_step, index=self.rows[at], column=self.values.name
            )

    def fault(self, what: str, next_step: str) -> DataError:
        """Return the error that refuses the whole column."""
        return self.file.fault(what, next_step, column=self.values.name)


def quoted(found: object) -> str:
    """Return what stands in a file so that it can be shown: one line, no control characters, not too long."""
    return repr(str(found)[:_SHOWN_CHARACTERS_MAX])
