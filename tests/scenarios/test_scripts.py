"""scripts/run and scripts/test say in one sentence what they lack, and work from any directory.

Each test runs a copy of the repository's files in a folder of its own, with a PATH that holds only what it names.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELL_TOOLS = ("bash", "cat", "cksum", "dirname", "find", "grep", "sort", "tail", "xargs", "env")
NEEDED = ("scripts", "locks", "dashboard", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE")

pytestmark = pytest.mark.process


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files that installing needs; no environment has been made there."""
    target = tmp_path / "checkout"
    target.mkdir()
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copy(source, target / name)
    return target


def path_with(folder: Path, **programs: str) -> str:
    """Return a PATH of shell tools and the given programs: name -> shell script, or a path to link to."""
    folder.mkdir()
    for tool in SHELL_TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    for name, what in programs.items():
        if Path(what).is_absolute():
            (folder / name).symlink_to(what)
        else:
            (folder / name).write_text(f"#!/usr/bin/env bash\n{what}\n")
            (folder / name).chmod(0o755)
    return str(folder)


def start(script: Path, path: str, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key in {"HOME", "LANG"}}
    return subprocess.run(
        [str(script), "--help"], capture_output=True, text=True, check=False, cwd="/", timeout=300,
        env={**kept, "PATH": path, **changes},
    )  # fmt: skip


@pytest.mark.parametrize("script", ["run", "test"])
def test_no_python(copy: Path, tmp_path: Path, script: str) -> None:
    done = start(copy / "scripts" / script, path_with(tmp_path / "bin"))
    assert done.returncode == 1
    assert "no Python was found" in done.stderr
    assert not (copy / ".venv").exists()


def test_too_old_a_python(copy: Path, tmp_path: Path) -> None:
    old = 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi'
    done = start(copy / "scripts" / "run", path_with(tmp_path / "bin", python3=old))
    assert done.returncode == 1
    assert "Python 3.11 to 3.13 is needed, this machine has Python 3.9.2" in done.stderr


def test_no_network(copy: Path, tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9/simple"
    done = start(
        copy / "scripts" / "run",
        path_with(tmp_path / "bin", python3=str(Path(sys.base_prefix, "bin", "python3"))),
        PIP_INDEX_URL=nowhere,
        PIP_NO_CACHE_DIR="1",
        PIP_RETRIES="0",
        PIP_CONFIG_FILE=os.devnull,
    )
    assert done.returncode == 1
    assert "Installing the locked dependencies" in done.stderr, "it says what it does"
    assert "is there a network?" in done.stderr
    assert not (copy / ".venv" / "installed-run").exists(), "the next start tries again"
