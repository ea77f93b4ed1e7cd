"""What stood in the way of trading a symbol at a time, in words, with the numbers and what can be done about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from robo_trader.app.decision_chains import traded_symbol
from robo_trader.app.decision_words import cut_in_words, denied_in_words, moment, money, sizing_in_words
from robo_trader.core.domain.outcomes import Outcome
from robo_trader.core.ports.decisions import PENDING, DecisionRow, Decisions, RejectedBarRow, StateChangeRow
from robo_trader.core.ports.order_trail import OrderTrail
from robo_trader.core.ports.projections import BarRow, OrderRow, ViolationRow

SIGNALS_READ = 200  # newest ones, among which each strategy's last is found


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What became of one strategy's last view, or why there is none."""

    found: str  # a member of Outcome, PENDING, or one of NO_BARS, BARS_REFUSED, NOT_READ, WARMING_UP, NO_SIGNAL
    words: str
    next_step: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)
    strategy: str | None = None
    decision: DecisionRow | None = None
    denials: Sequence[ViolationRow] = ()
    orders: Sequence[OrderRow] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Everything that is known of a symbol at a time; `findings` newest first, one a strategy."""

    symbol: str
    at: int | None  # None for now
    findings: Sequence[Finding]
    trading_state: str
    state_change: StateChangeRow | None
    bars_seen: int
    bars_needed: int | None
    last_bar: BarRow | None
    rejected_bar: RejectedBarRow | None


def find_obstacles(decisions: Decisions, reference: str, *, until: int, at: int | None) -> WhyNot:
    """Return what stood in the way by a time. Raises UnknownReference for a symbol the session does not trade.

    until: the time, UTC nanoseconds; at: the same as it was asked for, None for now.
    """
    symbol = traded_symbol(decisions, reference, ())
    change, warm_up = decisions.state_change(until=until), decisions.warm_up()
    seen, needed = decisions.bars_seen(symbol, until=until), warm_up.get(symbol)
    refused = decisions.rejected_bar(symbol, until=until)
    known = decisions.decisions(symbol, until=until, limit=SIGNALS_READ)
    newest = {decision.strategy: decision for decision in known}
    if newest:
        last = sorted(newest.values(), key=lambda decision: decision.seq, reverse=True)
        findings = [_of_signal(decisions, decision, until) for decision in last]
    else:
        is_read = not warm_up or needed is not None
        findings = [_of_silence(symbol, seen, needed, refused, is_read=is_read)]
    return WhyNot(
        symbol=symbol, at=at, findings=findings, trading_state="ACTIVE" if change is None else change.after,
        state_change=change, bars_seen=seen, bars_needed=needed, last_bar=decisions.bar(symbol, until=until),
        rejected_bar=refused,
    )  # fmt: skip


def _of_silence(
    symbol: str, seen: int, needed: int | None, refused: RejectedBarRow | None, *, is_read: bool
) -> Finding:
    numbers = {"bars_seen": seen, "bars_needed": needed}
    if not is_read:
        return Finding(
            found="NOT_READ", words=f"No strategy of this session reads {symbol}.", numbers=numbers,
            next_step="Trade it with a strategy that reads it: --strategy, or [strategy] in the configuration.",
        )  # fmt: skip
    if not seen and refused is not None:
        return Finding(
            found="BARS_REFUSED", numbers={**numbers, "fault": refused.fault},
            words=f"Every bar so far was refused, the last at {moment(refused.ended_at)}: {refused.fault}.",
            next_step="Mend the bars of the feed; docs/data.md says what a bar must be.",
        )  # fmt: skip
    if not seen:
        return Finding(
            found="NO_BARS", words="No bar had come by then.", numbers=numbers,
            next_step="Ask for a later time, or look at what the feed serves.",
        )  # fmt: skip
    if needed is not None and seen < needed:
        return Finding(
            found="WARMING_UP", numbers={**numbers, "bars_left": needed - seen},
            words=f"It is warming up: {seen} bars seen of the {needed} that its features need, {needed - seen} left.",
            next_step="Wait, or begin earlier with a longer --duration.",
        )  # fmt: skip
    words = f"The strategy never changed its mind about it: its view was 0 (hold none) at each of {seen} bars."
    return Finding(found="NO_SIGNAL", words=words, numbers=numbers)


def _of_signal(decisions: Decisions, decision: DecisionRow, until: int) -> Finding:
    is_open = decision.settled_at is None or decision.settled_at > until
    orders = _orders(decisions.trail, decision, until, is_open=is_open)
    found = PENDING if is_open else decision.outcome
    denials: Sequence[ViolationRow] = ()
    if found in {Outcome.DENIED.value, Outcome.ORDERED.value}:
        denials = decisions.last_denial(decision.signal_id, until=until)
    if found == Outcome.DENIED.value and not denials:  # another strategy's signal spoke for both
        denials = decisions.denials(decision.symbol, at=decision.settled_at or 0)
    words, next_step = _words(found, decision, orders, denials, min(until, decisions.as_of()))
    return Finding(
        found=found, words=f"{_view(decision)} {words}", next_step=next_step, numbers=_numbers(decision, is_open),
        strategy=decision.strategy, decision=decision, denials=denials, orders=orders,
    )  # fmt: skip


def _orders(trail: OrderTrail, decision: DecisionRow, until: int, *, is_open: bool) -> list[OrderRow]:
    """Return the orders that bear a signal's id, and the one that served it, as they were at a time."""
    found = {order.order_id: order for order in trail.orders_of(decision.signal_id) if order.created_at <= until}
    serving = None if decision.order_id is None or is_open else trail.order(decision.order_id)
    if serving is not None:
        found[serving.order_id] = serving
    return [_as_of(trail, order, until) for order in found.values()]


def _as_of(trail: OrderTrail, order: OrderRow, until: int) -> OrderRow:
    """Return an order as it was at a time, by its moves and fills."""
    move = [move for move in trail.moves(order.order_id) if move.occurred_at <= until][-1]
    fills = [fill for fill in trail.fills_of(order.order_id) if fill.occurred_at <= until]
    value = sum((fill.price * fill.quantity for fill in fills), Decimal(0))
    return replace(
        order, seq=move.seq, status=move.status, filled=move.filled, reason=move.reason, updated_at=move.occurred_at,
        average_price=value / move.filled if move.filled else None,
        commission=sum((fill.commission for fill in fills), Decimal(0)),
    )  # fmt: skip


def _view(decision: DecisionRow) -> str:
    at = moment(decision.as_of)
    if decision.reason.startswith("stop:"):
        return f"At {at} a {decision.reason}; it stays flat until {decision.strategy} changes its mind."
    wish = f"asked for strength {decision.strength:g}" if decision.strength else "wanted to hold none"
    return f"At {at} {decision.strategy} {wish} ({decision.reason})."


def _words(
    found: str, decision: DecisionRow, orders: Sequence[OrderRow], denials: Sequence[ViolationRow], now: int
) -> tuple[str, str]:
    """Return what became of a signal, and what can be done about it."""
    if found == PENDING:
        return "It waits: an order that works the other way is being canceled first.", ""
    if found == Outcome.ORDERED.value:
        return _ordered(decision, orders, denials)
    if found == Outcome.DENIED.value:
        return _denied(decision, orders, denials, now)
    return _ENDS[Outcome(found)](decision)


def _ordered(decision: DecisionRow, orders: Sequence[OrderRow], denials: Sequence[ViolationRow]) -> tuple[str, str]:
    words = ["It was ordered.", *map(_order_words, orders), *cut_in_words(decision)]
    if not denials:
        return " ".join(words), ""
    refused = "; ".join(map(denied_in_words, denials))
    words.append(f"Risk refused what was missing after that, last at {moment(denials[0].occurred_at)}: {refused}.")
    return " ".join(words), _steps(denials)


def _denied(
    decision: DecisionRow, orders: Sequence[OrderRow], denials: Sequence[ViolationRow], now: int
) -> tuple[str, str]:
    refused = "; ".join(map(denied_in_words, denials))
    last = f", last at {moment(denials[0].occurred_at)}" if denials else ""
    words = [f"Risk refused the order{last}: {refused}."]
    if orders:
        words += ["Later it was ordered.", *map(_order_words, orders)]
        return " ".join(words), ""
    if now > decision.expires_at:
        words.append(f"It was given up when the signal expired at {moment(decision.expires_at)}.")
    else:
        words.append(f"It is tried again at every bar until {moment(decision.expires_at)}.")
    return " ".join(words), _steps(denials)


def _steps(denials: Sequence[ViolationRow]) -> str:
    return " ".join(dict.fromkeys(STEPS.get(denial.control, _RISK_STEP) for denial in denials))


def _zero_size(decision: DecisionRow) -> tuple[str, str]:
    if decision.equity is None:
        return "The account was worth nothing to size by.", "Look at `robo-trader status`."
    words = f"That is less than a whole share: {sizing_in_words(decision)}."
    return words, "Size larger ([strategy] fraction, risk_fraction or quantity), or trade with more cash."


def _no_room(decision: DecisionRow) -> tuple[str, str]:
    return " ".join(["The limits left no whole share.", *cut_in_words(decision)]), _LIMIT_STEP


def _late(decision: DecisionRow) -> tuple[str, str]:
    words = f"It could not be ordered before it expired at {moment(decision.expires_at)}, so it was not."
    return words, "It is tried again when the strategy changes its mind."


def _superseded(decision: DecisionRow) -> tuple[str, str]:
    return f"Signal {decision.replaced_by} came before anything was ordered.", ""


def _stopped(decision: DecisionRow) -> tuple[str, str]:
    return f"A stop came before anything was ordered: signal {decision.replaced_by}.", ""


def _crossed(decision: DecisionRow) -> tuple[str, str]:
    return f"All of it passed between strategies of the account: {decision.crossed} shares; nothing was sent.", ""


def _held(decision: DecisionRow) -> tuple[str, str]:
    if decision.order_id is not None:
        return f"Order {decision.order_id}, which worked already, brings the {decision.target} shares it wants.", ""
    if not decision.target:
        return "Nothing was held, so nothing was to be done.", ""
    return " ".join([f"The {decision.target} shares it wants were held already.", *cut_in_words(decision)]), ""


_ENDS: Mapping[Outcome, Callable[[DecisionRow], tuple[str, str]]] = {
    Outcome.ZERO_SIZE: _zero_size,
    Outcome.NO_ROOM: _no_room,
    Outcome.LATE: _late,
    Outcome.SUPERSEDED: _superseded,
    Outcome.STOPPED: _stopped,
    Outcome.CROSSED: _crossed,
    Outcome.HELD: _held,
}


def _order_words(order: OrderRow) -> str:
    words = f"Order {order.order_id}: {order.side} {order.quantity}, {order.status}, {order.filled} filled"
    return f"{words} ({order.reason})." if order.reason else f"{words}."


def _numbers(decision: DecisionRow, is_open: bool) -> dict[str, Any]:  # noqa: FBT001 - reads as a fact at its one call
    names = (
        "strength", "equity", "capital", "sizing_price", "risk", "sized", "asked", "target", "others", "trimmed_by",
        "limit", "as_of", "expires_at",
    )  # fmt: skip
    ended = () if is_open else ("held", "crossed", "working", "settled_at")
    return {name: getattr(decision, name) for name in (*names, *ended)}


_LIMIT_STEP = (
    "Size smaller, or raise risk.max_position_fraction, risk.order_notional_fraction, order_notional_max or "
    "order_shares_max."
)
_RISK_STEP = "The limit is one of [risk] in docs/configuration.md."
STEPS: Mapping[str, str] = {  # by the control that refused
    "STRATEGY_MODE": "The strategy is reduced or off; its reason stands with the change of its mode in the journal.",
    "CONFLICT": "Another strategy wants the opposite; strategies.conflicts says whose wish counts.",
    "RECONCILIATION": "`robo-trader reconcile` shows where the broker has it otherwise, and what to do.",
    "UNKNOWN_ORDER": "`robo-trader reconcile` shows the order; only the broker's statement ends this.",
    "CLOCK": "Put this machine's clock right (NTP), or the gateway's; entries leave again by themselves.",
    "CONTRACT": "Look at the symbol in TWS; `robo-trader instruct release` trades the contract that it names now.",
    "BROKER_LINK": "Nothing is sent until the broker is reached and has told all; `robo-trader status` shows the link.",
    "MARKET_DATA": "Nothing is opened until the symbol's data flows, live and of the known contract; the reason says "
    "what is amiss.",
    "EXCHANGE_HALT": "Nothing is sent until the exchange lets the symbol trade again.",
    "ARMING": "`robo-trader arm` allows entries until the session ends; exits leave without it.",
    "CASH": "Free cash by a sale, size smaller, or trade with more cash.",
    "TRADING_STATE": "`robo-trader status` shows the trading state; a session's losses end with the session.",
    "MARKET_HOURS": "risk.orders_for_next_open lets orders wait for the next open.",
    "STALE_DATA": "The feed must serve newer bars; risk.stale_after_bars is the limit.",
    "MAX_POSITION": "Size smaller, or raise risk.max_position_fraction.",
    "GROSS_EXPOSURE": "Hold less of others, size smaller, or raise risk.gross_exposure_fraction.",
    "ORDER_NOTIONAL": "Size smaller, or raise risk.order_notional_fraction or risk.order_notional_max.",
    "DAILY_LOSS": "Wait for the next session; risk.daily_loss_fraction is the limit.",
    "ORDER_SHARES": "Size smaller, or raise risk.order_shares_max.",
    "PRICE_COLLAR": "Set a limit nearer to the last price; risk.price_collar_fraction is the limit.",
    "SPREAD": "Wait for a narrower quote, or use limit orders; risk.spread_max_fraction is the limit.",
    "ORDER_RATE": "Wait; risk.orders_per_second, orders_per_minute and strategy_orders_per_minute are the limits.",
    "DUPLICATE_ORDER": "Wait risk.duplicate_seconds, and see why the strategy sends the same order again.",
    "REPEATED_ENTRY": "Wait for the next session; risk.entries_per_session is the limit.",
    "TOP_FIVE": "Hold less of the largest, size smaller, or raise risk.top_five_fraction.",
    "NET_EXPOSURE": "Size smaller, or widen risk.net_exposure_min_fraction or net_exposure_max_fraction.",
    "EXCESS_LIQUIDITY": "Hold less, or trade with more cash; risk.excess_liquidity_fraction is the limit.",
    "WEEKLY_LOSS": "Wait for the next week; risk.weekly_loss_fraction is the limit.",
    "STRATEGY_LOSS": "Wait for the next session; risk.strategy_loss_fraction is the limit.",
    "DAILY_TURNOVER": "Wait for the next session, size smaller, or raise risk.daily_turnover_fraction.",
    "LIQUIDITY": "Size smaller, or trade what is traded more; risk.adv_order_fraction, adv_position_fraction and "
    "adv_dollars_min are the limits.",
    "MIN_PRICE": "Trade dearer shares, or lower risk.price_min.",
    "MARKET_CAP": "Trade larger companies, or lower risk.market_cap_min.",
    "SYMBOL_LIST": "risk.allowed_symbols and risk.denied_symbols say which symbols may be opened.",
    "SHORT_SALE": "risk.short_sales and risk.borrow_rate_max say what may be sold short.",
    "ENTRY_WINDOW": "Wait until the session's edge is past; risk.entry_delay_minutes and entry_cutoff_minutes set it.",
    "WORKING_ORDERS": "Wait until orders end; risk.working_orders_max and symbol_working_orders_max are the limits.",
    "QUARANTINE": "Wait for a second bar near the last close; risk.jump_fraction is the limit.",
    "GREEKS": "Hold fewer options; risk.delta_max, gamma_max and vega_max are the limits.",
    "CIRCUIT_BREAKER": "Wait until the breaker's cool-down is over; docs/risk.md says what closes it.",
    "REPLACES": "The order rests where it is; risk.replaces_max is the limit.",
    "POST_TRADE": "See whether the fill stands, then `robo-trader instruct release`; risk.fill_collar_fraction and "
    "fills_after_halt are the limits.",
    "PORTFOLIO_HEAT": "Set nearer stops, hold less, size smaller, or raise risk.heat_fraction.",
    "SECTOR_EXPOSURE": "Hold less of the sector, size smaller, or raise risk.sector_fraction.",
    "CORRELATED_EXPOSURE": "Hold less of what moves alike, size smaller, or raise risk.correlated_fraction.",
    "PORTFOLIO_BETA": "Hedge, size smaller, wait for portfolio.sessions of history, or raise risk.beta_max.",
    "VALUE_AT_RISK": "Hold less, size smaller, or raise risk.value_at_risk_fraction.",
    "EXPECTED_SHORTFALL": "Hold less, size smaller, or raise risk.shortfall_fraction.",
}


def state_in_words(answer: WhyNot) -> str | None:
    """Return what the trading state means for the symbol, None while all may be sent."""
    change = answer.state_change
    if change is None or change.after == "ACTIVE":
        return None
    return f"Trading state {change.after} since {moment(change.occurred_at)}: {change.reason}."


def refusal_in_words(answer: WhyNot) -> str | None:
    """Return which bar was refused, None unless it is newer than every sound one."""
    refused, last = answer.rejected_bar, answer.last_bar
    if refused is None or (last is not None and last.ended_at >= refused.ended_at):
        return None
    return f"The newest bar, of {moment(refused.ended_at)}, was refused: {refused.fault}."


def last_bar_in_words(answer: WhyNot) -> str:
    """Return the last sound bar and how many there were."""
    last = answer.last_bar
    if last is None:
        return "no sound bar"
    warm = "" if answer.bars_needed is None else f", {answer.bars_needed} needed"
    return f"{moment(last.ended_at)} closed at {money(last.close, 4)}; {answer.bars_seen} bars seen{warm}"
