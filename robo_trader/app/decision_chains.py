"""From an order, an execution or a symbol back to the bars and signals behind it, out of the decision ledger alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from robo_trader.app.exit_codes import UnknownReference
from robo_trader.core.domain.order_references import parse_reference
from robo_trader.core.ports.decisions import DecisionRow, Decisions
from robo_trader.core.ports.order_trail import OrderMoveRow, OrderTrail
from robo_trader.core.ports.projections import BarRow, FillRow, OrderRow, PositionRow, ViolationRow

EVER = 2**63 - 1  # UTC nanoseconds later than any
ORDER_ID_DIGITS_MAX = 18
SIGNALS_MAX = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One order, from the bar it was decided at to what it earned."""

    asked_for: str  # "order" or "fill"
    execution_id: str | None  # the fill that was asked for
    bar: BarRow | None  # the last one before the signal
    decision: DecisionRow | None  # the signal that the order bears
    denials: Sequence[ViolationRow]  # the last refusal before the order was approved, one a control
    order: OrderRow
    reference: str  # what the broker knows the order by; empty if the journal does not say
    moves: Sequence[OrderMoveRow]
    fills: Sequence[FillRow]
    position: PositionRow | None  # now


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Shares that came to a strategy or left it. No execution, order or realised profit where they were crossed."""

    occurred_at: int
    quantity: Decimal  # signed shares
    price: Decimal
    commission: Decimal
    realised: Decimal | None  # of the whole execution
    execution_id: str | None
    order_id: int | None
    signal_id: str | None  # what the strategy wanted then


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one strategy holds of a symbol, or held last, and how it came to that."""

    strategy: str
    quantity: Decimal  # signed shares, now
    pieces: Sequence[Piece]  # since it held nothing
    signals: Sequence[DecisionRow]  # behind the pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Makeup:
    """What a position is made of."""

    asked_for: str  # "position"
    symbol: str
    position: PositionRow | None
    parts: Sequence[Part]


def explain(decisions: Decisions, reference: str) -> Chain | Makeup:
    """Return what is behind an order (by our id, its reference or the broker's id), an execution, or a position.

    Raises UnknownReference, naming the nearest, for what the journal does not know.
    """
    reference = reference.encode(errors="replace").decode()  # an argument may be any bytes, a database takes none such
    order = _order(decisions.trail, reference)
    if order is not None:
        return _chain(decisions, order, None)
    fill = decisions.trail.fill(reference)
    if fill is not None:
        filled = decisions.trail.order(fill.order_id)
        assert filled is not None, fill
        return _chain(decisions, filled, fill.execution_id)
    return _makeup(decisions, traded_symbol(decisions, reference, decisions.recent_names()))


def traded_symbol(decisions: Decisions, reference: str, names: Sequence[str]) -> str:
    """Return a symbol of the session as it is written there.

    names: what else might be meant. Raises UnknownReference for what is none.
    """
    session = decisions.session()
    if reference.upper() in session.feeds:
        return reference.upper()
    near = _nearest(reference, [*session.feeds, *names])
    raise UnknownReference(
        f"{reference[:60]!r} is not in this journal, which trades {', '.join(session.feeds)}"
        + (f"; did you mean {near}?" if near else ""),
        next_step="`robo-trader orders` and `robo-trader fills` list what there is; another session: --database PATH.",
    )


def _nearest(reference: str, names: Sequence[str]) -> str | None:
    """Return the name that is most like what was asked for; of numbers the nearest."""
    numbers = [name for name in names if name.isdigit()]
    if numbers and _is_number(reference):
        return min(numbers, key=lambda number: abs(int(number) - int(reference)))
    return next(iter(get_close_matches(reference.upper()[:60], names, n=1)), None)


def _is_number(reference: str) -> bool:
    return reference.isascii() and reference.isdigit() and len(reference) <= ORDER_ID_DIGITS_MAX


def _order(trail: OrderTrail, reference: str) -> OrderRow | None:
    order = trail.order(int(reference)) if _is_number(reference) else None
    return order or _named_order(trail, reference) or trail.broker_order(reference)


def _named_order(trail: OrderTrail, text: str) -> OrderRow | None:
    """Return the order that bears this very reference."""
    named = parse_reference(text)
    if named is None or trail.reference(named.sequence) != named:
        return None
    return trail.order(named.sequence)


def _chain(decisions: Decisions, order: OrderRow, execution_id: str | None) -> Chain:
    decision = decisions.decision(order.signal_id)
    since = order.created_at if decision is None else decision.as_of
    return Chain(
        asked_for="order" if execution_id is None else "fill",
        execution_id=execution_id,
        bar=decisions.bar(order.symbol, until=since),
        decision=decision,
        denials=decisions.last_denial(order.signal_id, until=order.created_at - 1),
        order=order,
        reference=str(decisions.trail.reference(order.order_id) or ""),
        moves=decisions.trail.moves(order.order_id),
        fills=decisions.trail.fills_of(order.order_id),
        position=decisions.position(order.symbol),
    )


def _makeup(decisions: Decisions, symbol: str) -> Makeup:
    signals = decisions.decisions(symbol, until=EVER, limit=SIGNALS_MAX)
    pieces: dict[str, list[Piece]] = {}
    for strategy, piece in _pieces(decisions, symbol, signals):
        pieces.setdefault(strategy, []).append(piece)
    by_id = {signal.signal_id: signal for signal in signals}
    return Makeup(
        asked_for="position",
        symbol=symbol,
        position=decisions.position(symbol),
        parts=[_part(strategy, found, by_id) for strategy, found in pieces.items()],
    )


def _pieces(decisions: Decisions, symbol: str, signals: Sequence[DecisionRow]) -> Iterator[tuple[str, Piece]]:
    fills = decisions.trail.fills_in(symbol)
    orders = {order_id: decisions.trail.order(order_id) for order_id in {fill.order_id for fill in fills}}
    shares = decisions.allotments(symbol)
    if not shares:
        for fill in fills:
            order = orders[fill.order_id]
            assert order is not None, fill
            signed = fill.quantity if fill.side == "BUY" else -fill.quantity
            yield order.strategy, _piece(fill, signed, fill.commission, fill.signal_id)
        return
    by_execution = {fill.execution_id: fill for fill in fills}
    for share in shares:
        wanted = [one.signal_id for one in signals if one.strategy == share.strategy and one.as_of <= share.occurred_at]
        signal_id = wanted[-1] if wanted else None
        if share.execution_id is not None:
            yield share.strategy, _piece(by_execution[share.execution_id], share.quantity, share.commission, signal_id)
            continue
        crossed = Piece(
            occurred_at=share.occurred_at, quantity=share.quantity, price=share.price, commission=share.commission,
            realised=None, execution_id=None, order_id=None, signal_id=signal_id,
        )  # fmt: skip
        yield share.strategy, crossed


def _piece(fill: FillRow, quantity: Decimal, commission: Decimal, signal_id: str | None) -> Piece:
    return Piece(
        occurred_at=fill.occurred_at, quantity=quantity, price=fill.price, commission=commission,
        realised=fill.realised, execution_id=fill.execution_id, order_id=fill.order_id, signal_id=signal_id,
    )  # fmt: skip


def _part(strategy: str, pieces: Sequence[Piece], signals: Mapping[str, DecisionRow]) -> Part:
    held, since = _since_flat(pieces)
    ids = dict.fromkeys(piece.signal_id for piece in since)
    return Part(
        strategy=strategy, quantity=held, pieces=since,
        signals=[signals[one] for one in ids if one is not None and one in signals],
    )  # fmt: skip


def _since_flat(pieces: Sequence[Piece]) -> tuple[Decimal, list[Piece]]:
    """Return the shares held now, and what they came of; of a position that is closed, what it came of last.

    A piece that turns a position from one side to the other begins the new one.
    """
    held, run = Decimal(0), list[Piece]()
    for piece in pieces:
        before, held = held, held + piece.quantity
        if not before or before * held < 0:
            run = []
        run.append(piece)
    return held, run
