"""Decisions in plain words: sizing, limits, orders and moves as people read them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from robo_trader.app.decision_chains import Chain
from robo_trader.core.ports.decisions import DecisionRow
from robo_trader.core.ports.order_trail import OrderMoveRow
from robo_trader.core.ports.projections import BarRow, FillRow, OrderRow, PositionRow, ViolationRow


def moment(nanos: int) -> str:
    """Return a time as people read it, UTC."""
    return datetime.fromtimestamp(nanos / 1e9, UTC).strftime("%Y-%m-%d %H:%M")


def money(amount: Decimal | float, digits: int = 2) -> str:
    """Return an amount with its thousands apart."""
    return f"{amount:,.{digits}f}"


def chain_in_words(chain: Chain) -> dict[str, str]:
    """Return the chain from the bar to the profit, a line or more for each link."""
    decision, order = chain.decision, chain.order
    links = {"bar": "none recorded" if chain.bar is None else _bar(chain.bar)}
    links |= {"signal": "not recorded"} if decision is None else _decision(decision)
    return {
        **links,
        "limits": _limits(chain),
        "order": _order(order),
        "reference": chain.reference or "not recorded",
        "moves": "\n".join(map(_move, chain.moves)),
        "fills": "\n".join(_fill(fill, order, chain.execution_id) for fill in chain.fills) or "none",
        "position": "none" if chain.position is None else _position(chain.position),
        "profit": _profit(chain),
    }


def sizing_in_words(decision: DecisionRow) -> str:
    """Return what sizing was given and what it gave."""
    if decision.equity is None or decision.capital is None or decision.sizing_price is None:
        return "nothing to size: the signal wants to hold none"
    risk = "" if decision.risk is None else f", risk {decision.risk:g} a share"
    return (
        f"strength {decision.strength:g}, {money(decision.capital)} of {money(decision.equity)} USD to size by, "
        f"price {money(decision.sizing_price, 4)}{risk}: {decision.sized:.4f} shares, {decision.asked} whole"
    )


def cut_in_words(decision: DecisionRow) -> Iterator[str]:
    """Yield which limit cut a target, nothing if none did."""
    if decision.trimmed_by is not None and decision.limit is not None:
        others = f", beside {decision.others} that other strategies want" if decision.others else ""
        limit = f"{decision.trimmed_by} is {money(decision.limit)} USD"
        yield f"Of {decision.asked} shares asked for {decision.target} were allowed{others}: {limit}."


def denied_in_words(violation: ViolationRow) -> str:
    """Return which control refused, with its numbers."""
    if violation.unit == "UTC ns":
        return f"{violation.control} ({violation.context})"
    return (
        f"{violation.control}, {money(violation.value)} {violation.unit} against a limit of "
        f"{money(violation.limit)} ({violation.context})"
    )


def _bar(bar: BarRow) -> str:
    prices = ", ".join(f"{name} {getattr(bar, name):,.4f}" for name in ("open", "high", "low", "close"))
    return f"{bar.symbol} {moment(bar.ended_at)}: {prices}, volume {bar.volume:,.0f}"


def _decision(decision: DecisionRow) -> Mapping[str, str]:
    outcome = decision.outcome if decision.settled_at is None else f"{decision.outcome} {moment(decision.settled_at)}"
    return {
        "features": decision.reason,
        "signal": f"{decision.signal_id}: strength {decision.strength:g}, valid until {moment(decision.expires_at)}",
        "sizing": sizing_in_words(decision),
        "target": "; ".join([f"{decision.target} shares at {decision.reference_price}", *cut_in_words(decision)]),
        "outcome": outcome,
    }


def _limits(chain: Chain) -> str:
    passed = "every control that was on let it pass (what room was left is not recorded)"
    if not chain.denials:
        return passed
    refused = "; ".join(map(denied_in_words, chain.denials))
    return f"refused before, last at {moment(chain.denials[0].occurred_at)}: {refused}\nthen {passed}"


def _order(order: OrderRow) -> str:
    price = "at the market" if order.limit_price is None else f"limit {order.limit_price}"
    return f"{order.order_id}: {order.side} {order.quantity} {order.symbol} {price}, {order.time_in_force}"


def _move(move: OrderMoveRow) -> str:
    words = f"{moment(move.occurred_at)} {move.status}, {move.filled} filled"
    words += ", cancel asked for" if move.cancel_requested else ""
    words += f", broker's id {move.broker_order_id}" if move.broker_order_id else ""
    return f"{words}: {move.reason}" if move.reason else words


def _fill(fill: FillRow, order: OrderRow, asked_for: str | None) -> str:
    mark = "  <- asked for" if fill.execution_id == asked_for else ""
    return (
        f"{moment(fill.occurred_at)} {fill.execution_id}: {order.side} {fill.quantity} at {fill.price}, "
        f"commission {money(fill.commission)}, realised {money(fill.realised)}{mark}"
    )


def _position(position: PositionRow) -> str:
    return (
        f"{position.quantity} shares now, marked at {position.mark_price}: unrealised {money(position.unrealised)}, "
        f"realised {money(position.realised)} USD since the session began"
    )


def _profit(chain: Chain) -> str:
    realised = sum((fill.realised for fill in chain.fills), Decimal(0))
    commission = sum((fill.commission for fill in chain.fills), Decimal(0))
    return f"realised {money(realised)} USD, commission {money(commission)} USD"
