"""Taxes worked out share by share, with fractions and nothing of ours: slow, simple, and first in, first out.

Every share is an object with a life of its own, so there is no lot to divide and nothing to round. Shares of one order
were bought together; a loss is replaced by shares of another order still held after the sale, or by any bought later.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

Trade = tuple[
    str, str, str, int, Fraction, Fraction, date
]  # execution, order, symbol, signed shares, price, commission

DAYS = timedelta(days=30)


@dataclass(eq=False)
class Share:
    lot: str
    order: str
    sign: int
    opened: date
    since: date
    value: Fraction  # paid, or received if it was sold short
    moved: Fraction = Fraction(0)
    is_replacement: bool = False


@dataclass(eq=False)
class Closed:
    share: Share
    sale: str
    symbol: str
    day: date
    proceeds: Fraction
    cost: Fraction
    disallowed: Fraction = Fraction(0)

    @property
    def gain(self) -> Fraction:
        return self.proceeds - self.cost + self.disallowed

    @property
    def is_long_term(self) -> bool:
        day_after = self.share.since + timedelta(days=1)
        month_day = (day_after.month, day_after.day)
        return self.share.sign > 0 and (self.day.year - day_after.year, self.day.month, self.day.day) >= (1, *month_day)

    def can_take(self, share: Share) -> bool:
        return share.sign == self.share.sign and not share.is_replacement and abs(share.opened - self.day) <= DAYS

    def move_to(self, share: Share) -> None:
        self.disallowed = self.cost - self.proceeds
        share.moved += self.disallowed
        share.since -= self.day - self.share.since
        share.is_replacement = True


def taxes(trades: Iterable[Trade]) -> tuple[list[Closed], list[Share]]:
    """Return every share that was closed, and every one still open."""
    held: defaultdict[str, list[Share]] = defaultdict(list)
    waiting: defaultdict[str, list[Closed]] = defaultdict(list)
    closed: list[Closed] = []
    for execution, order, symbol, quantity, price, commission, day in trades:
        sign, each = (1 if quantity > 0 else -1), commission / abs(quantity)
        brings, costs = price - each, price + each
        shares, count = held[symbol], abs(quantity)
        losses = []
        while count and shares and shares[0].sign != sign:
            share, count = shares.pop(0), count - 1
            sold, bought = (brings, share.value) if sign < 0 else (share.value, costs)
            one = Closed(share, execution, symbol, day, sold, bought + share.moved if share.moved else bought)
            closed.append(one)
            if one.proceeds < one.cost:
                losses.append(one)
        for loss in losses:
            found = next((one for one in shares if loss.can_take(one) and one.order != loss.share.order), None)
            if found is None:
                waiting[symbol].append(loss)
            else:
                loss.move_to(found)
        waiting[symbol] = [loss for loss in waiting[symbol] if day <= loss.day + DAYS]
        for _ in range(count):
            share = Share(execution, order, sign, day, day, costs if sign > 0 else brings)
            shares.append(share)
            found_loss = next((loss for loss in waiting[symbol] if loss.can_take(share)), None)
            if found_loss is not None:
                found_loss.move_to(share)
                waiting[symbol].remove(found_loss)
    return closed, [share for shares in held.values() for share in shares]
