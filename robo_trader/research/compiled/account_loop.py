"""The engine's and the venue's day, over arrays: views in, fills and equity out. Every number comes from a rule.

This is the order of things of `core/engine` and `simulation/venue` written for a compiler: what decides is in
`core/rules`, what stands here and beside is only which rule runs when, and the two are held equal by tests. Money is
float here and Decimal in the engine; the rules compare and cut so that the difference in the last bits decides nothing.
"""

import math

import numpy as np
from numpy.typing import NDArray

from robo_trader.core.rules.financing import borrow_fee
from robo_trader.core.rules.losses import is_lost
from robo_trader.core.rules.rounding import limit_beyond, rounded_money, rounded_price, whole_shares
from robo_trader.core.rules.sizing import ATR_RISK, capped_shares, sized_shares
from robo_trader.core.rules.stops import NO_STOP, stop_reached
from robo_trader.research.compiled.account_layout import (
    ACTIVE,
    BORROW_RATE,
    CAPITAL,
    CASH,
    CHANGE_LANE,
    CHANGE_SLICE,
    CHANGE_STRENGTH,
    COST,
    DAILY_LOSS_FRACTION,
    DENIALS,
    DRAWDOWN_FRACTION,
    EQUITY,
    FILLS,
    GROSS,
    HELD,
    IS_LIMIT,
    LANE_COLUMNS,
    LIMIT_OFFSET,
    LOWEST,
    MARK_CASH,
    MARK_EQUITY,
    MARK_GROSS,
    OPEN_ORDERS,
    OPENING,
    ORDERS,
    PENDING,
    POSITION_FRACTION,
    REDUCING,
    SESSION,
    SESSION_PEAK,
    SHARES,
    SIZE_FIRST,
    SIZE_SECOND,
    SIZER,
    STATE,
    STOP_ATR_MULTIPLE,
    STOP_BARS,
    STOP_FIXED,
    STOP_TRAILING,
    STOPS,
    TARGET,
    VIEWS_TAKEN,
    Bars,
    Books,
    Clock,
    Floats,
    Integers,
    Nights,
    Views,
)
from robo_trader.research.compiled.account_reading import last_close, notional_max, want
from robo_trader.research.compiled.fetching import fetch
from robo_trader.research.compiled.order_loop import pursue_targets
from robo_trader.research.compiled.sharing_loop import is_full_of_parts, may_hold
from robo_trader.research.compiled.venue_loop import fill_orders

_AHEAD = 4  # changes of views, from the one that is taken to the one whose bars are fetched

_MANY = 8  # slices from which on they are marked by position, neighbours at once


def run(
    bars: Bars, clock: Clock, nights: Nights, views: Views, terms: Floats, books: Books, marks: Floats
) -> int:  # fmt: skip
    """Play the market through the account. Returns the number of slices played: fewer than all if a table is full.

    marks: (1 or 3, slices) dollars, written; rows as in `account_layout`.
    """
    session, account, slices = clock.session, books.account, bars.close.shape[1]
    has_stops = _has_stops(books.sleeves)
    t = 0
    while t < slices:
        if _is_full(books):
            return t
        if session[t] != account[SESSION]:
            _settle_overnight(bars.close, nights, terms, books, session[t], t)
            account[SESSION] = session[t]
            account[OPENING] = account[SESSION_PEAK] = account[LOWEST] = account[EQUITY]
            account[STATE] = ACTIVE
        if account[OPEN_ORDERS] > 0.0:
            fill_orders(bars, clock, terms, books, t)
        watched = has_stops and may_hold(books.allotments, account)
        end = t + 1
        if not watched and account[OPEN_ORDERS] + account[PENDING] == 0.0:
            end = _next_news(session, views.changes, int(account[VIEWS_TAKEN]), t) + 1
        _mark(bars.close, terms, account, books.lines, books.held, marks, t, end)
        t = end - 1
        if watched:
            _watch_stops(books.allotments, bars, views.stop_range, books, t)
        _take_views(bars, clock, views, terms, books, t)
        if account[PENDING] > 0.0:
            pursue_targets(bars.close, clock, terms, books, t)
        t = end
    return slices


def _next_news(session: NDArray[np.int32], changes: Floats, taken: int, t: int) -> int:
    """Return the first slice, from `t` on, in which a view changes, or the last of the session before.

    taken: changes of views that have been taken.
    """
    last = len(session) - 1
    if taken < len(changes):
        last = min(last, int(changes[taken, CHANGE_SLICE]))
    if session[last] == session[t]:
        return last
    while t + 1 < last:  # the session ends between the two
        middle = (t + last) // 2
        if session[middle] == session[t]:
            t = middle
        else:
            last = middle
    return t


def _mark(
    close: Floats, terms: Floats, account: Floats, lines: Floats, held: Integers, marks: Floats, begin: int, end: int
) -> None:
    """Mark the account in slices begin to end, in which nothing but prices happens, and watch for losses."""
    cash, equity = account[CASH], marks[MARK_EQUITY, begin:end]
    at_once = end - begin >= _MANY and len(marks) == 1
    if at_once:
        _sum_worth(close, lines, held, int(account[HELD]), equity, begin)
    else:
        equity[:] = math.nan
    telling = 0  # marks that are a high or a low of the session, or not known yet
    for n in range(len(equity)):
        equity[n] += cash
        telling += not (account[LOWEST] <= equity[n] <= account[SESSION_PEAK])
    if telling > 0:
        for n in range(len(equity)):
            if equity[n] != equity[n]:
                equity[n] = cash + _appraise(close, account, lines, held, begin + n)
            _watch_losses(terms, account, equity[n])
            if len(marks) > 1:
                marks[MARK_CASH, begin + n] = cash
                marks[MARK_GROSS, begin + n] = account[GROSS]
    if at_once:
        _appraise(close, account, lines, held, end - 1)
    account[EQUITY] = equity[len(equity) - 1]


def _sum_worth(close: Floats, lines: Floats, held: Integers, count: int, worth: Floats, begin: int) -> None:
    """Write what all `count` positions together are worth, from slice `begin` on; NaN where one of them has no bar.

    By position and from 0 on, so that a compiler sees neighbours it can compute at once.
    """
    if count == 0:
        worth[:] = 0.0
    for place in range(count):
        symbol = held[place]
        shares, closes = lines[symbol, SHARES], close[symbol, begin : begin + len(worth)]
        for t in range(len(worth)):
            value = shares * rounded_price(closes[t]) if closes[t] == closes[t] else math.nan
            worth[t] = value if place == 0 else worth[t] + value


def _appraise(close: Floats, account: Floats, lines: Floats, held: Integers, t: int) -> float:
    """Return what all positions are worth, dollars; what they are worth if short ones count as long ones is noted."""
    value = 0.0
    gross = 0.0
    for place in range(int(account[HELD])):
        symbol = held[place]
        worth = lines[symbol, SHARES] * rounded_price(last_close(close, t, symbol))
        value += worth
        gross += abs(worth)
    account[GROSS] = gross
    return value


def _settle_overnight(close: Floats, nights: Nights, terms: Floats, books: Books, session: int, t: int) -> None:
    """Pay for borrowed shares, and take or pay dividends, as a session begins."""
    account, lines = books.account, books.lines
    for place in range(int(account[HELD])):
        symbol = books.held[place]
        shares, dividend = lines[symbol, SHARES], nights.dividends[session, symbol]
        if shares < 0.0 and terms[BORROW_RATE] > 0.0:
            days = nights.days[session] - nights.days[int(account[SESSION])]
            price = rounded_price(last_close(close, t - 1, symbol))
            account[CASH] -= rounded_money(borrow_fee(-shares, price, terms[BORROW_RATE], days))
        if dividend != 0.0:
            account[CASH] += rounded_money(shares * dividend)


def _watch_losses(terms: Floats, account: Floats, equity: float) -> None:
    """Close the session for new positions after a loss. A fall that is no new low was looked at before."""
    if equity > account[SESSION_PEAK]:
        account[SESSION_PEAK] = account[LOWEST] = equity
    elif equity < account[LOWEST] and account[STATE] == ACTIVE:
        account[LOWEST] = equity
        lost = is_lost(account[OPENING], equity, terms[DAILY_LOSS_FRACTION])
        if lost or is_lost(account[SESSION_PEAK], equity, terms[DRAWDOWN_FRACTION]):
            account[STATE] = REDUCING


def _is_full(books: Books) -> bool:
    """Return whether a table might not hold what one more slice can add."""
    account, symbols = books.account, len(books.lines)
    return (
        is_full_of_parts(books.allotments, books)
        or account[ORDERS] + symbols > len(books.orders)
        or account[FILLS] + account[OPEN_ORDERS] > len(books.fills)
        or account[DENIALS] + 8 * symbols > len(books.denials)
        or account[OPEN_ORDERS] + symbols > len(books.open_orders)
    )


def _has_stops(sleeves: Floats) -> bool:
    for sleeve in range(len(sleeves)):
        for column in range(STOP_FIXED, STOP_BARS + 1):
            if sleeves[sleeve, column] > 0.0:
                return True
    return False


def _watch_stops(allotments: Floats, bars: Bars, stop_range: Floats, books: Books, t: int) -> None:
    """Have the stops of every lane with shares look at the bars of a slice."""
    lanes, symbols = books.lanes, len(books.lines)
    for place in range(int(books.account[HELD]) if allotments.ndim == 1 else len(lanes)):
        lane = books.held[place] if allotments.ndim == 1 else place
        sleeve, symbol = books.sleeves[lane // symbols], lane % symbols
        row, close = lanes[lane], bars.close[symbol, t]
        quantity = row[SHARES]
        if quantity == 0.0 or close != close:  # noqa: PLR0124 - a NaN is no bar
            continue
        range_ = stop_range[lane, t] if sleeve[STOP_ATR_MULTIPLE] > 0.0 else 0.0
        reached = stop_reached(
            row[STOPS:LANE_COLUMNS], quantity, row[COST] / quantity, bars.high[symbol, t],
            bars.low[symbol, t], close, range_, sleeve[STOP_FIXED], sleeve[STOP_ATR_MULTIPLE], sleeve[STOP_TRAILING],
            sleeve[STOP_BARS],
        )  # fmt: skip
        if reached != NO_STOP and row[TARGET] != 0.0:
            want(books, lane, 0.0, t)


def _take_views(bars: Bars, clock: Clock, views: Views, terms: Floats, books: Books, t: int) -> None:
    account, changes = books.account, views.changes
    taken = int(account[VIEWS_TAKEN])
    while taken < len(changes) and changes[taken, CHANGE_SLICE] == t:
        lane = int(changes[taken, CHANGE_LANE])
        sleeve, symbol = books.sleeves[lane // len(books.lines)], lane % len(books.lines)
        risk = views.risk[lane, t] if sleeve[SIZER] == ATR_RISK else 0.0
        quantity = _sized(terms, sleeve, account[EQUITY], changes[taken, CHANGE_STRENGTH], bars.close[symbol, t], risk)
        want(books, lane, quantity, t)
        taken += 1
        if taken + _AHEAD < len(changes):
            ahead = changes[taken + _AHEAD]
            _fetch_ahead(bars, clock, int(ahead[CHANGE_SLICE]), int(ahead[CHANGE_LANE]) % len(books.lines))
    account[VIEWS_TAKEN] = taken


def _fetch_ahead(bars: Bars, clock: Clock, t: int, symbol: int) -> None:
    """Have what an order of slice t and its fill will read brought near: memory is slower than all they compute."""
    fetch(clock.ended_at, t)
    fetch(clock.started_at, t + 1)
    fetch(clock.ended_at, t + 1)
    fetch(bars.open, (symbol, t + 1))
    fetch(bars.volume, (symbol, t + 1))


def _sized(terms: Floats, sleeve: Floats, equity: float, strength: float, close: float, risk: float) -> float:
    """Return the signed shares a view is worth, as many as the limits leave of them. sleeve: a row of strategies."""
    if equity <= 0.0:
        return 0.0
    capital = equity * sleeve[CAPITAL]
    sized = sized_shares(int(sleeve[SIZER]), strength, capital, close, risk, sleeve[SIZE_FIRST], sleeve[SIZE_SECOND])
    price = rounded_price(close)
    dearest = price
    if terms[IS_LIMIT] > 0.0:
        dearest = max(price, limit_beyond(price, 1 if sized > 0.0 else -1, terms[LIMIT_OFFSET]))
    value_max = min(terms[POSITION_FRACTION] * equity, notional_max(terms, equity))
    return capped_shares(whole_shares(sized), dearest, value_max)
