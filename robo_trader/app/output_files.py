"""Files the user asked for: whole, or not there."""

from pathlib import Path

from robo_trader.core.domain.errors import DataError, InvalidConfig


def whole_file(path: Path) -> Path:
    """Return the name that a file has until it is whole. Raises InvalidConfig for a missing folder."""
    if not path.parent.is_dir():
        raise InvalidConfig(f"{path.parent} is not a directory", next_step="Make it first, or choose another place.")
    return path.with_name(f"{path.name}.part")


def save_text(path: Path, text: str) -> None:
    """Write a file in UTF-8. Raises InvalidConfig for a missing folder, DataError where it cannot be written."""
    part = whole_file(path)
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}", next_step="Choose another place.") from error
