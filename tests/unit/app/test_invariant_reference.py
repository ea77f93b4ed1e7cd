"""docs/invariants.md says what the table holds, and the table says what the checker does."""

import re
from pathlib import Path

from robo_trader.app import verifying
from robo_trader.app.invariant_reference import render_reference
from robo_trader.runtime.invariants import table
from robo_trader.runtime.invariants.table import INVARIANTS, Means

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "invariants.md"
CHECKS = sorted(Path(table.__file__).parent.glob("*.py"))
RECORD = Path(verifying.__file__)  # what a journal as a whole must be: I15, I16


def test_the_page_is_current() -> None:
    """If not: python -m robo_trader.app.invariant_reference > docs/invariants.md."""
    assert PAGE.read_text("utf-8") == render_reference()


def test_the_table_is_whole_and_in_order() -> None:
    assert [one.code for one in INVARIANTS] == [f"I{number:02}" for number in range(1, 33)]
    assert all(one.remark for one in INVARIANTS if one.means is Means.NOT_YET), "each says what it waits for"


def test_what_the_table_says_is_held_is_in_the_code() -> None:
    code = "".join(path.read_text("utf-8") for path in [*CHECKS, RECORD] if path.name != "table.py")
    held = set(re.findall(r'"(I\d\d)"', code))
    properties = {one.code for one in INVARIANTS if one.means is Means.PROPERTY}
    assert held == {one.code for one in INVARIANTS if one.means is not Means.NOT_YET} - properties
