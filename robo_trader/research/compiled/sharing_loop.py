"""Several strategies in one account, over arrays: `core/portfolio/netting` and `core/ledger/sub_accounts` compiled.

A lane is one strategy in one symbol; its number is strategy * symbols + symbol. Where one strategy has the account to
itself, the table of allotments has one dimension: then the compiler leaves out all that stands here.
"""

from robo_trader.core.rules.allotment import needed_shares, proportional_shares, room_beside
from robo_trader.core.rules.rounding import rounded_money, rounded_price
from robo_trader.research.compiled.account_layout import CONTROLS, Books, Floats, Integers, Record, Records, Trades
from robo_trader.research.compiled.account_reading import is_late, last_close, move_shares, within_limits
from robo_trader.research.compiled.sizing_loop import note_trade

_NO_FILL = -1.0


def settled_target(
    allotments: Records, close: Floats, ended_at: Integers, terms: Record, books: Books, t: int, symbol: int
) -> bool:
    """Find what is wanted of a symbol; return whether it is an entry that comes too late."""
    if allotments.ndim == 1:
        return is_late(ended_at, terms, books.lanes[symbol], t)
    _share_target(books.trades, close, ended_at, terms, books, t, symbol)
    return False


def fitted_shares(allotments: Records, books: Books, terms: Record, close: float, lane: int, shares: float) -> float:
    """Return the part of what a strategy wants that the limits leave beside what the others want."""
    if allotments.ndim == 1:
        return shares
    return _fit(books, terms, close, lane, shares)


def may_hold(allotments: Records, account: Record) -> bool:
    """Return whether anybody may hold shares; strategies may where the account has none."""
    if allotments.ndim == 1:
        return account.held > 0.0
    return True


def is_full(allotments: Records, books: Books) -> bool:
    """Return whether a table might not hold what one more slice can add: all violations of a symbol, and fewer others.

    All tables have as many rows, but that of allotments, which has so many for each strategy twice.
    """
    account, symbols = books.account, len(books.lines)
    written = max(max(account.orders, account.fills), account.denials)
    if allotments.ndim == 2:
        written = max(written, account.allotted / (2.0 * len(books.sleeves)))
    return written + account.open_orders + CONTROLS * symbols > len(books.orders)


def forget_stops(allotments: Records, stops: Floats, symbol: int) -> None:
    """Have the stops of a symbol that is left forget; those of several strategies forget as each leaves."""
    if allotments.ndim == 1:
        stops[symbol, 0] = 0.0


def leading_lane(allotments: Records, line: Record, symbol: int) -> float:
    """Return the lane that speaks for the next order of a symbol."""
    if allotments.ndim == 1:
        return float(symbol)
    return line.leader


def allot_fill(
    allotments: Records, trades: Trades | None, books: Books, t: int, symbol: int, change: float, price: float,
    fill: int, leader: int, commission: float,
) -> None:  # fmt: skip
    """Give the shares of a fill to whom they belong, where several strategies share the account."""
    if allotments.ndim == 1:
        if trades is not None:
            note_trade(trades, books, symbol, change, price, rounded_money(commission))
        return
    _share_fill(trades, books, t, symbol, change, price, fill, leader, commission)


def _fit(books: Books, terms: Record, close: float, lane: int, shares: float) -> float:
    lanes, symbols = books.lanes, len(books.lines)
    others = -lanes[lane].target
    for other in range(lane % symbols, len(lanes), symbols):
        others += lanes[other].target
    if others == 0.0 or abs(others + shares) <= abs(others):
        return shares
    return room_beside(shares, others, within_limits(terms, books.account.equity, close, others + shares))


def _share_target(
    trades: Trades | None, close: Floats, ended_at: Integers, terms: Record, books: Books, t: int, symbol: int
) -> None:
    """Set the target of a symbol to what all strategies want of it, after what passes between them has passed."""
    _cross(trades, close, ended_at, terms, books, t, symbol)
    lines, lanes = books.lines, books.lanes
    line = lines[symbol]
    is_working = line.buys + line.sells > 0.0
    held, quantity = 0.0, 0.0
    for lane in range(symbol, len(lanes), len(lines)):
        held += lanes[lane].shares
        quantity += _effective(ended_at, terms, lanes[lane], t, is_working)
    side = 1 if quantity > held else -1
    leader = symbol
    asks = False
    for lane in range(symbol, len(lanes), len(lines)):
        need = needed_shares(lanes[lane].shares, _effective(ended_at, terms, lanes[lane], t, is_working), side)
        if need > 0.0 and (not asks or lanes[lane].wanted_since > lanes[leader].wanted_since):
            leader = lane
            asks = True
    line.target = quantity
    line.leader = leader
    line.signal_number = lanes[leader].signal_number


def _share_fill(
    trades: Trades | None, books: Books, t: int, symbol: int, change: float, price: float, fill: int, leader: int,
    commission: float,
) -> None:  # fmt: skip
    """Divide a fill of `change` signed shares among the strategies that miss some.

    leader: the lane that the order was sent for; it takes what nobody misses any more.
    """
    lanes, symbols = books.lanes, len(books.lines)
    sign = 1 if change > 0.0 else -1
    shares, everything = abs(change), 0.0
    for lane in range(symbol, len(lanes), symbols):
        need = needed_shares(lanes[lane].shares, lanes[lane].target, sign)
        books.sleeves[lane // symbols].needs[0] = need
        everything += need
    given = min(shares, everything)
    _divide(books.sleeves, 0, given, everything)
    books.sleeves[leader // symbols].needs[0] += shares - given
    for lane in range(symbol, len(lanes), symbols):
        part = books.sleeves[lane // symbols].needs[0]
        if part != 0.0:
            _allot(books, t, lane, sign * part, price, float(fill))
            if trades is not None:
                charge = rounded_money(commission) * part / shares
                note_trade(trades, books, lane, sign * part, price, charge)


def _effective(ended_at: Integers, terms: Record, lane: Record, t: int, is_working: bool) -> float:
    """Return what a strategy wants: what it holds where its entry is late and nothing works that may bring it."""
    late = is_late(ended_at, terms, lane, t)
    return lane.shares if late and not is_working else lane.target


def _cross(
    trades: Trades | None, close: Floats, ended_at: Integers, terms: Record, books: Books, t: int, symbol: int
) -> None:
    """Let shares pass between strategies that want opposite trades, at the last price."""
    lanes, symbols, sleeves = books.lanes, len(books.lines), books.sleeves
    bought, sold = 0.0, 0.0
    for lane in range(symbol, len(lanes), symbols):
        timely = not is_late(ended_at, terms, lanes[lane], t)
        held, wanted = lanes[lane].shares, lanes[lane].target
        sleeves[lane // symbols].needs[0] = needed_shares(held, wanted, 1) if timely else 0.0
        sleeves[lane // symbols].needs[1] = needed_shares(held, wanted, -1) if timely else 0.0
        bought += sleeves[lane // symbols].needs[0]
        sold += sleeves[lane // symbols].needs[1]
    shares = min(bought, sold)
    if shares == 0.0:
        return
    _divide(sleeves, 0, shares, bought)
    _divide(sleeves, 1, shares, sold)
    price = rounded_price(last_close(close, t, symbol))
    for lane in range(symbol, len(lanes), symbols):
        change = sleeves[lane // symbols].needs[0] - sleeves[lane // symbols].needs[1]
        if change != 0.0:
            _allot(books, t, lane, change, price, _NO_FILL)
            if trades is not None:
                note_trade(trades, books, lane, change, price, 0.0)


def _divide(sleeves: Records, side: int, shares: float, everything: float) -> None:
    """Put the parts of `shares` in the place of the needs of one side, which together are `everything`."""
    if everything == 0.0:
        return
    left = shares
    for sleeve in range(len(sleeves)):
        left -= proportional_shares(shares, sleeves[sleeve].needs[side], everything)
    for sleeve in range(len(sleeves)):
        part = proportional_shares(shares, sleeves[sleeve].needs[side], everything)
        more = min(left, sleeves[sleeve].needs[side] - part)
        sleeves[sleeve].needs[side] = part + more
        left -= more


def _allot(books: Books, t: int, lane: int, change: float, price: float, fill: float) -> None:
    own, part = books.lanes[lane], books.allotments[int(books.account.allotted), 0]
    move_shares(own, change, price)
    if own.shares == 0.0:
        books.stops[lane, 0] = 0.0
    part.slice = t
    part.fill = fill
    part.lane = lane
    part.shares = change
    part.price = price
    books.account.allotted += 1.0
