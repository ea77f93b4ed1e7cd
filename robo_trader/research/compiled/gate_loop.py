"""The controls every order passes, over arrays: `core/risk` written for a compiler."""

from robo_trader.core.rules.comparison import exceeds
from robo_trader.core.rules.exposure import worst_case_shares
from robo_trader.core.rules.rounding import rounded_price
from robo_trader.research.compiled.account_layout import (
    BUYS,
    CASH,
    CASH_CONTROL,
    COUNTED_IN,
    COUNTS,
    DAILY_LOSS,
    DENIALS,
    DENIED_CONTROL,
    DENIED_LIMIT,
    DENIED_SLICE,
    DENIED_SYMBOL,
    DENIED_VALUE,
    EQUITY,
    GROSS,
    GROSS_EXPOSURE,
    MARKET_HOURS,
    MAX_POSITION,
    OPEN_ORDERS,
    OPENING,
    ORDER_NOTIONAL,
    REDUCING,
    RESERVE,
    SELLS,
    SHARES,
    STALE_DATA,
    STATE,
    SYMBOL,
    TRADING_STATE,
    Books,
    Market,
    Terms,
)
from robo_trader.research.compiled.account_reading import closes_at, last_close, notional_max


def is_denied(
    market: Market, terms: Terms, books: Books, t: int, symbol: int, sign: int, quantity: float, price: float,
    needed: float,
) -> bool:  # fmt: skip
    """Hold an order against every control; each that denies it adds a row."""
    account = books.account
    before = account[DENIALS]
    held, buys, sells = books.lines[symbol, SHARES], books.lines[symbol, BUYS], books.lines[symbol, SELLS]
    reduces = quantity <= (held - sells if sign < 0 else -held - buys)
    if account[STATE] == REDUCING and not reduces:
        _deny(books, t, symbol, TRADING_STATE, 0.0, quantity)
    if market.ended_at[t] >= closes_at(market, t) and not terms.orders_for_next_open:
        _deny(books, t, symbol, MARKET_HOURS, float(closes_at(market, t)), float(market.ended_at[t]))
    _limit(books, t, symbol, STALE_DATA, terms.stale_after_bars, _bars_missed(market, symbol, t))
    if not reduces:
        _assess_entry(market, terms, books, t, symbol, sign, quantity, price, needed)
    return account[DENIALS] > before


def _assess_entry(
    market: Market, terms: Terms, books: Books, t: int, symbol: int, sign: int, quantity: float, price: float,
    needed: float,
) -> None:  # fmt: skip
    account = books.account
    equity = account[EQUITY]
    worst = _worst_value(market, books, t, symbol, quantity if sign > 0 else 0.0, quantity if sign < 0 else 0.0)
    _limit(books, t, symbol, MAX_POSITION, terms.max_position_fraction * equity, worst)
    gross = worst + _others(market, books, t, symbol)
    _limit(books, t, symbol, GROSS_EXPOSURE, terms.gross_exposure_fraction * equity, gross)
    _limit(books, t, symbol, ORDER_NOTIONAL, notional_max(terms, equity), quantity * price)
    _limit(books, t, symbol, DAILY_LOSS, terms.daily_loss_fraction * account[OPENING], account[OPENING] - equity)
    if sign > 0:
        _limit(books, t, symbol, CASH_CONTROL, account[CASH] - account[RESERVE], needed)


def _others(market: Market, books: Books, t: int, symbol: int) -> float:
    """Return what all other symbols are worth at worst: their positions, and what working orders can make of them."""
    account, lines = books.account, books.lines
    account[COUNTS] += 1.0
    value = account[GROSS] - _held_value(market, books, t, symbol)
    for place in range(int(account[OPEN_ORDERS])):
        other = int(books.orders[books.open_orders[place], SYMBOL])
        if other != symbol and lines[other, COUNTED_IN] != account[COUNTS]:
            lines[other, COUNTED_IN] = account[COUNTS]
            value += _worst_value(market, books, t, other, 0.0, 0.0) - _held_value(market, books, t, other)
    return value


def _held_value(market: Market, books: Books, t: int, symbol: int) -> float:
    shares = books.lines[symbol, SHARES]
    return abs(shares) * rounded_price(last_close(market.close, t, symbol)) if shares != 0.0 else 0.0


def _worst_value(market: Market, books: Books, t: int, symbol: int, more_buys: float, more_sells: float) -> float:
    buys, sells = books.lines[symbol, BUYS] + more_buys, books.lines[symbol, SELLS] + more_sells
    price = rounded_price(last_close(market.close, t, symbol))
    return worst_case_shares(books.lines[symbol, SHARES], buys, sells) * price


def _bars_missed(market: Market, symbol: int, t: int) -> float:
    missed = 0
    while market.close[symbol, t - missed] != market.close[symbol, t - missed]:
        missed += 1
    return float(missed)


def _limit(books: Books, t: int, symbol: int, control: int, limit: float, value: float) -> None:
    if exceeds(value, limit):
        _deny(books, t, symbol, control, limit, value)


def _deny(books: Books, t: int, symbol: int, control: int, limit: float, value: float) -> None:
    denials, row = books.denials, int(books.account[DENIALS])
    denials[row, DENIED_SLICE] = t
    denials[row, DENIED_SYMBOL] = symbol
    denials[row, DENIED_CONTROL] = control
    denials[row, DENIED_LIMIT] = limit
    denials[row, DENIED_VALUE] = value
    books.account[DENIALS] += 1.0
