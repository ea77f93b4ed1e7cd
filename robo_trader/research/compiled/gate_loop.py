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
    DAILY_LOSS_FRACTION,
    DENIALS,
    DENIED_CONTROL,
    DENIED_LIMIT,
    DENIED_SLICE,
    DENIED_SYMBOL,
    DENIED_VALUE,
    EQUITY,
    FOR_NEXT_OPEN,
    GROSS,
    GROSS_EXPOSURE,
    GROSS_FRACTION,
    MARKET_HOURS,
    MAX_POSITION,
    OPEN_ORDERS,
    OPENING,
    ORDER_NOTIONAL,
    POSITION_FRACTION,
    REDUCING,
    RESERVE,
    SELLS,
    SHARES,
    STALE_AFTER,
    STALE_DATA,
    STATE,
    SYMBOL,
    TRADING_STATE,
    Books,
    Clock,
    Floats,
    Integers,
)
from robo_trader.research.compiled.account_reading import last_close, notional_max


def is_denied(
    close: Floats, clock: Clock, terms: Floats, books: Books, t: int, symbol: int, sign: int, quantity: float,
    price: float, needed: float,
) -> bool:  # fmt: skip
    """Hold an order against every control; each that denies it adds a row."""
    account, denials = books.account, books.denials
    before = account[DENIALS]
    held, buys, sells = books.lines[symbol, SHARES], books.lines[symbol, BUYS], books.lines[symbol, SELLS]
    reduces = quantity <= (held - sells if sign < 0 else -held - buys)
    if account[STATE] == REDUCING and not reduces:
        _deny(account, denials, t, symbol, TRADING_STATE, 0.0, quantity)
    closes_at = clock.closes_at[clock.session[t]]
    if clock.ended_at[t] >= closes_at and terms[FOR_NEXT_OPEN] == 0.0:
        _deny(account, denials, t, symbol, MARKET_HOURS, float(closes_at), float(clock.ended_at[t]))
    _limit(account, denials, t, symbol, STALE_DATA, terms[STALE_AFTER], _bars_missed(close, symbol, t))
    if not reduces:
        _assess_entry(close, terms, books, t, symbol, sign, quantity, price, needed)
    return account[DENIALS] > before


def _assess_entry(
    close: Floats, terms: Floats, books: Books, t: int, symbol: int, sign: int, quantity: float, price: float,
    needed: float,
) -> None:  # fmt: skip
    account, denials, lines = books.account, books.denials, books.lines
    equity = account[EQUITY]
    worst = _worst_value(close, lines, t, symbol, quantity if sign > 0 else 0.0, quantity if sign < 0 else 0.0)
    _limit(account, denials, t, symbol, MAX_POSITION, terms[POSITION_FRACTION] * equity, worst)
    gross = worst + _others(close, account, lines, books.orders, books.open_orders, t, symbol)
    _limit(account, denials, t, symbol, GROSS_EXPOSURE, terms[GROSS_FRACTION] * equity, gross)
    _limit(account, denials, t, symbol, ORDER_NOTIONAL, notional_max(terms, equity), quantity * price)
    lost, lost_max = account[OPENING] - equity, terms[DAILY_LOSS_FRACTION] * account[OPENING]
    _limit(account, denials, t, symbol, DAILY_LOSS, lost_max, lost)
    if sign > 0:
        _limit(account, denials, t, symbol, CASH_CONTROL, account[CASH] - account[RESERVE], needed)


def _others(
    close: Floats, account: Floats, lines: Floats, orders: Floats, open_orders: Integers, t: int, symbol: int
) -> float:
    """Return what all other symbols are worth at worst: their positions, and what working orders can make of them."""
    account[COUNTS] += 1.0
    value = account[GROSS] - _held_value(close, lines, t, symbol)
    for place in range(int(account[OPEN_ORDERS])):
        other = int(orders[open_orders[place], SYMBOL])
        if other != symbol and lines[other, COUNTED_IN] != account[COUNTS]:
            lines[other, COUNTED_IN] = account[COUNTS]
            value += _worst_value(close, lines, t, other, 0.0, 0.0) - _held_value(close, lines, t, other)
    return value


def _held_value(close: Floats, lines: Floats, t: int, symbol: int) -> float:
    shares = lines[symbol, SHARES]
    return abs(shares) * rounded_price(last_close(close, t, symbol)) if shares != 0.0 else 0.0


def _worst_value(close: Floats, lines: Floats, t: int, symbol: int, more_buys: float, more_sells: float) -> float:
    buys, sells = lines[symbol, BUYS] + more_buys, lines[symbol, SELLS] + more_sells
    price = rounded_price(last_close(close, t, symbol))
    return worst_case_shares(lines[symbol, SHARES], buys, sells) * price


def _bars_missed(close: Floats, symbol: int, t: int) -> float:
    missed = 0
    while close[symbol, t - missed] != close[symbol, t - missed]:
        missed += 1
    return float(missed)


def _limit(account: Floats, denials: Floats, t: int, symbol: int, control: int, limit: float, value: float) -> None:
    if exceeds(value, limit):
        _deny(account, denials, t, symbol, control, limit, value)


def _deny(account: Floats, denials: Floats, t: int, symbol: int, control: int, limit: float, value: float) -> None:
    row = int(account[DENIALS])
    denials[row, DENIED_SLICE] = t
    denials[row, DENIED_SYMBOL] = symbol
    denials[row, DENIED_CONTROL] = control
    denials[row, DENIED_LIMIT] = limit
    denials[row, DENIED_VALUE] = value
    account[DENIALS] += 1.0
