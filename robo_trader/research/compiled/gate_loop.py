"""The controls every order passes, over arrays: `core/risk` written for a compiler."""

import math

from robo_trader.core.rules.comparison import exceeds
from robo_trader.core.rules.exposure import is_net_beyond, worst_case_shares
from robo_trader.core.rules.rounding import rounded_price
from robo_trader.core.rules.session_clock import is_at_edge
from robo_trader.research.compiled.account_layout import (
    CASH_CONTROL,
    DAILY_LOSS,
    DAILY_TURNOVER,
    ENTRY_WINDOW,
    GROSS_EXPOSURE,
    HALTED,
    MARKET_HOURS,
    MAX_POSITION,
    NET_EXPOSURE,
    ORDER_NOTIONAL,
    ORDER_SHARES,
    REDUCING,
    STALE_DATA,
    TRADING_STATE,
    WEEKLY_LOSS,
    Books,
    Clock,
    Floats,
    Integers,
    Record,
    Records,
)
from robo_trader.research.compiled.account_reading import last_close, notional_max


def is_denied(
    close: Floats, clock: Clock, terms: Record, books: Books, t: int, symbol: int, sign: int, quantity: float,
    price: float, needed: float,
) -> bool:  # fmt: skip
    """Hold an order against every control; each that denies it adds a row."""
    account, denials = books.account, books.denials
    before = account.denials
    line = books.lines[symbol]
    reduces = quantity <= (line.shares - line.sells if sign < 0 else -line.shares - line.buys)
    if account.state == HALTED or (account.state == REDUCING and not reduces):
        _deny(account, denials, t, symbol, TRADING_STATE, 0.0, quantity)
    closes_at = clock.closes_at[clock.session[t]]
    if clock.ended_at[t] >= closes_at and terms.orders_for_next_open == 0.0:
        _deny(account, denials, t, symbol, MARKET_HOURS, float(closes_at), float(clock.ended_at[t]))
    _limit(account, denials, t, symbol, STALE_DATA, terms.stale_after_bars, _bars_missed(close, symbol, t))
    if not reduces:
        equity, buys, sells = account.equity, (quantity if sign > 0 else 0.0), (quantity if sign < 0 else 0.0)
        worst = _worst_value(close, line, t, symbol, buys, sells)
        _limit(account, denials, t, symbol, MAX_POSITION, terms.max_position_fraction * equity, worst)
        gross = worst + _others(close, account, books.lines, books.orders, books.open_orders, t, symbol)
        _limit(account, denials, t, symbol, GROSS_EXPOSURE, terms.gross_exposure_fraction * equity, gross)
        _limit(account, denials, t, symbol, ORDER_NOTIONAL, notional_max(terms, equity), quantity * price)
        lost, lost_max = account.opening - equity, terms.daily_loss_fraction * account.opening
        _limit(account, denials, t, symbol, DAILY_LOSS, lost_max, lost)
        if sign > 0:
            _limit(account, denials, t, symbol, CASH_CONTROL, account.cash - account.reserve, needed)
        _hold_entry(close, clock, terms, books, t, symbol, sign, quantity)
    return account.denials > before


def _hold_entry(
    close: Floats, clock: Clock, terms: Record, books: Books, t: int, symbol: int, sign: int, quantity: float
) -> None:
    """Hold an entry against the controls that may be off: one that is has an infinite limit, or says so."""
    account, denials = books.account, books.denials
    _limit(account, denials, t, symbol, ORDER_SHARES, terms.order_shares_max, quantity)
    value = quantity * rounded_price(last_close(close, t, symbol))
    if terms.has_net > 0.0:
        fraction = terms.net_exposure_max_fraction if sign > 0 else terms.net_exposure_min_fraction
        net = account.net + sign * (value + _working_value(close, account, books.orders, books.open_orders, t, sign))
        if is_net_beyond(sign * net, sign * fraction, account.equity):
            _deny(account, denials, t, symbol, NET_EXPOSURE, fraction * account.equity, net)
    week_lost, week_max = account.week_opening - account.equity, terms.weekly_loss_fraction * account.week_opening
    _limit(account, denials, t, symbol, WEEKLY_LOSS, week_max, week_lost)
    turnover_max = terms.daily_turnover_fraction * account.opening
    if turnover_max < math.inf:
        value += account.traded + _working_value(close, account, books.orders, books.open_orders, t, 0)
        _limit(account, denials, t, symbol, DAILY_TURNOVER, turnover_max, value)
    session = clock.session[t]
    opens_at, closes_at = clock.opens_at[session], clock.closes_at[session]
    now, first, last = clock.ended_at[t], terms.entry_delay, terms.entry_cutoff
    if terms.has_window > 0.0 and is_at_edge(now, opens_at, closes_at, first, last):
        edge = opens_at + first if now < opens_at + first else closes_at - last
        _deny(account, denials, t, symbol, ENTRY_WINDOW, float(edge), float(now))


def _working_value(close: Floats, account: Record, orders: Records, open_orders: Integers, t: int, sign: int) -> float:
    """Return what the orders of one side (0: of both) may still trade, at the last prices: dollars."""
    value = 0.0
    for place in range(int(account.open_orders)):
        order = orders[open_orders[place]]
        if sign == 0 or order.sign == sign:  # noqa: PLR1714 - a compiler takes no set
            value += (order.quantity - order.part) * rounded_price(last_close(close, t, int(order.symbol)))
    return value


def _others(
    close: Floats, account: Record, lines: Records, orders: Records, open_orders: Integers, t: int, symbol: int
) -> float:
    """Return what all other symbols are worth at worst: their positions, and what working orders can make of them."""
    account.counts += 1.0
    value = account.gross - _held_value(close, lines[symbol], t, symbol)
    for place in range(int(account.open_orders)):
        other = int(orders[open_orders[place]].symbol)
        line = lines[other]
        if other != symbol and line.counted_in != account.counts:
            line.counted_in = account.counts
            value += _worst_value(close, line, t, other, 0.0, 0.0) - _held_value(close, line, t, other)
    return value


def _held_value(close: Floats, line: Record, t: int, symbol: int) -> float:
    return abs(line.shares) * rounded_price(last_close(close, t, symbol)) if line.shares != 0.0 else 0.0


def _worst_value(close: Floats, line: Record, t: int, symbol: int, more_buys: float, more_sells: float) -> float:
    shares = worst_case_shares(line.shares, line.buys + more_buys, line.sells + more_sells)
    return shares * rounded_price(last_close(close, t, symbol))


def _bars_missed(close: Floats, symbol: int, t: int) -> float:
    missed = 0
    while close[symbol, t - missed] != close[symbol, t - missed]:
        missed += 1
    return float(missed)


def _limit(account: Record, denials: Records, t: int, symbol: int, control: int, limit: float, value: float) -> None:
    if exceeds(value, limit):
        _deny(account, denials, t, symbol, control, limit, value)


def _deny(account: Record, denials: Records, t: int, symbol: int, control: int, limit: float, value: float) -> None:
    denial = denials[int(account.denials)]
    denial.slice = t
    denial.symbol = symbol
    denial.control = control
    denial.limit = limit
    denial.value = value
    account.denials += 1.0
