"""From settings to how orders are worked."""

from typing import Any

import pytest

from robo_trader.app.execution import build_execution
from robo_trader.app.joining import build_venue_settings
from robo_trader.app.settings import Settings
from robo_trader.app.settings.loading import load_given
from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.execution.policy import Urgency


def given(bar_size: str = "1 min", **execution: Any) -> Settings:  # noqa: ANN401 - settings
    return load_given({"execution": execution, "data": {"bar_size": bar_size}})


def test_at_once_needs_no_policy_and_the_venue_no_law() -> None:
    assert build_execution(Settings()) is None
    assert build_venue_settings(Settings()).impact is None


def test_every_key_reaches_the_policy() -> None:
    policy = build_execution(
        given(
            algorithm="pov", window_minutes=30, interval_seconds=20, close_margin_minutes=7, child_shares_min=10,
            pov_fraction="0.2", display_shares=50, patience_seconds=90, modifies_max=4, peg="primary",
            window_end="cancel", profile_sessions=5, half_spread_bps=2, impact_coefficient="0.5",
        )
    )  # fmt: skip
    assert policy is not None and policy.algorithm is Algorithm.POV and not policy.crosses_rest
    spans = policy.window, policy.interval, policy.close_margin, policy.patience
    assert [span // NANOS_PER_SECOND for span in spans] == [1800, 20, 420, 90]
    assert policy.participation == 0.2 and policy.display_shares == 50 and policy.child_shares_min == 10
    assert (policy.modifies_max, policy.peg.value, policy.profile_sessions) == (4, "primary", 5)
    assert (policy.impact.half_spread_bps, policy.impact.coefficient) == (2.0, 0.5)


def test_smart_leaves_the_algorithm_open() -> None:
    policy = build_execution(given(algorithm="smart", urgency="high"))
    assert policy is not None and policy.algorithm is None and policy.urgency is Urgency.HIGH


def test_the_law_reaches_the_venue() -> None:
    impact = build_venue_settings(given(slippage_model="square_root")).impact
    assert impact is not None and impact.coefficient == 0.67


def test_daily_bars_are_refused_with_the_next_step() -> None:
    with pytest.raises(InvalidConfig, match="daily bars") as refused:
        build_execution(given("1 day", algorithm="twap"))
    assert "1 min" in refused.value.next_step and "at_once" in refused.value.next_step


@pytest.mark.parametrize(
    "wrong",
    [
        {"algorithm": "twapp"}, {"pov_fraction": 0.6}, {"modifies_max": 21}, {"window_minutes": 0},
        {"impact_coefficient": 4}, {"display_shares": 0}, {"window_end": "keep"},
    ],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig, match=f"execution.{next(iter(wrong))}"):
        given(**wrong)
