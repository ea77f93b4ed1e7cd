"""What happens at a broker without the client's doing, on demand: for tests and for scripts of faults.

Orders by hand, trades elsewhere, liquidations, corrections and busts, fills too many and too few, fills that come after
the end, refusals, holds, advice, and messages that never come. Each is booked as it would be in truth, so that
`Brokerage.book` stays the oracle. An order is named by its permId.
"""

from collections.abc import Callable
from decimal import Decimal

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.gateway.brokerage.contracts import ContractBook
from robo_trader.simulation.gateway.brokerage.execution_desk import ExecutionDesk
from robo_trader.simulation.gateway.brokerage.order_desk import OrderDesk
from robo_trader.simulation.gateway.brokerage.orders import BookedExecution, BrokerageOrder, Status
from robo_trader.simulation.gateway.brokerage.placement import PlacementDesk
from robo_trader.simulation.gateway.brokerage.state import Arming, BrokerageState, Notice
from robo_trader.simulation.gateway.protocol.values import Contract, OrderTicket
from robo_trader.simulation.venue.holdings import NOTHING


class Doings:
    """Does things to the account. Times are the simulated market's, UTC nanoseconds; prices dollars a share."""

    def __init__(
        self,
        state: BrokerageState,
        contracts: ContractBook,
        orders: OrderDesk,
        executions: ExecutionDesk,
        placement: PlacementDesk,
        come_to: Callable[[int], None],
    ) -> None:
        self._state = state
        self._contracts = contracts
        self._orders = orders
        self._executions = executions
        self._placement = placement
        self._come_to = come_to

    @property
    def arming(self) -> Arming:
        """What is to go otherwise with the next orders, executions and messages."""
        return self._state.arming

    def place_by_hand(self, symbol: str, ticket: OrderTicket, at: int) -> int:
        """Place an order as a person at the screen; return its permId."""
        self._come_to(at)
        notice = self._placement.find_refusal(ticket, at)
        if notice is not None:
            raise InvalidConfig(f"{notice.text} ({notice.code})", next_step="Write an order that could be placed.")
        order = self._placement.place_by_hand(self._contract(symbol), ticket, at)
        self._come_to(at)
        return order.perm_id

    def trade_elsewhere(self, symbol: str, action: str, shares: Decimal, price: Decimal, at: int) -> str:
        """Trade in the account without an order known here; return the execution's id. action: BUY or SELL."""
        self._come_to(at)
        _check(shares, price)
        if action not in {"BUY", "SELL"}:
            raise InvalidConfig(f"{action!r} is neither BUY nor SELL", next_step="Write one of these.")
        side = "BOT" if action == "BUY" else "SLD"
        booked = self._executions.trade_outside(self._contract(symbol), side, shares, price, at)
        self._come_to(at)
        return booked.execution.exec_id

    def liquidate(self, symbol: str, at: int) -> str:
        """Close a position at the last price, as brokers do for want of margin; return the execution's id.

        Raises InvalidConfig where nothing is held.
        """
        self._come_to(at)
        contract = self._contract(symbol)
        quantity, cost = self._state.holdings.positions.get(Symbol(symbol), NOTHING)
        if not quantity:
            raise InvalidConfig(f"no shares of {symbol} are held", next_step="Name a symbol that the account holds.")
        price = self._state.holdings.prices.get(Symbol(symbol), cost / quantity)
        side = "SLD" if quantity > 0 else "BOT"
        booked = self._executions.trade_outside(contract, side, abs(quantity), price, at, liquidation=True)
        self._come_to(at)
        return booked.execution.exec_id

    def cancel(self, perm_id: int, at: int) -> None:
        """Cancel a working order, as the exchange or the broker's risk desk does."""
        self._come_to(at)
        self._orders.withdraw(self._working(perm_id), at)
        self._come_to(at)

    def fill(self, perm_id: int, shares: Decimal, price: Decimal, at: int) -> None:
        """Fill a part of a working order, whatever the market does; no more than it has left."""
        self._come_to(at)
        order = self._working(perm_id)
        _check(shares, price)
        if shares > order.remaining:
            raise InvalidConfig(f"{order.remaining} shares are left", next_step="Over-fill it if more is meant.")
        self._orders.fill(order, shares, price, at)
        self._come_to(at)

    def over_fill(self, perm_id: int, extra: Decimal, price: Decimal, at: int) -> None:
        """Fill a working order with more shares than it was for."""
        _check(extra, price)
        self.fill(perm_id, self._working(perm_id).remaining, price, at)
        self.fill_late(perm_id, extra, price, at)

    def under_fill(self, perm_id: int, shares: Decimal, price: Decimal, at: int) -> None:
        """Say that a working order is filled, and execute fewer shares than that."""
        order = self._working(perm_id)
        if shares >= order.remaining:
            raise InvalidConfig(f"{order.remaining} shares are left", next_step="Name fewer, and at least one.")
        self.fill(perm_id, shares, price, at)
        self._orders.end_short(order, at)
        self._come_to(at)

    def fill_late(self, perm_id: int, shares: Decimal, price: Decimal, at: int) -> None:
        """Execute shares of an order that is over: it was canceled, refused or filled, and fills all the same."""
        self._come_to(at)
        order = self._order(perm_id)
        _check(shares, price)
        if not order.is_over:
            raise InvalidConfig(f"order {perm_id} still works", next_step="Fill it, or cancel it first.")
        side = "BOT" if order.sign > 0 else "SLD"
        commission = self._executions.usual_commission(side, shares, price)
        self._executions.execute(order, shares, price, commission, at)
        self._come_to(at)

    def correct(self, exec_id: str, shares: Decimal, price: Decimal, at: int) -> str:
        """Restate an execution; return the id of its new version."""
        self._come_to(at)
        _check(shares, price, least=0)
        self._execution(exec_id)
        try:
            new = self._executions.correct(exec_id, shares, price, at)
        except KeyError:
            raise InvalidConfig(
                f"the shares of {exec_id} were restructured since", next_step="Correct it before that."
            ) from None
        self._come_to(at)
        return new.execution.exec_id

    def bust(self, exec_id: str, at: int) -> str:
        """Say that an execution never was: a correction to no shares; return the id of that."""
        return self.correct(exec_id, Decimal(0), self._execution(exec_id).execution.price, at)

    def repeat(self, exec_id: str) -> None:
        """Tell an execution once more."""
        self._execution(exec_id)
        self._executions.repeat(exec_id)

    def reject_next(self, code: int, text: str) -> None:
        """Refuse the next order that reaches the venue: 201 for a rejection as usual."""
        self.arming.refusals.append(Notice(code=code, text=text))

    def advise_next(self, code: int, text: str) -> None:
        """Say something of the next order that works: 399, 404, 10349, which harm nothing."""
        self.arming.advices.append(Notice(code=code, text=text))

    def hold_next(self) -> None:
        """Hold the next order while shares to borrow are looked for: Inactive, whyHeld "locate", error 404."""
        self.arming.locates += 1

    def release(self, perm_id: int, at: int) -> None:
        """Let an order that was held for shares to borrow go to the venue."""
        self._come_to(at)
        order = self._order(perm_id)
        if not order.why_held:
            raise InvalidConfig(f"order {perm_id} is not held", next_step="Name one that `hold_next` held.")
        self._orders.release(order, at)
        self._come_to(at)

    def tell_next_commission_first(self) -> None:
        """Tell the commission of the next execution before the execution."""
        self.arming.early_commissions += 1

    def shift_clock(self, seconds: float) -> None:
        """Tell another time from now on, so many seconds ahead; below 0: behind."""
        self.arming.clock_shift = int(seconds * NANOS_PER_SECOND)

    def renumber(self, symbol: str) -> int:
        """Let a symbol name another contract, as after a merger; return its conId."""
        self._contract(symbol)
        return self._contracts.renumber(Symbol(symbol))

    def list_twice(self, symbol: str) -> None:
        """Let a second contract go by a symbol: it is ambiguous now."""
        self._contract(symbol)
        self._contracts.list_twice(Symbol(symbol))

    def mute(self, kind: str, count: int = 1) -> None:
        """Swallow the next messages of a class, by its name: OrderStatusMessage, PositionMessage, ..."""
        self.arming.muted[kind] = self.arming.muted.get(kind, 0) + count

    def _order(self, perm_id: int) -> BrokerageOrder:
        order = self._state.orders.get(perm_id)
        if order is None:
            raise InvalidConfig(f"there is no order {perm_id}", next_step="Name one by the permId in the book.")
        return order

    def _working(self, perm_id: int) -> BrokerageOrder:
        order = self._order(perm_id)
        if not order.is_at_venue or order.status is Status.INACTIVE:
            raise InvalidConfig(f"order {perm_id} does not work", next_step="Name one that is at the venue.")
        return order

    def _execution(self, exec_id: str) -> BookedExecution:
        try:
            return self._executions.latest_version(exec_id)
        except KeyError:
            raise InvalidConfig(
                f"there is no execution {exec_id} in this session", next_step="Name one by its id in the book."
            ) from None

    def _contract(self, symbol: str) -> Contract:
        if not self._contracts.knows(symbol):
            raise InvalidConfig(f"{symbol!r} cannot be traded here", next_step="Name a symbol of the feed.")
        return self._contracts.contract(symbol)


def _check(shares: Decimal, price: Decimal, least: int = 1) -> None:
    """Refuse what no trade can be."""
    if shares < least or shares % 1 or price <= 0:
        raise InvalidConfig(
            f"{shares} shares at {price} dollars are no trade", next_step="Name whole shares and a price above 0."
        )
