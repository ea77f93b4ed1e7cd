"""The built page, read once at start: what is not in that list does not exist, whatever a URL says.

Types come from the table here and never from the operating system: some machines serve `.js` as text/plain,
and the page stays black. Names under `assets/` carry a hash of their content and may be kept for ever; every
other file is asked for anew, so that a page never mixes two versions.
"""

import hashlib
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import Final

from starlette.responses import Response

MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
HASHED_FOLDER: Final = "/assets/"
INDEX: Final = "/index.html"
NOT_BUILT: Final = (
    "The dashboard is not built: run `pip install -e .` in a checkout of robo_trader on a machine that can "
    "reach the npm registry, then start the server again; the API works without it.\n"
)

_log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file of the page."""

    content: bytes
    media_type: str
    cache_control: str

    def response(self) -> Response:
        """Return the file as an answer."""
        return Response(self.content, media_type=self.media_type, headers={"cache-control": self.cache_control})


class BuiltPage:
    """All files of the page by URL path. `version` is None if the page is not built."""

    def __init__(self, folder: Path) -> None:
        self._files = {path: file for path, file in _read(folder) if file is not None}
        index = self._files.get(INDEX)
        if index is not None:
            self._files["/"] = index
        self.version = None if index is None else _version(self._files)

    def answer(self, path: str) -> Response | None:
        """Return the answer for a URL path; None if there is no such file."""
        file = self._files.get(path)
        if file is not None:
            return file.response()
        if path == "/":
            return Response(NOT_BUILT, 503, media_type="text/plain")
        return None


def _read(folder: Path) -> list[tuple[str, StaticFile | None]]:
    if not folder.is_dir():
        return []
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [_read_one("/" + path.relative_to(folder).as_posix(), path) for path in paths]


def _read_one(url_path: str, path: Path) -> tuple[str, StaticFile | None]:
    media_type = MEDIA_TYPES.get(path.suffix)
    if media_type is None:
        _log.warning("not served, its type is not known: %s", url_path)
        return url_path, None
    hashed = url_path.startswith(HASHED_FOLDER)
    caching = "public, max-age=31536000, immutable" if hashed else "no-cache"
    return url_path, StaticFile(path.read_bytes(), media_type, caching)


def _version(files: dict[str, StaticFile]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.encode() + b"\0" + hashlib.sha256(files[path].content).digest())
    return digest.hexdigest()[:12]
