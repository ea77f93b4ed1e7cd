"""From executions to open lots and realised gains, exact to the last digit.

    cash that came - cash that went = gains that count - basis of the open lots

at any time and by any method, since every part of an amount is taken off the whole and the last part is what is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, round_money
from robo_trader.core.ledger.lot_selection import LotChoice, LotMethod, Picked, pick, pick_chosen
from robo_trader.core.ledger.tax_lots import (
    DatedExecution,
    RealisedGain,
    ShareSplit,
    TaxLot,
    Term,
    divided,
    part_of,
    term_of,
)
from robo_trader.core.ledger.wash_sales import WINDOW, UnreplacedLoss, defer
from robo_trader.core.rules.positions import closing_part

Choices = Mapping[str, Sequence[LotChoice]]  # by the id of the execution that closes


class TaxBook:
    """Open lots and realised gains of one account. Executions are taken in the order of their dates."""

    def __init__(self, method: LotMethod = LotMethod.FIFO, choices: Choices | None = None) -> None:
        self.gains: list[RealisedGain] = []
        self._method = method
        self._choices = dict(choices or {})  # those not made use of yet
        self._lots: dict[Symbol, list[TaxLot]] = {}  # in the order they were opened in, of one side
        self._losses: dict[Symbol, list[UnreplacedLoss]] = {}

    def open_lots(self) -> list[TaxLot]:
        """Return the open lots, by symbol and in the order they were opened in."""
        return [lot for symbol in sorted(self._lots) for lot in self._lots[symbol]]

    def undecided(self, as_of: date) -> list[RealisedGain]:
        """Return the losses that a purchase on `as_of` or later could still turn into wash sales."""
        open_ = (loss for losses in self._losses.values() for loss in losses if as_of <= loss.closed_on + WINDOW)
        return [self.gains[number] for number in sorted(loss.number for loss in open_)]

    def demand_choices_used(self) -> None:
        """Raise InvalidConfig if lots were chosen for an execution that closed nothing, or was never seen."""
        if self._choices:
            raise InvalidConfig(
                f"lots are chosen for {', '.join(sorted(self._choices))}, which closes no lot of this account",
                next_step="Name sales as `robo-trader tax gains --json` does, under closing_id.",
            )

    def take(self, execution: DatedExecution) -> None:
        """Close lots with an execution, and open one with what is left of it."""
        symbol, quantity = execution.symbol, execution.quantity
        if not quantity:  # it was busted
            return
        lots = self._lots.setdefault(symbol, [])
        closed = closing_part(sum((lot.quantity for lot in lots), ZERO), quantity)
        commission = part_of(execution.commission, abs(closed), abs(quantity)) if closed else ZERO
        if closed:
            self._close(lots, execution, abs(closed), commission)
        if closed != quantity:
            self._open(lots, execution, quantity - closed, execution.commission - commission)

    def split(self, split: ShareSplit) -> None:
        """Count a symbol's shares anew. Amounts stay; shares are rounded to a millionth, their total first."""
        lots, before, after = self._lots.get(split.symbol, []), ZERO, ZERO
        for place, lot in enumerate(lots):
            before += lot.quantity
            total = _counted(before, split)
            lots[place] = replace(lot, quantity=total - after)
            after = total
        losses = self._losses.get(split.symbol, [])
        losses[:] = [replace(loss, quantity=_counted(loss.quantity, split)) for loss in losses]

    def _picked(self, lots: list[TaxLot], closing_id: str, shares: Decimal) -> Picked:
        if closing_id in self._choices:
            return pick_chosen(self._choices.pop(closing_id), lots, shares, closing_id=closing_id)
        return pick(self._method, lots, shares)

    def _close(self, lots: list[TaxLot], execution: DatedExecution, shares: Decimal, commission: Decimal) -> None:
        losses: list[UnreplacedLoss] = []
        for lot, quantity in self._picked(lots, execution.execution_id, shares):
            part, rest = divided(lot, quantity)
            place = lots.index(lot)
            lots[place : place + 1] = [] if rest is None else [rest]
            charged = part_of(commission, quantity, shares)
            shares, commission = shares - quantity, commission - charged
            gain = _realised(part, execution, charged)
            if gain.gain < 0:
                losses.append(_unreplaced(gain, part, number=len(self.gains)))
            self.gains.append(gain)
        # Shares that the same execution sold replace nothing, so losses wait until all of it is taken off the lots.
        unreplaced = self._losses.setdefault(execution.symbol, [])
        unreplaced += [left for loss in losses if (left := self._replaced_by_held(loss, lots)) is not None]

    def _replaced_by_held(self, loss: UnreplacedLoss, lots: list[TaxLot]) -> UnreplacedLoss | None:
        """Let held lots take over a loss; return what is left of it."""
        for lot in list(lots):
            if loss.window_holds(lot) and loss.is_held_apart(lot):
                place = lots.index(lot)
                rest, lots[place : place + 1] = self._defer(loss, lot)
                if rest is None:
                    return None
                loss = rest
        return loss

    def _open(self, lots: list[TaxLot], execution: DatedExecution, quantity: Decimal, commission: Decimal) -> None:
        paid = quantity * execution.price + commission  # below 0: received
        parts = [
            TaxLot(
                lot_id=execution.execution_id,
                opened_by=execution.opened_by,
                symbol=execution.symbol,
                quantity=quantity,
                opened_on=execution.on,
                held_since=execution.on,
                value=paid if quantity > 0 else -paid,
            )
        ]
        waiting: list[UnreplacedLoss] = []
        for loss in self._losses.get(execution.symbol, []):
            rest: UnreplacedLoss | None = loss
            if loss.window_holds(parts[-1]):
                rest, parts[-1:] = self._defer(loss, parts[-1])
            if rest is not None and execution.on <= loss.closed_on + WINDOW:
                waiting.append(rest)
        self._losses[execution.symbol] = waiting
        lots += parts

    def _defer(self, loss: UnreplacedLoss, lot: TaxLot) -> tuple[UnreplacedLoss | None, list[TaxLot]]:
        deferral = defer(loss, lot)
        gain = self.gains[loss.number]
        self.gains[loss.number] = replace(gain, disallowed=gain.disallowed + deferral.disallowed)
        return deferral.rest, deferral.lots


def booked(
    executions: Iterable[DatedExecution],
    splits: Iterable[ShareSplit] = (),
    *,
    method: LotMethod = LotMethod.FIFO,
    choices: Choices | None = None,
    until: date | None = None,
) -> TaxBook:
    """Return the book after executions, in the order of their dates, and splits. A split comes first in its day.

    until: the last day of the account; later splits concern nothing it holds yet.

    Raises InvalidConfig for choices of lots that cannot be meant.
    """
    book = TaxBook(method, choices)
    waiting = sorted(splits, key=lambda split: split.on, reverse=True)
    for execution in executions:
        while waiting and waiting[-1].on <= execution.on:
            book.split(waiting.pop())
        book.take(execution)
    while waiting and (until is None or waiting[-1].on <= until):
        book.split(waiting.pop())
    book.demand_choices_used()
    return book


def _realised(part: TaxLot, execution: DatedExecution, commission: Decimal) -> RealisedGain:
    shares, is_short = abs(part.quantity), part.quantity < 0
    turnover = shares * execution.price
    return RealisedGain(
        symbol=part.symbol,
        quantity=shares,
        is_short=is_short,
        lot_id=part.lot_id,
        closing_id=execution.execution_id,
        opened_on=part.opened_on,
        held_since=part.held_since,
        closed_on=execution.on,
        proceeds=part.value if is_short else turnover - commission,
        cost=(turnover + commission if is_short else part.value) + part.deferred,
        # Shares bought to end a short sale are held for no time at all.
        term=Term.SHORT if is_short else term_of(part.held_since, execution.on),
    )


def _unreplaced(gain: RealisedGain, part: TaxLot, *, number: int) -> UnreplacedLoss:
    return UnreplacedLoss(
        number=number,
        opened_by=part.opened_by,
        is_short=gain.is_short,
        quantity=gain.quantity,
        loss=-gain.gain,
        closed_on=gain.closed_on,
        held=gain.closed_on - gain.held_since,
    )


def _counted(quantity: Decimal, split: ShareSplit) -> Decimal:
    exact = quantity * split.new / split.old
    return exact if exact == exact.to_integral_value() else round_money(exact)
