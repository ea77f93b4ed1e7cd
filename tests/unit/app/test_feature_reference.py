"""docs/features.md says what the catalogue holds."""

from pathlib import Path

from robo_trader.app.feature_reference import render_reference
from robo_trader.core.features.catalogue import CROSS_DEFINITIONS, DEFINITIONS

PAGE = Path(__file__).parents[3] / "docs" / "features.md"


def test_the_page_is_current() -> None:
    """If not: python -m robo_trader.app.feature_reference > docs/features.md."""
    assert PAGE.read_text("utf-8") == render_reference()


def test_every_feature_has_one_row() -> None:
    page = render_reference().partition("## Trend")[2]
    assert all(page.count(f"\n| `{name}` | ") == 1 for name in (*DEFINITIONS, *CROSS_DEFINITIONS))
