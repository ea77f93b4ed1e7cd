"""A session's memory as bytes, and back."""

from collections.abc import Mapping
from typing import Any

import msgspec

from robo_trader.runtime.snapshots.configuration import Configuration
from robo_trader.runtime.snapshots.errors import SnapshotRefused
from robo_trader.runtime.snapshots.nodes import FORMAT
from robo_trader.runtime.snapshots.reading import MALFORMED, GraphReader
from robo_trader.runtime.snapshots.writing import GraphWriter

_WIRE = msgspec.msgpack.Decoder(tuple[int, bytes, list[tuple[str, list[str]]], list[list[Any]]])


def memory_bytes(parts: Mapping[str, object], configuration: Configuration) -> bytes:
    """Return everything that the parts lead to, but for the configuration. Equal memories are equal bytes.

    Raises SnapshotRefused naming the first thing that cannot be saved.
    """
    configuration.demand_unchanged()
    writer = GraphWriter(configuration.kinds, configuration.numbers)
    nodes = writer.write(dict(parts))
    return msgspec.msgpack.encode((FORMAT, configuration.signature, writer.shapes, nodes))


def memory_from(content: bytes, configuration: Configuration) -> dict[str, Any]:
    """Return the parts anew, joined to this configuration.

    Raises SnapshotRefused for other configurations, other forms, and for what no snapshot may hold.
    """
    try:
        form, signature, shapes, nodes = _WIRE.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotRefused(f"the snapshot is not well formed: {error}") from error
    if form != FORMAT:
        raise SnapshotRefused(f"the snapshot has form {form}, this program knows {FORMAT}")
    if signature != configuration.signature:
        raise SnapshotRefused("the snapshot is of another configuration")
    try:
        parts = GraphReader(configuration.kinds, nodes, shapes, configuration.objects).read()
    except MALFORMED as error:
        raise SnapshotRefused(f"the snapshot is not well formed: {type(error).__name__}: {error}") from error
    if type(parts) is not dict:
        raise SnapshotRefused("the snapshot holds no parts")
    return parts
