"""The engine's and the venue's day, over arrays: views in, fills and equity out. Every number comes from a rule.

This is the order of things of `core/engine` and `simulation/venue` written for a compiler: what decides is in
`core/rules`, what stands here and beside is only which rule runs when, and the two are held equal by tests. Money is
float here and Decimal in the engine; the rules compare and cut so that the difference in the last bits decides nothing.
"""

import math

from robo_trader.core.rules.financing import borrow_fee
from robo_trader.core.rules.losses import is_lost
from robo_trader.core.rules.rounding import limit_beyond, rounded_money, rounded_price, whole_shares
from robo_trader.core.rules.sizing import ATR_RISK, capped_shares, sized_shares
from robo_trader.core.rules.stops import NO_STOP, stop_reached
from robo_trader.research.compiled.account_layout import (
    ACTIVE,
    CAPITAL,
    CASH,
    CHANGE_LANE,
    CHANGE_SLICE,
    CHANGE_STRENGTH,
    COST,
    DENIALS,
    EQUITY,
    FILLS,
    GROSS,
    HELD,
    LOWEST,
    MARK_CASH,
    MARK_EQUITY,
    MARK_GROSS,
    OPEN_ORDERS,
    OPENING,
    ORDERS,
    PENDING,
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
    TARGET,
    VIEWS_TAKEN,
    Books,
    Floats,
    Market,
    Terms,
    Views,
)
from robo_trader.research.compiled.account_reading import last_close, notional_max, want
from robo_trader.research.compiled.fetching import fetch
from robo_trader.research.compiled.order_loop import pursue_targets
from robo_trader.research.compiled.sharing_loop import is_full_of_parts, may_hold
from robo_trader.research.compiled.venue_loop import fill_orders

_AHEAD = 4  # changes of views, from the one that is taken to the one whose bars are fetched

_MANY = 8  # slices from which on they are marked by position, neighbours at once


def run(market: Market, views: Views, terms: Terms, books: Books) -> int:
    """Play the market through the account. Returns the number of slices played: fewer than all if a table is full."""
    session, account, slices = market.session, books.account, market.close.shape[1]
    has_stops = _has_stops(terms.sleeves)
    t = 0
    while t < slices:
        if session[t] != account[SESSION]:
            _settle_overnight(market, terms, books, t)
            account[SESSION] = session[t]
            account[OPENING] = account[SESSION_PEAK] = account[LOWEST] = account[EQUITY]
            account[STATE] = ACTIVE
        if account[OPEN_ORDERS] > 0.0:
            if _is_full(books):
                return t
            fill_orders(market, terms, books, t)
        watched = has_stops and may_hold(books.allotments, account)
        end = t + 1
        if not watched and account[OPEN_ORDERS] + account[PENDING] == 0.0:
            end = _next_news(market, views, books, t) + 1
        _mark(market, terms, books, t, end)
        t = end - 1
        if watched:
            _watch_stops(books.allotments, market, views, terms, books, t)
        _take_views(market, views, terms, books, t)
        if account[PENDING] > 0.0:
            if _is_full(books):
                return t
            pursue_targets(market, terms, books, t)
        t = end
    return slices


def _next_news(market: Market, views: Views, books: Books, t: int) -> int:
    """Return the first slice, from `t` on, in which a view changes, or the last of the session before."""
    taken, session = int(books.account[VIEWS_TAKEN]), market.session
    last = market.close.shape[1] - 1
    if taken < len(views.changes):
        last = min(last, int(views.changes[taken, CHANGE_SLICE]))
    if session[last] == session[t]:
        return last
    while t + 1 < last:  # the session ends between the two
        middle = (t + last) // 2
        if session[middle] == session[t]:
            t = middle
        else:
            last = middle
    return t


def _mark(market: Market, terms: Terms, books: Books, begin: int, end: int) -> None:
    """Mark the account in slices begin to end, in which nothing but prices happens, and watch for losses."""
    account, marks, cash = books.account, books.marks, books.account[CASH]
    equity = marks[MARK_EQUITY, begin:end]
    at_once = end - begin >= _MANY and len(marks) == 1
    if at_once:
        _sum_worth(market, books, begin, end)
    else:
        equity[:] = math.nan
    telling = 0  # marks that are a high or a low of the session, or not known yet
    for n in range(len(equity)):
        equity[n] += cash
        telling += not (account[LOWEST] <= equity[n] <= account[SESSION_PEAK])
    if telling > 0:
        for n in range(len(equity)):
            if equity[n] != equity[n]:
                equity[n] = cash + _appraise(market, books, begin + n)
            _watch_losses(terms, account, equity[n])
            if len(marks) > 1:
                marks[MARK_CASH, begin + n] = cash
                marks[MARK_GROSS, begin + n] = account[GROSS]
    if at_once:
        _appraise(market, books, end - 1)
    account[EQUITY] = equity[len(equity) - 1]


def _sum_worth(market: Market, books: Books, begin: int, end: int) -> None:
    """Mark what all positions together are worth; NaN where one of them has no bar.

    By position and from 0 on, so that a compiler sees neighbours it can compute at once.
    """
    worth, held = books.marks[MARK_EQUITY, begin:end], int(books.account[HELD])
    if held == 0:
        worth[:] = 0.0
    for place in range(held):
        symbol = books.held[place]
        shares, close = books.lines[symbol, SHARES], market.close[symbol, begin:end]
        for t in range(len(worth)):
            value = shares * rounded_price(close[t]) if close[t] == close[t] else math.nan
            worth[t] = value if place == 0 else worth[t] + value


def _appraise(market: Market, books: Books, t: int) -> float:
    """Return what all positions are worth, dollars; what they are worth if short ones count as long ones is noted."""
    value = 0.0
    gross = 0.0
    for place in range(int(books.account[HELD])):
        symbol = books.held[place]
        worth = books.lines[symbol, SHARES] * rounded_price(last_close(market.close, t, symbol))
        value += worth
        gross += abs(worth)
    books.account[GROSS] = gross
    return value


def _settle_overnight(market: Market, terms: Terms, books: Books, t: int) -> None:
    """Pay for borrowed shares, and take or pay dividends, as a session begins."""
    account, lines, session = books.account, books.lines, market.session[t]
    for place in range(int(account[HELD])):
        symbol = books.held[place]
        shares = lines[symbol, SHARES]
        if shares < 0.0 and terms.borrow_rate > 0.0:
            days = market.days[session] - market.days[int(account[SESSION])]
            price = rounded_price(last_close(market.close, t - 1, symbol))
            account[CASH] -= rounded_money(borrow_fee(-shares, price, terms.borrow_rate, days))
        if market.dividends[session, symbol] != 0.0:
            account[CASH] += rounded_money(shares * market.dividends[session, symbol])


def _watch_losses(terms: Terms, account: Floats, equity: float) -> None:
    """Close the session for new positions after a loss. A fall that is no new low was looked at before."""
    if equity > account[SESSION_PEAK]:
        account[SESSION_PEAK] = account[LOWEST] = equity
    elif equity < account[LOWEST] and account[STATE] == ACTIVE:
        account[LOWEST] = equity
        lost = is_lost(account[OPENING], equity, terms.daily_loss_fraction)
        if lost or is_lost(account[SESSION_PEAK], equity, terms.intraday_drawdown_fraction):
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


def _watch_stops(allotments: Floats, market: Market, views: Views, terms: Terms, books: Books, t: int) -> None:
    if allotments.ndim == 1:
        for place in range(int(books.account[HELD])):
            _watch_stop(market, views, terms, books, t, books.held[place])
    else:
        for lane in range(len(books.lanes)):
            _watch_stop(market, views, terms, books, t, lane)


def _watch_stop(market: Market, views: Views, terms: Terms, books: Books, t: int, lane: int) -> None:
    lanes, symbols = books.lanes, len(books.lines)
    terms_of_stops, symbol = terms.sleeves[lane // symbols], lane % symbols
    close, quantity = market.close[symbol, t], lanes[lane, SHARES]
    if quantity == 0.0 or close != close:  # noqa: PLR0124 - a NaN is no bar
        return
    range_ = views.stop_range[lane, t] if terms_of_stops[STOP_ATR_MULTIPLE] > 0.0 else 0.0
    reached = stop_reached(
        books.stops[lane], quantity, lanes[lane, COST] / quantity, market.high[symbol, t], market.low[symbol, t],
        close, range_, terms_of_stops[STOP_FIXED], terms_of_stops[STOP_ATR_MULTIPLE], terms_of_stops[STOP_TRAILING],
        terms_of_stops[STOP_BARS],
    )  # fmt: skip
    if reached != NO_STOP and lanes[lane, TARGET] != 0.0:
        want(books, lane, 0.0, t)


def _take_views(market: Market, views: Views, terms: Terms, books: Books, t: int) -> None:
    account, changes = books.account, views.changes
    taken = int(account[VIEWS_TAKEN])
    while taken < len(changes) and changes[taken, CHANGE_SLICE] == t:
        lane = int(changes[taken, CHANGE_LANE])
        close, strength = market.close[lane % len(books.lines), t], changes[taken, CHANGE_STRENGTH]
        want(books, lane, _sized(views, terms, books, t, lane, strength, close), t)
        taken += 1
        if taken + _AHEAD < len(changes):
            ahead = changes[taken + _AHEAD]
            _fetch_ahead(market, int(ahead[CHANGE_SLICE]), int(ahead[CHANGE_LANE]) % len(books.lines))
    account[VIEWS_TAKEN] = taken


def _fetch_ahead(market: Market, t: int, symbol: int) -> None:
    """Have what an order of slice t and its fill will read brought near: memory is slower than all they compute."""
    fetch(market.ended_at, t)
    fetch(market.started_at, t + 1)
    fetch(market.ended_at, t + 1)
    fetch(market.open, (symbol, t + 1))
    fetch(market.volume, (symbol, t + 1))


def _sized(views: Views, terms: Terms, books: Books, t: int, lane: int, strength: float, close: float) -> float:
    equity, sleeve = books.account[EQUITY], terms.sleeves[lane // len(books.lines)]
    if equity <= 0.0:
        return 0.0
    sizer = int(sleeve[SIZER])
    risk = views.risk[lane, t] if sizer == ATR_RISK else 0.0
    capital = equity * sleeve[CAPITAL]
    sized = sized_shares(sizer, strength, capital, close, risk, sleeve[SIZE_FIRST], sleeve[SIZE_SECOND])
    price = rounded_price(close)
    dearest = price
    if terms.is_limit:
        dearest = max(price, limit_beyond(price, 1 if sized > 0.0 else -1, terms.limit_offset_bps))
    value_max = min(terms.max_position_fraction * equity, notional_max(terms, equity))
    return capped_shares(whole_shares(sized), dearest, value_max)
