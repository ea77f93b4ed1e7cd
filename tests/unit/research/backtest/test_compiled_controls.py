"""The compiled backtest refuses, by its key, every control that it does not play."""

from dataclasses import MISSING, fields
from typing import Any

import pytest

from robo_trader.app.settings import RiskSettings
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.research.backtest.compiled_controls import refuse_unplayed_limits
from tests.builders import some_limits

PLAYED = {
    "order_shares_max": 1, "net_exposure_max_fraction": "1", "net_exposure_min_fraction": "0",
    "weekly_loss_fraction": "0.1", "drawdown_fraction": "0.1", "daily_turnover_fraction": "1",
    "entry_delay_minutes": 1, "entry_cutoff_minutes": 1,
}  # fmt: skip
PARAMETERS = {  # of others: by themselves they switch nothing on
    "order_burst": 7, "breaker_slippage_fills": 7, "breaker_window_seconds": 7, "breaker_cooldown_seconds": 7,
    "emergency_window_seconds": 7,
}  # fmt: skip
NAMES = [field.name for field in fields(RiskLimits) if field.default is not MISSING]


def value_of(name: str) -> Any:  # noqa: ANN401 - each limit has its own type
    special: dict[str, Any] = {
        "short_sales": False,
        "fills_after_halt": False,
        "allowed_symbols": (Symbol("A"),),
        "denied_symbols": (Symbol("A"),),
    }
    return {**PLAYED, **PARAMETERS, **special}.get(name, 1)


@pytest.mark.parametrize("name", sorted({*NAMES} - PLAYED.keys() - PARAMETERS.keys()))
def test_what_is_not_played_is_refused_by_its_key(name: str) -> None:
    with pytest.raises(InvalidConfig, match=rf"^risk\.{name}: the compiled backtest does not play") as refused:
        refuse_unplayed_limits(some_limits(**{name: value_of(name)}))
    assert "--engine event" in refused.value.next_step


@pytest.mark.parametrize("name", [*PLAYED, *PARAMETERS])
def test_what_is_played_is_not(name: str) -> None:
    refuse_unplayed_limits(some_limits(**{name: value_of(name)}))


def test_several_are_named_together() -> None:
    with pytest.raises(InvalidConfig, match=r"^risk\.price_min, risk\.jump_fraction: .* these controls$"):
        refuse_unplayed_limits(some_limits(price_min="1", jump_fraction="0.2"))
    with pytest.raises(InvalidConfig, match=r"^risk\.sector_fraction, risk\.beta_max: .* these controls$"):
        refuse_unplayed_limits(some_limits(beta_max="1", sector_fraction="0.3"))


def test_every_limit_is_a_setting_and_every_setting_a_limit() -> None:
    """All but `policy`, which names a file of limits."""
    assert {field.name for field in fields(RiskLimits)} == RiskSettings.model_fields.keys() - {"policy"}
    usual = RiskLimits(**RiskSettings().model_dump(exclude={"policy"}))
    assert {name: getattr(usual, name) for name in NAMES} == {
        field.name: field.default for field in fields(RiskLimits) if field.default is not MISSING
    }
