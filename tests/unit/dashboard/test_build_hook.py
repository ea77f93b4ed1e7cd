"""The build hook builds what has changed, asks for Node only where there is none, and never costs a wheel."""

import importlib.util
import json
import shutil
import stat
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("hatchling", reason="the build backend is not installed")

HOOK_FILE = Path(__file__).parents[3] / "hatch_build.py"


def load_hook() -> ModuleType:
    """Return `hatch_build.py`, which lies outside of every package, as a module."""
    spec = importlib.util.spec_from_file_location("hatch_build", HOOK_FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_build"] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


hook_module = load_hook()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ROBO_SKIP_DASHBOARD", raising=False)
    (tmp_path / "dashboard" / "src").mkdir(parents=True)
    (tmp_path / "dashboard" / "src" / "main.ts").write_text("main\n")
    (tmp_path / "dashboard" / "package.json").write_text("{}\n")
    (tmp_path / "robo_trader" / "web").mkdir(parents=True)
    return tmp_path


def a_hook(checkout: Path, target: str = "wheel") -> Any:  # noqa: ANN401 - loaded by path, so without a type
    nothing: Any = SimpleNamespace()
    return hook_module.DashboardBuildHook(str(checkout), {}, nothing, nothing, str(checkout), target)


def put_npm(checkout: Path, monkeypatch: pytest.MonkeyPatch, script: str, version: str = "v24.1.0") -> Path:
    """Put programs named `node` and `npm` alone on PATH. `npm` notes its calls in the file returned."""
    programs, calls = checkout / "bin", checkout / "calls"
    programs.mkdir()
    for tool in ("mkdir", "cat"):
        (programs / tool).symlink_to(shutil.which(tool) or tool)
    for name, text in (("node", f"echo {version}"), ("npm", f'echo "$1" >> "{calls}"\n{script}')):
        program = programs / name
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(programs))
    return calls


BUILDS = '[ "$1" = ci ] || { mkdir -p "$ROBO_DASHBOARD_OUT"; echo page > "$ROBO_DASHBOARD_OUT/index.html"; }'
FAILS = 'echo "npm error code ENOTFOUND" >&2; exit 1'


def test_builds_into_the_package_and_stamps_it(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = put_npm(checkout, monkeypatch, BUILDS)
    a_hook(checkout).initialize("standard", {})
    static = checkout / "robo_trader" / "web" / "static"
    assert (static / "index.html").read_text() == "page\n"
    stamp = json.loads((static / "build.json").read_text())
    assert stamp == {"sources": hook_module.source_hash(checkout / "dashboard")}
    assert calls.read_text().split() == ["ci", "run"]


@pytest.mark.parametrize(
    ("change", "builds"),
    [
        pytest.param(None, 1, id="same sources"),
        pytest.param("dashboard/src/main.ts", 2, id="a source changed"),
        pytest.param("dashboard/src/new.ts", 2, id="a source came"),
        pytest.param("dashboard/node_modules/svelte/index.js", 1, id="only an installed package changed"),
        pytest.param("dashboard/tests/some.test.ts", 1, id="only a test changed"),
    ],
)
def test_builds_again_only_for_other_sources(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, change: str | None, builds: int
) -> None:
    calls = put_npm(checkout, monkeypatch, BUILDS)
    a_hook(checkout).initialize("editable", {})
    if change is not None:
        (checkout / change).parent.mkdir(parents=True, exist_ok=True)
        (checkout / change).write_text("changed\n")
    a_hook(checkout).initialize("editable", {})
    assert calls.read_text().split() == ["ci", "run"] * builds


def test_builds_again_when_the_page_is_gone(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = put_npm(checkout, monkeypatch, BUILDS)
    a_hook(checkout).initialize("standard", {})
    (checkout / "robo_trader" / "web" / "static" / "index.html").unlink()
    a_hook(checkout).initialize("standard", {})
    assert calls.read_text().split() == ["ci", "run"] * 2


def test_sources_are_not_touched(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(checkout, monkeypatch, f"echo x > made_by_npm; {BUILDS}")
    a_hook(checkout).initialize("standard", {})
    assert not (checkout / "dashboard" / "made_by_npm").exists()


def test_npm_fails_and_the_wheel_is_made_without(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_npm(checkout, monkeypatch, FAILS)
    a_hook(checkout).initialize("standard", {})
    assert not (checkout / "robo_trader" / "web" / "static").exists()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "npm ci failed: npm error code ENOTFOUND" in said


def test_a_failed_build_leaves_the_older_page(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    static = checkout / "robo_trader" / "web" / "static"
    static.mkdir()
    (static / "index.html").write_text("older\n")
    put_npm(checkout, monkeypatch, FAILS)
    a_hook(checkout).initialize("standard", {})
    assert (static / "index.html").read_text() == "older\n"


def test_no_node_at_all_is_said(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(hook_module, "find_spec", lambda _: None)
    a_hook(checkout).initialize("standard", {})
    assert "neither Node" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("version", "needed"),
    [
        pytest.param("v24.1.0", [], id="new enough"),
        pytest.param("v20.19.0", [], id="just new enough"),
        pytest.param("v18.20.4", [hook_module.NODE_REQUIREMENT], id="too old"),
        pytest.param(None, [hook_module.NODE_REQUIREMENT], id="none"),
    ],
)
def test_node_is_required_where_the_machine_has_none(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, needed: list[str]
) -> None:
    if version is None:
        monkeypatch.setenv("PATH", "")
    else:
        put_npm(checkout, monkeypatch, BUILDS, version)
    assert a_hook(checkout).dependencies() == needed


def test_node_is_not_required_for_a_page_that_is_there(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(checkout, monkeypatch, BUILDS)
    a_hook(checkout).initialize("standard", {})
    monkeypatch.setenv("PATH", "")
    assert a_hook(checkout).dependencies() == []


def test_an_sdist_builds_nothing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = put_npm(checkout, monkeypatch, BUILDS)
    hook = a_hook(checkout, "sdist")
    hook.initialize("standard", {})
    assert hook.dependencies() == []
    assert not calls.exists()


def test_can_be_skipped(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = put_npm(checkout, monkeypatch, BUILDS)
    monkeypatch.setenv("ROBO_SKIP_DASHBOARD", "1")
    hook = a_hook(checkout)
    hook.initialize("standard", {})
    assert hook.dependencies() == []
    assert not calls.exists()
