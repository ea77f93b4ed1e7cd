"""A session continues where the settings that decide are equal; a limit that is off decides nothing."""

from pathlib import Path

from robo_trader.app.session_plan import deciding_settings
from robo_trader.app.settings import load_settings

ALWAYS = {
    "risk.max_position_fraction", "risk.gross_exposure_fraction", "risk.order_notional_max",
    "risk.order_notional_fraction", "risk.daily_loss_fraction", "risk.intraday_drawdown_fraction",
    "risk.cash_buffer_fraction", "risk.stale_after_bars", "risk.orders_for_next_open",
}  # fmt: skip


def deciding(folder: Path, **risk: str) -> dict[str, str]:
    settings = load_settings(
        config_file=None, overrides={"risk": risk}, environment={}, working_directory=folder
    )  # fmt: skip
    return {key: value for key, value in deciding_settings(settings).items() if key.startswith("risk.")}


def test_a_session_from_before_a_control_was_known_goes_on(tmp_path: Path) -> None:
    assert deciding(tmp_path).keys() == ALWAYS


def test_a_control_that_is_on_makes_it_another_session(tmp_path: Path) -> None:
    changed = deciding(tmp_path, price_min="1", short_sales="false", denied_symbols="IBM,AAPL")
    assert changed.keys() - ALWAYS == {"risk.price_min", "risk.short_sales", "risk.denied_symbols"}
    assert (changed["risk.price_min"], changed["risk.denied_symbols"]) == ("1", "IBM,AAPL")
