"""Where sessions are kept when nobody says where."""

from collections.abc import Mapping
from pathlib import Path

from robo_trader.app.exit_codes import NoSession


def sessions_directory(environment: Mapping[str, str]) -> Path:
    """Return the folder of session databases: XDG_DATA_HOME if set, else ~/.local/share, and our name."""
    home = environment.get("XDG_DATA_HOME")
    base = Path(home) if home else Path.home() / ".local" / "share"
    return base / "robo_trader" / "sessions"


def features_directory(environment: Mapping[str, str]) -> Path:
    """Return the folder of computed features, beside the sessions: a revised history cannot be computed anew."""
    return sessions_directory(environment).with_name("features")


def cache_directory(environment: Mapping[str, str]) -> Path:
    """Return the folder of what can be made anew at any time: XDG_CACHE_HOME if set, else ~/.cache, and our name."""
    home = environment.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "robo_trader"


def latest_session(environment: Mapping[str, str]) -> Path:
    """Return the database that was written last. Raises NoSession if there is none."""
    found = sorted(sessions_directory(environment).glob("*.db"), key=_written_at)
    if not found:
        raise NoSession(
            "no session has been run yet",
            next_step="Start one with `robo-trader run`, or name its database with --database PATH.",
        )
    return found[-1]


def existing_session(path: Path) -> Path:
    """Return `path` if there is a database. Raises NoSession if not."""
    if not path.is_file():
        raise NoSession(
            f"there is no database at {path}", next_step="Check the path, or start one with `robo-trader run`."
        )
    return path


def chosen_session(database: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the database that is meant: the one named, that of the environment, or the one written last.

    Raises NoSession if there is none.
    """
    named = database or environment.get("ROBO_STORAGE__DATABASE")
    return existing_session(Path(named)) if named else latest_session(environment)


def _written_at(path: Path) -> float:
    # A running session writes to files beside its database, and to nothing else where that is on a server.
    beside = [path.with_name(path.name + suffix) for suffix in ("-wal", ".anchor")]
    return max(file.stat().st_mtime for file in (path, *beside) if file.exists())
