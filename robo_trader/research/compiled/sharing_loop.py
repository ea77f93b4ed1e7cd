"""Several strategies in one account, over arrays: `core/portfolio/netting` and `core/ledger/sub_accounts` compiled.

A lane is one strategy in one symbol; its number is strategy * symbols + symbol. Where one strategy has the account to
itself, the table of allotments has one dimension: then the compiler leaves out all that stands here.
"""

from robo_trader.core.rules.allotment import needed_shares, proportional_shares
from robo_trader.core.rules.rounding import rounded_price
from robo_trader.research.compiled.account_layout import (
    ALLOTTED,
    ALLOTTED_FILL,
    ALLOTTED_LANE,
    ALLOTTED_PRICE,
    ALLOTTED_SHARES,
    ALLOTTED_SLICE,
    BUYS,
    HELD,
    LEADER,
    NEEDED,
    NEEDED_OPPOSITE,
    OPEN_ORDERS,
    SELLS,
    SHARES,
    SIGNAL_NUMBER,
    STOPS,
    TARGET,
    WANTED_SINCE,
    Books,
    Floats,
    Integers,
)
from robo_trader.research.compiled.account_reading import is_late, last_close, move_shares

_NO_FILL = -1.0


def settled_target(
    allotments: Floats, close: Floats, ended_at: Integers, terms: Floats, books: Books, t: int, symbol: int
) -> bool:
    """Find what is wanted of a symbol; return whether it is an entry that comes too late."""
    if allotments.ndim == 1:
        return is_late(ended_at, terms, books.lanes, t, symbol)
    _share_target(close, ended_at, terms, books, t, symbol)
    return False


def may_hold(allotments: Floats, account: Floats) -> bool:
    """Return whether anybody may hold shares; strategies may where the account has none."""
    if allotments.ndim == 1:
        return account[HELD] > 0.0
    return True


def is_full_of_parts(allotments: Floats, books: Books) -> bool:
    """Return whether the table might not hold the parts of what one more slice can bring."""
    if allotments.ndim == 1:
        return False
    more = len(books.sleeves) * (books.account[OPEN_ORDERS] + len(books.lines))
    return books.account[ALLOTTED] + more > len(allotments)


def forget_stops(allotments: Floats, lines: Floats, symbol: int) -> None:
    """Have the stops of a symbol that is left forget; those of several strategies forget as each leaves."""
    if allotments.ndim == 1:
        lines[symbol, STOPS] = 0.0


def leading_lane(allotments: Floats, lines: Floats, symbol: int) -> float:
    """Return the lane that speaks for the next order of a symbol."""
    if allotments.ndim == 1:
        return float(symbol)
    return lines[symbol, LEADER]


def allot_fill(
    allotments: Floats, books: Books, t: int, symbol: int, change: float, price: float, fill: int, leader: int
) -> None:
    """Give the shares of a fill to whom they belong, where several strategies share the account."""
    if allotments.ndim == 2:
        _share_fill(books, t, symbol, change, price, fill, leader)


def _share_target(close: Floats, ended_at: Integers, terms: Floats, books: Books, t: int, symbol: int) -> None:
    """Set the target of a symbol to what all strategies want of it, after what passes between them has passed."""
    _cross(close, ended_at, terms, books, t, symbol)
    lines, lanes = books.lines, books.lanes
    is_working = lines[symbol, BUYS] + lines[symbol, SELLS] > 0.0
    held, quantity = 0.0, 0.0
    for lane in range(symbol, len(lanes), len(lines)):
        held += lanes[lane, SHARES]
        quantity += _effective(ended_at, terms, lanes, t, lane, is_working)
    side = 1 if quantity > held else -1
    leader = symbol
    asks = False
    for lane in range(symbol, len(lanes), len(lines)):
        need = needed_shares(lanes[lane, SHARES], _effective(ended_at, terms, lanes, t, lane, is_working), side)
        if need > 0.0 and (not asks or lanes[lane, WANTED_SINCE] > lanes[leader, WANTED_SINCE]):
            leader = lane
            asks = True
    lines[symbol, TARGET] = quantity
    lines[symbol, LEADER] = leader
    lines[symbol, SIGNAL_NUMBER] = lanes[leader, SIGNAL_NUMBER]


def _share_fill(books: Books, t: int, symbol: int, change: float, price: float, fill: int, leader: int) -> None:
    """Divide a fill of `change` signed shares among the strategies that miss some.

    leader: the lane that the order was sent for; it takes what nobody misses any more.
    """
    lanes, symbols = books.lanes, len(books.lines)
    sign = 1 if change > 0.0 else -1
    shares, everything = abs(change), 0.0
    for lane in range(symbol, len(lanes), symbols):
        need = needed_shares(lanes[lane, SHARES], lanes[lane, TARGET], sign)
        books.sleeves[lane // symbols, NEEDED] = need
        everything += need
    given = min(shares, everything)
    _divide(books.sleeves, NEEDED, given, everything)
    books.sleeves[leader // symbols, NEEDED] += shares - given
    for lane in range(symbol, len(lanes), symbols):
        part = books.sleeves[lane // symbols, NEEDED]
        if part != 0.0:
            _allot(books, t, lane, sign * part, price, float(fill))


def _effective(ended_at: Integers, terms: Floats, lanes: Floats, t: int, lane: int, is_working: bool) -> float:
    """Return what a strategy wants: what it holds where its entry is late and nothing works that may bring it."""
    late = is_late(ended_at, terms, lanes, t, lane)
    return lanes[lane, SHARES] if late and not is_working else lanes[lane, TARGET]


def _cross(close: Floats, ended_at: Integers, terms: Floats, books: Books, t: int, symbol: int) -> None:
    """Let shares pass between strategies that want opposite trades, at the last price."""
    lanes, symbols, sleeves = books.lanes, len(books.lines), books.sleeves
    bought, sold = 0.0, 0.0
    for lane in range(symbol, len(lanes), symbols):
        timely = not is_late(ended_at, terms, books.lanes, t, lane)
        held, wanted = lanes[lane, SHARES], lanes[lane, TARGET]
        sleeves[lane // symbols, NEEDED] = needed_shares(held, wanted, 1) if timely else 0.0
        sleeves[lane // symbols, NEEDED_OPPOSITE] = needed_shares(held, wanted, -1) if timely else 0.0
        bought += sleeves[lane // symbols, NEEDED]
        sold += sleeves[lane // symbols, NEEDED_OPPOSITE]
    shares = min(bought, sold)
    if shares == 0.0:
        return
    _divide(sleeves, NEEDED, shares, bought)
    _divide(sleeves, NEEDED_OPPOSITE, shares, sold)
    price = rounded_price(last_close(close, t, symbol))
    for lane in range(symbol, len(lanes), symbols):
        change = sleeves[lane // symbols, NEEDED] - sleeves[lane // symbols, NEEDED_OPPOSITE]
        if change != 0.0:
            _allot(books, t, lane, change, price, _NO_FILL)


def _divide(sleeves: Floats, column: int, shares: float, everything: float) -> None:
    """Put the parts of `shares` in the place of the needs in a column, which together are `everything`."""
    if everything == 0.0:
        return
    needs = sleeves[:, column]
    left = shares
    for sleeve in range(len(needs)):
        left -= proportional_shares(shares, needs[sleeve], everything)
    for sleeve in range(len(needs)):
        part = proportional_shares(shares, needs[sleeve], everything)
        more = min(left, needs[sleeve] - part)
        needs[sleeve] = part + more
        left -= more


def _allot(books: Books, t: int, lane: int, change: float, price: float, fill: float) -> None:
    move_shares(books.lanes, lane, change, price)
    if books.lanes[lane, SHARES] == 0.0:
        books.lanes[lane, STOPS] = 0.0
    row = int(books.account[ALLOTTED])
    books.allotments[row, ALLOTTED_SLICE] = t
    books.allotments[row, ALLOTTED_FILL] = fill
    books.allotments[row, ALLOTTED_LANE] = lane
    books.allotments[row, ALLOTTED_SHARES] = change
    books.allotments[row, ALLOTTED_PRICE] = price
    books.account[ALLOTTED] += 1.0
