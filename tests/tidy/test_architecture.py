"""docs/architecture.md shows the packages as they are: their purposes, and the arrows between the rooms."""

import ast
import re
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "robo_trader"
MAP = (ROOT / "docs" / "architecture.md").read_text()
PACKAGES = sorted(path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)


def purpose(package: Path) -> str:
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text()))
    assert docstring, f"{package} does not say what it is for"
    return docstring.splitlines()[0]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.relative_to(PACKAGE).as_posix())
def test_every_package_stands_in_the_map_with_its_purpose(package: Path) -> None:
    name = package.relative_to(PACKAGE).as_posix()
    assert f"| `{name}` | {purpose(package)} |" in MAP


def test_the_map_names_no_package_that_is_gone() -> None:
    named = set(re.findall(r"^\| `([a-z_/]+)` \|", MAP, re.MULTILINE))
    assert named == {package.relative_to(PACKAGE).as_posix() for package in PACKAGES}


def test_the_diagram_has_exactly_the_arrows_of_the_imports() -> None:
    graph = grimp.build_graph("robo_trader")
    rooms = {path.name for path in PACKAGES if path.parent == PACKAGE}
    real = {
        (importer, imported)
        for importer in rooms
        for imported in rooms - {importer}
        if graph.direct_import_exists(
            importer=f"robo_trader.{importer}", imported=f"robo_trader.{imported}", as_packages=True
        )
    }
    drawn = set(re.findall(r"^\s+(\w+) --> (\w+)$", MAP, re.MULTILINE))
    assert drawn == real
