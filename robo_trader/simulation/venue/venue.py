"""A pretend venue: fills orders against bars or quotes, no earlier than the one after they arrived.

- A market order fills at the open, slipped against it.
- A limit order fills when the open meets its price, or the bar trades through it.
- All our orders of a symbol share a fraction of a bar's volume; the rest waits for the next bar.
- A symbol that is quoted is matched against its quotes only (`quote_matching`), not against its bars: an order fills
  no earlier than at the first quote that is stamped later than it.
- A DAY order lapses at the close of the first session it worked in.

It is a pure function of the orders and bars it is shown, in their order: shown the same again, it reports the
same again. What it reports is simulated; no real market stood behind it.
"""

from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.events import BrokerReport, OrderAccepted, OrderCanceled, OrderExecuted, OrderExpired
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import ZERO, price_from_float, shares_from_float
from robo_trader.core.domain.orders import SELL, ApprovedOrder, OrderId, OrderIntent, Side, TimeInForce
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.market.checks import find_fault
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.market.quote_checks import find_quote_fault
from robo_trader.core.rules.matching import limit_fill_price, limit_is_reached, participation_shares
from robo_trader.core.rules.slippage import slipped_price
from robo_trader.simulation.venue.quote_matching import displayed_shares, quote_price

_DAY = TimeInForce.DAY  # as BUY: quicker by its own name


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueSettings:
    """How the venue treats orders."""

    slippage_bps: float  # hundredths of a percent against every taker
    participation_max: float  # fraction of a bar's volume that may be ours
    commissions: CommissionSchedule
    quoted: frozenset[Symbol] = frozenset()  # symbols that have quotes in this run


class RestingOrder(Struct):
    """An order in the venue's book."""

    order: ApprovedOrder
    remaining: Decimal  # shares not filled yet
    lapses_at: int | None = None  # close of its session; known once a slice of that session arrives
    value: Decimal = ZERO  # dollars filled so far
    charged: Decimal = ZERO
    executions: int = 0


class Venue:
    """The book of one pretend venue."""

    def __init__(self, settings: VenueSettings) -> None:
        self._settings = settings
        self._book: dict[OrderId, RestingOrder] = {}
        self._last_ended_at: dict[Symbol, int] = {}
        self._session: TradingSession | None = None  # of the last slice or quote
        self._latest = 0  # end of the last slice, or time of the last quote
        self._reports: list[BrokerReport] = []

    def submit(self, order: ApprovedOrder) -> None:
        """Take an order into the book; it can fill from the next bar on."""
        assert order.order_id not in self._book, order
        self._book[order.order_id] = RestingOrder(order, order.intent.quantity, self._lapses_at(order))
        self._reports.append(
            OrderAccepted(
                order_id=order.order_id, broker_order_id=f"SIM{order.order_id}", occurred_at=order.approved_at
            )
        )

    def cancel(self, order_id: OrderId, *, at: int) -> None:
        """Take the rest of an order out of the book. Too late for an order that has ended: then nothing happens."""
        if self._book.pop(order_id, None) is not None:
            self._reports.append(OrderCanceled(order_id=order_id, occurred_at=at))

    def observe(self, slice_: BarSlice) -> None:
        """Match the book against the bars of one slice. Faulty bars fill nothing."""
        self._session = slice_.session
        self._latest = max(self._latest, slice_.ended_at)
        bars = self._sound_bars(slice_)
        volumes: dict[Symbol, Decimal] = {}
        for resting in list(self._book.values()):
            self._show(resting, slice_, bars.get(resting.order.intent.symbol), volumes)

    def observe_quote(self, quote: Quote, session: TradingSession) -> None:
        """Match the book against one quote. A faulty quote fills nothing."""
        if find_quote_fault(quote, self._latest) is not None:
            return
        self._latest, self._session = quote.at, session
        if not self._book:
            return
        shares = displayed_shares(quote)
        for resting in [one for one in self._book.values() if one.order.intent.symbol == quote.symbol]:
            self._show_quote(resting, quote, shares)

    def take_reports(self) -> list[BrokerReport]:
        """Return what happened since the last call, in order."""
        reports, self._reports = self._reports, []
        return reports

    def _lapses_at(self, order: ApprovedOrder) -> int | None:
        """Return the close of the session a DAY order works in; None for others, and until that session is known."""
        if order.intent.time_in_force is not _DAY or self._session is None:
            return None
        closes_at = self._session.closes_at
        return closes_at if order.approved_at < closes_at else None

    def _sound_bars(self, slice_: BarSlice) -> dict[Symbol, Bar]:
        """Return the sound bars of the symbols that are matched against bars."""
        quoted, last_ended_at = self._settings.quoted, self._last_ended_at
        sound: dict[Symbol, Bar] = {}
        for bar in slice_.bars:
            symbol = bar.symbol
            if symbol not in quoted and find_fault(bar, last_ended_at.get(symbol)) is None:
                last_ended_at[symbol] = bar.ended_at
                sound[symbol] = bar
        return sound

    def _show(self, resting: RestingOrder, slice_: BarSlice, bar: Bar | None, volumes: dict[Symbol, Decimal]) -> None:
        order, ended_at = resting.order, slice_.ended_at
        if ended_at <= order.approved_at:
            return  # the order came after these bars
        lapses_at = resting.lapses_at
        if lapses_at is None:
            lapses_at = resting.lapses_at = self._lapses_at(order)
        lapsed_before = lapses_at is not None and ended_at > lapses_at
        if bar is not None and not lapsed_before and bar.started_at >= order.approved_at:
            self._match(resting, bar, volumes)
        if not resting.remaining:
            del self._book[order.order_id]
        elif lapses_at is not None and ended_at >= lapses_at:
            del self._book[order.order_id]
            self._reports.append(OrderExpired(order_id=order.order_id, occurred_at=lapses_at))

    def _show_quote(self, resting: RestingOrder, quote: Quote, shares: dict[Side, Decimal]) -> None:
        order = resting.order
        if quote.at <= order.approved_at:
            return  # the order came after this quote
        if resting.lapses_at is None:
            resting.lapses_at = self._lapses_at(order)
        if resting.lapses_at is not None and quote.at >= resting.lapses_at:
            del self._book[order.order_id]
            self._reports.append(OrderExpired(order_id=order.order_id, occurred_at=resting.lapses_at))
            return
        side = order.intent.side
        quantity = min(resting.remaining, shares[side])
        price = quote_price(order.intent, quote, self._settings.slippage_bps)
        if price is None or quantity <= 0:
            return
        shares[side] -= quantity
        self._execute(resting, quantity, price, quote.at)
        if resting.remaining == 0:
            del self._book[order.order_id]

    def _match(self, resting: RestingOrder, bar: Bar, volumes: dict[Symbol, Decimal]) -> None:
        """volumes: what is left for us of each bar, as far as it was asked for."""
        volume = volumes.get(bar.symbol)
        if volume is None:
            volume = shares_from_float(participation_shares(bar.volume, self._settings.participation_max))
        quantity = min(resting.remaining, volume)
        found = self._fill_price(resting.order.intent, bar)
        if found is None or quantity <= 0:
            return
        volumes[bar.symbol] = volume - quantity
        price, occurred_at = found
        self._execute(resting, quantity, price, occurred_at)

    def _fill_price(self, intent: OrderIntent, bar: Bar) -> tuple[Decimal, int] | None:
        """Return price and time of a fill in this bar, None if there is none."""
        sign = intent.side.sign
        slipped = slipped_price(bar.open, sign, self._settings.slippage_bps)
        if intent.limit_price is None:
            return price_from_float(slipped), bar.started_at
        limit = float(intent.limit_price)
        if not limit_is_reached(bar.low, bar.high, bar.open, limit, sign):
            return None
        at_open = (limit - bar.open) * sign >= 0
        price = limit_fill_price(bar.open, slipped, limit, sign)
        return price_from_float(price), bar.started_at if at_open else bar.ended_at

    def _execute(self, resting: RestingOrder, quantity: Decimal, price: Decimal, occurred_at: int) -> None:
        order, intent = resting.order, resting.order.intent
        resting.remaining -= quantity
        resting.value += quantity * price
        resting.executions += 1
        filled, is_sale = intent.quantity - resting.remaining, intent.side is SELL
        charge = self._settings.commissions.charge(filled, resting.value, is_sale=is_sale)
        commission, resting.charged = charge - resting.charged, charge
        self._reports.append(
            OrderExecuted(
                execution_id=ExecutionId(f"SIM{order.order_id}.{resting.executions}"),
                order_id=order.order_id,
                symbol=intent.symbol,
                quantity=quantity,
                price=price,
                commission=commission,
                occurred_at=occurred_at,
            )
        )
