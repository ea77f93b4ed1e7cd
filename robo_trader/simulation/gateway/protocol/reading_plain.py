"""How requests are written that are a number and hardly more."""

from collections.abc import Callable

from robo_trader.simulation.gateway.protocol.field_reader import FieldReader
from robo_trader.simulation.gateway.protocol.requests import Request

Reader = Callable[[FieldReader, int], Request]  # the fields after the number, and the server version


def with_version(make: Callable[[], Request]) -> Reader:
    """Return the reader of a request that is a version and nothing else."""

    def read(fields: FieldReader, _server_version: int) -> Request:
        fields.skip()
        return make()

    return read


def with_id(make: Callable[..., Request]) -> Reader:
    """Return the reader of a request that is its id and nothing else."""

    def read(fields: FieldReader, _server_version: int) -> Request:
        return make(request_id=fields.identity())

    return read


def with_version_and_id(make: Callable[..., Request]) -> Reader:
    """Return the reader of a request that is a version and its id."""

    def read(fields: FieldReader, _server_version: int) -> Request:
        fields.skip()
        return make(request_id=fields.identity())

    return read
