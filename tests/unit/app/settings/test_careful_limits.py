"""docs/risk.md: its careful values are sound settings, and it tells every limit and every control there is."""

import re
from pathlib import Path

from robo_trader.app.settings import RiskSettings, load_settings
from robo_trader.core.risk.controls import CONTROLS

PAGE = (Path(__file__).parents[4] / "docs" / "risk.md").read_text("utf-8")


def test_the_careful_values_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "robo_trader.toml").write_text(PAGE.split("```toml\n")[1].split("```")[0])
    risk = load_settings(config_file=None, overrides={}, environment={}, working_directory=tmp_path).risk
    assert (risk.order_shares_max, risk.short_sales, risk.max_position_fraction) == (
        500,
        False,
        RiskSettings().max_position_fraction,
    )


def test_every_limit_is_told() -> None:
    told = set(re.findall(r"`([a-z_0-9]+)`", PAGE))
    assert set(RiskSettings.model_fields) - told == set()


def test_every_control_has_its_line() -> None:
    lines = re.findall(r"^\| (C\d\d)( \*c\*)? \|", PAGE, re.MULTILINE)
    assert sorted({code for code, _ in lines}) == [f"C{number:02}" for number in range(1, 33)]
    assert {entry.code for entry in CONTROLS} <= {code for code, _ in lines}
