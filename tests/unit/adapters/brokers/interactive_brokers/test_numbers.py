"""Numbers of the wire are given once, whatever happens while they are put aside."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.adapters.brokers.interactive_brokers.numbers import OrderNumbers
from tests.examples import examples


class _Crash(Exception):
    pass


CRASHES = ("open", "first fsync", "replace", "second fsync")


def crashing(patch: pytest.MonkeyPatch, where: str) -> None:
    """Let the power go at a step of putting numbers aside."""
    fsync, replace, opens = os.fsync, Path.replace, Path.open
    synced = 0

    def do_fsync(descriptor: int) -> None:
        nonlocal synced
        synced += 1
        if where == ("first fsync" if synced == 1 else "second fsync"):
            raise _Crash
        fsync(descriptor)

    def do_replace(self: Path, target: Path) -> Path:
        if where == "replace":
            raise _Crash
        return replace(self, target)

    def do_open(self: Path, *how: str, **more: str) -> object:
        file = opens(self, *how, **more)  # type: ignore[call-overload]
        if where == "open" and how[:1] == ("w",):
            file.close()  # it is empty now
            raise _Crash
        return file

    patch.setattr(os, "fsync", do_fsync)
    patch.setattr(Path, "replace", do_replace)
    patch.setattr(Path, "open", do_open)


STEPS = st.one_of(
    st.tuples(st.just("take"), st.integers(1, 150)),
    st.tuples(st.just("offer"), st.integers(0, 500)),
    st.tuples(st.just("crash"), st.sampled_from(CRASHES)),
    st.tuples(st.just("restart"), st.none()),
)


@settings(max_examples=examples(100))
@given(st.lists(STEPS, max_size=25))
def test_no_number_is_given_twice(steps: list[tuple[str, object]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "numbers"
        numbers, last = OrderNumbers(path), 0
        for step, about in steps:
            if step == "take":
                assert isinstance(about, int)
                for _ in range(about):
                    number = numbers.take()
                    assert number > last
                    last = number
            elif step == "offer":
                assert isinstance(about, int)
                numbers.at_least(about)
            else:
                if step == "crash":
                    with pytest.MonkeyPatch.context() as patch, pytest.raises(_Crash):
                        crashing(patch, str(about))
                        for _ in range(1_000):
                            last = numbers.take()
                numbers = OrderNumbers(path)


def test_a_file_that_is_no_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "numbers").write_text("many")
    with pytest.raises(ValueError, match="many"):
        OrderNumbers(tmp_path / "numbers")
