"""How requests about orders are written."""

from robo_trader.simulation.gateway.protocol.field_reader import FieldReader
from robo_trader.simulation.gateway.protocol.reading_markets import read_contract
from robo_trader.simulation.gateway.protocol.reading_plain import Reader, with_version
from robo_trader.simulation.gateway.protocol.reading_tickets import read_ticket
from robo_trader.simulation.gateway.protocol.requests import (
    AllOpenOrders,
    AutoOpenOrders,
    CancelAllOrders,
    CancelOrder,
    CompletedOrders,
    Executions,
    NextOrderId,
    OpenOrders,
    PlaceOrder,
)


def _place_order(fields: FieldReader, version: int) -> PlaceOrder:
    order_id, contract = fields.identity(), read_contract(fields)
    fields.skip(2)  # another id of the security, and of which kind
    return PlaceOrder(order_id=order_id, contract=contract, ticket=read_ticket(fields, contract, version))


def _cancel_order(fields: FieldReader, version: int) -> CancelOrder:
    fields.skip()
    order_id = fields.identity()
    if version >= 169:
        fields.skip()  # when a person cancelled it by hand
    return CancelOrder(order_id=order_id)


def _next_order_id(fields: FieldReader, _version: int) -> NextOrderId:
    fields.skip(2)  # how many are wanted says nothing either
    return NextOrderId()


def _auto_open_orders(fields: FieldReader, _version: int) -> AutoOpenOrders:
    fields.skip()
    return AutoOpenOrders(bind=fields.flag())


def _completed_orders(fields: FieldReader, _version: int) -> CompletedOrders:
    return CompletedOrders(api_only=fields.flag())


def _executions(fields: FieldReader, _version: int) -> Executions:
    fields.skip()
    return Executions(
        request_id=fields.identity(),
        client_id=fields.integer(),
        account=fields.text(),
        time=fields.text(),
        symbol=fields.text(),
        sec_type=fields.text(),
        exchange=fields.text(),
        side=fields.text(),
    )


ORDER_READERS: dict[int, Reader] = {
    3: _place_order,
    4: _cancel_order,
    5: with_version(OpenOrders),
    7: _executions,
    8: _next_order_id,
    15: _auto_open_orders,
    16: with_version(AllOpenOrders),
    58: with_version(CancelAllOrders),
    99: _completed_orders,
}
