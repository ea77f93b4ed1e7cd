"""Where every message of the gateway goes as the library has decoded it."""

# ruff: noqa: N802, N803 - the library calls its methods so

from collections.abc import Callable
from datetime import UTC
from types import SimpleNamespace

from ib_async.contract import Contract, ContractDetails
from ib_async.objects import (
    BarData,
    CommissionReport,
    Execution,
    PriceIncrement,
    TickAttribBidAsk,
    TickAttribLast,
)
from ib_async.order import Order, OrderState

from robo_trader.adapters.brokers.interactive_brokers.answers import Answers
from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
from robo_trader.adapters.brokers.interactive_brokers.market import MarketWatch
from robo_trader.adapters.brokers.interactive_brokers.tracking import OrderTracker
from robo_trader.adapters.brokers.interactive_brokers.translation import UnreadableError

OPEN, COMPLETED, POSITIONS, TIME = "open orders", "completed orders", "positions", "the time"
FIRST_REQUEST = 1_000_000_000  # numbers of questions; those of orders stay far below
_CODE_MAX = 1 << 31
_NANOS = 1_000_000_000


class Ears:
    """Takes what ib_async decoded. Its method names are the library's."""

    def __init__(self, tracker: OrderTracker, answers: Answers, clock: MarketClock, time_zone: str) -> None:
        self._tracker = tracker
        self._answers = answers
        self._clock = clock
        self.defaultTimezone = UTC
        self.ib = SimpleNamespace(TimezoneTWS=time_zone)  # of times that a gateway writes without one
        self.next_id = 0
        self.market: MarketWatch
        self.on_message: Callable[[], None] = lambda: None  # something may have been learnt of orders
        self.on_code: Callable[[int, int, str], None] = lambda _about, _code, _text: None

    def connectAck(self) -> None:
        """The handshake is over."""

    def nextValidId(self, orderId: int) -> None:
        """The gateway offers a number."""
        self.next_id = max(self.next_id, _number(orderId))

    def currentTime(self, time: int) -> None:
        """The gateway's clock, in seconds."""
        self._clock.hear_gateway(time * _NANOS)
        self._answers.end(TIME)

    def openOrder(self, orderId: int, contract: Contract, order: Order, orderState: OrderState) -> None:
        """An order as it is."""
        order.orderId = _number(orderId)
        self._answers.add(OPEN, (contract, order, orderState))
        self._tracker.hear_open_order(contract, order, orderState)
        self.on_message()

    def openOrderEnd(self) -> None:
        """All were told."""
        self._answers.end(OPEN)

    def orderStatus(
        self, orderId: int, status: str, _filled: float, _remaining: float, _average: float, permId: int,
        _parent: int, _last: float, clientId: int, whyHeld: str, _cap: float = 0.0,
    ) -> None:  # fmt: skip
        """Where an order is."""
        self._tracker.hear_status(orderId, status, permId, whyHeld, clientId)
        self.on_message()

    def completedOrder(self, contract: Contract, order: Order, orderState: OrderState) -> None:
        """An order that ended today."""
        self._answers.add(COMPLETED, (contract, order, orderState))
        self._tracker.hear_completed(contract, order, orderState)
        self.on_message()

    def completedOrdersEnd(self) -> None:
        """All were told."""
        self._answers.end(COMPLETED)

    def execDetails(self, reqId: int, contract: Contract, execution: Execution) -> None:
        """An execution, as it happens or in an answer."""
        self._clock.hear(int(execution.time.timestamp()) * _NANOS)
        self._answers.add(reqId, (contract, execution))
        self._tracker.hear_execution(contract, execution)
        self.on_message()

    def execDetailsEnd(self, reqId: int) -> None:
        """All were told."""
        self._answers.end(reqId)

    def commissionReport(self, commissionReport: CommissionReport) -> None:
        """What an execution cost."""
        self._tracker.hear_commission(commissionReport)
        self.on_message()

    def position(self, account: str, contract: Contract, position: float, avgCost: float) -> None:
        """Shares held."""
        self._answers.add(POSITIONS, (account, contract, position, avgCost))

    def positionEnd(self) -> None:
        """All were told."""
        self._answers.end(POSITIONS)

    def accountSummary(self, reqId: int, account: str, tag: str, value: str, currency: str) -> None:
        """One value of an account."""
        self._answers.add(reqId, (account, tag, value, currency))

    def accountSummaryEnd(self, reqId: int) -> None:
        """All were told."""
        self._answers.end(reqId)

    def contractDetails(self, reqId: int, details: ContractDetails) -> None:
        """A contract that fits what was asked for."""
        self.market.contracts.hear(reqId, details)

    def contractDetailsEnd(self, reqId: int) -> None:
        """All were told."""
        self.market.contracts.hear_end(reqId)

    def marketRule(self, marketRuleId: int, priceIncrements: list[PriceIncrement]) -> None:
        """The steps of prices."""
        self.market.contracts.hear_rule(marketRuleId, priceIncrements)

    def historicalData(self, reqId: int, bar: BarData) -> None:
        """A bar of a history."""
        self._answers.add(reqId, bar)
        self.market.hear_bar(reqId, bar)

    def historicalDataEnd(self, reqId: int, _start: str, _end: str) -> None:
        """All were told."""
        self._answers.end(reqId)
        self.market.hear_end(reqId)

    def historicalDataUpdate(self, reqId: int, bar: BarData) -> None:
        """The bar that is being made."""
        self.market.hear_update(reqId, bar)

    def tickString(self, reqId: int, tickType: int, value: str) -> None:
        """A text of a line of ticks."""
        self.market.hear_tick(reqId, tickType, value)

    def priceSizeTick(self, reqId: int, tickType: int, price: float, size: float) -> None:
        """A price of a line of ticks, and its size."""
        self.market.ticks.hear_price(reqId, tickType, price, size)

    def tickSize(self, reqId: int, tickType: int, size: float) -> None:
        """A size of a line of ticks."""
        self.market.ticks.hear_size(reqId, tickType, size)

    def tickGeneric(self, reqId: int, tickType: int, value: float) -> None:
        """A number of a line of ticks."""
        self.market.ticks.hear_number(reqId, tickType, value)

    def marketDataType(self, reqId: int, marketDataId: int) -> None:
        """Which kind of data a line of ticks has."""
        self.market.ticks.hear_kind(reqId, marketDataId)

    def tickByTickBidAsk(
        self, reqId: int, time: int, bidPrice: float, askPrice: float, bidSize: float, askSize: float,
        _attributes: TickAttribBidAsk,
    ) -> None:  # fmt: skip
        """A quote of a stream."""
        self.market.ticks.hear_stream_quote(reqId, time, bidPrice, askPrice, bidSize, askSize)

    def tickByTickAllLast(
        self, reqId: int, _kind: int, time: int, price: float, size: float, attributes: TickAttribLast,
        _exchange: str, _conditions: str,
    ) -> None:  # fmt: skip
        """A print of a stream; what is not reported to the tape is none."""
        if not attributes.unreported:
            self.market.ticks.hear_stream_print(reqId, time, price, size)

    def tcpDataProcessed(self) -> None:
        """All that came together was heard."""
        self.market.ticks.flush()

    def setEventsDone(self) -> None:
        """The connection has ended: the library keeps events for books that are not used here."""

    def connectionClosed(self) -> None:
        """The connection has ended; the client's own event tells it next."""

    def error(self, reqId: int, errorCode: int, errorString: str, _rejectJson: str = "") -> None:
        """An error, a warning or a notice."""
        if not abs(errorCode) < _CODE_MAX or not abs(reqId) < _CODE_MAX:
            raise UnreadableError(f"{str(errorCode)[:20]} about {str(reqId)[:20]} is no code")
        if not self._answers.refuse(reqId, errorCode, errorString):
            self._tracker.hear_error(reqId, errorCode, errorString)
        self.market.hear_error(reqId, errorCode, errorString)
        self.on_code(reqId, errorCode, errorString)
        self.on_message()


def _number(order_id: int) -> int:
    """Return an order's number. Raises UnreadableError: ours go on from the highest, so one too high is for good."""
    if not abs(order_id) < FIRST_REQUEST:
        raise UnreadableError(f"{str(order_id)[:20]} is no number of an order")
    return order_id
