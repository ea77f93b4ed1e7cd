"""Several strategies in one account: what they want of a symbol together, and how what comes of it is divided.

One order a symbol reaches the broker: for the sum of what all want. Where one wants to buy what another wants to sell,
the shares pass between them at the last price and never reach the market. A fill is divided in proportion to what each
still misses, in whole shares; what a division leaves over goes to the first that misses some.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from robo_trader.core.domain.allotments import Allotment, CashAllotment
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.domain.signals import Signal, Target
from robo_trader.core.rules.allotment import needed_shares, proportional_shares


class Want(Struct, frozen=True, gc=False):
    """What one strategy wants of a symbol, and what it holds."""

    strategy: str
    signal: Signal
    target: Target
    held: Decimal

    def is_late(self, now: int) -> bool:
        """Return whether it is an entry that its signal no longer speaks for."""
        return now > self.signal.expires_at and abs(self.target.quantity) > abs(self.held)


def net(wants: Sequence[Want], *, now: int, is_working: bool) -> Want:
    """Return what all want together, spoken for by the newest signal that asks for what is missing.

    wants: of one symbol, at least one, in the order of the strategies.
    is_working: whether an order works for the symbol: then it may still bring what a late entry wanted.
    """
    quantities = [want.held if want.is_late(now) and not is_working else want.target.quantity for want in wants]
    held, quantity = sum((want.held for want in wants), ZERO), sum(quantities, ZERO)
    side = 1 if quantity > held else -1
    asking = [want for want, wanted in zip(wants, quantities, strict=True) if needed_shares(want.held, wanted, side)]
    leader = max(asking or wants, key=_time_of)
    target = Target(
        signal_id=leader.signal.signal_id, symbol=leader.target.symbol, quantity=quantity,
        reference_price=leader.target.reference_price,
    )  # fmt: skip
    signal = leader.signal
    if not signal.is_stop and any(want.signal.is_stop for want in asking):
        signal = replace(signal, is_stop=True)  # one of them may not wait
    return Want(leader.strategy, signal, target, held)


def cross(wants: Sequence[Want], *, now: int) -> tuple[Allotment, ...]:
    """Return what passes between strategies that want opposite trades; nothing if none do."""
    timely = [want for want in wants if not want.is_late(now)]
    bought, sold = _needs(timely, 1), _needs(timely, -1)
    shares = min(sum(bought, ZERO), sum(sold, ZERO))
    if not shares:
        return ()
    changes = zip(timely, _divided(shares, bought), _divided(shares, sold), strict=True)
    return tuple(
        Allotment(strategy=want.strategy, quantity=came - went, commission=ZERO)
        for want, came, went in changes
        if came != went
    )


def allot(wants: Sequence[Want], change: Decimal, commission: Decimal, leader: str) -> tuple[Allotment, ...]:
    """Divide a fill of `change` signed shares and its commission; the parts sum to both exactly.

    leader: the strategy the order was sent for; it takes what nobody misses any more.
    """
    sign, shares = (1 if change > 0 else -1), abs(change)
    needs = _needs(wants, sign)
    given = min(shares, sum(needs, ZERO))
    parts = {want.strategy: part for want, part in zip(wants, _divided(given, needs), strict=True)}
    parts[leader] = parts.get(leader, ZERO) + shares - given
    return _charged({strategy: sign * part for strategy, part in parts.items() if part}, commission)


def divided_again(parts: Sequence[Allotment], change: Decimal, commission: Decimal) -> tuple[Allotment, ...]:
    """Divide a restated fill as it was divided before: in proportion, whole shares, what is left over to the first.

    A fill of nothing is everybody's who had a part of it, with the first one bearing what it still costs.
    """
    before = sum((abs(part.quantity) for part in parts), ZERO)
    sign = 1 if change > 0 else -1
    shares = [proportional_shares(abs(change), abs(part.quantity), before) if before else ZERO for part in parts]
    shares[0] += abs(change) - sum(shares, ZERO)
    return _charged({part.strategy: sign * own for part, own in zip(parts, shares, strict=True)}, commission)


def divide_cash(amount: Decimal, each: Decimal, shares: Mapping[str, Decimal]) -> tuple[CashAllotment, ...]:
    """Divide cash that shares brought or cost by who holds how many; the parts sum to `amount` exactly.

    each: dollars a share. shares: signed; what rounding leaves over goes to the first that holds some.
    """
    parts = {strategy: round_money(own * each) for strategy, own in shares.items() if own}
    for strategy in list(parts)[:1]:
        parts[strategy] += amount - sum(parts.values(), ZERO)
    return tuple(CashAllotment(strategy=strategy, amount=part) for strategy, part in parts.items())


def _charged(parts: Mapping[str, Decimal], commission: Decimal) -> tuple[Allotment, ...]:
    """Return the parts with a commission divided in proportion to them, exactly."""
    shares = sum((abs(part) for part in parts.values()), ZERO)
    charges = [round_money(commission * abs(part) / shares) if shares else ZERO for part in parts.values()]
    charges[0] += commission - sum(charges, ZERO)
    return tuple(
        Allotment(strategy=strategy, quantity=part, commission=charge)
        for (strategy, part), charge in zip(parts.items(), charges, strict=True)
    )


def _time_of(want: Want) -> int:
    return want.signal.as_of


def _needs(wants: Sequence[Want], sign: int) -> list[Decimal]:
    return [needed_shares(want.held, want.target.quantity, sign) for want in wants]


def _divided(shares: Decimal, needs: Sequence[Decimal]) -> list[Decimal]:
    """Return the parts of `shares`, which are no more than all needs together."""
    everything = sum(needs, ZERO)
    if not everything:
        return list(needs)
    parts = [proportional_shares(shares, need, everything) for need in needs]
    left = shares - sum(parts, ZERO)
    for place, need in enumerate(needs):
        more = min(left, need - parts[place])
        parts[place] += more
        left -= more
    return parts
