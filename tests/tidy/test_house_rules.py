"""The repository's own rules, so that reviews can be about design."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "robo_trader"
SOURCES = sorted(PACKAGE.rglob("*.py"))
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Yield (name, text) of every text file git knows of."""
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()  # fmt: skip
    for name in names:
        path = ROOT / name
        if path.is_file() and b"\x00" not in (raw := path.read_bytes()):
            yield name, raw.decode()


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def called_name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def users_of(name: str) -> set[str]:
    """Return the sources that call something of this name."""
    return {relative(path) for path in SOURCES if name in map(called_name, calls(ast.parse(path.read_text())))}


def test_only_the_risk_gate_makes_an_approved_order() -> None:
    """And the pretend broker behind the wire, which cannot ask what its clients' own risk control was."""
    assert users_of("ApprovedOrder") == {"core/risk/gate.py", "simulation/gateway/brokerage/translation.py"}


def test_only_one_place_turns_a_float_into_a_price_or_shares() -> None:
    pattern = re.compile(r"Decimal\((repr|str|float)\(")
    guilty = {
        relative(path)
        for path in SOURCES
        if pattern.search(path.read_text()) and not relative(path).startswith("app/settings/")  # reads texts
    }
    assert guilty == {"core/domain/money.py"}


def test_rules_import_nothing_but_mathematics_and_types() -> None:
    allowed = ("math", "typing", "decimal", "robo_trader.core.rules")
    for path in (PACKAGE / "core" / "rules").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert all(alias.name.startswith(allowed) for alias in node.names), path
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").startswith(allowed), path


def test_the_core_never_asks_for_the_time() -> None:
    forbidden = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter"}
    guilty = {name: users for name in forbidden if (users := {u for u in users_of(name) if u.startswith("core/")})}
    assert not guilty


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_rooms_are_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= FILE_LINES_MAX
    assert not EMPTY_NAMES & {path.stem, path.parent.name}, "find the noun"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES_MAX, node.name


def test_no_path_of_a_machine_and_no_registry_host_is_tracked() -> None:
    # Written in pieces, so that this file does not find itself.
    hosts = ("py" + "pi.org", "pythonhost" + "ed", "registry.npm" + "js", "deb.deb" + "ian")
    paths = re.compile("(?<![A-Za-z0-9_.])/(?:wo" + "rk|ro" + "ot|ho" + "me/[a-z]+)/")
    for name, text in tracked_texts():
        assert not any(host in text for host in hosts), name
        assert not paths.search(text), name


def test_locks_carry_hashes_and_no_address() -> None:
    for lock in (ROOT / "locks").glob("*.txt"):
        text = lock.read_text()
        pins = [line for line in text.splitlines() if re.match(r"^[a-z0-9]", line)]
        assert pins and all("==" in line for line in pins), lock
        assert text.count("--hash=sha256:") >= len(pins), lock
        assert "://" not in text, lock


def test_every_direct_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("dependencies = [") : text.index("[project.scripts]")]
    lines = [line for line in block.splitlines() if line.strip().startswith('"')]
    assert len(lines) > 15
    assert all(re.search(r"#\s+\S", line) for line in lines)


def test_changelog_fragments_are_named_by_issue_and_kind() -> None:
    names = [path.name for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md"]
    assert all(re.fullmatch(r"\d+(-[a-z-]+)?\.(added|changed|fixed|removed)\.md", name) for name in names), names
