"""Which desk answers which request."""

from collections.abc import Callable
from typing import Any, NamedTuple

from robo_trader.simulation.gateway.brokerage.account_desk import AccountDesk
from robo_trader.simulation.gateway.brokerage.enquiries import EnquiryDesk
from robo_trader.simulation.gateway.brokerage.order_telling import BINDER
from robo_trader.simulation.gateway.brokerage.outbox import Outbox
from robo_trader.simulation.gateway.brokerage.placement import PlacementDesk
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.protocol.order_messages import NextValidId

Answer = Callable[[int, Any, int], None]  # client id, request, time


class FrontDesks(NamedTuple):
    """Whom clients speak to."""

    placement: PlacementDesk
    enquiries: EnquiryDesk
    accounts: AccountDesk
    outbox: Outbox


def answers(desks: FrontDesks) -> dict[type[asks.Request], Answer]:
    """Return who answers each class of requests. What is not in here, another desk of the server serves."""
    return _order_answers(desks) | _enquiry_answers(desks.enquiries) | _account_answers(desks.accounts)


def tell_next_order_id(desks: FrontDesks, client_id: int) -> None:
    """Tell a client which order id is free."""
    desks.outbox.say(client_id, NextValidId(order_id=desks.placement.next_order_id(client_id)))


def _order_answers(desks: FrontDesks) -> dict[type[asks.Request], Answer]:
    placement, enquiries = desks.placement, desks.enquiries

    def open_orders(client_id: int, _: asks.OpenOrders, __: int) -> None:
        if client_id == BINDER:
            placement.bind()
        enquiries.tell_open_orders(client_id)

    def auto_open_orders(client_id: int, asked: asks.AutoOpenOrders, _: int) -> None:
        if client_id == BINDER:
            placement.bind_from_now_on(wanted=asked.bind)
        else:
            desks.outbox.complain(client_id, -1, 321, "Error validating request: cause - only client 0 can bind orders")

    return {
        asks.PlaceOrder: placement.place,
        asks.CancelOrder: lambda client_id, asked, at: placement.cancel(client_id, asked.order_id, at),
        asks.CancelAllOrders: lambda _, __, at: placement.cancel_all(at),
        asks.OpenOrders: open_orders,
        asks.AutoOpenOrders: auto_open_orders,
        asks.AllOpenOrders: lambda client_id, _, __: enquiries.tell_all_open_orders(client_id),
        asks.NextOrderId: lambda client_id, _, __: tell_next_order_id(desks, client_id),
    }


def _enquiry_answers(enquiries: EnquiryDesk) -> dict[type[asks.Request], Answer]:
    return {
        asks.CompletedOrders: lambda client_id, asked, _: enquiries.tell_completed_orders(client_id, asked),
        asks.Executions: lambda client_id, asked, _: enquiries.tell_executions(client_id, asked),
        asks.ContractDetails: lambda client_id, asked, _: enquiries.describe_contract(client_id, asked),
        asks.MatchingSymbols: lambda client_id, asked, _: enquiries.match_symbols(client_id, asked),
        asks.MarketRule: lambda client_id, asked, _: enquiries.tell_market_rule(client_id, asked),
        asks.ManagedAccounts: lambda client_id, _, __: enquiries.tell_accounts(client_id),
        asks.CurrentTime: lambda client_id, _, __: enquiries.tell_time(client_id),
    }


def _account_answers(accounts: AccountDesk) -> dict[type[asks.Request], Answer]:
    def timeless(answer: Callable[[int, Any], None]) -> Answer:
        return lambda client_id, asked, _: answer(client_id, asked)

    return {
        asks.Positions: timeless(accounts.follow_positions),
        asks.CancelPositions: timeless(accounts.leave_positions),
        asks.PositionsMulti: timeless(accounts.follow_multi_positions),
        asks.CancelPositionsMulti: timeless(accounts.leave_multi_positions),
        asks.AccountUpdates: timeless(accounts.follow_account),
        asks.AccountUpdatesMulti: timeless(accounts.follow_multi_values),
        asks.CancelAccountUpdatesMulti: timeless(accounts.leave_multi_values),
        asks.AccountSummary: timeless(accounts.follow_summary),
        asks.CancelAccountSummary: timeless(accounts.leave_summary),
        asks.ProfitAndLoss: timeless(accounts.follow_profit),
        asks.CancelProfitAndLoss: timeless(accounts.leave_profit),
        asks.ProfitAndLossSingle: timeless(accounts.follow_profit),
        asks.CancelProfitAndLossSingle: timeless(accounts.leave_profit),
    }
