"""A recorded session run again, up to some place, and the first decision that is another now."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from robo_trader.core.domain.commands import Command
from robo_trader.core.domain.events import DecisionEvent, InputEvent
from robo_trader.core.ports.journal import Batch
from robo_trader.runtime.trading_loop import DecisionMaker


@dataclass(frozen=True, slots=True)
class Difference:
    """The first decision, or command, that is not what the journal holds."""

    batch: int
    seq: int  # of the input that was decided on
    input: str  # its kind
    occurred_at: int  # of the input, UTC ns
    place: int  # among what was decided on the input, from 0; of a command, among those of the batch
    recorded: str  # its kind, empty if there is none
    now: str
    values: dict[str, tuple[str, str]]  # that differ: recorded and now


@dataclass(slots=True)
class Replayed:
    """How far it came."""

    batches: int = 0
    inputs: int = 0
    decisions: int = 0
    last_seq: int = 0  # of the last input
    last_at: int = 0  # when that happened, UTC ns
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Until:
    """Where to stop: behind the last input that is neither later nor of a higher sequence."""

    seq: int | None = None
    at: int | None = None  # UTC ns

    def takes(self, seq: int, event: InputEvent) -> bool:
        """Return whether an input is played."""
        return (self.seq is None or seq <= self.seq) and (self.at is None or event.occurred_at <= self.at)


def replay_until(batches: Iterable[Batch], engine: DecisionMaker, until: Until) -> Replayed:
    """Play inputs again; stop at the first decision that is another, or where it was asked to."""
    played, seq = Replayed(), 0
    for batch in batches:
        asked: list[Command] = []
        first = seq + 1
        for step in batch.steps:
            seq += 1
            if not until.takes(seq, step.input):
                return played
            result = engine.process(step.input)
            asked.extend(result.commands)
            played.inputs, played.decisions = played.inputs + 1, played.decisions + len(result.events)
            played.last_seq, played.last_at = seq, step.input.occurred_at
            played.difference = _first_difference(step.decisions, result.events, played, seq, step.input)
            if played.difference is not None:
                return played
            seq += len(step.decisions)
        if tuple(asked) != batch.commands:
            played.difference = _first_difference(batch.commands, asked, played, first, batch.steps[0].input)
            return played
        seq += len(batch.commands)
        played.batches += 1
    return played


def _first_difference(
    recorded: Sequence[DecisionEvent | Command], now: Sequence[DecisionEvent | Command], played: Replayed, seq: int,
    event: InputEvent,
) -> Difference | None:  # fmt: skip
    if tuple(recorded) == tuple(now):
        return None
    for place in range(max(len(recorded), len(now))):
        old, new = recorded[place : place + 1], now[place : place + 1]
        if tuple(old) != tuple(new):
            return Difference(
                batch=played.batches + 1, seq=seq, input=type(event).__name__, occurred_at=event.occurred_at,
                place=place, recorded=_kind(old), now=_kind(new), values=_values_apart(old, new),
            )  # fmt: skip
    return None


def _kind(found: Sequence[object]) -> str:
    return type(found[0]).__name__ if found else ""


def _values_apart(old: Sequence[object], new: Sequence[object]) -> dict[str, tuple[str, str]]:
    before, after = dict(_flat(_plain(old))), dict(_flat(_plain(new)))
    places = [*before, *(place for place in after if place not in before)]
    return {
        place: (before.get(place, ""), after.get(place, ""))
        for place in places
        if before.get(place) != after.get(place)
    }


def _plain(found: Sequence[object]) -> object:
    return msgspec.to_builtins(found[0], str_keys=True) if found else {}


def _flat(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        items = [(f"{place}.{key}" if place else str(key), one) for key, one in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(f"{place}[{number}]", one) for number, one in enumerate(value)]
    else:
        yield place, str(value)
        return
    for name, one in items:
        yield from _flat(one, name)
