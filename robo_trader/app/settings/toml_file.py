"""Settings from a TOML file, each with the line it stands on."""

import os
import re
import stat
import tomllib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from robo_trader.app.settings.keys import SECRETS, KeyPath, dotted, environment_name
from robo_trader.app.settings.layers import Layer, Setting, gather, leaves
from robo_trader.app.settings.problems import Origin, OriginKind, Problem, printable
from robo_trader.app.settings.toml_lines import find_key_lines

DEFAULT_FILE = Path("robo_trader.toml")
FILE_BYTES_MAX = 32 * 1024  # ample for 500 symbols; parsing time grows with the square of the longest dotted key
DEPTH_MAX = 8


class Unreadable(Exception):
    """A file that cannot be read or parsed to its end: what it means is unknown."""

    def __init__(self, name: Path, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.problem = Problem(_origin(name, place), reason)


# How `tomllib` begins to say that a key was written before.
_REPETITIONS = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Cannot redefine", "Duplicate inline")


def read_toml_file(config_file: Path | None, working_directory: Path) -> Layer:
    """Return the layer of the file; an empty one where none was named and the default one does not exist.

    Relative paths start at `working_directory`. What cannot be read or parsed is a problem of the layer.
    """
    name = config_file or DEFAULT_FILE
    path = working_directory / name
    if config_file is None and not path.exists():
        return Layer()
    try:
        text, is_private = read_text(path, name)
    except Unreadable as broken:
        return _broken(broken)
    layer = read_toml_text(text, name)
    return layer if is_private else _refuse_readable_secrets(layer)


def read_toml_text(text: str, name: Path) -> Layer:
    """Return the layer of a TOML text; `name` is the file to show in places."""
    try:
        values = parse_toml(text, name)
    except Unreadable as broken:
        return _broken(broken)
    lines = key_lines(text)
    return gather(Setting(path, value, file_origin(name, lines[path])) for path, value in leaves(values))


def read_text(path: Path, name: Path) -> tuple[str, bool]:
    """Return the text of a file of settings, and whether only its owner may read it. name: to show in places.

    Raises Unreadable.
    """
    try:
        content, is_private = _read(path)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(name, f"cannot be read: {error.strerror or type(error).__name__}") from None
    except ValueError as error:  # not UTF-8, or a NUL in the path
        reason = "is not UTF-8 text" if isinstance(error, UnicodeError) else "is not a path"
        raise Unreadable(name, reason) from None
    if len(content) > FILE_BYTES_MAX:
        raise Unreadable(name, f"is larger than {FILE_BYTES_MAX // 1024} KiB, which no configuration is")
    return text.replace("\r\n", "\n"), is_private


def parse_toml(text: str, name: Path) -> dict[str, Any]:
    """Return what a TOML text holds, decimal numbers exactly as written. Raises Unreadable."""
    try:
        return tomllib.loads(text, parse_float=_exact)
    except tomllib.TOMLDecodeError as error:
        line, column, reason = _explain(text, str(error))
        raise Unreadable(name, reason, f":{line}, column {column}" if column else f":{line}") from None
    except ValueError:  # Python refuses to read integers of more than 4300 digits
        raise Unreadable(name, "holds a number that is too long") from None
    except RecursionError:
        raise Unreadable(name, "holds arrays or tables that are nested too deeply") from None


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line of every key of a sound TOML text, and of the tables around it."""
    lines: dict[KeyPath, int] = {}
    for path, line in find_key_lines(text):
        for prefix in _prefixes(path):
            lines.setdefault(prefix, line)
    return lines


def file_origin(name: Path, line: int | None = None) -> Origin:
    """Return a file, or a line of it, as the place of a setting."""
    return _origin(name, "" if line is None else f":{line}")


def _read(path: Path) -> tuple[bytes, bool]:
    """Return at most one byte more than is allowed, and whether only the owner may read the file."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        return file.read(FILE_BYTES_MAX + 1), os.name != "posix" or not mode & (stat.S_IRWXG | stat.S_IRWXO)


def _exact(text: str) -> Decimal:
    """Return the decimal number as it is written: 0.1 stays a tenth. Exponents out of reach become infinite."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(float(text))


def _refuse_readable_secrets(layer: Layer) -> Layer:
    advice = "a secret in a file that others can read; run `chmod 600` on it, or set"
    exposed = tuple(
        Problem(layer.entries[key].origin, f"{advice} {environment_name(key)}", key)
        for key in sorted(SECRETS & layer.entries.keys())
    )
    return Layer(layer.entries, layer.problems + exposed)


def _explain(text: str, error: str) -> tuple[int, int, str]:
    """Return line, column (0 if of no use) and reason of a parse error; keys written twice are named."""
    match = re.fullmatch(r"(?P<reason>.*?)(?: \(at (?:line (\d+), column (\d+)|end of document)\))?", error, re.DOTALL)
    assert match is not None
    lines = text.rstrip("\n").split("\n")
    line, column = int(match[2] or len(lines)), int(match[3] or 0)
    if match["reason"].startswith(_REPETITIONS):
        sound = [*lines[: line - 1], lines[line - 1][: column - 1] if column else lines[line - 1]]
        repeated = _repeated_key("\n".join(sound), line)
        if repeated:
            return line, 0, repeated
    return line, column, f"is not TOML: {printable(match['reason'])}"


def _repeated_key(text: str, line: int) -> str | None:
    """Name the key on `line` that was written before; `text` is all that could be read before the error."""
    first: dict[KeyPath, int] = {}
    for path, at in find_key_lines(text):
        if at == line and path in first:
            return f"{dotted(path)} is written twice, first on line {first[path]}"
        for prefix in _prefixes(path):
            first.setdefault(prefix, at)
    return None


def _prefixes(path: KeyPath) -> Iterator[KeyPath]:
    """Yield the path and the tables around it, not the deep ones: no setting is there, and a long path has many."""
    yield from (path[:depth] for depth in range(1, min(len(path), DEPTH_MAX)))
    yield path


def _broken(unreadable: Unreadable) -> Layer:
    return Layer(problems=(unreadable.problem,), is_complete=False)


def _origin(name: Path, place: str) -> Origin:
    return Origin(OriginKind.FILE, f"{printable(str(name))}{place}")
