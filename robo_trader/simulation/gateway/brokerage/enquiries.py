"""What clients ask without changing anything: orders, executions, contracts, the time.

Who sees which orders: a client its own; client 0 those placed by hand as well, which it takes over by asking; all of
them who asks for all. Orders that are over, and executions, are those of the session.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from robo_trader.core.domain.bars import NANOS_PER_SECOND
from robo_trader.simulation.gateway.brokerage.contracts import ContractBook, market_rule
from robo_trader.simulation.gateway.brokerage.execution_desk import commission_report
from robo_trader.simulation.gateway.brokerage.order_checks import NO_CONTRACT
from robo_trader.simulation.gateway.brokerage.order_telling import OrderTeller, order_status
from robo_trader.simulation.gateway.brokerage.orders import BookedExecution, BrokerageOrder
from robo_trader.simulation.gateway.brokerage.outbox import Outbox
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings
from robo_trader.simulation.gateway.brokerage.state import BrokerageState
from robo_trader.simulation.gateway.protocol import account_messages, market_messages, order_messages
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.reading_times import read_time

_NEW_YORK = ZoneInfo("America/New_York")
_SIDES = {"BUY": "BOT", "SELL": "SLD", "BOT": "BOT", "SLD": "SLD"}


class EnquiryDesk:
    """Answers from the books."""

    def __init__(
        self,
        settings: BrokerageSettings,
        state: BrokerageState,
        contracts: ContractBook,
        teller: OrderTeller,
        outbox: Outbox,
    ) -> None:
        self._settings = settings
        self._state = state
        self._contracts = contracts
        self._teller = teller
        self._outbox = outbox

    def tell_open_orders(self, client_id: int) -> None:
        """Tell a client its own open orders."""
        own = (order for order in self._open() if order.client_id == client_id and order.order_id)
        self._tell_orders(client_id, own)

    def tell_all_open_orders(self, client_id: int) -> None:
        """Tell a client everybody's open orders."""
        self._tell_orders(client_id, self._open())

    def tell_completed_orders(self, client_id: int, asked: asks.CompletedOrders) -> None:
        """Tell a client the orders that are over; those placed by hand only where it does not want the API's alone."""
        over = [order for order in self._state.orders.values() if order.is_over and order.is_transmitted]
        for order in sorted(over, key=lambda order: order.completed_at):
            if order.order_id or not asked.api_only:
                message = self._teller.completed_order(order, _time_text(order.completed_at))
                self._outbox.say(client_id, message)
        self._outbox.say(client_id, order_messages.CompletedOrdersEnd())

    def tell_executions(self, client_id: int, asked: asks.Executions) -> None:
        """Tell a client the executions that pass its filter, each with its commission where that is known."""
        try:
            since = read_time(asked.time)
        except (ValueError, KeyError):
            text = f"Error validating request: cause - {asked.time!r} is no time"
            self._outbox.complain(client_id, asked.request_id, 321, text)
            return
        told = [one for one in self._state.executions if self._passes(one, asked) and one.execution.at >= since]
        for one in told:
            details = order_messages.ExecutionDetails(
                request_id=asked.request_id, contract=one.contract, execution=one.execution
            )
            self._outbox.say(client_id, details)
            if one.is_charged:
                self._outbox.say(client_id, commission_report(one))
        self._outbox.say(client_id, order_messages.ExecutionDetailsEnd(request_id=asked.request_id))

    def describe_contract(self, client_id: int, asked: asks.ContractDetails) -> None:
        """Tell what is known of the contracts that fit; nothing known is error 200, and no end."""
        found = self._contracts.find_all(asked.contract)
        if not found:
            self._outbox.complain(client_id, asked.request_id, NO_CONTRACT.code, NO_CONTRACT.text)
            return
        for contract in found:
            details = self._contracts.describe(contract, asked.request_id, self._settings.sessions, self._state.now)
            self._outbox.say(client_id, details)
        self._outbox.say(client_id, market_messages.ContractDataEnd(request_id=asked.request_id))

    def match_symbols(self, client_id: int, asked: asks.MatchingSymbols) -> None:
        """Tell contracts that a pattern may mean."""
        found = self._contracts.matching(asked.pattern)
        self._outbox.say(client_id, market_messages.SymbolSamples(request_id=asked.request_id, contracts=found))

    def tell_market_rule(self, client_id: int, asked: asks.MarketRule) -> None:
        """Tell the price steps of a rule."""
        rule = market_rule(asked.rule_id)
        if rule is None:
            self._outbox.complain(client_id, -1, 321, f"Error validating request: cause - no rule {asked.rule_id}")
        else:
            self._outbox.say(client_id, rule)

    def tell_accounts(self, client_id: int) -> None:
        """Tell the accounts of the login."""
        accounts = (self._settings.account,)
        self._outbox.say(client_id, account_messages.ManagedAccountsList(accounts=accounts))

    def tell_time(self, client_id: int) -> None:
        """Tell the simulated market's time."""
        self._outbox.say(
            client_id, account_messages.CurrentTimeMessage(at=self._state.now + self._state.arming.clock_shift)
        )

    def _open(self) -> Iterable[BrokerageOrder]:
        return [order for order in self._state.orders.values() if _is_listed(order)]

    def _tell_orders(self, client_id: int, orders: Iterable[BrokerageOrder]) -> None:
        for order in orders:
            self._outbox.say(client_id, self._teller.open_order(order))
            self._outbox.say(client_id, order_status(order))
        self._outbox.say(client_id, order_messages.OpenOrderEnd())

    def _passes(self, one: BookedExecution, asked: asks.Executions) -> bool:
        execution, contract = one.execution, one.contract
        wanted = (
            (asked.account, execution.account),
            (asked.symbol.replace(".", " "), contract.symbol),
            (asked.sec_type, contract.sec_type),
            (asked.exchange, execution.exchange),
            (_SIDES.get(asked.side.upper(), asked.side), execution.side),
        )
        if asked.client_id not in {0, execution.client_id}:
            return False
        return all(value in {"", fact} for value, fact in wanted)


def _is_listed(order: BrokerageOrder) -> bool:
    """Return whether an order is one that the server knows of, and not over: one on its way is not known yet."""
    return not order.is_over and (order.is_acknowledged or not order.is_transmitted)


def _time_text(at: int) -> str:
    moment = datetime.fromtimestamp(at // NANOS_PER_SECOND, UTC).astimezone(_NEW_YORK)
    return f"{moment:%Y%m%d %H:%M:%S} US/Eastern"
