"""Tables that scroll inside their box."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from robo_trader.research.reports.figures import Value, signed_class, text


class Cell(NamedTuple):
    """What stands in a cell, already as text of the page, and the class that colors it."""

    html: str
    kind: str = ""


def word(words: object) -> Cell:
    """Return a cell of words, to the left."""
    return Cell(text(words), "word")


def plain(figure: str) -> Cell:
    """Return a cell of a figure without a color."""
    return Cell(text(figure))


def gain(figure: str, value: Value) -> Cell:
    """Return a cell of a figure whose sign matters, unless what is shown is 0."""
    is_shown = any(digit in figure for digit in "123456789")
    return Cell(text(figure), signed_class(value) if is_shown else "")


def table(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, words: int = 1) -> str:
    """Return a table; the first `words` columns hold words, the others figures."""
    head = "".join(_heading(heading, is_word=place < words) for place, heading in enumerate(headings))
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{text(name)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(cell: Cell) -> str:
    return f'<td class="{cell.kind}">{cell.html}</td>' if cell.kind else f"<td>{cell.html}</td>"


def _heading(words: str, *, is_word: bool) -> str:
    kind = ' class="word"' if is_word else ""
    return f'<th scope="col"{kind}>{text(words)}</th>'
