"""The gateway's two files: the script of faults it reads, and the state it keeps."""

from pathlib import Path

import pytest

from robo_trader.app.commands.gateway import read_fault_file
from robo_trader.app.gateway_state import read_state, write_state
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind

LOST = Fault(kind=FaultKind.DROP, on="OrderStatusMessage", nth=3)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("faults.toml", '[[fault]]\nname = "status_lost"\nnth = 3\n'),
        ("faults.json", '{"fault": [{"kind": "drop", "on": "OrderStatusMessage", "nth": 3}]}'),
    ],
)
def test_a_script_is_toml_or_json(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert read_fault_file(tmp_path / name) == (LOST,)


@pytest.mark.parametrize(
    ("name", "raw", "complaint"),
    [
        ("wrong.toml", b"[[fault", "neither TOML nor JSON"),
        ("wrong.json", b"{", "neither TOML nor JSON"),
        ("letters.toml", b"\xff\xfe", "neither TOML nor JSON"),
        ("empty.toml", b"", "nothing else"),
        ("unknown.toml", b"[[fault]]\nkind = 'explode'", "explode"),
    ],
)
def test_a_wrong_script_is_refused_with_a_next_step(name: str, raw: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(InvalidConfig, match=complaint) as refused:
        read_fault_file(tmp_path / name)
    assert refused.value.next_step


def test_a_script_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="cannot be read"):
        read_fault_file(tmp_path / "nowhere.toml")


def test_a_state_is_kept_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "gateway.state"
    assert read_state(path) is None
    for at in (5, 6):
        write_state(path, at=at, brokerage=b"books")
        kept = read_state(path)
        assert kept is not None and (kept.at, kept.brokerage) == (at, b"books")
    assert [file.name for file in tmp_path.iterdir()] == ["gateway.state"]


def test_a_state_that_is_none_or_has_no_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gateway.state").write_bytes(b"\xc1")
    with pytest.raises(InvalidConfig, match="cannot be read"):
        read_state(tmp_path / "gateway.state")
    with pytest.raises(InvalidConfig, match="cannot be written"):
        write_state(tmp_path / "nowhere" / "gateway.state", at=0, brokerage=b"")
