"""Faults by script: which one fires at which message, request or second. Pure: chance is a hash of the seed."""

from collections.abc import Iterable
from hashlib import blake2b
from itertools import count

from robo_trader.simulation.gateway.server.faults import Fault

_CHANCES = 1 << 64


class FaultBook:
    """Holds the faults of a run and counts what they wait for."""

    def __init__(self, faults: Iterable[Fault] = (), *, seed: int = 0) -> None:
        """seed: of the faults that fire by probability. The same run with the same seed has the same faults."""
        self._seed = seed
        self._numbers = count()
        self._armed: list[_Armed] = []
        for fault in faults:
            self.arm(fault, elapsed=0.0)

    def arm(self, fault: Fault, *, elapsed: float) -> None:
        """Add a fault. elapsed: seconds since the server began; `after_seconds` counts from there."""
        self._armed.append(_Armed(fault, f"{self._seed}/{next(self._numbers)}", elapsed))

    def disarm(self) -> None:
        """Let nothing more happen."""
        self._armed.clear()

    def at_message(self, name: str, client_id: int) -> list[Fault]:
        """Return the faults that fire at this message or request, and count it. Each is asked once a message."""
        return [armed.fault for armed in self._armed if armed.fires_at(name, client_id)]

    def by_time(self, elapsed: float) -> list[Fault]:
        """Return the faults whose time has come, each once."""
        return [armed.fault for armed in self._armed if armed.is_due(elapsed)]


class _Armed:
    """A fault and what has been seen of what it waits for."""

    def __init__(self, fault: Fault, name: str, armed_at: float) -> None:
        self.fault = fault
        self._name = name
        self._armed_at = armed_at
        self._seen = 0
        self._fired = 0

    def fires_at(self, name: str, client_id: int) -> bool:
        fault = self.fault
        if fault.on != name or fault.client_id not in {None, client_id}:
            return False
        self._seen += 1
        if fault.times and self._fired >= fault.times:
            return False
        fires = self._chance() < fault.probability if fault.probability else self._seen >= fault.nth
        self._fired += fires
        return fires

    def is_due(self, elapsed: float) -> bool:
        if self.fault.on or self._fired or elapsed - self._armed_at < (self.fault.after_seconds or 0.0):
            return False
        self._fired = 1
        return True

    def _chance(self) -> float:
        digest = blake2b(f"{self._name}/{self._seen}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / _CHANCES
