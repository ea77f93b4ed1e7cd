"""How many examples a property is tried on: few at every change, by the thousand with HYPOTHESIS_PROFILE=nightly.

`make nightly` sets it. A state machine is then tried on 100,000 runs of 100 steps, any other property on a hundred
times what does for a change, a reader of frames on 10,000,000 broken ones, and a scenario with all its seeds.
NIGHTLY_SCALE shrinks all but the seeds: with 0.01 a machine is tried on 1,000 runs.
"""

import os

from hypothesis import settings

IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
SCALE = float(os.environ.get("NIGHTLY_SCALE") or 1)
_TIMES = 100
_RUNS, _STEPS = 100_000, 100
_FRAMES = 10_000_000


def examples(count: int) -> int:
    """The number of examples, where `count` do for a change; a night never tries fewer."""
    return max(count, round(count * _TIMES * SCALE)) if IS_NIGHTLY else count


def state_machine(count: int, steps: int) -> settings:
    """Settings of a state machine, where `count` runs of so many steps do for a change."""
    if IS_NIGHTLY:
        return settings(max_examples=max(count, round(_RUNS * SCALE)), stateful_step_count=_STEPS, deadline=None)
    return settings(max_examples=count, stateful_step_count=steps, deadline=None)


def frames(count: int) -> int:
    """The number of broken frames that a reader is given, where `count` do for a change."""
    return max(count, round(_FRAMES * SCALE)) if IS_NIGHTLY else count


def seeds(day: int, night: int = 3) -> range:
    """The seeds that a scenario is played with: so many by day, and so many at night."""
    return range(night if IS_NIGHTLY else day)
