"""Splits in the books: shares are counted anew, their cost stays, and parts of a share are paid out in cash.

Sub-accounts hold whole shares, too: every strategy keeps the whole shares it has a right to, and whole shares that only
come of parts put together go to the largest parts. The parts are settled between the strategies and the company at the
price of the new share. So the strategies' shares are the account's, to the last one.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from msgspec import Struct
from msgspec.structs import replace

from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.positions import Position


class CapitalChange(Struct, frozen=True, gc=False):
    """Every `old` shares became `new` ones, then `paid` ones left for cash. A delisting is 1 for 1, all paid."""

    new: int
    old: int
    paid: Decimal  # signed shares that left, of the new ones; below 0 for a short position, and for what came instead
    price: Decimal  # dollars a new share, 0 or above

    @property
    def cash(self) -> Decimal:
        """Dollars that came for them; below 0 if we paid."""
        return round_money(self.paid * self.price)


def split_change(held: Decimal, new: int, old: int, price: Decimal) -> CapitalChange:
    """Return how a split changes an account's signed shares. price: dollars a new share, for parts of one."""
    return CapitalChange(new, old, held * new / old - whole_part(held, new, old), price)


def whole_part(held: Decimal, new: int, old: int) -> Decimal:
    """Return the whole shares of what signed shares become, rounded towards zero."""
    return held * new // old


def split_changes(held: Mapping[str, Decimal], whole: Decimal, new: int, old: int) -> dict[str, Decimal]:
    """Return what leaves each strategy as parts of a share, so that together they keep the account's `whole` shares.

    held: signed shares of each strategy before the split.
    """
    exact = {name: shares * new / old for name, shares in held.items()}
    kept = {name: (held[name] * new / old).to_integral_value(ROUND_FLOOR) for name in held}
    missing = int(whole - sum(kept.values(), ZERO))
    assert 0 <= missing <= len(held), (held, whole)
    largest = sorted(held, key=lambda name: (kept[name] - exact[name], name))
    for name in largest[:missing]:
        kept[name] += 1
    return {name: exact[name] - kept[name] for name in held}


def after_capital_change(before: Position, change: CapitalChange) -> Position:
    """Return a position after a split, parts of a share paid out."""
    exact = before.quantity * change.new / change.old
    quantity = (exact - change.paid).normalize() + ZERO
    if not change.paid:
        return replace(before, quantity=quantity)
    if change.paid * exact < 0:  # it took over a part that others gave up
        return replace(before, quantity=quantity, cost=before.cost - change.cash)
    cost = before.cost if not quantity else round_money(before.cost * change.paid / exact)
    return replace(before, quantity=quantity, cost=before.cost - cost, realised=before.realised + change.cash - cost)


def shares_since(
    history: Sequence[tuple[Fill | CapitalChange, Decimal]], execution_id: ExecutionId, shares: Decimal
) -> Decimal:
    """Return what shares of an execution have become by the splits that a history holds after it."""
    is_later = False
    for known, _ in history:
        if isinstance(known, Fill):
            is_later = is_later or known.execution_id == execution_id
        elif is_later:
            shares = shares * known.new / known.old
    return shares
