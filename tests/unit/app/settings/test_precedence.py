"""Preset, file, environment, command line: the later wins, key by key, and each value knows its place.

Worked by hand with risk.daily_loss_fraction: 0.02 by default, 0.03 in the file, 0.04 in the environment,
0.05 on the command line.
"""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from robo_trader.app.settings import ExplainedSetting, OriginKind, Settings, load_settings
from robo_trader.core.market.bar_sizes import BarSize, Duration

Load = Callable[..., Settings]
Explain = Callable[..., dict[str, ExplainedSetting]]

FILE = "[risk]\ndaily_loss_fraction = 0.03\n"
NAME = "ROBO_RISK__DAILY_LOSS_FRACTION"
VARIABLE = {"environment": {NAME: "0.04"}}
OPTION = {"overrides": {"risk": {"daily_loss_fraction": "0.05"}}}


@pytest.mark.parametrize(
    ("sources", "value", "origin"),
    [
        pytest.param({}, "0.02", "default", id="nothing is set"),
        pytest.param({"text": FILE}, "0.03", "robo_trader.toml:2", id="the file over the default"),
        pytest.param(VARIABLE | {"text": FILE}, "0.04", NAME, id="a variable over the file"),
        pytest.param(VARIABLE | OPTION | {"text": FILE}, "0.05", "command line", id="the command line over all"),
        pytest.param(OPTION | {"text": FILE}, "0.05", "command line", id="the command line over the file"),
        pytest.param(VARIABLE, "0.04", NAME, id="a variable alone"),
    ],
)
def test_the_later_source_wins(load: Load, explain: Explain, sources: Any, value: str, origin: str) -> None:  # noqa: ANN401 - keyword arguments
    row = explain(**sources)["risk.daily_loss_fraction"]
    assert load(**sources).risk.daily_loss_fraction == Decimal(value)
    assert (row.text, str(row.origin)) == (value, origin)


def test_sources_are_joined_key_by_key(load: Load) -> None:
    settings = load(
        "[risk]\nmax_position_fraction = 0.2\ndaily_loss_fraction = 0.03\n",
        environment={"ROBO_RISK__MAX_POSITION_FRACTION": "0.3"},
        overrides={"risk": {"order_notional_max": 500}},
    )
    assert settings.risk.max_position_fraction == Decimal("0.3")
    assert settings.risk.daily_loss_fraction == Decimal("0.03")
    assert settings.risk.order_notional_max == Decimal(500)
    assert settings.risk.gross_exposure_fraction == Decimal(1)


@pytest.mark.parametrize("name", ["ROBO_WEB__PORT", "robo_web__port", "Robo_Web__Port"])
def test_variables_are_read_in_any_case(load: Load, name: str) -> None:
    assert load(environment={name: "9000", "HOME": "/", "ROBOT_WEB__PORT": "1"}).web.port == 9000


def test_the_process_environment_is_never_read(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBO_WEB__PORT", "9000")
    monkeypatch.setenv("WEB", '{"port": 9000}')
    assert load().web.port == Settings().web.port == 8787


# Presets


@pytest.mark.parametrize(
    ("preset", "log_format", "web", "order_type"),
    [
        ("development", "console", True, "market"),
        ("staging", "json", True, "limit"),
        ("production", "json", False, "limit"),
    ],
)
def test_a_preset_chooses_other_defaults(load: Load, preset: str, log_format: str, web: bool, order_type: str) -> None:
    settings = load(overrides={"preset": preset})
    assert (settings.preset, settings.monitoring.log_format) == (preset, log_format)
    assert (settings.web.enabled, settings.execution.order_type) == (web, order_type)


def test_development_is_the_default_preset(load: Load) -> None:
    assert load() == load(overrides={"preset": "development"}) == Settings()


def test_the_preset_is_chosen_by_the_strongest_source(load: Load) -> None:
    text, environment = 'preset = "production"', {"ROBO_PRESET": "staging"}
    assert load(text).web.session_idle_minutes == 15
    assert load(text, environment=environment).web.session_idle_minutes == 30
    assert load(text, environment=environment, overrides={"preset": "production"}).preset == "production"


def test_every_source_is_stronger_than_the_preset(explain: Explain) -> None:
    rows = explain('preset = "production"\nweb.enabled = true')
    assert rows["web.enabled"].value is True
    assert str(rows["web.enabled"].origin) == "robo_trader.toml:2"
    assert str(rows["web.session_idle_minutes"].origin) == "preset production"
    assert rows["web.session_idle_minutes"].origin.kind is OriginKind.PRESET


def test_the_risk_limits_of_every_preset_are_the_live_defaults(load: Load) -> None:
    """The figures of the pre-trade control list: C02, C08, C09, C12, C19."""
    for preset in ("development", "staging", "production"):
        risk = load(overrides={"preset": preset}).risk
        assert (risk.order_notional_max, risk.order_notional_fraction) == (Decimal(10_000), Decimal("0.05"))
        assert (risk.max_position_fraction, risk.gross_exposure_fraction) == (Decimal("0.10"), Decimal(1))
        assert (risk.daily_loss_fraction, risk.stale_after_bars) == (Decimal("0.02"), Decimal("1.5"))


# What text turns into


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        pytest.param('data.symbols = ["aapl", " BRK.B "]', {}, id="a list in the file"),
        pytest.param('data.symbols = "AAPL, BRK.B"', {}, id="text in the file"),
        pytest.param(None, {"ROBO_DATA__SYMBOLS": "AAPL,brk.b"}, id="text in a variable"),
    ],
)
def test_symbols_are_a_list_or_text(load: Load, text: str | None, environment: dict[str, str]) -> None:
    assert load(text, environment=environment).data.symbols == ("AAPL", "BRK.B")


def test_values_have_their_types(load: Load) -> None:
    data = load('[data]\nbar_size = "5 min"\nduration = "2 W"\nspeed = "MAX"\nadjusted = false').data
    assert (data.bar_size, data.duration) == (BarSize.MINUTES_5, Duration(14))
    assert (data.speed, data.adjusted) == ("max", False)


def test_decimals_are_taken_as_written(load: Load) -> None:
    """0.1 in binary is 0.1000000000000000055; that never enters."""
    assert str(load("risk.max_position_fraction = 0.1").risk.max_position_fraction) == "0.1"
    assert str(load(overrides={"risk": {"max_position_fraction": 0.1}}).risk.max_position_fraction) == "0.1"


def test_the_home_folder_is_found(load: Load) -> None:
    assert load('storage.database = "~/trades.db"').storage.database == Path("~/trades.db").expanduser()


def test_settings_never_change(load: Load) -> None:
    settings = load()
    with pytest.raises(ValueError, match="frozen"):
        settings.risk.max_position_fraction = Decimal(1)
    with pytest.raises(ValueError, match="frozen"):
        settings.risk = settings.risk


# The file


def test_a_named_file_replaces_the_default_one(tmp_path: Path) -> None:
    (tmp_path / "robo_trader.toml").write_text("web.port = 1")
    (tmp_path / "mine.toml").write_text("web.port = 2")
    for name in (Path("mine.toml"), tmp_path / "mine.toml"):
        settings = load_settings(config_file=name, overrides={}, environment={}, working_directory=tmp_path)
        assert settings.web.port == 2


@pytest.mark.parametrize("text", ["\ufeffweb.port = 2", "[web]\r\nport = 2\r\n"], ids=["a byte order mark", "CRLF"])
def test_files_of_other_editors_are_read(load: Load, text: str) -> None:
    assert load(text).web.port == 2


def test_rows_are_toml_that_loads_to_the_same_settings(load: Load, explain: Explain) -> None:
    environment = {
        "ROBO_DATA__SYMBOLS": "IBM,GE",
        "ROBO_DATA__DURATION": "2 Y",
        "ROBO_DATA__SPEED": "12345.678",
        "ROBO_DATA__SEED": "4294967295",
        "ROBO_STORAGE__BUSY_TIMEOUT_SECONDS": "0.00001",
        "ROBO_STORAGE__DATABASE": 'a "b" \\c.db',
        "ROBO_PRESET": "staging",
    }
    rows = explain(environment=environment).values()
    text = "\n".join(f"{row.key} = {row.text}" for row in rows if row.text)
    assert load(text) == load(environment=environment)
