"""What becomes of each signal: an order, a refusal with numbers, or a hold.

A signal is open from the moment it is given until it has an outcome, mostly within the same step. It stays open while
an order that works the other way is being canceled, for only then can what is missing be ordered. Its symbol is
unsettled all the while, so that whoever shows the engine only what concerns it shows these slices too.
"""

from collections.abc import Sequence
from decimal import Decimal

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.events import OrderDenied
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import BUY, Order, OrderId
from robo_trader.core.domain.outcomes import Outcome, SignalSettled
from robo_trader.core.domain.violations import Violation
from robo_trader.core.engine.account import Account
from robo_trader.core.portfolio.netting import Want

Answer = Order | OrderDenied | None  # to what was missing: its order, risk's refusal, or nothing was asked for


_ORDERED, _DENIED, _LATE, _HELD = Outcome.ORDERED, Outcome.DENIED, Outcome.LATE, Outcome.HELD  # as BUY: quicker
_WORDS = {outcome: outcome.value for outcome in Outcome}


class OutcomeDesk:
    """Ends the open signals of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def settle(self, wants: Sequence[Want], together: Want, answer: Answer, *, now: int) -> None:
        """End what can be ended of the signals for a symbol, after its target was pursued.

        wants: of each strategy; together: what the account pursued; answer: what came of it.
        """
        account, symbol = self._account, together.target.symbol
        working, is_waiting = _working(account, symbol), False
        if answer is None:
            held = account.ledger.position(symbol).quantity
            is_waiting = together.target.quantity != held + working
        open_signals = account.open_signals[symbol]
        for want in wants:
            if want.strategy not in open_signals:
                continue
            needed = want.target.quantity - want.held
            if answer is not None and needed and (needed > 0) is (answer.intent.side is BUY):
                self._answer(want, answer, working, now)
            else:
                self._settle_without_order(want, needed, working, now, is_waiting=is_waiting)

    def _answer(self, want: Want, answer: Order | OrderDenied, working: Decimal, now: int) -> None:
        if isinstance(answer, OrderDenied):
            _end(self._account, want, _DENIED, working=working, at=now, violations=answer.violations)
        else:
            _end(self._account, want, _ORDERED, working=working, at=now, order_id=answer.order_id)

    def _settle_without_order(
        self, want: Want, needed: Decimal, working: Decimal, now: int, *, is_waiting: bool
    ) -> None:
        """End a signal that nothing was ordered for, if it can be told yet how."""
        if not needed:
            if not is_waiting:
                _end(self._account, want, self._hold(want), working=working, at=now)
            return
        bringing = None if is_waiting else self._bringing(want.target.symbol, needed)
        if bringing is not None:
            _end(self._account, want, _HELD, working=working, at=now, order_id=bringing)
        elif want.is_late(now):
            _end(self._account, want, _LATE, working=working, at=now)

    def _bringing(self, symbol: Symbol, needed: Decimal) -> OrderId | None:
        """Return the newest order that works for what is needed; one that is being canceled may bring nothing."""
        orders = [
            order.order_id
            for order in self._account.orders.targeting(symbol)
            if order.intent.side.sign * needed > 0 and not order.cancel_requested
        ]
        return max(orders, default=None)

    def _hold(self, want: Want) -> Outcome:
        """Return why a strategy that holds what it wants needs no order."""
        open_signal = self._account.open_signals[want.target.symbol][want.strategy]
        if open_signal.crossed:
            return Outcome.CROSSED
        if want.target.quantity or not want.signal.strength:
            return Outcome.HELD
        return Outcome.NO_ROOM if open_signal.asked else Outcome.ZERO_SIZE


def end_earlier(account: Account, want: Want, outcome: Outcome, by: str, *, at: int) -> None:
    """End a strategy's open signal, if there is one, because another of its signals comes first."""
    if want.strategy in account.open_signals.get(want.target.symbol, ()):
        working = _working(account, want.target.symbol)
        _end(account, want, outcome, working=working, at=at, replaced_by=by)


def note_crossed(account: Account, symbol: Symbol, allotments: Sequence[Allotment]) -> None:
    """Note with the open signals what has passed between strategies because of them."""
    open_signals = account.open_signals.get(symbol, {})
    for part in allotments:
        if part.strategy in open_signals:
            open_signals[part.strategy].crossed += part.quantity


def _working(account: Account, symbol: Symbol) -> Decimal:
    """Return the signed shares that orders for the target may still bring; a leg brings none that is wanted."""
    return sum([order.intent.side.sign * order.remaining for order in account.orders.targeting(symbol)], ZERO)


def _end(  # noqa: PLR0913 - the fields of the event that are not always empty
    account: Account,
    want: Want,
    outcome: Outcome,
    *,
    working: Decimal,
    at: int,
    order_id: OrderId | None = None,
    violations: tuple[Violation, ...] = (),
    replaced_by: str = "",
) -> None:
    target = want.target
    open_signals = account.open_signals[target.symbol]
    ended = open_signals.pop(want.strategy)
    if not open_signals:
        del account.open_signals[target.symbol]
    account.tally.outcomes[_WORDS[outcome]] += 1
    account.events.append(SignalSettled(
        signal_id=want.signal.signal_id, strategy=want.strategy, symbol=target.symbol, outcome=outcome,
        target=target.quantity, held=want.held, crossed=ended.crossed, working=working, order_id=order_id,
        replaced_by=replaced_by, violations=violations, occurred_at=at,
    ))  # fmt: skip
