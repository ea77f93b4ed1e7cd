"""Whom a paper run may trade with, and what the gateway's numbers end: most end nothing."""

import pytest

from robo_trader.adapters.brokers.interactive_brokers.codes import CODES, CodeKind, meaning
from robo_trader.adapters.brokers.interactive_brokers.safety import LIVE_PORTS, PAPER_ONLY, refuse_login, refuse_target


@pytest.mark.parametrize("port", sorted(LIVE_PORTS))
def test_f14_a_port_of_real_money_is_refused_whatever_the_account(port: int) -> None:
    assert str(port) in (refuse_target(PAPER_ONLY, port, "DU1234567") or "")


@pytest.mark.parametrize("account", ["U1234567", "", "F123", "du1234567", "I1"])
def test_f14_an_account_of_real_money_is_refused_at_every_port(account: str) -> None:
    assert refuse_target(PAPER_ONLY, 4002, account)


@pytest.mark.parametrize("account", ["DU1234567", "DF1234567"])
def test_a_paper_account_at_a_paper_port_may_be_traded(account: str) -> None:
    assert (
        refuse_target(PAPER_ONLY, 4002, account) is None and refuse_login(PAPER_ONLY, account, ["DU1", account]) is None
    )


def test_f14_a_login_without_the_account_is_refused() -> None:
    assert "DU2" in (refuse_login(PAPER_ONLY, "DU1", ["DU2"]) or "") and "no account" in (
        refuse_login(PAPER_ONLY, "DU1", []) or ""
    )


@pytest.mark.parametrize("code", [399, 404, 492, 2109, 10349, 2104, 2106, 2158, 10167, 99_999])
def test_f32_advice_and_notices_end_no_order(code: int) -> None:
    assert meaning(code).kind not in {CodeKind.REJECTS, CodeKind.CONFIRMS_CANCEL}


@pytest.mark.parametrize("code", [103, 110, 200, 201, 203, 321, 434])
def test_f33_refusals_do(code: int) -> None:
    assert meaning(code).kind is CodeKind.REJECTS


def test_every_code_says_what_happened_what_it_means_and_what_to_do() -> None:
    assert all(code.cause and code.effect and code.next_step for code in CODES.values())
    assert {code for code, known in CODES.items() if known.kind is CodeKind.LINK_LOST} == {1100, 2110}
    assert {code for code, known in CODES.items() if known.kind is CodeKind.LINK_BACK} == {1101, 1102}
