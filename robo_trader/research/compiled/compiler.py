"""Compiles plain functions, rules among them, and keeps what was compiled on disk.

Numba's own disk cache notices an edit only in the file of the function that was compiled, not in a rule it took in from
another file, and would serve stale code. So the cache lies in a folder named after a hash of everything that may be
taken in: the sources of all rules and loops, and the versions of Python, NumPy and Numba. A loop around a strategy's
rule is a file of its own, named after a hash of the strategy's source.
"""

import gc
import hashlib
import importlib
import importlib.util
import inspect
import os
import pkgutil
import platform
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import numpy as np
from numba.core import event
from numba.core.caching import IndexDataCacheFile
from numba.core.errors import NumbaError, UnsupportedBytecodeError
from numba.extending import register_jitable

from robo_trader.core import rules
from robo_trader.core.domain.errors import InvalidConfig, StrategyError

Compiled = Callable[..., Any]
_Key = tuple[Compiled | str, ...]  # a function, or the source of a loop and its rules
_COMPLAINTS = (NumbaError, UnsupportedBytecodeError, NotImplementedError)


def default_folder() -> Path:
    """Return where compiled code is kept: `XDG_CACHE_HOME` or ~/.cache, in a folder of the program's own."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "robo_trader" / "compiled"


def source_key() -> str:
    """Return 24 hexadecimal digits that change with any rule or loop, and with the compiler."""
    versions = (platform.python_version(), np.__version__, numba.__version__, platform.machine())
    parts = [*versions, *(_source(module) for module in rule_modules()), *_loop_sources()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


@cache
def rule_modules() -> tuple[ModuleType, ...]:
    """Return every module of `core/rules`."""
    names = sorted(module.name for module in pkgutil.iter_modules(rules.__path__))
    return tuple(importlib.import_module(f"{rules.__name__}.{name}") for name in names)


def loop_modules() -> tuple[ModuleType, ...]:
    """Return the modules beside this one whose functions call each other compiled."""
    names = (
        "account_reading", "sizing_loop", "sharing_loop", "venue_loop", "gate_loop", "order_loop", "account_loop",
        "quiet_loop",
    )  # fmt: skip
    return tuple(importlib.import_module(f"robo_trader.research.compiled.{name}") for name in names)


class Compiler:
    """Compiles functions into one cache folder."""

    def __init__(self, folder: Path | None = None, announce: Callable[[str], None] = lambda _: None) -> None:
        """folder: where compiled code is kept; announce: told, once, that something must be compiled first."""
        self.folder = (folder or default_folder()) / source_key()
        self._announce = announce
        self._is_anew = False  # whether it begins with an empty folder
        self._compiled: dict[_Key, Compiled] = {}
        for module in (*rule_modules(), *loop_modules()):
            _register(module)
        _spare_collections()

    def compile(self, function: Compiled) -> Compiled:
        """Return `function` compiled: at its first call, or taken from the folder."""
        key: _Key = (function,)
        if key not in self._compiled:
            self._tell()
            self._compiled[key] = self._taken(self.folder, key, lambda: self._jit(function))
        return self._compiled[key]

    def _taken(self, place: Path, key: _Key, make: Callable[[], Compiled]) -> Compiled:
        """Return what this process has already, of any compiler: to read it from disk takes a backtest's time."""
        if (place, key) not in _IN_PROCESS:
            _IN_PROCESS[place, key] = make()
        return _IN_PROCESS[place, key]

    def _jit(self, function: Compiled) -> Compiled:
        # Without _nrt=False the compiler counts references to arrays at every step; our loops allocate nothing.
        with self._caching():
            jit: Any = numba.njit  # its types do not know _nrt
            compiled = jit(cache=True, nogil=True, error_model="numpy", _nrt=False, no_cfunc_wrapper=True)(function)
        compiled._cache._cache_file.__class__ = _NamedApart  # noqa: SLF001 - Numba offers no other way in
        return compiled

    def tell_form(self, form: str) -> bool:
        """Announce that a form of the account must be compiled first, unless it was before; return whether it must.

        One function has several forms, which the kinds of its arrays tell apart; each is compiled when it is first run.
        """
        known = self.folder / f"{form}.form"
        if known.exists():
            return False
        self._tell()
        if not self._is_anew:  # else the first announcement has told
            self._announce(f"compiling the account for {form}, once: about 4 s")
        _make_folder(self.folder)
        known.touch()
        return True

    def _tell(self) -> None:
        """Announce the first compilation where the folder holds none of it yet."""
        if self._is_anew or self._compiled or next(self.folder.rglob("*.nbc"), None) is not None:
            return
        self._is_anew = True
        self._announce("compiling the rules, once: about 5 s")

    def compile_source(self, source: str, rule: Compiled, *features: Compiled) -> Compiled:
        """Return the function `run` of a written program, compiled; it calls `rule`, and features' rules as f0, f1...

        The program is kept as a file, because that is what the compiler's cache goes by.
        """
        key: _Key = (source, rule, *features)
        if key not in self._compiled:
            self._tell()
            path = self._written(source, rule, *features)
            compiled = self._taken(path, key, lambda: self._jit(_module_of(path, rule, *features).run))
            self._compiled[key] = _told(compiled, rule, *features)
        return self._compiled[key]

    def _written(self, source: str, *rules: Compiled) -> Path:
        """Return the file of a written program, named after all that compiled code takes in."""
        digest = hashlib.sha256(source.encode())
        for rule in rules:
            digest.update(f"\0{rule.__module__}.{rule.__qualname__}".encode())
        for home in {rule.__module__: sys.modules[rule.__module__] for rule in rules}.values():
            _register(home)
            digest.update(f"\0{_source(home)}".encode())
            for name, value in sorted(vars(home).items()):  # compiled code takes in their values as they are now
                digest.update(f"\0{name}".encode() + _constant(value))
        path = self.folder / f"loop_{digest.hexdigest()[:24]}.py"
        if not path.exists():
            _write_whole(path, source)
        return path

    @contextmanager
    def _caching(self) -> Iterator[None]:
        config: Any = numba.config  # a module whose settings are set at run time
        before = config.CACHE_DIR
        _make_folder(self.folder)
        config.CACHE_DIR = str(self.folder)
        try:
            yield
        finally:
            config.CACHE_DIR = before


class _Uncollected(event.Listener):
    """Spares the search for circular garbage while something is compiled: that takes its time and finds none."""

    def __init__(self) -> None:
        self._depth = 0
        self._enabled = False

    def on_start(self, _event: event.Event) -> None:
        """Begin to compile a function, perhaps within another."""
        if self._depth == 0:
            self._enabled = gc.isenabled()
            gc.disable()
        self._depth += 1

    def on_end(self, _event: event.Event) -> None:
        """End to compile it, whether that went well or not."""
        self._depth -= 1
        if self._depth == 0 and self._enabled:
            gc.enable()


class _NamedApart(IndexDataCacheFile):
    """Gives every file of compiled code a name of its own.

    Numba numbers them by an index that another process may be writing; two forms of a function then take one number,
    and one of them is later run with the other's arguments. An index that loses an entry only costs a compilation.
    """

    def _data_name(self, number: int) -> str:
        return f"{uuid.uuid4().hex}.{super()._data_name(number)}"


@cache
def _spare_collections() -> None:
    event.register("numba:compile", _Uncollected())


# A rule is part of a loop: taken in where it is called, never called from Python in its compiled form.
_PART = {
    "forceinline": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
    "error_model": "numpy",
}

_registered: set[Compiled] = set()
_IN_PROCESS: dict[tuple[Path, _Key], Compiled] = {}  # by the folder or file it is kept in


def _register(module: ModuleType) -> None:
    """Let compiled code call every function of a module as it stands.

    Ours are tested not to leave their arrays; those of a user's own are watched, as compiled code reads on beyond.
    """
    part = _PART if is_ours(module.__name__) else _PART | {"boundscheck": True}
    for function in _functions(module):
        if function not in _registered:
            _registered.add(function)
            register_jitable(**part)(function)


def is_ours(module: str) -> bool:
    """Return whether the functions of a module are known to stay within their arrays."""
    return module.startswith("robo_trader.")


def _functions(module: ModuleType) -> Iterator[Compiled]:
    for value in vars(module).values():
        if inspect.isfunction(value) and value.__module__ == module.__name__:
            yield value
        elif inspect.isclass(value) and value.__module__ == module.__name__:
            rule = inspect.getattr_static(value, "rule", None)
            if isinstance(rule, staticmethod):
                yield rule.__func__


def _module_of(path: Path, rule: Compiled, *features: Compiled) -> ModuleType:
    """Return a written loop as a module in which `rule`, f0, f1... are known."""
    spec = importlib.util.spec_from_file_location(f"robo_trader_compiled_{path.stem}", path)
    assert spec is not None and spec.loader is not None, path
    module = importlib.util.module_from_spec(spec)
    vars(module).update({"rule": rule} | {f"f{number}": feature for number, feature in enumerate(features)})
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


def _source(module: ModuleType) -> str:
    try:
        return inspect.getsource(module)
    except OSError as error:
        raise StrategyError(
            f"The source of {module.__name__} cannot be read, so it cannot be compiled",
            next_step="Put it into a file, or use --engine event.",
        ) from error


def _constant(value: object) -> bytes:
    """Return what compiled code would take in of a name of a module; nothing for what it cannot or need not."""
    if isinstance(value, np.ndarray):
        return value.dtype.str.encode() + repr(value.shape).encode() + value.tobytes()
    return repr(value).encode() if isinstance(value, (bool, int, float, str, tuple)) else b""


def _told(compiled: Compiled, *rules: Compiled) -> Compiled:
    """Return the function with a compiler's complaint told as what it means for the user, whose own rules it names."""
    foreign = [rule for rule in rules if not is_ours(rule.__module__)] or rules[:1]
    named = " or ".join(dict.fromkeys(rule.__qualname__ for rule in foreign))

    def call(*arguments: Any) -> Any:  # noqa: ANN401 - numbers and arrays
        try:
            return compiled(*arguments)
        except IndexError as error:
            raise StrategyError(
                f"{named} reads or writes beyond an array: its state, or one of its own",
                next_step="Set state_size to as many floats as it uses; --engine event tells the bar.",
            ) from error
        except _COMPLAINTS as error:
            raise StrategyError(
                f"{named} cannot be compiled: {_reason(str(error))}",
                next_step="Use floats, math and functions of its own file only, or run it with --engine event "
                '(in Python engine="event").',
            ) from error

    return call


def _reason(complaint: str) -> str:
    """Return the line of a compiler's complaint that says what is wrong, with the place if it is told."""
    innermost = complaint.rpartition("raised a specific error:")[2]
    lines = [line.strip() for line in innermost.splitlines()]
    said = [line for line in lines if line and "Failed in nopython mode pipeline" not in line]
    place = next((line.rstrip(":") for line in said if line.startswith('File "')), "")
    return f"{said[0]}{place and f' ({place})'}" if said else "the compiler does not say why"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidConfig(
            f"compiled code cannot be kept in {folder}: {error.strerror}",
            next_step="Set XDG_CACHE_HOME to a folder that can be written, or use --engine event.",
        ) from error


def _loop_sources() -> Iterator[str]:
    """Yield the sources beside this file: the loops that run the rules."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        yield path.read_text(encoding="utf-8")


def _write_whole(path: Path, text: str) -> None:
    """Write a file that is never seen half written, also when two processes write it at once."""
    _make_folder(path.parent)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
