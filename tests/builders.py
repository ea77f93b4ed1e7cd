"""Values for tests: valid by default, keyword-only, so that a test names only what matters to it.

The stage: AAPL at 100 dollars, in the session of Monday 4 March 2024, 09:30 to 16:00 in New York (14:30 to 21:00
UTC); an account of 100,000 dollars. Day n is the session n days later; weekends trade here, which harms nobody.
Limits are so wide that nothing is refused: a test tightens the one it is about.
"""
# ruff: noqa: PLR0913 - a builder names every field once, and its callers only a few

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, BarSlice, TradingSession
from robo_trader.core.domain.corporate_actions import Dividend
from robo_trader.core.domain.events import QuoteArrived
from robo_trader.core.domain.fills import ExecutionId, Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_reports import (
    CancelRejected,
    CommissionReported,
    ExecutionCorrected,
    ModifyRejected,
    OrderAbsent,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
    OrderUnanswered,
)
from robo_trader.core.domain.orders import (
    ApprovedOrder,
    Order,
    OrderId,
    OrderIntent,
    OrderStatus,
    OrderTerms,
    OrderType,
    Side,
    TimeInForce,
)
from robo_trader.core.domain.parent_orders import Algorithm
from robo_trader.core.domain.positions import TradingState
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.domain.signals import Signal, Target
from robo_trader.core.engine.settings import EngineSettings, Sleeve
from robo_trader.core.execution.planner import OrderStyle
from robo_trader.core.execution.policy import ExecutionPolicy, Peg, Urgency
from robo_trader.core.ledger.tax_lots import DatedExecution
from robo_trader.core.market.commissions import IBKR_FIXED, CommissionSchedule
from robo_trader.core.market.impact import ImpactModel
from robo_trader.core.portfolio.sizing import FixedFraction, Sizer
from robo_trader.core.portfolio.stops import NO_STOPS, StopPolicy
from robo_trader.core.portfolio.strategies_policy import USUAL, StrategiesPolicy
from robo_trader.core.risk.limits import NO_FACTS, Exposure, OrderFacts, RiskLimits, RiskView
from robo_trader.core.risk.protection import ProtectionPolicy
from robo_trader.core.strategies.event_strategy import EventStrategy
from robo_trader.core.strategies.sma_crossover import SmaCrossover
from robo_trader.core.strategies.strategy import Strategy
from robo_trader.simulation.venue.venue import VenueSettings

MINUTE = 60 * NANOS_PER_SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
AAPL, MSFT = Symbol("AAPL"), Symbol("MSFT")
FREE = CommissionSchedule(per_share=Decimal(0), minimum=Decimal(0), maximum_fraction=Decimal(0))

_TRADES = count()

Exact = int | str | Decimal  # anything a Decimal is made of without loss


def a_session(*, day: int = 0, minutes: int = 390) -> TradingSession:
    on = date(2024, 3, 4) + timedelta(days=day)
    opens_at = int(datetime(on.year, on.month, on.day, 14, 30, tzinfo=UTC).timestamp()) * NANOS_PER_SECOND
    return TradingSession(date=on.isoformat(), opens_at=opens_at, closes_at=opens_at + minutes * MINUTE)


OPEN, CLOSE = a_session().opens_at, a_session().closes_at


def a_bar(
    *,
    symbol: str = AAPL,
    started_at: int = OPEN,
    ended_at: int | None = None,
    open: float = 100.0,  # noqa: A002 - the bar's own word
    high: float | None = None,
    low: float | None = None,
    close: float | None = None,
    volume: float = 1_000_000.0,
) -> Bar:
    """An hour's bar; what is not named lies within what is: flat at the open."""
    last = open if close is None else close
    return Bar(
        symbol=Symbol(symbol),
        started_at=started_at,
        ended_at=started_at + HOUR if ended_at is None else ended_at,
        open=open,
        high=max(open, last) if high is None else high,
        low=min(open, last) if low is None else low,
        close=last,
        volume=volume,
    )


def a_slice(
    *bars: Bar,
    session: TradingSession | None = None,
    ended_at: int | None = None,
    dividends: tuple[Dividend, ...] = (),
) -> BarSlice:
    """The slice of these bars; without any, one that ends an hour after the open."""
    end = bars[0].ended_at if bars else OPEN + HOUR
    return BarSlice(
        ended_at=end if ended_at is None else ended_at, session=session or a_session(), bars=bars, dividends=dividends
    )


def a_day(day: int, **closes: float | tuple[float, float]) -> BarSlice:
    """The daily bars of one session, by symbol: a price for a flat bar, or open and close."""
    session = a_session(day=day)
    pairs = {symbol: price if isinstance(price, tuple) else (price, price) for symbol, price in closes.items()}
    bars = [
        a_bar(symbol=symbol, started_at=session.opens_at, ended_at=session.closes_at, open=first, close=last)
        for symbol, (first, last) in sorted(pairs.items())
    ]
    return a_slice(*bars, session=session, ended_at=session.closes_at)


def a_quote(
    *,
    symbol: str = AAPL,
    at: int = OPEN,
    bid: float = 99.99,
    ask: float = 100.01,
    bid_size: float = 1_000.0,
    ask_size: float = 1_000.0,
) -> Quote:
    """A quote around 100 dollars."""
    return Quote(Symbol(symbol), at, bid, ask, bid_size, ask_size)


def an_arrival(quote: Quote | None = None, *, session: TradingSession | None = None) -> QuoteArrived:
    return QuoteArrived(quote=quote or a_quote(), session=session or a_session())


def an_intent(
    *,
    symbol: str = AAPL,
    side: Side = Side.BUY,
    quantity: Exact = 100,
    limit: Exact | None = None,
    stop: Exact | None = None,
    trail: Exact | None = None,
    reference: Exact = 100,
    time_in_force: TimeInForce = TimeInForce.DAY,
    oca_group: str = "",
    parent_id: int | None = None,
) -> OrderIntent:
    """A market order; a limit, a stop, or both, or a distance to trail by make another type of it."""
    return OrderIntent(
        signal_id="sma_crossover.1",
        strategy="sma_crossover",
        symbol=Symbol(symbol),
        side=side,
        quantity=Decimal(quantity),
        order_type=_type_of(limit, stop, trail),
        limit_price=None if limit is None else Decimal(limit),
        time_in_force=time_in_force,
        reference_price=Decimal(reference),
        stop_price=None if stop is None else Decimal(stop),
        trail=None if trail is None else Decimal(trail),
        oca_group=oca_group,
        parent_id=None if parent_id is None else OrderId(parent_id),
    )


def _type_of(limit: Exact | None, stop: Exact | None, trail: Exact | None) -> OrderType:
    if trail is not None:
        return OrderType.TRAILING_STOP
    if stop is not None:
        return OrderType.STOP if limit is None else OrderType.STOP_LIMIT
    return OrderType.MARKET if limit is None else OrderType.LIMIT


def an_approved_order(*, order_id: int = 1, intent: OrderIntent | None = None, at: int = OPEN) -> ApprovedOrder:
    return ApprovedOrder(order_id=OrderId(order_id), intent=intent or an_intent(), approved_at=at)


def an_order(
    *,
    order_id: int = 1,
    side: Side = Side.BUY,
    quantity: Exact = 100,
    filled: Exact = 0,
    cancel_requested: bool = False,
) -> Order:
    return Order(
        order_id=OrderId(order_id),
        intent=an_intent(side=side, quantity=quantity),
        status=OrderStatus.PARTIALLY_FILLED if Decimal(filled) else OrderStatus.WORKING,
        cancel_requested=cancel_requested,
        filled=Decimal(filled),
        filled_value=Decimal(100) * Decimal(filled),
        commission=Decimal(0),
        broker_order_id=f"B{order_id}",
        reason="",
        created_at=OPEN,
        updated_at=OPEN,
    )


def accepted(*, order_id: int = 1, at: int = OPEN) -> OrderAccepted:
    return OrderAccepted(order_id=OrderId(order_id), broker_order_id=f"B{order_id}", occurred_at=at)


def unanswered(*, order_id: int = 1, at: int = OPEN) -> OrderUnanswered:
    return OrderUnanswered(order_id=OrderId(order_id), occurred_at=at)


def absent(*, order_id: int = 1, at: int = OPEN) -> OrderAbsent:
    return OrderAbsent(order_id=OrderId(order_id), occurred_at=at)


def some_terms(*, quantity: Exact = 100, limit: Exact | None = None, stop: Exact | None = None) -> OrderTerms:
    return OrderTerms(
        quantity=Decimal(quantity),
        limit_price=None if limit is None else Decimal(limit),
        stop_price=None if stop is None else Decimal(stop),
    )


def modified(*, order_id: int = 1, quantity: Exact = 100, at: int = OPEN) -> OrderModified:
    return OrderModified(order_id=OrderId(order_id), terms=some_terms(quantity=quantity), occurred_at=at)


def modify_rejected(*, order_id: int = 1, reason: str = "too late", at: int = OPEN) -> ModifyRejected:
    return ModifyRejected(order_id=OrderId(order_id), reason=reason, occurred_at=at)


def cancel_rejected(*, order_id: int = 1, reason: str = "too late", at: int = OPEN) -> CancelRejected:
    return CancelRejected(order_id=OrderId(order_id), reason=reason, occurred_at=at)


def corrected(
    *,
    order_id: int = 1,
    execution_id: str = "E1.2",
    corrects: str = "E1",
    quantity: Exact = 0,
    price: Exact = 100,
    commission: Exact = 0,
    at: int = OPEN,
) -> ExecutionCorrected:
    """A bust, unless told otherwise."""
    return ExecutionCorrected(
        execution_id=ExecutionId(execution_id),
        corrects=ExecutionId(corrects),
        order_id=OrderId(order_id),
        quantity=Decimal(quantity),
        price=Decimal(price),
        commission=Decimal(commission),
        occurred_at=at,
    )


def charged(
    *, order_id: int = 1, execution_id: str = "E1", commission: Exact = 1, at: int = OPEN
) -> CommissionReported:
    return CommissionReported(
        order_id=OrderId(order_id),
        execution_id=ExecutionId(execution_id),
        commission=Decimal(commission),
        occurred_at=at,
    )


def rejected(*, order_id: int = 1, reason: str = "no permission", at: int = OPEN) -> OrderRejected:
    return OrderRejected(order_id=OrderId(order_id), reason=reason, occurred_at=at)


def canceled(*, order_id: int = 1, at: int = OPEN) -> OrderCanceled:
    return OrderCanceled(order_id=OrderId(order_id), occurred_at=at)


def expired(*, order_id: int = 1, at: int = OPEN) -> OrderExpired:
    return OrderExpired(order_id=OrderId(order_id), occurred_at=at)


def executed(
    *,
    execution_id: str = "E1",
    order_id: int = 1,
    symbol: str = AAPL,
    quantity: Exact = 100,
    price: Exact = 100,
    commission: Exact = 0,
    at: int = OPEN,
) -> OrderExecuted:
    return OrderExecuted(
        execution_id=ExecutionId(execution_id),
        order_id=OrderId(order_id),
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        price=Decimal(price),
        commission=Decimal(commission),
        occurred_at=at,
    )


def a_fill(
    *,
    symbol: str = AAPL,
    side: Side = Side.BUY,
    quantity: Exact = 100,
    price: Exact = 100,
    commission: Exact = 0,
    execution_id: str = "E1",
) -> Fill:
    return Fill(
        execution_id=ExecutionId(execution_id),
        order_id=OrderId(1),
        signal_id="sma_crossover.1",
        symbol=Symbol(symbol),
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        commission=Decimal(commission),
        occurred_at=OPEN,
    )


def a_trade(
    on: str | date,
    quantity: Exact,
    price: Exact,
    commission: Exact = 0,
    *,
    name: str = "",
    order: str = "",
    symbol: str = AAPL,
) -> DatedExecution:
    """Shares that came (above 0) or went on a day, by an order of their own unless one is named."""
    own = next(_TRADES)
    return DatedExecution(
        execution_id=name or f"E{own}",
        opened_by=order or f"order {own}",
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        price=Decimal(price),
        commission=Decimal(commission),
        on=date.fromisoformat(on) if isinstance(on, str) else on,
    )


def a_signal(*, symbol: str = AAPL, strength: float = 1.0, as_of: int = OPEN, lifetime: int = DAY) -> Signal:
    return Signal(
        signal_id="sma_crossover.1",
        strategy="sma_crossover",
        symbol=Symbol(symbol),
        strength=strength,
        as_of=as_of,
        expires_at=as_of + lifetime,
        reason="sma_1 110.0000 > sma_2 105.0000",
    )


def a_target(*, symbol: str = AAPL, quantity: Exact = 100, reference: Exact = 100) -> Target:
    return Target(
        signal_id="sma_crossover.1",
        symbol=Symbol(symbol),
        quantity=Decimal(quantity),
        reference_price=Decimal(reference),
    )


def some_limits(
    *,
    max_position: Exact = 100,
    gross_exposure: Exact = 100,
    order_notional_max: Exact = 1_000_000_000,
    order_notional: Exact = 100,
    daily_loss: Exact = 1,
    intraday_drawdown: Exact = 1,
    cash_buffer: Exact = 0,
    stale_after_bars: Exact = 1_000,
    orders_for_next_open: bool = True,
    **more: Any,  # noqa: ANN401 - each limit has its own type
) -> RiskLimits:
    """Limits that refuse nothing; those without a unit in their name are fractions of equity.

    more: limits that may be off, by their own names; numbers as text become decimals.
    """
    given: dict[str, Any] = {name: Decimal(value) if isinstance(value, str) else value for name, value in more.items()}
    return RiskLimits(
        max_position_fraction=Decimal(max_position),
        gross_exposure_fraction=Decimal(gross_exposure),
        order_notional_max=Decimal(order_notional_max),
        order_notional_fraction=Decimal(order_notional),
        daily_loss_fraction=Decimal(daily_loss),
        intraday_drawdown_fraction=Decimal(intraday_drawdown),
        cash_buffer_fraction=Decimal(cash_buffer),
        stale_after_bars=Decimal(stale_after_bars),
        orders_for_next_open=orders_for_next_open,
        **given,
    )


def an_exposure(
    *,
    position: Exact = 0,
    working_buys: Exact = 0,
    working_sells: Exact = 0,
    price: Exact = 100,
    bars_missed: int = 0,
) -> Exposure:
    return Exposure(
        position=Decimal(position),
        working_buys=Decimal(working_buys),
        working_sells=Decimal(working_sells),
        price=Decimal(price),
        bars_missed=bars_missed,
    )


def a_risk_view(
    *,
    as_of: int = OPEN + HOUR,
    trading_state: TradingState = TradingState.ACTIVE,
    equity: Exact = 100_000,
    session_opening_equity: Exact = 100_000,
    cash: Exact = 1_000_000_000,
    reserved: Exact = 0,
    exposures: Mapping[Symbol, Exposure] | None = None,
    commissions: CommissionSchedule = FREE,
    net_value: Exact = 0,
    week_opening_equity: Exact = 100_000,
    facts: OrderFacts = NO_FACTS,
) -> RiskView:
    """The account an hour after the open, flat, with more cash than any test spends."""
    return RiskView(
        as_of=as_of,
        session=a_session(),
        trading_state=trading_state,
        equity=Decimal(equity),
        session_opening_equity=Decimal(session_opening_equity),
        cash=Decimal(cash),
        reserved=Decimal(reserved),
        exposures=exposures or {AAPL: an_exposure()},
        commissions=commissions,
        net_value=Decimal(net_value),
        week_opening_equity=Decimal(week_opening_equity),
        facts=facts,
    )


def engine_settings(
    *,
    symbols: tuple[Symbol, ...] = (AAPL,),
    strategy: Strategy | EventStrategy | None = None,
    sizer: Sizer | None = None,
    limits: RiskLimits | None = None,
    limit_offset_bps: Exact | None = None,
    commissions: CommissionSchedule = IBKR_FIXED,
    signal_lifetime: int = 5 * DAY,
    stops: StopPolicy = NO_STOPS,
    sleeves: tuple[Sleeve, ...] = (),
    protection: ProtectionPolicy | None = None,
    strategies: StrategiesPolicy = USUAL,
    execution: ExecutionPolicy | None = None,
) -> EngineSettings:
    """Long while the close is above the mean of the last two, with 5 % of equity, at the market."""
    order_type = OrderType.MARKET if limit_offset_bps is None else OrderType.LIMIT
    return EngineSettings(
        symbols=symbols,
        sleeves=sleeves or (a_sleeve(strategy or SmaCrossover(1, 2), sizer=sizer, stops=stops),),
        limits=limits or some_limits(),
        order_style=OrderStyle(order_type=order_type, limit_offset_bps=Decimal(limit_offset_bps or 0)),
        commissions=commissions,
        signal_lifetime=signal_lifetime,
        protection=protection,
        strategies=strategies,
        execution=execution,
    )


def an_execution_policy(
    algorithm: Algorithm | None = Algorithm.TWAP,
    *,
    urgency: Urgency = Urgency.NORMAL,
    window: int = 10 * MINUTE,
    interval: int = MINUTE,
    close_margin: int = 5 * MINUTE,
    child_shares_min: Exact = 1,
    participation: float = 0.1,
    display_shares: Exact = 100,
    patience: int = 3 * MINUTE,
    modifies_max: int = 10,
    peg: Peg = Peg.MID,
    crosses_rest: bool = True,
    profile_sessions: int = 20,
) -> ExecutionPolicy:
    """Ten minutes in slices of one; what is left is crossed. An algorithm of None is chosen for each order."""
    return ExecutionPolicy(
        algorithm=algorithm,
        urgency=urgency,
        window=window,
        interval=interval,
        close_margin=close_margin,
        child_shares_min=Decimal(child_shares_min),
        participation=participation,
        display_shares=Decimal(display_shares),
        patience=patience,
        modifies_max=modifies_max,
        peg=peg,
        crosses_rest=crosses_rest,
        profile_sessions=profile_sessions,
        impact=ImpactModel(half_spread_bps=1.0, coefficient=0.67),
    )


def a_sleeve(
    strategy: Strategy | EventStrategy,
    *,
    name: str | None = None,
    sizer: Sizer | None = None,
    stops: StopPolicy = NO_STOPS,
    capital: float = 1.0,
    lot: int = 1,
) -> Sleeve:
    """The whole account for one strategy, 5 % of equity a position."""
    return Sleeve(
        name=name or strategy.name, strategy=strategy, sizer=sizer or FixedFraction(fraction=0.05), stops=stops,
        capital=capital, lot=lot,
    )  # fmt: skip


def venue_settings(
    *,
    slippage_bps: float = 2.0,
    participation_max: float = 0.1,
    commissions: CommissionSchedule = IBKR_FIXED,
    quoted: tuple[Symbol, ...] = (),
) -> VenueSettings:
    return VenueSettings(
        slippage_bps=slippage_bps, participation_max=participation_max, commissions=commissions,
        quoted=frozenset(quoted),
    )  # fmt: skip
