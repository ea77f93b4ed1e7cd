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
        content, is_private = _read(path)
        text = content.decode("utf-8-sig")
    except OSError as error:
        return _broken(name, f"cannot be read: {error.strerror or type(error).__name__}")
    except ValueError as error:  # not UTF-8, or a NUL in the path
        return _broken(name, "is not UTF-8 text" if isinstance(error, UnicodeError) else "is not a path")
    if len(content) > FILE_BYTES_MAX:
        return _broken(name, f"is larger than {FILE_BYTES_MAX // 1024} KiB, which no configuration is")
    layer = read_toml_text(text.replace("\r\n", "\n"), name)
    return layer if is_private else _refuse_readable_secrets(layer)


def read_toml_text(text: str, name: Path) -> Layer:
    """Return the layer of a TOML text; `name` is the file to show in places."""
    try:
        values = tomllib.loads(text, parse_float=_exact)
    except tomllib.TOMLDecodeError as error:
        line, column, reason = _explain(text, str(error))
        return _broken(name, reason, f":{line}, column {column}" if column else f":{line}")
    except ValueError:  # Python refuses to read integers of more than 4300 digits
        return _broken(name, "holds a number that is too long")
    except RecursionError:
        return _broken(name, "holds arrays or tables that are nested too deeply")
    return _locate(text, name, values)


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


def _locate(text: str, name: Path, values: dict[str, Any]) -> Layer:
    lines: dict[KeyPath, int] = {}
    for path, line in find_key_lines(text):
        for prefix in _prefixes(path):
            lines.setdefault(prefix, line)
    return gather(Setting(path, value, _origin(name, f":{lines[path]}")) for path, value in leaves(values))


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


def _broken(name: Path, reason: str, place: str = "") -> Layer:
    return Layer(problems=(Problem(_origin(name, place), reason),), is_complete=False)


def _origin(name: Path, place: str) -> Origin:
    return Origin(OriginKind.FILE, f"{printable(str(name))}{place}")
