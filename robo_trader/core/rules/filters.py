"""When a strategy keeps out of a market, or gets out of it.

A view is a strength in [-1, 1]. A wild market is left: its risk is not what the strategy was made for. A thin one is
not entered; but what is held may stay or shrink, because leaving at once is dear where little is traded.
"""


def filtered_view(
    wanted: float, held: float, turnover: float, risk: float, turnover_min: float, risk_max: float
) -> float:
    """Return what is left of the view that is wanted: all of it, no more than what is held, or 0.

    held: the view before.
    turnover: dollars traded a bar; below `turnover_min`, 0 for no such limit, nothing is entered or added to.
    risk: a volatility; above `risk_max`, 0 for no such limit, everything is left. Both in the same unit.
    """
    if risk_max > 0.0 and risk > risk_max:
        return 0.0
    if turnover_min > 0.0 and turnover < turnover_min:
        return nothing_added(wanted, held)
    return wanted


def nothing_added(wanted: float, held: float) -> float:
    """Return the view that is wanted as far as it is part of the view held: the other side becomes 0."""
    if wanted > 0.0:
        return max(0.0, min(wanted, held))
    return min(0.0, max(wanted, held))
