"""What a strategy in event form is: parameters with bounds as a rule's, hooks that may be left out, a plain memory."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from msgspec import Struct

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.engine.fingerprint import fingerprint
from robo_trader.core.strategies.event_strategy import Desk, EventStrategy, Values, is_plain
from robo_trader.core.strategies.strategy import bounded
from tests.builders import AAPL, a_bar


class Colour(Enum):
    RED = 1


class Seen(Struct):
    closes: dict[str, list[Any]]


@dataclass(frozen=True)
class TwoBounds(EventStrategy):
    low: int = bounded(1, 0, 9)
    high: int = bounded(2, 0, 9)
    ordered = ("low", "high")

    def on_bar(self, memory: Any, bar: Bar, values: Values, desk: Desk) -> None:  # noqa: ANN401
        """Do nothing."""


def test_parameters_are_held_against_their_bounds() -> None:
    assert TwoBounds().name == "two_bounds" and TwoBounds(3, 4).high == 4
    with pytest.raises(InvalidConfig, match="low must be a whole number from 0 to 9, was 10"):
        TwoBounds(10, 11)
    with pytest.raises(InvalidConfig, match="two_bounds needs low < high"):
        TwoBounds(2, 2)


def test_which_hooks_it_has() -> None:
    assert [hook for hook in ("on_bar", "on_quote", "on_trade", "on_fill", "on_timer") if TwoBounds.hears(hook)] == [
        "on_bar"
    ]


def test_nothing_is_read_or_remembered_if_not_said_otherwise() -> None:
    strategy = TwoBounds()
    assert (strategy.features(AAPL), strategy.quote_features(AAPL), strategy.trade_features(AAPL)) == ((), (), ())
    assert strategy.memory() == [] and strategy.memory() is not strategy.memory()


PLAIN = [None, 1, 2.5, "a", True, Colour.RED, [1, (2, "x")], {"a": {1, 2}}, Seen({"AAPL": [1.0]}), a_bar()]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_what_is_plain_can_be_hashed(value: object) -> None:
    assert is_plain(value) and fingerprint(value)


@pytest.mark.parametrize(
    "value",
    [object(), [object()], {"a": range(3)}, Seen({"a": [object()]}), b"x"],
    ids=["an object", "one in a list", "a range", "one in a struct", "bytes"],
)
def test_what_is_not_plain(value: object) -> None:
    assert not is_plain(value)
