"""Sizers by more than a count, a value or a range, over arrays: `core/engine/size_basis` compiled.

Where all strategies are sized plainly, `trades` is None, and whoever is handed None for it leaves out all that stands
here when it is compiled.
"""

from typing import Any

from robo_trader.core.rules.correlation import close_correlation, correlated_value
from robo_trader.core.rules.rounding import rounded_price
from robo_trader.core.rules.sizing import ATR_RISK, CORRELATION_SCALED, INVERSE_VOLATILITY, KELLY, OPTIMAL_F
from robo_trader.core.rules.trade_edge import edge_fraction
from robo_trader.core.rules.trades import remember_trade, trip_return
from robo_trader.research.compiled.account_layout import Books, Floats, Trades
from robo_trader.research.compiled.account_reading import last_close


def size_basis(
    trades: Trades, close: Floats, risk: Floats, books: Books, t: int, lane: int, strength: float
) -> float:  # fmt: skip
    """Return what the sizer of a lane goes by: the value of its feature, unless it goes by more."""
    symbols = len(books.lines)
    sleeve = books.sleeves[lane // symbols]
    if ATR_RISK <= sleeve.sizer <= INVERSE_VOLATILITY:
        return risk[lane, t]
    if sleeve.sizer == CORRELATION_SCALED:
        return _correlation_with_held(close, books, t, lane % symbols, strength, int(sleeve.correlation_length))
    if sleeve.sizer == KELLY or sleeve.sizer == OPTIMAL_F:  # noqa: PLR1714 - a set would be compiled
        return edge_fraction(
            trades.ended[lane // symbols], sleeve.sizer == OPTIMAL_F, sleeve.multiple, sleeve.fraction_max,
            sleeve.trades_min, sleeve.fallback, sleeve.shrinkage, int(sleeve.trades_max),
        )  # fmt: skip
    return 0.0


def note_trade(trades: Trades, books: Books, lane: int, change: float, price: float, commission: float) -> None:
    """Take in shares that came to a lane or left it, for a sizer by the strategy's own trades."""
    number = lane // len(books.lines)
    length = int(books.sleeves[number].trades_max)
    if length > 0:
        remember_trade(trades.ended[number], trip_return(trades.under_way[lane], change, price, commission), length)


def _correlation_with_held(close: Floats, books: Books, t: int, symbol: int, strength: float, length: int) -> float:
    begin = max(0, t - length)
    own: Any = close[symbol, begin : t + 1]
    together, everything = 0.0, 0.0
    for place in range(int(books.account.held)):
        other = books.held[place]
        if other == symbol:
            continue
        value = books.lines[other].shares * rounded_price(last_close(close, t, other))
        beside: Any = close[other, begin : t + 1]
        correlation = close_correlation(own, beside, length)
        together += correlated_value(correlation, strength, value)
        everything += abs(value)
    return together / everything if everything > 0.0 else 0.0
