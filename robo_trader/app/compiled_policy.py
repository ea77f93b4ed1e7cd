"""A risk policy, which the compiled backtest cannot hold an account to. Single limits are refused beside the loop."""

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.policies import Policy


def refuse_policy_to_compile(policy: Policy) -> None:
    """Raise InvalidConfig where a policy tightens anything: without it, the result would be another's."""
    if policy.limits:
        raise InvalidConfig(
            "risk.policy is set, and the compiled backtest does not know it",
            next_step="Use the engine event: --engine event.",
        )
