"""The steps of the tour, in order. Each leaves no order of its own open."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from ib_async.objects import ExecutionFilter

from robo_trader.adapters.brokers.interactive_brokers.conformance.terms import TOO_MANY, FarPrices, TourOrders
from robo_trader.adapters.brokers.interactive_brokers.conformance.tour import Tour, TourPlan
from robo_trader.core.domain.errors import BrokerError, InvalidConfig
from robo_trader.core.domain.money import ZERO, exact_from_float
from robo_trader.core.domain.orders import BUY, SELL, OrderIntent, TimeInForce

Step = Callable[[Tour], Awaitable[None]]
_TAGS = "NetLiquidation,TotalCashValue,BuyingPower"
_DELAYED_FROZEN = 4
_PRICE_TICKS = (4, 68, 9, 75, 1, 66, 2, 67)  # last, close, bid and ask, each live and delayed
_OFF_MAX = Decimal("0.1")  # of the price, by which a given one may be off
_TWO = Decimal(2)
_F = TimeInForce


async def snapshots(tour: Tour) -> None:
    """Ask for everything that is asked at the start of a session."""
    client, question = tour.client, tour.question()
    await tour.ask(client.reqOpenOrders, "openOrderEnd")
    await tour.ask(client.reqAllOpenOrders, "openOrderEnd")
    await tour.ask(lambda: client.reqCompletedOrders(False), "completedOrdersEnd")  # noqa: FBT003 - as the library has it
    await tour.ask(lambda: client.reqExecutions(question, ExecutionFilter()), "execDetailsEnd", about=question)
    await tour.ask(client.reqPositions, "positionEnd")
    client.cancelPositions()
    summary = tour.question()
    await tour.ask(lambda: client.reqAccountSummary(summary, "All", _TAGS), "accountSummaryEnd", about=summary)
    client.cancelAccountSummary(summary)


async def leftovers(tour: Tour) -> None:
    """Cancel what an earlier tour that broke off has open."""
    await tour.sweep()


async def contract(tour: Tour) -> None:
    """Look the symbol up, and its steps of prices. Raises BrokerError for one that the gateway does not know."""
    question = tour.question()
    await tour.ask(
        lambda: tour.client.reqContractDetails(question, tour.contract), "contractDetailsEnd", about=question
    )
    if not tour.ears.contracts:
        raise BrokerError(f"the gateway knows no stock {tour.plan.symbol}", next_step="Give another --symbol.")
    rule = tour.ears.contracts[0].marketRuleIds.partition(",")[0]
    if rule.isdigit():
        await tour.ask(lambda: tour.client.reqMarketRule(int(rule)), "marketRule")


async def price(tour: Tour) -> None:
    """Ask what a share costs, and choose prices far from it.

    Raises InvalidConfig where nobody knows a price, or the given one is not the gateway's.
    """
    question = tour.question()
    tour.client.reqMarketDataType(_DELAYED_FROZEN)
    await tour.ask(
        lambda: tour.client.reqMktData(question, tour.contract, "", True, False, []),  # noqa: FBT003 - as the library has it
        "tickSnapshotEnd", about=question,
    )  # fmt: skip
    shown = next((tour.ears.prices[tick] for tick in _PRICE_TICKS if tick in tour.ears.prices), None)
    last = _believed(tour.plan, None if shown is None else exact_from_float(shown))
    steps = [one for one in tour.ears.increments if one.lowEdge <= last] or tour.ears.increments
    tick = steps[-1].increment if steps else tour.ears.contracts[0].minTick
    prices = FarPrices(last, exact_from_float(tick))
    for one in prices.all():
        tour.recorder.placeholders.learn_price(one)
    tour.orders = TourOrders(tour.plan.symbol, prices)


def _believed(plan: TourPlan, shown: Decimal | None) -> Decimal:
    """Return the price that others are far from: the gateway's, or where it shows none, the given one."""
    if plan.price is None and shown is None:
        raise InvalidConfig(
            f"the gateway shows no price of {plan.symbol}", next_step="Give about what it costs: --price 150."
        )
    if plan.price is not None and shown is not None and abs(plan.price / shown - 1) > _OFF_MAX:
        raise InvalidConfig(
            f"{plan.symbol} does not cost {plan.price} but {shown}", next_step="Leave --price out, or correct it."
        )
    return shown or plan.price or ZERO


async def what_if(tour: Tour) -> None:
    """Ask what an order would cost."""
    order_id = tour.take_id()
    order = tour.wire(tour.orders.limit())
    order.whatIf = True
    await tour.ask(lambda: tour.send(order_id, order), "openOrder", about=order_id)
    tour.recorder.own.statuses[order_id] = "Cancelled"  # it never was one


async def change_and_cancel(tour: Tour) -> None:
    """Place an order, change its price, then its size, cancel it, and cancel it again."""
    orders = tour.orders
    order_id = await tour.open(orders.limit())
    lower = orders.prices.further_below
    await tour.place(order_id, tour.wire(orders.limit(price=lower)))
    await tour.place(order_id, tour.wire(orders.limit(price=lower, quantity=_TWO)))
    await tour.end(order_id)
    await tour.cancel(order_id)


async def cancel_the_unknown(tour: Tour) -> None:
    """Cancel an order that never was."""
    order_id = tour.take_id()
    await tour.cancel(order_id)


async def cancel_race(tour: Tour) -> None:
    """Cancel an order, and change another and cancel it, before anything was said of them."""
    orders = tour.orders
    first, second = tour.take_id(), tour.take_id()
    tour.send(first, tour.wire(orders.limit()))
    await tour.cancel(first)
    await tour.place(second, tour.wire(orders.limit()))
    tour.send(second, tour.wire(orders.limit(price=orders.prices.further_below)))
    await tour.cancel(second)
    await tour.end(first, second)


def placing(make: Callable[[TourOrders], OrderIntent]) -> Step:
    """Return a step that places an order, and cancels it if it has not ended by itself."""

    async def place(tour: Tour) -> None:
        await tour.end(await tour.open(make(tour.orders)))

    return place


async def duplicate_id(tour: Tour) -> None:
    """Use the number of an order that has ended."""
    order_id = await tour.open(tour.orders.limit())
    await tour.end(order_id)
    await tour.place(order_id, tour.wire(tour.orders.limit()))
    await tour.sweep()


async def change_that_is_none(tour: Tour) -> None:
    """Send an order of the other side under the number of one that works."""
    order_id = await tour.open(tour.orders.limit())
    await tour.place(order_id, tour.wire(tour.orders.limit(side=SELL, price=tour.orders.prices.above)))
    await tour.end(order_id)


async def bracket(tour: Tour) -> None:
    """Place an order with two legs, and cancel the order."""
    prices = tour.orders.prices
    parent, target, stop = tour.take_id(), tour.take_id(), tour.take_id()
    first = tour.wire(tour.orders.limit())
    second = tour.wire(tour.orders.limit(_F.GTC, side=SELL, price=prices.above), parent=parent)
    last = tour.wire(tour.orders.stop(side=SELL, price=prices.further_below), parent=parent)
    first.transmit = second.transmit = False
    tour.send(parent, first)
    tour.send(target, second)
    await tour.place(stop, last)
    await tour.cancel(parent)
    await tour.end(parent, target, stop)


async def one_cancels_other(tour: Tour) -> None:
    """Place two orders of a group, and cancel one."""
    first, second = tour.take_id(), tour.take_id()
    group = f"{first}-{second}"  # unique in the account
    await tour.place(first, tour.wire(tour.orders.limit(), group=group))
    await tour.place(second, tour.wire(tour.orders.limit(price=tour.orders.prices.further_below), group=group))
    await tour.end(first)
    await tour.end(second)


async def restart(tour: Tour) -> None:
    """Hang up while an order works, come back under the same client id, find it, and cancel it."""
    order_id = await tour.open(tour.orders.limit(_F.GTC))
    await tour.hang_up()
    await tour.connect()
    await tour.ask(tour.client.reqOpenOrders, "openOrderEnd")
    await tour.end(order_id)


async def round_trip(tour: Tour) -> None:
    """Buy a share at any price, and sell it."""
    bought = await tour.open(tour.orders.market())
    is_held = await tour.await_end(bought, tour.plan.fill_seconds)
    await tour.settle()
    await tour.end(bought)
    if is_held or tour.held() > 0:
        sold = await tour.open(tour.orders.market(side=SELL))
        await tour.await_end(sold, tour.plan.fill_seconds)
        await tour.settle()
        await tour.end(sold)


async def reports(tour: Tour) -> None:
    """Ask for executions and for orders that have ended."""
    question = tour.question()
    await tour.ask(lambda: tour.client.reqExecutions(question, ExecutionFilter()), "execDetailsEnd", about=question)
    await tour.ask(lambda: tour.client.reqCompletedOrders(False), "completedOrdersEnd")  # noqa: FBT003 - as the library has it


STEPS: dict[str, Step] = {
    "snapshots": snapshots,
    "leftovers": leftovers,
    "contract": contract,
    "price": price,
    "what-if": what_if,
    "change and cancel": change_and_cancel,
    "cancel the unknown": cancel_the_unknown,
    "cancel race": cancel_race,
    "LMT GTC": placing(lambda orders: orders.limit(_F.GTC)),
    "LMT IOC": placing(lambda orders: orders.limit(_F.IOC)),
    "LMT FOK": placing(lambda orders: orders.limit(_F.FOK)),
    "LMT at the open": placing(lambda orders: orders.limit(_F.AT_THE_OPENING)),
    "LMT at the close": placing(lambda orders: orders.limit(_F.AT_THE_CLOSE)),
    "STP": placing(lambda orders: orders.stop()),
    "STP LMT": placing(lambda orders: orders.stop_limit()),
    "TRAIL": placing(lambda orders: orders.trailing_stop()),
    "off the tick": placing(lambda orders: orders.limit(price=orders.prices.off_tick)),
    "too large": placing(lambda orders: orders.limit(quantity=TOO_MANY)),
    "duplicate number": duplicate_id,
    "change that is none": change_that_is_none,
    "bracket": bracket,
    "one cancels other": one_cancels_other,
    "restart": restart,
    "reports": reports,
}

# These have no price, so they may fill: only where that is wanted.
FILLING_STEPS: dict[str, Step] = {
    "MKT at the open": placing(lambda orders: orders.market(_F.AT_THE_OPENING, BUY)),
    "MKT at the close": placing(lambda orders: orders.market(_F.AT_THE_CLOSE, BUY)),
    "round trip": round_trip,
    "reports of fills": reports,
}
