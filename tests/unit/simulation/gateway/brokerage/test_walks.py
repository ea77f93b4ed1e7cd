"""Random walks through the brokerage: whatever clients and the market do, the books add up.

Two brokerages go the same way; one of them is stopped and started again now and then, and nobody can tell which.
"""

from collections import defaultdict
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from robo_trader.core.market.commissions import IBKR_FIXED
from robo_trader.simulation.gateway.brokerage.orders import TRANSITIONS, Status
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.order_messages import OrderStatusMessage
from robo_trader.simulation.gateway.protocol.requests import CancelAllOrders, CancelOrder, PlaceOrder, Request
from robo_trader.simulation.gateway.protocol.values import OrderTicket
from tests.builders import DAY, HOUR, MINUTE, OPEN, a_session
from tests.examples import state_machine
from tests.unit.simulation.gateway.brokerage.firm import AAPL_CONTRACT, Firm, a_ticket
from tests.unit.simulation.venue.showing import an_hour

CASH = 10_000_000
HOURS_A_DAY, DAYS = 7, 5
SIDES = st.sampled_from(["BUY", "SELL"])
SHARES = st.integers(1, 300)
PRICES = st.integers(90, 110)
FORCES = st.sampled_from(["DAY", "GTC"])
VOLUMES = st.sampled_from([0.0, 500.0, 2_000.0, 9_000.0])
OPPOSITE = {"BUY": "SELL", "SELL": "BUY"}


@st.composite
def tickets(draw: st.DrawFn) -> OrderTicket:
    side, shares, price = draw(SIDES), draw(SHARES), draw(PRICES)
    kind = draw(st.sampled_from(["MKT", "LMT", "STP", "STP LMT", "TRAIL", "MOC", "LOC"]))
    tif = "DAY" if kind in {"MOC", "LOC"} else draw(FORCES)
    if kind in {"MKT", "LMT"}:
        tif = draw(st.sampled_from(["DAY", "GTC", "IOC", "FOK", "OPG"]))
    aux = {"STP": price, "STP LMT": price, "TRAIL": 3}.get(kind)
    limit = price if kind in {"LMT", "LOC", "STP LMT"} else None
    trail = Decimal(price) if kind == "TRAIL" else None
    return a_ticket(side, shares, kind, limit=limit, aux=aux, tif=tif, trail_stop_price=trail)


class Walk(RuleBasedStateMachine):
    """Two firms on the same way."""

    def __init__(self) -> None:
        super().__init__()
        delay = 30 * MINUTE
        self.firm, self.twin = (Firm(1, 2, cash=CASH, answer_delay=delay, commission_delay=2 * delay) for _ in range(2))
        self.at = OPEN
        self.hours = 0
        self.next_ids = {1: 1, 2: 1}
        self.legs: dict[int, int] = {}  # leg's order id of client 1, and its parent's
        self.groups: dict[str, int] = {}  # the largest order of each
        self.executions: dict[str, dict[str, str]] = {}  # last versions, of all days
        self.statuses: dict[int, str] = {}
        self.over_filled: set[int] = set()

    def open(self, delay: int) -> None:
        self.firm, self.twin = (
            Firm(1, 2, cash=CASH, commissions=IBKR_FIXED, answer_delay=delay, commission_delay=2 * delay)
            for _ in range(2)
        )

    @initialize(delay=st.sampled_from([0, 0, 30 * MINUTE]))
    def begin(self, delay: int) -> None:
        self.open(delay)

    def both(self) -> tuple[Firm, Firm]:
        return self.firm, self.twin

    def ask(self, request: Request, client: int = 1) -> None:
        for firm in self.both():
            firm.brokerage.handle(client, request, self.at)
        self.compare()

    def compare(self) -> None:
        ours, theirs = self.firm.all_told(), self.twin.all_told()
        assert ours == theirs
        for client, message in ours:
            self.follow(client, message)
        for row in self.firm.rows("executions"):
            self.executions[row["exec_id"].rsplit(".", 1)[0]] = row

    def follow(self, client: int, message: Message) -> None:
        if isinstance(message, OrderStatusMessage) and client == message.client_id:
            before = self.statuses.get(message.perm_id, message.status)
            allowed = TRANSITIONS[Status(before)]
            assert message.status == before or message.status in allowed, (before, message)
            self.statuses[message.perm_id] = message.status

    def place(self, ticket: OrderTicket, client: int = 1) -> int:
        order_id = self.next_ids[client]
        self.next_ids[client] += 1
        self.ask(PlaceOrder(order_id=order_id, contract=AAPL_CONTRACT, ticket=ticket), client)
        return order_id

    @rule(ticket=tickets(), client=st.sampled_from([1, 2]))
    def place_one(self, ticket: OrderTicket, client: int) -> None:
        self.place(ticket, client)

    @rule(side=SIDES, shares=SHARES, price=PRICES, trails=st.booleans())
    def place_bracket(self, side: str, shares: int, price: int, trails: bool) -> None:
        sign = 1 if side == "BUY" else -1
        parent = self.place(a_ticket(side, shares, "LMT", limit=price, tif="GTC", transmit=False))
        out = OPPOSITE[side]
        profit = self.place(
            a_ticket(out, shares, "LMT", limit=price + 4 * sign, tif="GTC", parent_id=parent, transmit=False)
        )
        kind, aux = ("TRAIL", 4) if trails else ("STP", price - 4 * sign)
        stop = self.place(a_ticket(out, shares, kind, aux=aux, tif="GTC", parent_id=parent))
        self.legs |= {profit: parent, stop: parent}

    @rule(a=tickets(), b=tickets(), kind=st.sampled_from([1, 2, 3]))
    def place_group(self, a: OrderTicket, b: OrderTicket, kind: int) -> None:
        group = f"g{self.next_ids[1]}"
        self.groups[group] = max(int(a.quantity), int(b.quantity))
        for ticket in (a, b):
            self.place(replace(ticket, oca_group=group, oca_type=kind))

    @rule(ticket=tickets(), data=st.data())
    def change(self, ticket: OrderTicket, data: st.DataObject) -> None:
        alone = [row for row in self.firm.rows("orders") if not row["oca_group"] and row["client_id"] == 1]
        parents = set(self.legs.values())
        ids = [row["order_id"] for row in alone if row["order_id"] not in parents]
        if ids:
            order_id = data.draw(st.sampled_from(ids))
            self.ask(PlaceOrder(order_id=order_id, contract=AAPL_CONTRACT, ticket=ticket))

    @rule(order_id=st.integers(1, 20), client=st.sampled_from([1, 2]))
    def cancel(self, order_id: int, client: int) -> None:
        self.ask(CancelOrder(order_id=order_id), client)

    @rule()
    def cancel_all(self) -> None:
        self.ask(CancelAllOrders())

    @rule(bars=st.lists(st.tuples(PRICES, st.integers(0, 6), VOLUMES), min_size=1, max_size=4))
    def show_hours(self, bars: list[tuple[int, int, float]]) -> None:
        for price, reach, volume in bars:
            day, number = divmod(self.hours, HOURS_A_DAY)
            if day == DAYS:
                return
            self.hours += 1
            bar = an_hour(
                number + 1, session=a_session(day=day), open_=float(price), high=float(price + reach),
                low=float(price - reach), volume=volume,
            )  # fmt: skip
            self.at = max(self.at, bar.ended_at)
            for firm in self.both():
                firm.at = self.at
                firm.brokerage.show(bar)
            self.compare()

    @rule(minutes=st.integers(0, 45))
    def pass_time(self, minutes: int) -> None:
        """Never into the next hour, whose bar is still to come."""
        day, number = divmod(self.hours, HOURS_A_DAY)
        ends_at = OPEN + day * DAY + number * HOUR
        self.at = max(self.at, min(self.at + minutes * MINUTE, ends_at + 30 * MINUTE))
        for firm in self.both():
            firm.brokerage.pass_time(self.at)
        self.compare()

    @rule(data=st.data(), shares=st.integers(0, 300), price=PRICES)
    def correct(self, data: st.DataObject, shares: int, price: int) -> None:
        ids = [row["exec_id"] for row in self.firm.rows("executions")]
        if ids:
            exec_id = data.draw(st.sampled_from(ids))
            perm_id = next(row["perm_id"] for row in self.firm.rows("executions") if row["exec_id"] == exec_id)
            self.over_filled.add(perm_id)
            for firm in self.both():
                firm.doings.correct(exec_id, Decimal(shares), Decimal(price), self.at)
            self.compare()

    @rule()
    def restart(self) -> None:
        self.firm = self.firm.restarted()

    @invariant()
    def the_books_are_the_same(self) -> None:
        assert self.firm.brokerage.book() == self.twin.brokerage.book()

    @invariant()
    def positions_and_cash_are_the_sum_of_executions(self) -> None:
        shares, cash = Decimal(0), Decimal(CASH)
        for row in self.executions.values():
            change = Decimal(row["shares"]) * (1 if row["side"] == "BOT" else -1)
            shares += change
            cash -= change * Decimal(row["price"]) + Decimal(row["commission"])
        assert sum((Decimal(row["quantity"]) for row in self.firm.rows("positions")), Decimal(0)) == shares
        assert Decimal(str(self.firm.brokerage.book()["cash"])) == cash

    @invariant()
    def what_works_is_at_the_venue_and_nothing_else_is(self) -> None:
        brokerage = self.firm.brokerage
        resting = {int(order_id) for order_id in brokerage._venue.working_ids()}
        assert {order.perm_id for order in brokerage._state.orders.values() if order.is_at_venue} == resting
        assert {order.perm_id for order in brokerage._state.orders.values() if not order.is_over} >= resting

    @invariant()
    def nothing_fills_more_than_it_was_for(self) -> None:
        filled: dict[str, Decimal] = defaultdict(Decimal)
        of_id = {row["order_id"]: row for row in self.firm.rows("orders") if row["client_id"] == 1}
        for row in self.firm.rows("orders"):
            if row["perm_id"] in self.over_filled:
                continue
            assert Decimal(row["filled"]) <= Decimal(row["quantity"]), row
            filled[row["oca_group"]] += Decimal(row["filled"])
        for group, largest in self.groups.items():
            assert filled[group] <= largest
        for leg, parent in self.legs.items():
            known = of_id.get(leg), of_id.get(parent)
            if known[0] is not None and known[1] is not None:
                if {known[0]["perm_id"], known[1]["perm_id"]} & self.over_filled:
                    continue
                assert Decimal(known[0]["filled"]) <= Decimal(known[1]["filled"])


TestWalk = Walk.TestCase
TestWalk.settings = state_machine(60, 40)
