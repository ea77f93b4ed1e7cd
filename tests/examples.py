"""How many examples a property is tried on: few at every change, by the thousand with HYPOTHESIS_PROFILE=nightly.

`make nightly` sets it. A state machine is then tried on 100,000 runs of 100 steps.
"""

import os

from hypothesis import settings

_IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
_TIMES = 100


def examples(count: int) -> int:
    """The number of examples, where `count` do for a change."""
    return count * _TIMES if _IS_NIGHTLY else count


def state_machine(count: int, steps: int) -> settings:
    """Settings of a state machine, where `count` runs of so many steps do for a change."""
    if _IS_NIGHTLY:
        return settings(max_examples=100_000, stateful_step_count=100, deadline=None)
    return settings(max_examples=count, stateful_step_count=steps, deadline=None)
