"""Share splits, applied where bars are read: history is counted in the shares of its end, and never rewritten."""

from collections.abc import Mapping

import numpy as np

from robo_trader.core.domain.errors import DataError
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.sessions import SessionTable
from robo_trader.research.backtest.bar_table import BarColumns, Floats, Integers

Amounts = Mapping[str, float]  # by ex-date, ISO


def adjust_bars(symbol: Symbol, bars: BarColumns, splits: Amounts, sessions: SessionTable) -> BarColumns:
    """Return raw bars in the shares of after the last split: prices divided, volumes multiplied.

    splits: new shares for each old one, by ex-date; 0.1 is a reverse split.

    Raises DataError for a ratio that is not above 0, or a date that is no session.
    """
    if not splits:
        return bars
    factor = _factors(symbol, bars.started_at, splits, sessions)
    return BarColumns(
        bars.started_at, bars.ended_at, bars.open / factor, bars.high / factor, bars.low / factor,
        bars.close / factor, bars.volume * factor,
    )  # fmt: skip


def adjust_dividends(dividends: Amounts, splits: Amounts) -> dict[str, float]:
    """Return dividends of raw shares as dividends of the shares of after the last split."""
    return {
        day: amount / float(np.prod([ratio for ex_date, ratio in splits.items() if ex_date > day]))
        for day, amount in dividends.items()
    }


def _factors(symbol: Symbol, started_at: Integers, splits: Amounts, sessions: SessionTable) -> Floats:
    """Return, for each bar, how many shares of the end one of its shares became."""
    factor = np.ones(len(started_at))
    for ex_date, ratio in splits.items():
        session = sessions.on(ex_date)
        if session is None or not 0 < ratio < np.inf:
            raise DataError(
                f"The split of {symbol} on {ex_date} by {ratio} cannot be",
                next_step="Give the session it takes effect on, and how many new shares one old share becomes.",
            )
        factor[started_at < session.opens_at] *= ratio
    return factor
