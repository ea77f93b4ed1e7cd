"""Whether a symbol is seen as it is now: the gravest reason counts, and silence only where ticks are wanted."""

import pytest

from robo_trader.adapters.brokers.interactive_brokers.symbol_data import SymbolData
from robo_trader.core.domain.market_data import DataState

SILENCE = 5.0
NOW = 100.0


def some_data(**changes: object) -> SymbolData:
    known = {"heard_at": NOW - 1.0}
    return SymbolData(**{**known, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, DataState.FLOWING, "ticks come"),
        ({"heard_at": NOW - SILENCE}, DataState.FLOWING, "ticks come"),
        ({"heard_at": NOW - SILENCE - 0.1}, DataState.SILENT, "for 5.0 seconds"),
        ({"heard_at": None}, DataState.SILENT, "on this connection"),
        ({"heard_at": None, "trouble": "354: not subscribed"}, DataState.SILENT, "354"),
        ({"is_halted": True, "heard_at": None}, DataState.HALTED, "halted"),
        ({"kind": 3, "is_halted": True}, DataState.DELAYED, "delayed"),
        ({"kind": 9}, DataState.DELAYED, "9"),
    ],
)
def test_the_gravest_counts(changes: dict[str, object], state: DataState, words: str) -> None:
    found, reason = some_data(**changes).verdict(NOW, SILENCE)
    assert found is state and words in reason


def test_without_ticks_silence_is_none() -> None:
    assert some_data(heard_at=None).verdict(NOW, None)[0] is DataState.FLOWING
    assert some_data(heard_at=None, kind=4).verdict(NOW, None)[0] is DataState.DELAYED


@pytest.mark.parametrize(("value", "is_halted"), [(-1.0, False), (0.0, False), (1.0, True), (2.0, True)])
def test_the_tick_of_a_halt(value: float, is_halted: bool) -> None:
    data = some_data()
    data.hear_halt(value)
    assert data.is_halted is is_halted
