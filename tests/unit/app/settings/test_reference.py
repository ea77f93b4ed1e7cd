"""docs/configuration.md and the JSON schema say what the model does."""

import subprocess
import sys
from pathlib import Path

import pytest

from robo_trader.app.settings import Settings, load_settings, settings_schema
from robo_trader.app.settings.keys import FIELDS, SECRETS, SECTIONS
from robo_trader.app.settings.model import PRESETS
from robo_trader.app.settings.reference import render_reference

ROOT = Path(__file__).parents[4]


def test_the_page_is_current() -> None:
    """If not: python -m robo_trader.app.settings.reference > docs/configuration.md."""
    assert (ROOT / "docs" / "configuration.md").read_text("utf-8") == render_reference()


def test_the_page_is_written_by_its_module() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "robo_trader.app.settings.reference"],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    assert done.stdout == render_reference()


def test_the_example_on_the_page_is_sound(tmp_path: Path) -> None:
    (tmp_path / "robo_trader.toml").write_text(render_reference().split("```toml\n")[1].split("```")[0])
    settings = load_settings(config_file=None, overrides={}, environment={}, working_directory=tmp_path)
    assert (settings.preset, settings.data.symbols) == ("staging", ("AAPL", "IBM"))


def test_every_key_has_a_row() -> None:
    page = render_reference()
    assert all(f"\n| `{key}` | " in page for key in FIELDS)


@pytest.mark.parametrize("key", FIELDS)
def test_every_key_is_described_in_a_sentence(key: str) -> None:
    description = FIELDS[key].description
    assert description is not None
    assert description.endswith(".")


def test_numbers_tell_their_unit() -> None:
    units = (
        "fraction",
        "basis points",
        "US dollars",
        "bar",
        "count",
        "seconds",
        "minutes",
        "ATRs",
        "port",
        "Number",
        "random",
    )
    for key, field in FIELDS.items():
        if field.metadata and any(hasattr(mark, "le") for mark in field.metadata):
            assert any(unit in (field.description or "") for unit in units), key


def test_the_schema_has_every_key_and_no_more() -> None:
    schema = settings_schema()
    kinds = {name: SECTIONS[name].__name__ for name in SECTIONS}
    keys = {f"{name}.{key}" for name, kind in kinds.items() for key in schema["$defs"][kind]["properties"]}
    assert keys | {"preset"} == set(FIELDS)
    assert all(schema["$defs"][kind]["additionalProperties"] is False for kind in kinds.values())


def test_the_schema_tells_bounds_defaults_and_descriptions() -> None:
    field = settings_schema()["$defs"]["RiskSettings"]["properties"]["daily_loss_fraction"]
    assert field == {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 0.25,
        "default": 0.02,
        "title": "Daily Loss Fraction",
        "description": FIELDS["risk.daily_loss_fraction"].description,
    }


def test_the_login_code_is_the_secret() -> None:
    assert frozenset({"web.login_code"}) == SECRETS


def test_presets_change_known_keys_to_sound_values() -> None:
    for changes in PRESETS.values():
        for key, value in changes.items():
            section, _, name = key.partition(".")
            assert Settings.model_validate({section: {name: value}}) != Settings()


def test_importing_brings_nothing_heavy() -> None:
    code = "import sys, robo_trader.app.settings; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    heavy = {
        "polars",
        "numpy",
        "sqlalchemy",
        "fastapi",
        "uvicorn",
        "rich",
        "typer",
        "structlog",
    }
    assert not heavy & set(done.stdout.split())
