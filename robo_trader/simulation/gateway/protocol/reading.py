"""Requests as clients write them, into values; exact for each server version from 157 to 178."""

from collections.abc import Callable

from robo_trader.simulation.gateway.protocol.field_reader import FieldReader, Unreadable
from robo_trader.simulation.gateway.protocol.reading_accounts import ACCOUNT_READERS
from robo_trader.simulation.gateway.protocol.reading_markets import MARKET_READERS
from robo_trader.simulation.gateway.protocol.reading_orders import ORDER_READERS
from robo_trader.simulation.gateway.protocol.requests import REQUESTS, Request, UnknownRequest, UnreadableRequest

_READERS: dict[int, Callable[[FieldReader, int], Request]] = {**ORDER_READERS, **ACCOUNT_READERS, **MARKET_READERS}
assert _READERS.keys() == REQUESTS.keys(), "a request without its layout"


def read_request(payload: bytes, server_version: int) -> Request:
    """Return what a client asks for. Never raises: what cannot be read is an UnreadableRequest or UnknownRequest.

    payload: one frame without its length. Fields too many are as unreadable as fields too few: client and server
    would not speak of the same thing.
    """
    fields = FieldReader(payload)
    number = -1
    try:
        number = fields.integer()
        reader = _READERS.get(number)
        if reader is None:
            return UnknownRequest(number=number)
        request = reader(fields, server_version)
        fields.end()
    except Unreadable as reason:
        return UnreadableRequest(number=number, reason=str(reason), about=fields.about)
    return request
