"""Which program it is: its version, and a hash of the code that decides."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

import robo_trader
from robo_trader import core


def program_version() -> str:
    """Return the version of this program."""
    return robo_trader.__version__


@cache
def code_hash() -> str:
    """Return a hash of all sources of the core: of two equal ones, both decide the same."""
    root = Path(core.__file__).parent
    hashed = blake2b(digest_size=16)
    for source in sorted(root.rglob("*.py")):
        hashed.update(source.relative_to(root).as_posix().encode() + b"\x00" + source.read_bytes() + b"\x00")
    return hashed.hexdigest()
