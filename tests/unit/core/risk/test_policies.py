"""A policy tightens; what it would loosen is told apart, and takes somebody to answer for it.

By hand: 10 % a position in the settings; the policy says 8 % for the account, 9 % for AAPL, which is looser than that,
and 5 % for the strategy `trend`.
"""

from dataclasses import MISSING, fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.core.domain.policies import NO_POLICY, LimitChange, LimitValue, Policy
from robo_trader.core.domain.violations import Control
from robo_trader.core.risk.controls import CONTROLS
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.policies import (
    ACCOUNT_ONLY,
    NOT_IN_POLICY,
    TIGHTER,
    Tighter,
    is_tighter,
    policy_of,
    tightened,
    tightest,
    with_changes,
)
from tests.builders import some_limits

LEVELS = ("account", "strategy.trend", "symbol.AAPL")
SETTINGS = some_limits(max_position="0.1")
MAY_BE_OFF = {field.name for field in fields(RiskLimits) if field.default is not MISSING}


def a_policy(**limits: str | bool) -> Policy:
    """Limits by level and name, as account__heat_fraction; a dot is written as two underscores."""
    values = {
        tuple(key.rsplit("__", 1)): value if isinstance(value, bool) else Decimal(value)
        for key, value in limits.items()
    }
    return policy_of({(level.replace("__", "."), name): value for (level, name), value in values.items()})


POLICY = a_policy(
    account__max_position_fraction="0.08",
    symbol__AAPL__max_position_fraction="0.09",
    strategy__trend__max_position_fraction="0.05",
)


def test_every_limit_is_in_the_table() -> None:
    """If not, add the line to TIGHTER that says which way is tighter, or the name to NOT_IN_POLICY."""
    assert TIGHTER.keys() | NOT_IN_POLICY == {field.name for field in fields(RiskLimits)}
    assert not TIGHTER.keys() & NOT_IN_POLICY


def test_whatever_a_breaker_or_the_account_goes_by_is_the_accounts_alone() -> None:
    """A limit at another level that no check reads would promise what nobody keeps."""
    assert TIGHTER.keys() >= ACCOUNT_ONLY
    assert {name for name in TIGHTER if name.startswith(("breaker_", "emergency_"))} <= ACCOUNT_ONLY
    checked = {key for entry in CONTROLS for key in entry.keys if entry.control is not Control.CIRCUIT_BREAKER}
    assert checked & ACCOUNT_ONLY == {"jump_fraction"}, "which is looked at bar by bar, once for all"
    parameters = {"order_burst"}
    assert {name for name in MAY_BE_OFF if name not in checked | parameters | NOT_IN_POLICY} <= ACCOUNT_ONLY


@pytest.mark.parametrize(
    ("levels", "fraction"),
    [
        pytest.param([], "0.1", id="the settings'"),
        pytest.param(["account"], "0.08", id="the account's is tighter"),
        pytest.param(["account", "symbol.AAPL"], "0.08", id="what a symbol would loosen does not count"),
        pytest.param(["account", "symbol.AAPL", "strategy.trend"], "0.05", id="the tightest of all three"),
        pytest.param(["account", "symbol.IBM", "strategy.other"], "0.08", id="others' limits are not ours"),
    ],
)
def test_the_tightest_wins(levels: list[str], fraction: str) -> None:
    assert tightest(SETTINGS, POLICY, *levels).max_position_fraction == Decimal(fraction)


def test_whatever_is_tighter() -> None:
    limits = replace(some_limits(cash_buffer="0.05"), stale_after_bars=Decimal(3))
    policy = a_policy(
        account__cash_buffer_fraction="0.10", account__stale_after_bars="2", account__orders_for_next_open=False,
        account__heat_fraction="0.06",
    )  # fmt: skip
    found = tightest(limits, policy, "account")
    assert found.cash_buffer_fraction == Decimal("0.10") and found.stale_after_bars == 2
    assert found.orders_for_next_open is False and found.heat_fraction == Decimal("0.06")
    looser = a_policy(
        account__cash_buffer_fraction="0.01", account__stale_after_bars="4", account__orders_for_next_open=True
    )
    assert tightest(limits, looser, "account") is limits


def test_what_is_tightened_and_what_is_loosened() -> None:
    new = a_policy(
        account__max_position_fraction="0.07", strategy__trend__max_position_fraction="0.06",
        symbol__IBM__order_notional_max="100",
    )  # fmt: skip
    accepted, refused = tightened(POLICY, new)
    assert accepted == (
        LimitChange(level="account", name="max_position_fraction", before=Decimal("0.08"), after=Decimal("0.07")),
        LimitChange(level="symbol.IBM", name="order_notional_max", before=None, after=Decimal(100)),
    )
    assert refused == (
        LimitChange(
            level="strategy.trend", name="max_position_fraction", before=Decimal("0.05"), after=Decimal("0.06")
        ),
        LimitChange(level="symbol.AAPL", name="max_position_fraction", before=Decimal("0.09"), after=None),
    ), "a limit that is left out would be loosened too"


def values_of(name: str) -> st.SearchStrategy[LimitValue]:
    return st.booleans() if TIGHTER[name] is Tighter.FALSE else st.decimals(0, 1, places=2)


POLICIES = st.lists(
    st.tuples(st.sampled_from(LEVELS), st.sampled_from(list(TIGHTER))).flatmap(
        lambda key: st.tuples(st.just(key), values_of(key[1]))
    ),
    max_size=8,
).map(lambda pairs: policy_of(dict(pairs)))


@given(POLICIES, POLICIES)
def test_all_changes_lead_to_the_new_policy(old: Policy, new: Policy) -> None:
    accepted, refused = tightened(old, new)
    assert with_changes(old, accepted + refused) == new
    assert tightened(new, new) == ((), ())
    assert not {(one.level, one.name) for one in accepted} & {(one.level, one.name) for one in refused}


@given(POLICIES, POLICIES, st.lists(st.sampled_from(LEVELS), unique=True))
def test_what_is_accepted_loosens_nothing_at_any_level(old: Policy, new: Policy, levels: list[str]) -> None:
    after = with_changes(old, tightened(old, new)[0])
    was, will_be = tightest(SETTINGS, old, *levels), tightest(SETTINGS, after, *levels)
    for name in TIGHTER:
        before, now = getattr(was, name), getattr(will_be, name)
        assert now == before or is_tighter(name, now, before), name


def test_nothing_loosens_what_is_off() -> None:
    assert tightened(NO_POLICY, POLICY)[1] == () and len(tightened(NO_POLICY, POLICY)[0]) == 3
