"""Small files that must be whole or not there at all, whenever the power fails."""

import os
from pathlib import Path


def write_durably(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Put a file in place in one step, on disk when this returns; what stood there is replaced. Raises OSError."""
    half = path.with_name(f".{path.name}.half")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    flush_directory(path.parent)


def flush_directory(directory: Path) -> None:
    """Make what was created or renamed in a folder last. Raises OSError."""
    if os.name == "nt":
        return  # folders cannot be opened there, and the file system does it by itself
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
