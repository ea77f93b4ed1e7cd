"""Which version of the program decides, as a hash of its sources: what one decided, another may decide otherwise."""

import sys
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path

import robo_trader

_ROOT = Path(robo_trader.__file__).parent


@cache
def code_hash(modules: tuple[str, ...]) -> str:
    """Return a hash of the sources of modules and of all below them, and of the Python version."""
    digest = blake2b(repr(sys.version_info[:3]).encode(), digest_size=16)
    for path in sorted({path for module in modules for path in _sources(module)}):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(_ROOT).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources(module: str) -> Iterable[Path]:
    place = _ROOT.joinpath(*module.split(".")[1:])
    return place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
