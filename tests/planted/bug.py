"""One bug: a place in the program, and what a tired engineer might have written there."""

from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "robo_trader"


@dataclass(frozen=True, slots=True)
class Bug:
    """A small change of one file of the program that makes it wrong."""

    name: str  # what is wrong
    path: str  # below the package
    right: str  # stands there exactly once
    wrong: str  # stands there instead

    def planted(self, source: str) -> str:
        """Return a file's text with the bug in it."""
        assert source.count(self.right) == 1, f"{self.name}: {self.path} has {source.count(self.right)} such places"
        return source.replace(self.right, self.wrong)

    def plant(self, package: Path) -> None:
        """Write the bug into a copy of the package."""
        file = package / self.path
        file.write_text(self.planted(file.read_text("utf-8")), "utf-8")
