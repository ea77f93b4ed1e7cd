"""Every planted bug still has its place in the program, and leaves a program behind that can be read."""

import ast

import pytest

from tests.planted.bug import PACKAGE, Bug
from tests.planted.core_bugs import CORE_BUGS
from tests.planted.shell_bugs import SHELL_BUGS

BUGS = (*CORE_BUGS, *SHELL_BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_it_stands_in_its_place(bug: Bug) -> None:
    source = (PACKAGE / bug.path).read_text("utf-8")
    planted = bug.planted(source)
    assert ast.dump(ast.parse(planted)) != ast.dump(ast.parse(source))


def test_there_are_fifty_and_each_has_a_name_of_its_own() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 50
