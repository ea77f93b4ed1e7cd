"""What a portfolio may lose in a day: the loss that is not exceeded with some confidence, and the mean beyond it.

The second is coherent and sees how bad the bad days are; the first is what most people ask for.

Source: R. Tyrrell Rockafellar and Stanislav Uryasev (2002), "Conditional value-at-risk for general loss distributions",
Journal of Banking and Finance 26(7).
"""

import math

_ROUNDING = 1e-9  # of a count of losses: 0.95 of 60 is 57, whatever its last bit says


def value_at_risk(losses: list[float], confidence: float) -> float:
    """Return the smallest loss that at least `confidence` of all losses do not exceed.

    losses: in ascending order, at least one; a profit is a loss below 0. confidence: in (0, 1).
    """
    return losses[_place(len(losses), confidence)]


def shortfall(losses: list[float], confidence: float) -> float:
    """Return the mean of the worst 1 - `confidence` of the losses; the loss on the border counts in part.

    losses, confidence: as of `value_at_risk`.
    """
    count, place = len(losses), _place(len(losses), confidence)
    tail = 0.0
    for loss in losses[place + 1 :]:
        tail += loss
    border = (place + 1) / count - confidence
    return (border * losses[place] + tail / count) / (1.0 - confidence)


def normal_value_at_risk(deviation: float, confidence: float) -> float:
    """Return the same for losses that are normal about 0. deviation: their standard one; confidence: above 0.5."""
    return deviation * normal_quantile(confidence)


def normal_shortfall(deviation: float, confidence: float) -> float:
    """Return the mean of the worst losses, if they are normal about 0. deviation, confidence: as above."""
    return deviation * _density(normal_quantile(confidence)) / (1.0 - confidence)


def normal_quantile(probability: float) -> float:
    """Return the number that a standard normal one stays below with this probability, from 0.5 to below 1.

    By Newton's method on the distribution function: from 0 it climbs to the answer and never beyond, as the function is
    concave there.
    """
    quantile = 0.0
    for _ in range(100):
        missing = probability - 0.5 * math.erfc(-quantile / math.sqrt(2.0))
        step = missing / _density(quantile)
        quantile += step
        if abs(step) < 1e-14:
            break
    return quantile


def _place(count: int, confidence: float) -> int:
    return max(0, math.ceil(confidence * count - _ROUNDING) - 1)


def _density(x: float) -> float:
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
