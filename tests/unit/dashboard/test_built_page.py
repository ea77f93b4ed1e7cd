"""The built page keeps its budget, loads nothing from elsewhere, and names its files by their content."""

import os
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "robo_trader" / "web" / "static"
FIRST_LOAD_BYTES_MAX = 300_000

# Names of markup languages, which nobody loads, and the link that the licence of the charts asks for.
HARMLESS = re.compile(r"http://www\.w3\.org/|https://www\.tradingview\.com/")

pytestmark = pytest.mark.skipif(
    not (STATIC / "index.html").is_file() and not os.environ.get("CI"), reason="the dashboard is not built"
)


def assets() -> list[Path]:
    return sorted((STATIC / "assets").iterdir())


def test_first_load_is_within_budget() -> None:
    files = [STATIC / "index.html", *assets()]
    assert sum(path.stat().st_size for path in files) <= FIRST_LOAD_BYTES_MAX


def test_names_carry_a_hash() -> None:
    assert [path.name for path in assets() if not re.fullmatch(r"\w+-[\w-]{8}\.(js|css|svg)", path.name)] == []


def test_page_loads_only_its_own_files() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    loaded = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert sorted(loaded) == [f"./assets/{path.name}" for path in assets()]


def test_page_has_no_inline_script_or_style() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page) == []


def test_assets_hold_no_foreign_address() -> None:
    texts = [path.read_text(encoding="utf-8") for path in assets()]
    addresses = [address for text in texts for address in re.findall(r"https?://[^\s\"'`<>]+", text)]
    assert [address for address in addresses if not HARMLESS.match(address)] == []
