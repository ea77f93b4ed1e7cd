"""A risk policy from its file: every mistake is told with its line, the nearest name, and the bounds of [risk]."""

from decimal import Decimal
from pathlib import Path

import pytest

from robo_trader.app.settings.policy_file import PolicyFile, read_policy_file
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.risk.policies import policy_of

TOML = """\
[account]
max_position_fraction = 0.05  # 5 %
orders_for_next_open = false

[strategy.trend]
order_notional_max = 4000

[symbol."BRK.B"]
heat_fraction = 0.01
[symbol.aapl]
beta_max = 0.5
"""
YAML = """\
# the same
account:
  max_position_fraction: 0.05
  orders_for_next_open: false
strategy:
  trend: {order_notional_max: 4000}
symbol:
  BRK.B:
    heat_fraction: 0.01
  aapl:
    beta_max: 0.5
"""
POLICY = policy_of({
    ("account", "max_position_fraction"): Decimal("0.05"),
    ("account", "orders_for_next_open"): False,
    ("strategy.trend", "order_notional_max"): Decimal(4000),
    ("symbol.AAPL", "beta_max"): Decimal("0.5"),
    ("symbol.BRK.B", "heat_fraction"): Decimal("0.01"),
})  # fmt: skip


def read(folder: Path, text: str, name: str = "policy.toml") -> PolicyFile:
    (folder / name).write_text(text, "utf-8")
    return read_policy_file(Path(name), folder)


def problems(folder: Path, text: str, name: str = "policy.toml") -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        read(folder, text, name)
    assert caught.value.next_step.endswith(f"robo-trader risk check {name}")
    headline, *lines = str(caught.value).split("\n  ")
    assert headline.startswith(f"The risk policy {name} cannot be used")
    return lines


@pytest.mark.parametrize(("text", "name"), [(TOML, "policy.toml"), (YAML, "policy.yaml"), (YAML, "policy.YML")])
def test_both_forms_say_the_same(tmp_path: Path, text: str, name: str) -> None:
    assert read(tmp_path, text, name).policy == POLICY


def test_every_limit_has_its_line(tmp_path: Path) -> None:
    toml, yaml = read(tmp_path, TOML).origins, read(tmp_path, YAML, "p.yaml").origins
    assert str(toml["account", "max_position_fraction"]) == "policy.toml:2"
    assert str(toml["symbol.BRK.B", "heat_fraction"]) == "policy.toml:9"
    assert str(yaml["strategy.trend", "order_notional_max"]) == "p.yaml:6"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "[account]\nmax_positon_fraction = 0.05",
            "account.max_positon_fraction (policy.toml:2): unknown limit; did you mean max_position_fraction?",
            id="a misspelled limit",
        ),
        pytest.param(
            "[acount]\nheat_fraction = 0.05",
            "acount.heat_fraction (policy.toml:2): unknown level; did you mean account?",
            id="a misspelled level",
        ),
        pytest.param(
            "[risk]\npolicy = 'x'",
            "risk.policy (policy.toml:2): unknown level; the levels are account, strategy, symbol",
            id="a section of the settings",
        ),
        pytest.param(
            "heat_fraction = 0.05",
            "heat_fraction (policy.toml:1): a limit outside a level; did you mean account.heat_fraction?",
            id="a limit outside a level",
        ),
        pytest.param(
            "[symbol.AAPL]\ndrawdown_fraction = 0.05",
            "symbol.AAPL.drawdown_fraction (policy.toml:2): acts on the whole account; write it as "
            "account.drawdown_fraction",
            id="a limit of the account at another level",
        ),
        pytest.param(
            "[account]\ndenied_symbols = 'AAPL'",
            "account.denied_symbols (policy.toml:2): no policy sets this; set risk.denied_symbols",
            id="a list of symbols",
        ),
        pytest.param(
            "[symbol.'A B']\nheat_fraction = 0.05",
            "symbol.'A B'.heat_fraction (policy.toml:2): limits stand in [account], [strategy.NAME] and [symbol.SYM], "
            "with a sound name",
            id="what is no symbol",
        ),
        pytest.param(
            "[account]\nheat_fraction = 6",
            "account.heat_fraction = 6 (policy.toml:2): must be a fraction above 0 and at most 1; did you mean 0.06, "
            "which is 6 %?",
            id="percent for a fraction",
        ),
        pytest.param(
            "[account]\norder_notional_max = '4000 USD'",
            "account.order_notional_max = '4000 USD' (policy.toml:2): must be a number above 0 and at most 10000000",
            id="a unit in the value",
        ),
        pytest.param(
            "[account]\norders_for_next_open = 'perhaps'",
            "account.orders_for_next_open = 'perhaps' (policy.toml:2): must be true or false",
            id="neither yes nor no",
        ),
        pytest.param(
            "[account]\nheat_fraction = true",
            "account.heat_fraction = true (policy.toml:2): must not be true or false",
            id="a yes for a number",
        ),
        pytest.param(
            "[account]\nheat_fraction = nan",
            "account.heat_fraction = NaN (policy.toml:2): must be a fraction above 0 and at most 1",
            id="no number at all",
        ),
        pytest.param(
            "[symbol.AAPL]\nbeta_max = 1\n[symbol.aapl]\nbeta_max = 2",
            "symbol.AAPL.beta_max (policy.toml:4): is set by policy.toml:2 as well",
            id="the same symbol twice",
        ),
        pytest.param(
            "[account",
            "policy.toml:1: is not TOML: Expected ']' at the end of a table declaration",
            id="no TOML",
        ),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, text: str, problem: str) -> None:
    assert problems(tmp_path, text) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("account: [1", "p.yaml:1: is not YAML", id="no YAML"),
        pytest.param("account:\n  a: 1\n  a: 2", "p.yaml:3: account.a is written twice, first on line 2", id="twice"),
        pytest.param("- 1", "p.yaml:1: the whole must be a table or a plain value", id="a list"),
        pytest.param(
            "account:\n  heat_fraction: [1]",
            "p.yaml:2: account.heat_fraction must be a table or a plain value",
            id="many",
        ),
        pytest.param(
            "account:\n  heat_fraction:", "account.heat_fraction = '' (p.yaml:2): must be a fraction above", id="empty"
        ),
        pytest.param("account: 5", "account (p.yaml:1): limits stand in [account]", id="a level with a value"),
        pytest.param("a: &x {b: {c: {d: 1}}}", "p.yaml:1: a.b.c must be a table or a plain value", id="too deep"),
    ],
)
def test_a_mistake_in_yaml_is_told(tmp_path: Path, text: str, problem: str) -> None:
    (found,) = problems(tmp_path, text, "p.yaml")
    assert found.startswith(problem)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "[account]\nheat_fraction = 6\nbeta = 1\n[sector.x]\ny = 1")) == 3


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"policy\.toml: cannot be read: No such file"):
        read_policy_file(Path("policy.toml"), tmp_path)


@pytest.mark.parametrize("name", ["policy.toml", "policy.yaml"])
def test_an_empty_policy_is_sound(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, "", name).policy == policy_of({})
