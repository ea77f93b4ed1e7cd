"""Medians with their spread, and ratios to a baseline of the same run."""

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
    promise: float | None = None  # the most it may be
    baseline: "Figure | None" = None

    @property
    def median(self) -> float:
        """The figure to quote."""
        return median(self.values)

    @property
    def ratio(self) -> float | None:
        """How many times the baseline."""
        return None if self.baseline is None else self.median / self.baseline.median

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "name": self.name, "unit": self.unit, "median": self.median, "min": min(self.values),
            "max": max(self.values), "runs": len(self.values), "promise": self.promise, "ratio": self.ratio,
        }  # fmt: skip

    def __str__(self) -> str:
        spread = f"{min(self.values):.4g} to {max(self.values):.4g}, {len(self.values)} runs"
        parts = [f"{self.name:<44} {self.median:10.4g} {self.unit:<10} ({spread})"]
        if self.ratio is not None and self.baseline is not None:
            parts.append(f"{self.ratio:.2f} x {self.baseline.name}")
        if self.promise is not None:
            parts.append(f"promised <= {self.promise:g}")
        return "  ".join(parts)


def repeat(measure: Callable[[], float], *, runs: int, warm_up: int = 1) -> tuple[float, ...]:
    """Return what `runs` calls measured, after `warm_up` calls that do not count."""
    for _ in range(warm_up):
        measure()
    return tuple(measure() for _ in range(runs))
