"""A pretend venue: fills orders against bars or quotes, no earlier than the one after they arrived.

- A market order fills at the open, slipped against it: by a fixed part of the price, or by the square-root law.
- A limit order fills when the open meets its price, or the bar trades through it.
- All our orders of a symbol share a fraction of a bar's volume; the rest waits for the next bar.
- A symbol that is quoted is matched against its quotes only (`quote_matching`), not against its bars: an order fills
  no earlier than at the first quote that is stamped later than it.
- A stop waits until the price comes to it; `bar_matching` says at what price it fills then.
- A DAY order lapses at the close of the first session it worked in; what must fill at once, or in an auction, after it.
- A split, a new name and a delisting cancel the orders of their symbol.
- Orders of a group cancel each other, and the legs of a bracket wait for their parent (`linked_orders`).

It is a pure function of the orders and bars it is shown, in their order: shown the same again, it reports the
same again. What it reports is simulated; no real market stood behind it.
"""

from dataclasses import dataclass
from decimal import Decimal

from msgspec import Struct

from robo_trader.core.domain.bars import Bar, BarSlice, TradingSession
from robo_trader.core.domain.corporate_actions import CashDividend, CorporateAction
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import shares_from_float
from robo_trader.core.domain.order_reports import (
    BrokerReport,
    CancelRejected,
    ModifyRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExecuted,
    OrderExpired,
    OrderModified,
    OrderRejected,
)
from robo_trader.core.domain.orders import SELL, ApprovedOrder, OrderId, OrderIntent, OrderTerms, Side, TimeInForce
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.market.checks import find_fault
from robo_trader.core.market.commissions import CommissionSchedule
from robo_trader.core.market.impact import ImpactModel
from robo_trader.core.market.quote_checks import find_quote_fault
from robo_trader.core.rules.matching import participation_shares
from robo_trader.core.rules.slippage import bar_slippage_bps
from robo_trader.simulation.venue.bar_matching import fill_in_bar, is_over
from robo_trader.simulation.venue.linked_orders import awake_shares, begin_to_sleep, note_end, note_fill
from robo_trader.simulation.venue.quote_matching import displayed_shares, quote_price
from robo_trader.simulation.venue.resting import RestingOrder, rest

_GTC = TimeInForce.GTC  # as BUY: quicker by its own name
_OVER = "the order does not work any more"


class VenueState(Struct, kw_only=True):
    """What a venue remembers between two events, as it can be stored."""

    book: list[RestingOrder]
    last_ended_at: dict[Symbol, int]
    session: TradingSession | None
    latest: int
    has_relatives: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueSettings:
    """How the venue treats orders."""

    slippage_bps: float  # hundredths of a percent against every taker
    impact: ImpactModel | None = None  # instead, among bars: by the square-root law
    participation_max: float  # fraction of a bar's volume that may be ours
    commissions: CommissionSchedule
    quoted: frozenset[Symbol] = frozenset()  # symbols that have quotes in this run


class Venue:
    """The book of one pretend venue."""

    def __init__(self, settings: VenueSettings) -> None:
        self._settings = settings
        self._book: dict[OrderId, RestingOrder] = {}
        self._last_ended_at: dict[Symbol, int] = {}
        self._session: TradingSession | None = None  # of the last slice or quote
        self._latest = 0  # end of the last slice, or time of the last quote
        self._reports: list[BrokerReport] = []
        self._has_relatives = False  # whether any order so far lives or dies with others

    def submit(self, order: ApprovedOrder, *, cancels_group: bool = False) -> None:
        """Take an order into the book; it can fill from the next bar on.

        cancels_group: its first fill ends the others of its group, where it else takes from them what it filled.
        """
        order_id, at, intent = order.order_id, order.approved_at, order.intent
        assert order_id not in self._book, order
        if reason := self._refuses(intent):
            self._reports.append(OrderRejected(order_id=order_id, reason=reason, occurred_at=at))
            return
        resting = rest(order, self._lapses_at(order))
        if intent.oca_group or intent.parent_id is not None:
            self._has_relatives = True
            begin_to_sleep(resting, self._book)
            resting.cancels_group = cancels_group
        self._book[order_id] = resting
        self._reports.append(OrderAccepted(order_id=order_id, broker_order_id=f"SIM{order_id}", occurred_at=at))

    def cancel(self, order_id: OrderId, *, at: int) -> None:
        """Take the rest of an order out of the book; refused where it has ended."""
        resting = self._book.get(order_id)
        if resting is None:
            self._reports.append(CancelRejected(order_id=order_id, reason=_OVER, occurred_at=at))
        else:
            self._end(resting, OrderCanceled(order_id=order_id, occurred_at=at))

    def modify(self, order_id: OrderId, terms: OrderTerms, *, at: int) -> None:
        """Work an order under other terms; refused where it has ended, or has filled as much already."""
        resting = self._book.get(order_id)
        if resting is None or terms.quantity <= resting.filled:
            reason = _OVER if resting is None else f"{resting.filled} shares are filled already"
            self._reports.append(ModifyRejected(order_id=order_id, reason=reason, occurred_at=at))
            return
        resting.modify(terms)
        self._reports.append(OrderModified(order_id=order_id, terms=terms, occurred_at=at))

    def replace(self, order: ApprovedOrder) -> None:
        """Work another order in the place of the one with its id, as one whose type changes; refused as `modify` is."""
        order_id, at = order.order_id, order.approved_at
        resting = self._book.get(order_id)
        reason = self._refuses(order.intent)
        if resting is None or order.intent.quantity <= resting.filled:
            reason = _OVER if resting is None else f"{resting.filled} shares are filled already"
        if resting is None or reason:
            self._reports.append(ModifyRejected(order_id=order_id, reason=reason, occurred_at=at))
            return
        resting.replace(order)
        self._has_relatives |= bool(order.intent.oca_group)
        self._reports.append(OrderModified(order_id=order_id, terms=order.intent.terms, occurred_at=at))

    def take_out(self, order_id: OrderId) -> None:
        """Take an order out of the book without a report: it was filled elsewhere. What lives by it is reported."""
        if order_id in self._book:
            self._end(self._book[order_id])

    def fill(self, order_id: OrderId, quantity: Decimal, price: Decimal, *, at: int) -> None:
        """Fill a part of an order by decree, whatever the market does. quantity: no more than it has left."""
        resting = self._book[order_id]
        assert 0 < quantity <= resting.remaining, (resting, quantity)
        self._execute(resting, quantity, price, at)
        if not resting.remaining:
            self._end(resting)

    def working_ids(self) -> list[OrderId]:
        """Return the ids of the orders that rest in the book, in its order."""
        return list(self._book)

    def find(self, order_id: OrderId) -> RestingOrder | None:
        """Return an order that rests in the book, to be looked at only."""
        return self._book.get(order_id)

    def observe(self, slice_: BarSlice) -> None:
        """Match the book against the bars of one slice. Faulty bars fill nothing."""
        self._session = slice_.session
        self._latest = max(self._latest, slice_.ended_at)
        bars = self._sound_bars(slice_)
        volumes: dict[Symbol, Decimal] = {}
        for resting in list(self._book.values()):
            self._show(resting, slice_, bars.get(resting.intent.symbol), volumes)

    def observe_quote(self, quote: Quote, session: TradingSession) -> None:
        """Match the book against one quote. A faulty quote fills nothing."""
        if find_quote_fault(quote, self._latest) is not None:
            return
        self._latest, self._session = quote.at, session
        if not self._book:
            return
        shares = displayed_shares(quote)
        for resting in [one for one in self._book.values() if one.intent.symbol == quote.symbol]:
            self._show_quote(resting, quote, shares)

    def restructure(self, action: CorporateAction) -> None:
        """Cancel what rests in old shares, as brokers do; a dividend leaves orders as they are."""
        if isinstance(action, CashDividend):
            return
        for resting in [one for one in self._book.values() if one.intent.symbol == action.symbol]:
            if resting.order.order_id in self._book:  # else it ended with a relative
                self._end(resting, OrderCanceled(order_id=resting.order.order_id, occurred_at=action.occurred_at))

    def take_reports(self) -> list[BrokerReport]:
        """Return what happened since the last call, in order."""
        reports, self._reports = self._reports, []
        return reports

    def state(self) -> VenueState:
        """Return what it remembers, its own objects: to be encoded at once. All reports must have been taken."""
        assert not self._reports, self._reports
        return VenueState(
            book=list(self._book.values()), last_ended_at=self._last_ended_at, session=self._session,
            latest=self._latest, has_relatives=self._has_relatives,
        )  # fmt: skip

    def restore(self, state: VenueState) -> None:
        """Go on from what another venue remembered."""
        self._book = {resting.order.order_id: resting for resting in state.book}
        self._last_ended_at, self._session, self._latest = state.last_ended_at, state.session, state.latest
        self._has_relatives = state.has_relatives

    def _refuses(self, intent: OrderIntent) -> str:
        """Return why an order can never fill here, empty if it can."""
        if intent.time_in_force is TimeInForce.AT_THE_CLOSE and intent.symbol in self._settings.quoted:
            return f"{intent.symbol} is quoted here, and quotes show no closing auction"
        return ""

    def _lapses_at(self, order: ApprovedOrder) -> int | None:
        """Return the close of the session an order works in; None for ever, and until that session is known."""
        force, session = order.intent.time_in_force, self._session
        if force is _GTC or session is None:
            return None
        is_in_time = order.approved_at < session.closes_at
        if force is TimeInForce.AT_THE_OPENING:
            is_in_time = order.approved_at <= session.opens_at
        return session.closes_at if is_in_time else None

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
        if ended_at <= order.approved_at or order.order_id not in self._book:
            return  # the order came after these bars, or has ended among them
        lapses_at = resting.lapses_at
        if lapses_at is None:
            lapses_at = resting.lapses_at = self._lapses_at(order)
        lapsed_before = lapses_at is not None and ended_at > lapses_at
        if bar is not None and (lapsed_before or bar.started_at < order.approved_at or resting.sleeps(bar.started_at)):
            bar = None
        if bar is not None:
            self._match(resting, bar, slice_.session, volumes)
        if not resting.remaining:
            self._end(resting)
        elif lapses_at is not None and ended_at >= lapses_at:
            self._end(resting, OrderExpired(order_id=order.order_id, occurred_at=lapses_at))
        elif bar is not None and not resting.is_plain and is_over(resting, bar, slice_.session):
            self._end(resting, OrderExpired(order_id=order.order_id, occurred_at=bar.started_at))

    def _show_quote(self, resting: RestingOrder, quote: Quote, shares: dict[Side, Decimal]) -> None:
        order, at = resting.order, quote.at
        if at <= order.approved_at or resting.sleeps(at) or order.order_id not in self._book:
            return  # the order came after this quote, or has ended at it
        if resting.lapses_at is None:
            resting.lapses_at = self._lapses_at(order)
        if resting.lapses_at is not None and at >= resting.lapses_at:
            self._end(resting, OrderExpired(order_id=order.order_id, occurred_at=resting.lapses_at))
            return
        if resting.intent.time_in_force is TimeInForce.AT_THE_OPENING and resting.lapses_at is None:
            return  # its session has not begun
        side = resting.intent.side
        quantity = min(awake_shares(resting), shares[side])
        price = quote_price(resting, quote, self._settings.slippage_bps)
        if price is not None and self._suffices(resting, quantity):
            shares[side] -= quantity
            self._execute(resting, quantity, price, at)
        if not resting.remaining:
            self._end(resting)
        elif resting.has_one_chance and not resting.awaits_trigger:
            self._end(resting, OrderExpired(order_id=order.order_id, occurred_at=at))

    def _match(self, resting: RestingOrder, bar: Bar, session: TradingSession, volumes: dict[Symbol, Decimal]) -> None:
        """volumes: what is left for us of each bar, as far as it was asked for."""
        volume = volumes.get(bar.symbol)
        if volume is None:
            volume = shares_from_float(participation_shares(bar.volume, self._settings.participation_max))
        quantity = min(resting.remaining if resting.is_plain else awake_shares(resting), volume)
        slippage = self._settings.slippage_bps if self._settings.impact is None else self._impact_bps(bar, quantity)
        found = fill_in_bar(resting, bar, session, slippage)
        if found is None or not self._suffices(resting, quantity):
            return
        volumes[bar.symbol] = volume - quantity
        price, occurred_at = found
        self._execute(resting, quantity, price, occurred_at)

    def _impact_bps(self, bar: Bar, quantity: Decimal) -> float:
        """Return the slippage of shares that are no more than the bar's, by the square-root law."""
        model = self._settings.impact
        assert model is not None
        if not quantity:
            return model.half_spread_bps
        return bar_slippage_bps(
            bar.high, bar.low, bar.volume, float(quantity), model.half_spread_bps, model.coefficient
        )

    def _suffices(self, resting: RestingOrder, quantity: Decimal) -> bool:
        """Return whether an order may fill so many shares now."""
        if resting.intent.time_in_force is TimeInForce.FOK:
            return quantity == resting.remaining
        return quantity > 0

    def _end(self, resting: RestingOrder, report: BrokerReport | None = None) -> None:
        """Take an order out of the book, and with it what lives by it. report: how it ended, if not filled."""
        del self._book[resting.order.order_id]
        if report is not None:
            self._reports.append(report)
        if self._has_relatives:
            self._reports.extend(note_end(resting, self._book, self._latest))

    def _execute(self, resting: RestingOrder, quantity: Decimal, price: Decimal, occurred_at: int) -> None:
        order, intent = resting.order, resting.intent
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
        if self._has_relatives:
            self._reports.extend(note_fill(resting, (quantity, price), self._book, occurred_at))
