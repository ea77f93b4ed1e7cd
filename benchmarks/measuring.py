"""Medians with their spread, and ratios to a baseline of the same run."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity: the median of `values`, and its ratio to a baseline's median if there is one."""

    name: str
    unit: str
    values: tuple[float, ...]
    promise: float | None = None  # the most it may be; the least for a speed
    baseline: "Figure | None" = None
    more_is_better: bool = False  # whether it is a speed

    @property
    def median(self) -> float:
        """The figure to quote."""
        return median(self.values)

    @property
    def ratio(self) -> float | None:
        """How many times the baseline."""
        return None if self.baseline is None else self.median / self.baseline.median

    @property
    def is_kept(self) -> bool | None:
        """Whether the promise is kept, None where nothing is promised."""
        if self.promise is None:
            return None
        return self.median >= self.promise if self.more_is_better else self.median <= self.promise

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "name": self.name, "unit": self.unit, "median": self.median, "min": min(self.values),
            "max": max(self.values), "runs": len(self.values), "promise": self.promise, "kept": self.is_kept,
            "ratio": self.ratio, "baseline": None if self.baseline is None else self.baseline.name,
        }  # fmt: skip

    def __str__(self) -> str:
        spread = f"{min(self.values):.4g} to {max(self.values):.4g}, {len(self.values)} runs"
        parts = [f"{self.name:<66} {self.median:10.4g} {self.unit:<12} ({spread})"]
        if self.ratio is not None and self.baseline is not None:
            parts.append(f"{self.ratio:.2f} x {self.baseline.name}")
        if self.promise is not None:
            relation = ">=" if self.more_is_better else "<="
            parts.append(f"promised {relation} {self.promise:g}{'' if self.is_kept else ': NOT KEPT'}")
        return "  ".join(parts)


def repeat(measure: Callable[[], float], *, runs: int, warm_up: int = 1) -> tuple[float, ...]:
    """Return what `runs` calls measured, after `warm_up` calls that do not count."""
    for _ in range(warm_up):
        measure()
    return tuple(measure() for _ in range(runs))


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how long one call took, in seconds: on the wall, or of CPU time with `time.process_time`."""
    begun = clock()
    work()
    return clock() - begun


def rate(work: Callable[[], object], amount: float, *, runs: int, warm_up: int = 1) -> tuple[float, ...]:
    """Return how much of `amount` each of `runs` calls did in a second of CPU time, all threads together."""
    return repeat(lambda: amount / seconds(work, time.process_time), runs=runs, warm_up=warm_up)
