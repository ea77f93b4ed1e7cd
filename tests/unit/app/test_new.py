"""A new strategy is written under both of its names, and never over what is there."""

from pathlib import Path

import pytest

from robo_trader.app.commands.new import names_of, write_strategy
from robo_trader.core.domain.errors import InvalidConfig


@pytest.mark.parametrize(
    ("given", "module", "kind"),
    [
        ("my_reversal", "my_reversal", "MyReversal"),
        ("MyReversal", "my_reversal", "MyReversal"),
        ("myReversal", "my_reversal", "MyReversal"),
        ("My_Reversal", "my_reversal", "MyReversal"),
        ("rsi_2", "rsi_2", "Rsi2"),
        ("Rsi2", "rsi2", "Rsi2"),
        ("MyRSI", "my_rsi", "MyRSI"),
        ("reversal", "reversal", "Reversal"),
        ("X", "x", "X"),
        ("a__b_", "a_b", "AB"),
    ],
)
def test_both_names_follow_from_one(given: str, module: str, kind: str) -> None:
    assert names_of(given) == (module, kind)


@pytest.mark.parametrize("name", ["", "2fast", "my-reversal", "my reversal", "../x", "mine.py", "übel", "_x", "a" * 61])
def test_what_cannot_be_a_name(name: str) -> None:
    with pytest.raises(InvalidConfig, match="cannot be the name of a strategy") as refused:
        names_of(name)
    assert "my_reversal or MyReversal" in refused.value.next_step


@pytest.mark.parametrize("name", ["random", "Random", "class", "pytest", "RoboTrader", "Statistics"])
def test_a_name_that_python_has_is_refused(name: str) -> None:
    with pytest.raises(InvalidConfig, match="the name of something else"):
        names_of(name)


@pytest.mark.parametrize("existing", ["mine.py", "test_mine.py"])
def test_nothing_is_overwritten(tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_text("precious")
    with pytest.raises(InvalidConfig, match=f"{existing} exists"):
        write_strategy("mine", tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {existing: "precious"}


def test_what_is_written_names_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_strategy("MyReversal", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my_reversal.py", "test_my_reversal.py"]
    assert "class MyReversal(Strategy):" in (tmp_path / "my_reversal.py").read_text()
    assert "robo-trader backtest --strategy my_reversal.py:MyReversal" in capsys.readouterr().out


def test_a_folder_that_refuses_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"mine\.py cannot be written: No such file or directory"):
        write_strategy("mine", tmp_path / "gone")
