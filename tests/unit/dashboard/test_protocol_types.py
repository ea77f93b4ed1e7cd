"""The page's types are those of the server's models: `dashboard/src/protocol.ts` is what the generator makes now."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from robo_trader.web.schema import contract

DASHBOARD = Path(__file__).parents[3] / "dashboard"
GENERATOR = DASHBOARD / "scripts" / "generate-protocol.mjs"
GENERATED = DASHBOARD / "src" / "protocol.ts"
COMPILER = DASHBOARD / "node_modules" / "json-schema-to-typescript"


def node() -> str:
    """Return the program, or skip with the reason; on a build server that would hide a failure."""
    found = shutil.which("node")
    missing = "Node is not installed" if found is None else "`npm ci` was not run in dashboard/"
    if found is None or not COMPILER.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the types of the page cannot be checked: {missing}")
        pytest.skip(f"the types of the page are not checked: {missing}")
    return found


def test_types_are_those_of_the_models() -> None:
    fresh = subprocess.run(
        [node(), str(GENERATOR)],
        input=json.dumps(contract(), sort_keys=True),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    ).stdout
    assert GENERATED.read_text(encoding="utf-8") == fresh, (
        "dashboard/src/protocol.ts is old: run `python -m robo_trader.web.schema | npm run types` in dashboard/"
    )
