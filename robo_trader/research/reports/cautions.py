"""What a reader must know before believing a result."""

from robo_trader.core.market.bar_sizes import SESSIONS_A_YEAR
from robo_trader.research.backtest.result import Result
from robo_trader.research.reports.figures import dollars

TRADES_FEW = 30  # below this an average says little
CENT = 0.005


def cautions(result: Result) -> tuple[str, ...]:
    """Return the maker's warnings, then those that follow from the figures."""
    figures = result.statistics
    found = list(result.warnings)
    if not len(result.equity):
        return (*found, "Not one bar was played: there is nothing to see.")
    if figures.sessions < SESSIONS_A_YEAR:
        played = _counted(figures.sessions, "session")
        found.append(f"Only {played} played: figures a year are projected from less than one.")
    if figures.trades == 0:
        found.append("No trade was closed.")
    elif figures.trades < TRADES_FEW:
        found.append(f"Only {_counted(figures.trades, 'trade')} closed: averages over so few may be luck.")
    if figures.open_trades:
        found.append(
            f"{_counted(figures.open_trades, 'trade')} still open at the end, valued at the last close; "
            "statistics of trades leave them out."
        )
    denied = len(result.violations)
    if denied:
        found.append(f"Risk limits were in the way {_times(denied)}; see the violations below.")
    if abs(result.unattributed) > CENT:
        found.append(f"{dollars(result.unattributed)} of the profit came from no fill (dividends, interest or fees).")
    return tuple(found)


def _counted(count: int, noun: str) -> str:
    return f"1 {noun} was" if count == 1 else f"{count:,} {noun}s were"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
