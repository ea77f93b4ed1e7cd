"""Loads a Python file of the user's own: once for each content, and without leaving anything beside it."""

import sys
import traceback
from dataclasses import dataclass
from hashlib import blake2b
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from robo_trader.core.domain.errors import InvalidConfig


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A module and the hash of the text it was made from."""

    module: ModuleType
    content_hash: str


class _LoaderOfContent(SourceFileLoader):
    """Runs the very bytes that were hashed: no bytecode of an earlier version, none left in the user's folder."""

    def __init__(self, name: str, path: str, content: bytes) -> None:
        super().__init__(name, path)
        self._content = content

    def get_code(self, fullname: str) -> CodeType:
        code = self.source_to_code(self._content, self.get_filename(fullname))
        assert isinstance(code, CodeType)
        return code


_PREFIX = "robo_trader_strategy_"


def forget_strategy_files() -> None:
    """Forget the files loaded so far: the next load runs them anew, with nothing left in their globals."""
    for name in [name for name in sys.modules if name.startswith(_PREFIX)]:
        del sys.modules[name]


def load_strategy_file(file: Path) -> LoadedFile:
    """Return the module in `file`; the same one for the same content.

    Raises InvalidConfig if it cannot be read, or fails while it is imported, with its last line and line number.
    """
    content = _read(file)
    digest = blake2b(content, digest_size=8).hexdigest()
    place = blake2b(str(file.resolve()).encode(), digest_size=4).hexdigest()
    name = f"{_PREFIX}{place}_{digest}"  # other files and other versions are other modules
    module = sys.modules.get(name) or _import(name, file, content)
    return LoadedFile(module, digest)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (OSError, ValueError) as error:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise InvalidConfig(
            f"the strategy file {file} {reason}",
            next_step="Give its path from the working directory, as in path/to/file.py:ClassName.",
        ) from error


def _import(name: str, file: Path, content: bytes) -> ModuleType:
    path = str(file.resolve())
    loader = _LoaderOfContent(name, path, content)
    spec = spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there while it is still being made
    try:
        loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise InvalidConfig(
            f"{file} cannot be imported: {_told(error, path)}",
            next_step="Correct the file; `python` with its name shows the whole error.",
        ) from error
    return module


def _told(error: BaseException, path: str) -> str:
    """Return the last line of an exception, with the line of the file that was being run."""
    last = traceback.format_exception_only(error)[-1].strip()
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == path else (lines or [None])[-1]
    return last if line is None else f"line {line}: {last}"
