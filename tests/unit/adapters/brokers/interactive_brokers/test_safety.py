"""Mode, account and port must fit together: each wrong fact alone refuses, in paper trading and with real money."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robo_trader.adapters.brokers.interactive_brokers.safety import (
    LIVE_PORTS,
    PAPER_ONLY,
    AllowedTargets,
    TradingMode,
    is_paper_account,
    refuse_login,
    refuse_target,
)

OURS = "U1234567"
LIVE = AllowedTargets(mode=TradingMode.LIVE, accounts=(OURS,))


def test_what_fits_may_connect() -> None:
    assert refuse_target(PAPER_ONLY, 4002, "DU1234567") is None
    assert refuse_target(PAPER_ONLY, 7497, "DF1234567") is None
    assert refuse_target(LIVE, 4001, OURS) is None
    assert refuse_target(LIVE, 7496, OURS) is None
    assert refuse_target(AllowedTargets(mode=TradingMode.LIVE, accounts=(OURS,), ports=(14001,)), 14001, OURS) is None


@pytest.mark.parametrize(
    ("allowed", "port", "account", "words"),
    [
        pytest.param(PAPER_ONLY, 4001, "DU1234567", "IB Gateway trades real money", id="paper on a live port"),
        pytest.param(PAPER_ONLY, 7496, "DU1234567", "TWS trades real money", id="paper on the other live port"),
        pytest.param(PAPER_ONLY, 4002, OURS, "is not a paper account", id="paper with a live account"),
        pytest.param(
            AllowedTargets(ports=(14001,)), 14001, "DU1234567", "this is a paper run", id="paper on a live port of ours"
        ),
        pytest.param(
            AllowedTargets(ports=(14001,)), 4001, "DU1234567", "this is a paper run", id="naming ports frees no other"
        ),
        pytest.param(
            AllowedTargets(accounts=(OURS,)), 4002, OURS, "not a paper account", id="on the list, but the mode is paper"
        ),
        pytest.param(LIVE, 4002, OURS, "not one where real money is traded", id="live on a paper port"),
        pytest.param(LIVE, 4001, "U7654321", "not among the accounts", id="live with an account not on the list"),
        pytest.param(LIVE, 4001, "DU1234567", "is a paper account", id="live with a paper account"),
        pytest.param(
            AllowedTargets(mode=TradingMode.LIVE), 4001, OURS, "not among the accounts", id="live with an empty list"
        ),
        pytest.param(
            AllowedTargets(mode=TradingMode.LIVE, accounts=("DU1234567",)), 4001, "DU1234567", "is a paper account",
            id="a paper account on the list",
        ),
    ],
)  # fmt: skip
def test_one_wrong_fact_refuses(allowed: AllowedTargets, port: int, account: str, words: str) -> None:
    refused = refuse_target(allowed, port, account)
    assert refused is not None
    assert words in refused


@pytest.mark.parametrize(
    ("allowed", "account", "managed", "words"),
    [
        (PAPER_ONLY, "DU1234567", [], "manages no account"),
        (PAPER_ONLY, "DU1234567", ["DU7654321"], "and not DU1234567"),
        (PAPER_ONLY, "DU1234567", ["DU1234567", OURS], f"one of real money: it manages {OURS}"),
        (LIVE, OURS, ["U7654321"], f"and not {OURS}"),
        (LIVE, OURS, [OURS, "DU1234567"], "a paper one: it manages DU1234567"),
    ],
)
def test_a_login_that_is_another_is_refused(
    allowed: AllowedTargets, account: str, managed: list[str], words: str
) -> None:
    refused = refuse_login(allowed, account, managed)
    assert refused is not None
    assert words in refused


def test_the_login_that_was_meant_is_taken() -> None:
    assert refuse_login(PAPER_ONLY, "DU1234567", ["DF1", "DU1234567"]) is None
    assert refuse_login(LIVE, OURS, [OURS, "U7654321"]) is None


@given(
    ports=st.lists(st.integers(1, 65_535), max_size=4),
    port=st.sampled_from(LIVE_PORTS) | st.integers(1, 65_535),
    account=st.from_regex(r"(D[UF])?[A-Z][A-Z0-9]{3,8}", fullmatch=True),
    accounts=st.lists(st.from_regex(r"[A-Z]{1,2}[A-Z0-9]{4,8}", fullmatch=True), max_size=4),
)
def test_no_paper_run_ever_reaches_real_money(ports: list[int], port: int, account: str, accounts: list[str]) -> None:
    allowed = AllowedTargets(accounts=(*accounts, account), ports=(*ports,))
    if refuse_target(allowed, port, account) is None:
        assert port not in {*LIVE_PORTS, *ports}
        assert is_paper_account(account)
