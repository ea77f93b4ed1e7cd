"""Whoever opens a sealed file is given its copy; everything else is as it was, and so is everything afterwards."""

import builtins
import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from robo_trader.research.validation.sealed_files import sealed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "bars.csv").write_text("close\n1\n2\n3\n")
    (tmp_path / "other.csv").write_text("close\n7\n")
    return tmp_path / "bars.csv"


def cut(file: Path, made: list[Path]) -> Path:
    """Write the copy: all but the last line."""
    target = file.with_name("copy.csv")
    made.append(target)
    target.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    return target


def test_every_way_to_open_it_gives_the_copy(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    monkeypatch.chdir(file.parent)
    with sealed({file.resolve(): lambda: cut(file, made)}) as opened:
        assert file.read_text() == "close\n1\n2\n" and file.read_bytes() == b"close\n1\n2\n"
        with open("bars.csv") as text, open(str(file)) as other:  # noqa: PTH123 - as a user may
            assert text.read() == other.read() == "close\n1\n2\n"
        assert pl.read_csv("bars.csv")["close"].to_list() == [1, 2]
        assert pl.scan_csv(file).collect().height == 2
        with open(file="bars.csv") as text:  # noqa: PTH123
            assert text.read() == "close\n1\n2\n"
        assert pl.read_csv(source="bars.csv").height == 2
        assert np.loadtxt(file, skiprows=1).tolist() == [1.0, 2.0]
        assert (file.parent / "other.csv").read_text() == "close\n7\n"
        assert io.StringIO("x").read() == "x" and pl.read_csv(io.BytesIO(b"a\n1\n")).height == 1
    assert len(made) == 1, "made once"
    assert {file.resolve(), (file.parent / "other.csv").resolve()} <= opened
    assert file.read_text() == "close\n1\n2\n3\n" and pl.read_csv(file).height == 3


def test_it_ends_also_with_an_error_and_for_whoever_kept_it(file: Path) -> None:
    before = (builtins.open, io.open, pl.read_csv)
    kept = []

    def fail() -> None:
        with sealed({file.resolve(): lambda: file.with_name("other.csv")}):
            kept.append(builtins.open)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (builtins.open, io.open, pl.read_csv) == before
    with kept[0](file) as text:
        assert text.read() == "close\n1\n2\n3\n"
