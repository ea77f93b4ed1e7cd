"""The pretend brokerage: requests and market events in, messages out.

It is a pure function of what it is shown and asked, in order: no clock, no socket, no chance. Times are those of the
simulated market, UTC nanoseconds. Behind it stands the pretend venue, which alone decides what fills.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from robo_trader.core.domain.bars import BarSlice, TradingSession
from robo_trader.core.domain.corporate_actions import CorporateAction, SymbolChange
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.money import price_from_float
from robo_trader.core.market.quote_checks import find_quote_fault, find_trade_fault
from robo_trader.simulation.gateway.brokerage.account_desk import AccountDesk
from robo_trader.simulation.gateway.brokerage.answers import FrontDesks, answers, tell_next_order_id
from robo_trader.simulation.gateway.brokerage.contracts import ContractBook
from robo_trader.simulation.gateway.brokerage.doing_requests import do, methods_of
from robo_trader.simulation.gateway.brokerage.doings import Doings
from robo_trader.simulation.gateway.brokerage.enquiries import EnquiryDesk
from robo_trader.simulation.gateway.brokerage.execution_desk import ExecutionDesk
from robo_trader.simulation.gateway.brokerage.figures import figures_of, standing_of
from robo_trader.simulation.gateway.brokerage.margins import MarginDesk
from robo_trader.simulation.gateway.brokerage.oracle import Book, book_of
from robo_trader.simulation.gateway.brokerage.order_desk import OrderDesk
from robo_trader.simulation.gateway.brokerage.order_telling import OrderTeller
from robo_trader.simulation.gateway.brokerage.outbox import Outbox
from robo_trader.simulation.gateway.brokerage.placement import Desks, PlacementDesk
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import Acknowledge, Amend, BrokerageState, Charge, Deed
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.requests import Request
from robo_trader.simulation.venue.holdings import Holdings, HoldingsState
from robo_trader.simulation.venue.venue import Venue

_BEGIN_ANEW = "Use the feed and the program version they were kept with, or begin with new books."

MarketEvent = BarSlice | QuoteArrived | TradePrinted | CorporateAction


class Brokerage:
    """One login with one account, and everybody who is connected to it."""

    def __init__(self, settings: BrokerageSettings, state: BrokerageState | None = None) -> None:
        cash = settings.opening_cash
        self._settings = settings
        self._state = state or BrokerageState(holdings=HoldingsState(cash=cash), opening_equity=cash)
        self._venue = Venue(settings.venue)
        if self._state.venue is not None:
            self._venue.restore(self._state.venue)
        self._holdings = Holdings(self._state.holdings, settings.borrow_rate, commission_is_cost=True)
        self._contracts = ContractBook(settings.listings)
        for old, new in self._state.renamed:
            self._contracts.rename(Symbol(old), Symbol(new))
        self._outbox = Outbox(self._state.arming)
        self._join_desks()

    @classmethod
    def restore(cls, settings: BrokerageSettings, snapshot: bytes) -> "Brokerage":
        """Return the brokerage a snapshot was taken of, with nobody connected.

        Raises InvalidConfig for what is no snapshot of this program, or of an account with other symbols.
        """
        try:
            state = msgspec.msgpack.decode(snapshot, type=BrokerageState)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidConfig(f"the brokerage's books cannot be read: {error}", next_step=_BEGIN_ANEW) from error
        listed = {listing.symbol for listing in settings.listings} | {new for _, new in state.renamed}
        missing = {*state.holdings.positions, *(order.symbol for order in state.orders.values())} - listed
        if missing:
            raise InvalidConfig(f"the brokerage's books hold {', '.join(sorted(missing))}", next_step=_BEGIN_ANEW)
        return cls(settings, state)

    def snapshot(self) -> bytes:
        """Return all that must survive a restart: orders, executions, positions, cash and every number given out."""
        self._state.venue = self._venue.state()
        return msgspec.msgpack.encode(self._state)

    def serves(self, request: Request) -> bool:
        """Return whether a request is for this desk."""
        return type(request) in self._answers

    def attach(self, client_id: int, at: int) -> None:
        """Take a client in, and tell it the accounts and its next order id."""
        self._run(at)
        self._outbox.clients.add(client_id)
        self._accounts.attach(client_id)
        self._enquiries.tell_accounts(client_id)
        tell_next_order_id(self._front, client_id)

    def detach(self, client_id: int, at: int) -> None:
        """Let a client go. Its orders stay."""
        self._run(at)
        self._outbox.clients.discard(client_id)
        self._accounts.detach(client_id)

    def handle(self, client_id: int, request: Request, at: int) -> None:
        """Answer a request of a client that is attached."""
        self._run(at)
        self._answers[type(request)](client_id, request, at)
        self._run(at)

    def pass_time(self, at: int) -> None:
        """Come to a time at which nothing happened in the market."""
        self._run(at)
        self._accounts.pass_time()

    def show(self, event: MarketEvent) -> None:
        """Show the market: bars that ended, a quote, a print, or what a company did to its shares."""
        if isinstance(event, BarSlice):
            self._show_slice(event)
        elif isinstance(event, QuoteArrived):
            self._show_quote(event)
        elif isinstance(event, TradePrinted):
            self._show_trade(event)
        else:
            self._restructure(event)
        self._accounts.pass_time()

    def does(self, name: object) -> bool:
        """Return whether something of this name can happen here."""
        return name in methods_of(Doings)

    def do(self, doing: Mapping[str, Any], at: int) -> object:
        """Let something happen that no client asked for, by name: see `doing_requests`. Raises InvalidConfig."""
        return do(self.doings, doing, at)

    def take_messages(self) -> Sequence[tuple[int, Message]]:
        """Return what is to be sent, and to which client, in order."""
        return self._outbox.take()

    def book(self) -> Book:
        """Return orders, executions, positions and cash as they truly are: what clients should come to believe."""
        return book_of(self._state, self._settings)

    def _join_desks(self) -> None:
        settings, state, outbox = self._settings, self._state, self._outbox
        teller, margins = OrderTeller(settings, outbox), MarginDesk(settings, state)
        self._executions = ExecutionDesk(settings, state, self._holdings, teller, outbox)
        self._orders = OrderDesk(settings, state, self._venue, teller, self._executions, margins)
        desks = Desks(self._contracts, self._orders, margins, teller)
        placement = PlacementDesk(settings, state, desks, outbox)
        self._accounts = AccountDesk(settings, state, self._contracts, outbox)
        self._enquiries = EnquiryDesk(settings, state, self._contracts, teller, outbox)
        self._front = FrontDesks(placement, self._enquiries, self._accounts, outbox)
        self._answers = answers(self._front)
        self.doings = Doings(state, self._contracts, self._orders, self._executions, placement, self._run)

    def _show_slice(self, slice_: BarSlice) -> None:
        """What is on its way to the venue when a bar begins comes before the bar, what leaves later after it."""
        begin = min((bar.started_at for bar in slice_.bars), default=slice_.ended_at)
        self._run(begin)
        self._begin(slice_.session, max(begin, slice_.session.opens_at))
        self._holdings.pay(slice_)
        self._venue.observe(slice_)
        self._orders.take_reports(slice_.ended_at)
        self._holdings.mark_closes(slice_)
        self._orders.restate(slice_.ended_at)
        self._run(slice_.ended_at)

    def _show_quote(self, arrived: QuoteArrived) -> None:
        quote, latest = arrived.quote, self._state.now
        self._run(quote.at)
        self._begin(arrived.session, quote.at)
        self._venue.observe_quote(quote, arrived.session)
        self._orders.take_reports(quote.at)
        if find_quote_fault(quote, latest) is None:
            self._holdings.state.prices[quote.symbol] = price_from_float((quote.bid + quote.ask) / 2)
        self._orders.restate(quote.at)
        self._run(quote.at)

    def _show_trade(self, printed: TradePrinted) -> None:
        trade, latest = printed.trade, self._state.now
        self._run(trade.at)
        self._begin(printed.session, trade.at)
        if find_trade_fault(trade, latest) is None:
            self._holdings.state.prices[trade.symbol] = price_from_float(trade.price)

    def _restructure(self, action: CorporateAction) -> None:
        self._run(action.occurred_at)
        self._venue.restructure(action)
        self._orders.take_reports(action.occurred_at)
        self._holdings.restructure(action)
        touched = {action.symbol}
        if isinstance(action, SymbolChange) and self._contracts.knows(action.symbol):
            self._contracts.rename(action.symbol, action.new_symbol)
            self._state.renamed.append((action.symbol, action.new_symbol))
            touched = {action.new_symbol}
        self._executions.touched |= {symbol for symbol in touched if self._contracts.knows(symbol)}
        self._run(action.occurred_at)

    def _begin(self, session: TradingSession, at: int) -> None:
        """Come to a session: what was over in the one before is history, and what waited for the open works."""
        state, last = self._state, self._state.holdings.session
        is_same = last is not None and last.date == session.date  # then nobody asks what was before
        equity = None if is_same else figures_of(state, self._settings).equity
        if self._holdings.begin(session) and last is not None:
            assert equity is not None, session
            state.opening_equity = equity
            state.opening_unrealised = {
                symbol: standing_of(state, symbol).unrealised for symbol in state.holdings.positions
            }
            state.executions = [one for one in state.executions if one.execution.at >= session.opens_at]
            history = [
                one.perm_id for one in state.orders.values() if one.is_over and one.completed_at <= last.closes_at
            ]
            for perm_id in history:
                del state.orders[perm_id]
        self._orders.restate(at)

    def _run(self, until: int) -> None:
        """Come to a time: do all that is due, in order, and tell who holds shares what it made of them."""
        agenda = self._state.agenda
        while agenda and agenda[0].at <= until:
            appointment = agenda.pop(0)
            self._perform(appointment.deed, appointment.at)
        self._state.now = max(self._state.now, until)
        touched, self._executions.touched = self._executions.touched, set()
        self._accounts.push(touched)

    def _perform(self, deed: Deed, at: int) -> None:
        if isinstance(deed, Charge):
            self._executions.charge(deed.exec_id)
            return
        order = self._state.orders.get(deed.perm_id)
        if order is None:
            return  # it was over, and its session is
        if isinstance(deed, Acknowledge):
            self._orders.acknowledge(order, at)
        elif isinstance(deed, Amend):
            self._orders.amend(order, deed.ticket, at)
        else:
            self._orders.withdraw(order, at)
