"""The part of a session's objects that no event changes: both sides build it from the settings, no snapshot holds it.

A strategy may bring anything with it, a function or a trained model: what a snapshot could not hold is taken from the
configuration of the session that reads it. What can be looked into is: it must be equal on both sides, and still
as it was when the session began; a strategy that remembers something in itself is found out by that.
"""

from dataclasses import is_dataclass
from hashlib import blake2b

import msgspec

from robo_trader.runtime.snapshots.errors import SnapshotRefused
from robo_trader.runtime.snapshots.kinds import CORE, Kinds
from robo_trader.runtime.snapshots.writing import GraphWriter


class Configuration:
    """What one session was joined from."""

    def __init__(self, root: object, packages: tuple[str, ...] = (CORE,)) -> None:
        """root: what leads to all of it, before the first event. packages: whose objects a snapshot may hold."""
        self._root = root
        self._packages = packages
        self.objects, self.signature = self._read()
        self.numbers = {id(one): number for number, one in enumerate(self.objects)}
        modules = {type(one).__module__ for one in self.objects if is_dataclass(one)}
        self.kinds = Kinds(packages, modules)

    def demand_unchanged(self) -> None:
        """Raise SnapshotRefused if anything of it is another than at the beginning."""
        if self._read()[1] != self.signature:
            raise SnapshotRefused(
                "the configuration has changed since the session began: a strategy keeps its memory in itself"
            )

    def _read(self) -> tuple[list[object], bytes]:
        writer = GraphWriter(Kinds(self._packages), looks_past=True)
        nodes = writer.write(self._root)
        content = msgspec.msgpack.encode((nodes, writer.shapes))
        return writer.objects, blake2b(content, digest_size=16).digest()
