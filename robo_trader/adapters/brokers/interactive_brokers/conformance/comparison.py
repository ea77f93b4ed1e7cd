"""Where two tours went otherwise: step by step, by what was said and in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from robo_trader.adapters.brokers.interactive_brokers.conformance.itinerary import FILLING_STEPS
from robo_trader.adapters.brokers.interactive_brokers.conformance.recording import Recording, StepRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where a step went otherwise. Either side may be empty."""

    step: str
    place: int  # how many messages of the recorded step came before
    recorded: tuple[str, ...]
    now: tuple[str, ...]


def compare(recorded: Recording, now: Recording) -> tuple[Difference, ...]:
    """Return the differences, in the order of the tour. A step that only one of the two took is one difference.

    Where only one of the two was meant to fill orders, the steps for that are left out.
    """
    theirs, ours = _by_name(recorded), _by_name(now)
    left_out = FILLING_STEPS if recorded.header.fills != now.header.fills else {}
    names = [name for name in dict.fromkeys([*ours, *theirs]) if name not in left_out]
    return tuple(
        difference for name in names for difference in _differences(name, _words(theirs, name), _words(ours, name))
    )


def _by_name(recording: Recording) -> dict[str, StepRecord]:
    return {step.step: step for step in recording.steps}


def _words(steps: dict[str, StepRecord], name: str) -> Sequence[str]:
    step = steps.get(name)
    if step is None:
        return ["(step not taken)"]
    return [*step.sequence, *(f"(never came: {what})" for what in step.unanswered)]


def _differences(name: str, recorded: Sequence[str], now: Sequence[str]) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, recorded, now, autojunk=False)
    for kind, begin, end, begin_now, end_now in matcher.get_opcodes():
        if kind != "equal":
            yield Difference(
                step=name, place=begin, recorded=tuple(recorded[begin:end]), now=tuple(now[begin_now:end_now])
            )
