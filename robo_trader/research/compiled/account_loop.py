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
from robo_trader.core.rules.rounding import rounded_money, rounded_price, whole_shares
from robo_trader.core.rules.session_clock import week_number
from robo_trader.core.rules.sizing import ATR_RISK, plainly_sized_shares, sized_shares, whole_lots
from robo_trader.core.rules.stops import NO_STOP, stop_reached
from robo_trader.research.compiled.account_layout import (
    ACTIVE,
    CHANGE_LANE,
    CHANGE_SLICE,
    CHANGE_STRENGTH,
    HALTED,
    MARK_CASH,
    MARK_EQUITY,
    MARK_GROSS,
    REDUCING,
    Bars,
    Books,
    Clock,
    Floats,
    Integers,
    Nights,
    Record,
    Records,
    Trades,
    Views,
)
from robo_trader.research.compiled.account_reading import last_close, want, within_limits
from robo_trader.research.compiled.fetching import fetch
from robo_trader.research.compiled.order_loop import pursue_targets
from robo_trader.research.compiled.sharing_loop import fitted_shares, is_full, may_hold
from robo_trader.research.compiled.sizing_loop import size_basis
from robo_trader.research.compiled.venue_loop import fill_orders

_AHEAD = 4  # changes of views, from the one that is taken to the one whose bars are fetched

_MANY = 8  # slices from which on they are marked by position, neighbours at once


def run(
    bars: Bars, clock: Clock, nights: Nights, views: Views, terms: Record, books: Books, marks: Floats
) -> int:  # fmt: skip
    """Play the market through the account. Returns the number of slices played: fewer than all if a table is full.

    marks: (1 or 3, slices) dollars, written; rows as in `account_layout`.
    """
    session, account, slices = clock.session, books.account, bars.close.shape[1]
    t = 0
    while t < slices:
        if is_full(books.allotments, books):
            return t
        if session[t] != account.session:
            _settle_overnight(bars.close, nights, terms, books, session[t], t)
            account.session = session[t]
            account.opening = account.equity
            account.session_peak = account.equity
            account.lowest = account.equity
            account.traded = 0.0
            _enter_week(account, nights.days[session[t]])
            if account.state != HALTED:
                account.state = REDUCING if account.week_lost > 0.0 else ACTIVE
        if account.open_orders > 0.0:
            fill_orders(bars, clock, terms, books, t)
        watched = terms.has_stops > 0.0 and may_hold(books.allotments, account)
        end = t + 1
        if not watched and account.open_orders + account.pending == 0.0:
            end = _next_news(session, views.changes, int(account.views_taken), t) + 1
        _mark(bars.close, terms, account, books.lines, books.held, marks, t, end)
        t = end - 1
        if watched:
            _watch_stops(views.stop_range, books.allotments, bars, books, t)
        _take_views(books.trades, bars, clock, views, terms, books, t)
        if account.pending > 0.0:
            pursue_targets(bars.close, clock, terms, books, t)
        t = end
    return slices


def _next_news(session: NDArray[np.int32], changes: Floats, taken: int, t: int) -> int:
    """Return the first slice, from `t` on, in which a view changes, or the last of the session before.

    taken: changes of views that have been taken.
    """
    last = len(session) - 1
    if taken < len(changes):
        news = int(changes[taken, CHANGE_SLICE])
        last = news if news < last else last  # noqa: FURB136 - `min` of whole numbers would be compiled for this alone
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
    close: Floats, terms: Record, account: Record, lines: Records, held: Integers, marks: Floats, begin: int, end: int
) -> None:
    """Mark the account in slices begin to end, in which nothing but prices happens, and watch for losses."""
    cash, equity = account.cash, marks[MARK_EQUITY, begin:end]
    at_once = end - begin >= _MANY and len(marks) == 1
    if at_once:
        _sum_worth(close, lines, held, int(account.held), equity, begin)
    telling = 0  # marks that are a high or a low of the session, or not known yet
    for n in range(len(equity)):
        equity[n] = equity[n] + cash if at_once else math.nan
        telling += not (account.lowest <= equity[n] <= account.session_peak)
    if telling > 0:
        for n in range(len(equity)):
            if equity[n] != equity[n]:
                equity[n] = cash + _appraise(close, account, lines, held, begin + n)
            _watch_losses(terms, account, equity[n])
            if len(marks) > 1:
                marks[MARK_CASH, begin + n] = cash
                marks[MARK_GROSS, begin + n] = account.gross
    if at_once:
        _appraise(close, account, lines, held, end - 1)
    account.equity = equity[len(equity) - 1]


def _sum_worth(close: Floats, lines: Records, held: Integers, count: int, worth: Floats, begin: int) -> None:
    """Write what all `count` positions together are worth, from slice `begin` on; NaN where one of them has no bar.

    By position and from 0 on, so that a compiler sees neighbours it can compute at once.
    """
    for t in range(len(worth) if count == 0 else 0):
        worth[t] = 0.0
    for place in range(count):
        symbol = held[place]
        shares, closes = lines[symbol].shares, close[symbol, begin : begin + len(worth)]
        for t in range(len(worth)):
            value = shares * rounded_price(closes[t]) if closes[t] == closes[t] else math.nan
            worth[t] = value if place == 0 else worth[t] + value


def _appraise(close: Floats, account: Record, lines: Records, held: Integers, t: int) -> float:
    """Return what all positions are worth, dollars; what they are worth if short ones count as long ones is noted."""
    value = 0.0
    gross = 0.0
    for place in range(int(account.held)):
        symbol = held[place]
        worth = lines[symbol].shares * rounded_price(last_close(close, t, symbol))
        value += worth
        gross += abs(worth)
    account.gross = gross
    account.net = value
    return value


def _settle_overnight(close: Floats, nights: Nights, terms: Record, books: Books, session: int, t: int) -> None:
    """Pay for borrowed shares, and take or pay dividends, as a session begins."""
    account, lines = books.account, books.lines
    for place in range(int(account.held)):
        symbol = books.held[place]
        shares, dividend = lines[symbol].shares, nights.dividends[session, symbol]
        if shares < 0.0 and terms.borrow_rate > 0.0:
            days = nights.days[session] - nights.days[int(account.session)]
            price = rounded_price(last_close(close, t - 1, symbol))
            account.cash -= rounded_money(borrow_fee(-shares, price, terms.borrow_rate, days))
        if dividend != 0.0:
            account.cash += rounded_money(shares * dividend)


def _watch_losses(terms: Record, account: Record, equity: float) -> None:
    """Close the session for new positions after a loss. A fall that is no new low was looked at before."""
    if equity > account.session_peak:
        account.session_peak = equity
        account.lowest = equity
        account.peak = max(account.peak, equity)
    elif equity < account.lowest and account.state != HALTED:
        account.lowest = equity
        lost = is_lost(account.opening, equity, terms.daily_loss_fraction)
        if lost or is_lost(account.session_peak, equity, terms.intraday_drawdown_fraction):
            account.state = REDUCING
        if is_lost(account.week_opening, equity, terms.weekly_loss_fraction):
            account.week_lost = 1.0
            account.state = REDUCING
        if is_lost(account.peak, equity, terms.drawdown_fraction):
            account.state = HALTED


def _enter_week(account: Record, days: int) -> None:
    """Begin to count a week's loss anew where a session is the first of one. days: of the session, as in `Nights`."""
    week = float(week_number(days))
    if week != account.week:
        account.week = week
        account.week_opening = account.equity
        account.week_lost = 0.0


def _watch_stops(stop_range: Floats, allotments: Records, bars: Bars, books: Books, t: int) -> None:
    """Have the stops of every lane with shares look at the bars of a slice.

    Where no strategy has a stop, `stop_range` has one dimension: then the compiler leaves this out.
    """
    if stop_range.ndim == 1:
        return
    account, lanes, symbols = books.account, books.lanes, len(books.lines)
    for place in range(int(account.held) if allotments.ndim == 1 else len(lanes)):
        lane = books.held[place] if allotments.ndim == 1 else place
        sleeve, symbol = books.sleeves[lane // symbols], lane % symbols
        own, close = lanes[lane], bars.close[symbol, t]
        quantity = own.shares
        if quantity == 0.0 or close != close:  # noqa: PLR0124 - a NaN is no bar
            continue
        range_ = stop_range[lane, t] if sleeve.stop_atr_multiple > 0.0 else 0.0
        reached = stop_reached(
            books.stops[lane], quantity, own.cost / quantity, bars.high[symbol, t], bars.low[symbol, t], close, range_,
            sleeve.stop_fixed, sleeve.stop_atr_multiple, sleeve.stop_trailing, sleeve.stop_bars,
            sleeve.stop_break_even,
        )  # fmt: skip
        if reached != NO_STOP and own.target != 0.0:
            want(account, books.lines[symbol], own, sleeve, 0.0, t)


def _take_views(
    trades: Trades | None, bars: Bars, clock: Clock, views: Views, terms: Record, books: Books, t: int
) -> None:
    account, changes = books.account, views.changes
    taken = int(account.views_taken)
    while taken < len(changes) and changes[taken, CHANGE_SLICE] == t:
        lane = int(changes[taken, CHANGE_LANE])
        sleeve, symbol = books.sleeves[lane // len(books.lines)], lane % len(books.lines)
        strength, close = changes[taken, CHANGE_STRENGTH], bars.close[symbol, t]
        if trades is None:
            risk = views.risk[lane, t] if sleeve.sizer == ATR_RISK else 0.0
        else:
            risk = size_basis(trades, bars.close, views.risk, books, t, lane, strength)
        quantity = _sized(trades, terms, sleeve, account.equity, strength, close, risk)
        quantity = fitted_shares(books.allotments, books, terms, close, lane, quantity)
        if trades is not None:
            quantity = whole_lots(quantity, sleeve.lot)
        want(account, books.lines[symbol], books.lanes[lane], sleeve, quantity, t)
        taken += 1
        if taken + _AHEAD < len(changes):
            ahead = changes[taken + _AHEAD]
            _fetch_ahead(bars, clock, int(ahead[CHANGE_SLICE]), int(ahead[CHANGE_LANE]) % len(books.lines))
    account.views_taken = taken


def _fetch_ahead(bars: Bars, clock: Clock, t: int, symbol: int) -> None:
    """Have what an order of slice t and its fill will read brought near: memory is slower than all they compute."""
    fetch(clock.ended_at, t)
    fetch(clock.started_at, t + 1)
    fetch(clock.ended_at, t + 1)
    fetch(bars.open, (symbol, t + 1))
    fetch(bars.volume, (symbol, t + 1))


def _sized(
    trades: Trades | None, terms: Record, sleeve: Record, equity: float, strength: float, close: float, risk: float
) -> float:
    """Return the signed shares a view is worth, as many as the limits leave of them. sleeve: a row of strategies."""
    if equity <= 0.0:
        return 0.0
    sizer, capital = int(sleeve.sizer), equity * sleeve.capital
    if trades is None:
        sized = plainly_sized_shares(sizer, strength, capital, close, risk, sleeve.size_first, sleeve.size_second)
    else:
        sized = sized_shares(sizer, strength, capital, close, risk, sleeve.size_first, sleeve.size_second)
    return within_limits(terms, equity, close, whole_shares(sized))
