"""Which symbols move so much alike that holding several is holding one."""

from robo_trader.core.rules.covariance import correlation_of


def mark_group(
    covariance: list[float], symbols: int, member: int, threshold: float, group: list[float], known: list[float]
) -> None:
    """Mark with 1.0 in `group` every symbol that a chain of correlations above the threshold joins to `member`.

    A correlation below -threshold joins as well: short of the mirror image is the same bet. What is not known counts as
    correlated with everything, so that it joins all symbols into one group.

    covariance: matrix over all symbols; rows of unknown ones are not read. threshold: in [0, 1).
    group: vector of `symbols` zeros; known: 1.0 where the row is an estimate, 0.0 where there is none.
    """
    group[member] = 1.0
    grew = True
    while grew:
        grew = False
        for one in range(symbols):
            if group[one] == 0.0:
                continue
            for other in range(symbols):
                if group[other] == 0.0 and _are_joined(covariance, one, other, symbols, threshold, known):
                    group[other] = 1.0
                    grew = True


def _are_joined(
    covariance: list[float], one: int, other: int, symbols: int, threshold: float, known: list[float]
) -> bool:
    if known[one] == 0.0 or known[other] == 0.0:
        return True
    return abs(correlation_of(covariance, one, other, symbols)) > threshold
