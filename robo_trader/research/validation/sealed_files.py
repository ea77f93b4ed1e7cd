"""Files that end where the bars end: whoever opens one of them in between is given a cut copy.

It works by standing in for the functions that open files, in this process and for a while; a program that calls the
system itself is not seen. That is enough for a strategy that was not written to deceive.
"""

import builtins
import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

_POLARS_READERS = (
    "read_csv", "scan_csv", "read_parquet", "scan_parquet", "read_ipc", "scan_ipc", "read_ndjson", "scan_ndjson",
)  # fmt: skip

_NUMPY_READERS = ("load", "loadtxt", "genfromtxt", "fromfile")
_SOURCES = {"file", "source", "fname"}  # how these functions call what they open


@contextmanager
def sealed(copies: Mapping[Path, Callable[[], Path]]) -> Iterator[set[Path]]:
    """While inside, open a copy in the place of each file. Yields the files that were opened, which grows.

    copies: by resolved path, what makes the copy; called once for each file, when it is first opened.
    """
    made: dict[Path, Path] = {}
    opened: set[Path] = set()

    def instead(source: Any) -> Any:  # noqa: ANN401 - whatever may be opened
        path = _path_of(source)
        if path is None:
            return source
        opened.add(path)
        if path not in copies:
            return source
        if path not in made:
            made[path] = path  # making the copy opens the file itself
            made[path] = copies[path]()
        return made[path]

    with ExitStack() as stack:
        readers = [(pl, name) for name in _POLARS_READERS] + [(np, name) for name in _NUMPY_READERS]
        for place, name in ((builtins, "open"), (io, "open"), *readers):
            stack.enter_context(_standing_in(place, name, instead))
        yield opened


@contextmanager
def _standing_in(place: Any, name: str, instead: Callable[[Any], Any]) -> Iterator[None]:  # noqa: ANN401 - a module
    real = getattr(place, name)
    active = True

    def stand_in(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - the face of what it stands for
        if not active:
            return real(*arguments, **named)
        if arguments:
            return real(instead(arguments[0]), *arguments[1:], **named)
        return real(**{key: instead(value) if key in _SOURCES else value for key, value in named.items()})

    setattr(place, name, stand_in)
    try:
        yield
    finally:
        setattr(place, name, real)
        active = False  # for whoever has kept it


def _path_of(source: object) -> Path | None:
    if not isinstance(source, str | os.PathLike):
        return None
    try:
        return Path(source).resolve()
    except (OSError, ValueError, RuntimeError):
        return None
