"""Going with a price that leaves its range, until it falls back or fails.

Source: the rules of Richard Dennis's Turtles, after Richard Donchian's four-week rule; published by Curtis Faith (2003)
in "The Original Turtle Trading Rules".
"""

VIEW = 0  # of the bar before
ENTRY_PRICE = 1  # close of the bar that broke out
ENTRY_RANGE = 2  # average true range then
BREAKOUT_STATE_SIZE = 3

_REACHED = 1.0 - 1e-9  # of a distance: a price that meets the stop exactly has reached it


def breakout_view(
    state: list[float], close: float, entry_high: float, entry_low: float, exit_high: float, exit_low: float,
    atr: float, stop_multiple: float, shorts: float,
) -> float:  # fmt: skip
    """Return 1 after a close above `entry_high`, -1 after one below `entry_low`, until an exit; 0 otherwise.

    A long view ends with a close below `exit_low`, or `stop_multiple` ranges (those of the entry) below the close
    it began with; a short one likewise the other way round. The bar that ends one view may begin the opposite one.

    state: vector of BREAKOUT_STATE_SIZE floats; the caller writes the view that holds, filters included, into VIEW.
    entry_high ... exit_low: extremes of the bars before this one, dollars.
    stop_multiple: 0 for no such stop. shorts: 0 for no short side.
    """
    held = state[VIEW]
    if held <= 0.0 and close > entry_high:
        return _begun(state, 1.0, close, atr)
    if held >= 0.0 and close < entry_low and shorts > 0.0:
        return _begun(state, -1.0, close, atr)
    if held > 0.0 and (close < exit_low or _has_failed(state, close, stop_multiple)):
        return 0.0
    if held < 0.0 and (close > exit_high or _has_failed(state, close, stop_multiple)):
        return 0.0
    return held


def _begun(state: list[float], view: float, close: float, atr: float) -> float:
    state[ENTRY_PRICE] = close
    state[ENTRY_RANGE] = atr
    return view


def _has_failed(state: list[float], close: float, stop_multiple: float) -> bool:
    lost = state[VIEW] * (state[ENTRY_PRICE] - close)
    return stop_multiple > 0.0 and lost > 0.0 and lost >= stop_multiple * state[ENTRY_RANGE] * _REACHED
