"""What the controls that may be off remember: kept only where one of them is on, told by the desks as it happens.

All of it is part of the engine's state, so that a restart forgets no count, no breaker and no latch.
"""

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from robo_trader.core.domain.allotments import Allotment
from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, TradingSession
from robo_trader.core.domain.events import BreakerChanged
from robo_trader.core.domain.fills import Fill
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO
from robo_trader.core.domain.orders import Order, OrderId, OrderIntent
from robo_trader.core.domain.positions import Position
from robo_trader.core.domain.risk_facts import NO_ACCOUNT_FACTS, AccountFacts, FactsReported, MarketFacts
from robo_trader.core.domain.violations import Control, OrderRatioExceeded
from robo_trader.core.engine.limit_book import LimitBook
from robo_trader.core.market.bar_watch import BarWatch
from robo_trader.core.risk.breakers import Breakers
from robo_trader.core.risk.controls import PORTFOLIO_CONTROLS, active
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.order_changes import OrderChanges
from robo_trader.core.risk.order_flow import OrderFlow

# Controls that look at every bar, or at the end of every slice: none may be passed over while one of them is on.
_WATCHFUL = frozenset({Control.LIQUIDITY, Control.QUARANTINE, Control.STRATEGY_LOSS}) | PORTFOLIO_CONTROLS
_MEMORYLESS = frozenset({
    Control.TRADING_STATE, Control.MARKET_HOURS, Control.STALE_DATA, Control.PRICE_COLLAR, Control.MAX_POSITION,
    Control.GROSS_EXPOSURE, Control.ORDER_NOTIONAL, Control.DAILY_LOSS, Control.CASH, Control.ORDER_SHARES,
    Control.NET_EXPOSURE, Control.WEEKLY_LOSS, Control.ENTRY_WINDOW, Control.SYMBOL_LIST, Control.MIN_PRICE,
    Control.RECONCILIATION, Control.UNKNOWN_ORDER, Control.BROKER_LINK, Control.POST_TRADE,
    Control.ARMING, Control.MARKET_DATA, Control.EXCHANGE_HALT, Control.CONTRACT, Control.CLOCK,
}) | PORTFOLIO_CONTROLS  # fmt: skip  # what these remember, the watch of the portfolio does


def sees_every_slice(limits: RiskLimits) -> bool:
    """Return whether the limits must be shown every bar of every slice."""
    return any(entry.control in _WATCHFUL for entry in active(limits))


def safeguards_of(limits: LimitBook) -> "Safeguards | None":
    """Return what the limits in force make the engine remember, None for nothing."""
    own = limits.account
    counts = own.emergency_violations is not None or own.cancel_fill_ratio_max is not None
    return Safeguards(limits) if counts or limits.controls - _MEMORYLESS else None


class Safeguards:
    """The memory of one account's controls. Breakers and halts are the whole account's, and go by its own limits."""

    def __init__(self, limits: LimitBook) -> None:
        self.controls: frozenset[Control] = frozenset()  # that are on, at any level
        self.marks_profits = False
        self.flow = OrderFlow()
        self.changes = OrderChanges()
        self.breakers: Breakers | None = None
        self.bars: BarWatch | None = None
        self._begins_at_mark = True  # the strategies' losses are counted from the next mark on
        self.traded = ZERO  # dollars bought and sold in this session
        self._traded_after = ZERO  # by fills after its close, which belong to the next one
        self._profits: dict[Symbol, Decimal] = {}  # of positions that are open: dollars after commission
        self._costs: dict[str, Decimal] = {}  # commissions by strategy, dollars
        self._marked: dict[str, Decimal] = {}  # profit by strategy at the last slice, dollars
        self._opening: dict[str, Decimal] = {}  # the same, at the close of the session before
        self._refused: list[int] = []  # when orders were refused, within the window
        self.markets: dict[Symbol, MarketFacts] = {}
        self.account: AccountFacts = NO_ACCOUNT_FACTS
        self.follow(limits, at=0)

    def follow(self, limits: LimitBook, *, at: int) -> None:
        """Go by the limits that a policy has put in force.

        Nothing is forgotten: counts, breakers, volumes and losses go on, also of what is off for now. A control that
        is switched on knows what was remembered anyway, orders of the last minute for one; else it begins with what
        comes: turnover and a streak at 0, losses of strategies with the next mark, volumes unknown for 20 sessions.
        """
        own, self.controls = limits.account, limits.controls
        self._limits = own
        self.flow.remember(max(one.duplicate_seconds or 0 for one in limits.by_level))
        self._begins_at_mark |= Control.STRATEGY_LOSS in self.controls and not self.marks_profits
        self.marks_profits = Control.STRATEGY_LOSS in self.controls
        if self.breakers is not None:
            self.breakers.follow(own, at=at)
        elif Control.CIRCUIT_BREAKER in self.controls:
            self.breakers = Breakers(own)
        jump = None if own.jump_fraction is None else float(own.jump_fraction)
        if self.bars is not None:
            self.bars.jump_fraction = jump
        elif self.controls & {Control.LIQUIDITY, Control.QUARANTINE}:
            self.bars = BarWatch(jump)

    # ---- what happens ------------------------------------------------------------------------------------

    def note_bars(self, bars: Iterable[Bar]) -> None:
        """Sound bars came, of the session that was entered."""
        if self.bars is not None:
            self.bars.take(bars)

    def split(self, symbol: Symbol, ratio: float) -> None:
        """Count what is remembered of a symbol in its new shares: so many for an old one."""
        if self.bars is not None:
            self.bars.split(symbol, ratio)

    def rename(self, symbol: Symbol, new_symbol: Symbol) -> None:
        """Know what is remembered of a symbol under its new name."""
        if self.bars is not None:
            self.bars.rename(symbol, new_symbol)

    def enter_session(self) -> None:
        """A new session begins."""
        self.flow.enter_session()
        self.changes.enter_session()
        self.traded, self._traded_after = self._traded_after, ZERO
        self._opening = dict(self._marked)
        if self.bars is not None:
            self.bars.enter_session()

    def note_facts(self, event: FactsReported) -> None:
        """Somebody knows more of symbols or account."""
        self.markets.update(event.markets)
        if event.account is not None:
            self.account = event.account

    def note_order(self, order_id: OrderId, intent: OrderIntent, *, at: int, is_entry: bool) -> None:
        """An order leaves."""
        self.flow.note(intent, at=at, is_entry=is_entry)
        if self.breakers is not None:
            self.breakers.note_order(order_id, at=at, is_entry=is_entry)

    def note_accepted(self, order_id: OrderId, *, at: int) -> None:
        """The broker works an order."""
        if self.breakers is not None:
            self.breakers.note_accepted(order_id, at=at)

    def note_rejected(self, *, at: int) -> None:
        """The broker refused an order."""
        if self.breakers is not None:
            self.breakers.note_rejected(at=at)

    def note_error(self, *, at: int) -> None:
        """A report contradicted the books."""
        if self.breakers is not None:
            self.breakers.note_error(at=at)

    def note_ended(self, order: Order) -> None:
        """An order came to its end."""
        self.changes.note_ended(order.order_id)
        if self.breakers is not None:
            self.breakers.note_ended(order.order_id, was_filled=bool(order.filled))

    def note_change(self, order_id: OrderId, *, at: int, is_replace: bool) -> OrderRatioExceeded | None:
        """An order is asked to change, or else to end; return what is to be told if that is one too many for a fill."""
        changes, most = self.changes, self._limits.cancel_fill_ratio_max
        if is_replace:
            changes.note_replace(order_id)
        else:
            changes.note_cancel()
        ratio = changes.excess(most)
        if ratio is None:
            return None
        assert most is not None
        return OrderRatioExceeded(
            asked=changes.asked, fills=changes.fills, limit=most, value=ratio, occurred_at=at
        )  # fmt: skip

    def note_refusal(self, *, at: int) -> str | None:
        """An order was refused; return in words why that is one too many, None if it is not."""
        most = self._limits.emergency_violations
        if most is None:
            return None
        seconds = self._limits.emergency_window_seconds
        self._refused = [then for then in self._refused if then > at - seconds * NANOS_PER_SECOND]
        self._refused.append(at)
        if len(self._refused) < most:
            return None
        return f"emergency: {len(self._refused)} orders refused within {seconds} s, {most} halt"

    def _bind(self, value: Decimal) -> None:
        """Count the whole value of shares that were bought, or sold short, as margin, until the broker reckons anew."""
        excess = self.account.excess_liquidity
        if excess is not None and value:
            self.account = replace(self.account, excess_liquidity=excess - value)

    def note_fill(
        self, order: Order, fill: Fill, position: Position, realised: Decimal, session: TradingSession | None,
        allotments: tuple[Allotment, ...],
    ) -> None:  # fmt: skip
        """A fill was booked: `position` after it, `realised` by it."""
        self.changes.note_fill()
        value = fill.quantity * fill.price
        self._bind(value if position.quantity * fill.side.sign > 0 else ZERO)
        if session is not None and fill.occurred_at > session.closes_at:
            self._traded_after += value
        else:
            self.traded += value
        for part in allotments:
            self._costs[part.strategy] = self._costs.get(part.strategy, ZERO) + part.commission
        profit = self._profits.pop(fill.symbol, ZERO) + realised - fill.commission
        held = position.quantity
        was_closed = not held or (held * fill.side.sign > 0 and abs(held) < fill.quantity)  # or turned round
        if not was_closed:
            self._profits[fill.symbol] = profit
        if self.breakers is not None:
            self.breakers.note_fill(fill, order.intent.decision_price)
            if was_closed:
                self.breakers.note_closed(profit, at=fill.occurred_at)

    def note_restated(
        self, fill: Fill, before: Fill, position: Position, gained: Decimal,
        then: tuple[Allotment, ...], now: tuple[Allotment, ...],
    ) -> None:  # fmt: skip
        """A fill was another than `before`: `position` is what it should have been, `gained` the change in profit.

        Breakers do not count it again, and what is taken back makes no room for more turnover.
        """
        self.traded += max(fill.quantity * fill.price - before.quantity * before.price, ZERO)
        profit = self._profits.pop(fill.symbol, ZERO) + gained - fill.commission + before.commission
        if position.quantity:
            self._profits[fill.symbol] = profit
        for sign, parts in ((-1, then), (1, now)):
            for part in parts:
                self._costs[part.strategy] = self._costs.get(part.strategy, ZERO) + sign * part.commission

    def note_marked(self, profits: dict[str, Decimal]) -> None:
        """A slice is over. profits: by strategy, before commission, dollars since the account opened."""
        self._marked = {name: profit - self._costs.get(name, ZERO) for name, profit in profits.items()}
        if self._begins_at_mark:
            self._opening, self._begins_at_mark = dict(self._marked), False

    # ---- what the controls ask ---------------------------------------------------------------------------

    def strategy_loss(self, strategy: str) -> Decimal:
        """Return the dollars a strategy has lost in this session, below 0 for a profit."""
        return self._opening.get(strategy, ZERO) - self._marked.get(strategy, ZERO)

    def take_changes(self) -> list[BreakerChanged]:
        """Return which breakers have changed since the last call."""
        return [] if self.breakers is None else self.breakers.take_changes()

    def state(self) -> tuple[object, ...]:
        """Return what the state hash covers."""
        return (
            self.flow.state(), self.changes.state(), self.breakers and self.breakers.state(),
            self.bars and self.bars.state(), self.traded, self._traded_after, self._profits, self._costs, self._marked,
            self._opening, self._refused, self.markets, self.account, self._begins_at_mark,
        )  # fmt: skip
