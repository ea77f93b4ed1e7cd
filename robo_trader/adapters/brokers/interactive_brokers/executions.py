"""Executions of the wire: one id a version, and which version of which it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from ib_async.contract import Contract
from ib_async.objects import Execution

from robo_trader.adapters.brokers.interactive_brokers.translation import (
    UnreadableError,
    exact,
    nanos,
    side_of,
    symbol_of,
)
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.order_references import LostOrder, NamedOrder, OurOrder
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.statements import StatedExecution

KEPT_MAX = 10_000  # executions, and what is known of each: the gateway tells one day's
_ID_CHARACTERS_MAX = 100
_Value = TypeVar("_Value")


class Recent(Mapping[str, _Value]):
    """What is known of executions, by id: the newest of them, so that nobody can make it grow without end."""

    def __init__(self, known: Mapping[str, _Value] | None = None) -> None:
        self._known: dict[str, _Value] = {}
        for key, value in (known or {}).items():
            self[key] = value

    def __setitem__(self, key: str, value: _Value) -> None:
        """Know something of an execution; the one that was known first goes where there are too many."""
        self._known[key] = value
        if len(self._known) > KEPT_MAX:
            del self._known[next(iter(self._known))]

    def __getitem__(self, key: str) -> _Value:
        """Return what is known of an execution."""
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        """Yield the ids, oldest first."""
        return iter(self._known)

    def __len__(self) -> int:
        """Return how many are known."""
        return len(self._known)


def execution_id_of(text: str) -> ExecutionId:
    """Return an id as the wire writes it. Raises UnreadableError for what nobody would use as one."""
    if not 0 < len(text) <= _ID_CHARACTERS_MAX:
        raise UnreadableError(f"{text[:20]!r} is no id of an execution")
    return ExecutionId(text)


class ExecutionVersions:
    """Which executions are known. A correction has the id of what it corrects but for what follows the last dot."""

    def __init__(self) -> None:
        self._latest: Recent[tuple[int, str]] = Recent()

    def is_new(self, execution_id: str) -> bool:
        """Return whether this version, or a later one, is not known yet."""
        family, version = _parts(execution_id)
        latest = self._latest.get(family)
        return latest is None or version > latest[0]

    def before(self, execution_id: str) -> ExecutionId | None:
        """Return the version that is known of the same execution, if there is one."""
        latest = self._latest.get(_parts(execution_id)[0])
        return None if latest is None else ExecutionId(latest[1])

    def note(self, execution_id: str) -> ExecutionId | None:
        """Take a version in that is new; return the one that it replaces."""
        before, (family, version) = self.before(execution_id), _parts(execution_id)
        self._latest[family] = (version, execution_id)
        return before


def last_versions(told: Iterable[StatedExecution]) -> tuple[StatedExecution, ...]:
    """Return executions in order, each in its last version: the gateway answers with all of them."""
    last: dict[str, StatedExecution] = {}
    for one in told:
        family, version = _parts(one.execution_id)
        if family not in last or version > _parts(last[family].execution_id)[1]:
            last[family] = one
    return tuple(last.values())


def predecessor(execution_id: str) -> ExecutionId | None:
    """Return the id of the version before this one, None for a first one."""
    family, version = _parts(execution_id)
    width = len(execution_id) - len(family) - 1
    return ExecutionId(f"{family}.{version - 1:0{width}d}") if version > 1 else None


Read = Callable[[str], NamedOrder]  # whose an order is, by the reference that it bears


def owner(reference: str, read: Read) -> tuple[OrderId | None, str]:
    """Return our id of an order, None if it is not ours; and its reference, if our journal has lost it."""
    named = read(reference)
    return named.order_id if isinstance(named, OurOrder) else None, reference if isinstance(named, LostOrder) else ""


def stated_execution(
    contract: Contract, execution: Execution, read: Read, corrects: ExecutionId | None
) -> StatedExecution:
    """Return an execution as the gateway has it. Raises UnreadableError: one that cannot be read is not known."""
    shares, price = exact(execution.shares), exact(execution.price)
    if shares < 0 or price < 0:
        raise UnreadableError(f"{shares} shares at {price} are no execution")
    order_id, lost = owner(execution.orderRef, read)
    return StatedExecution(
        execution_id=execution_id_of(execution.execId),
        order_id=order_id,
        broker_order_id=str(execution.permId),
        symbol=symbol_of(contract),
        side=side_of(execution.side),
        quantity=shares,
        price=price,
        occurred_at=nanos(execution.time),
        corrects=corrects,
        lost_reference=lost,
    )


def is_before(stated: StatedExecution, opened_at: int) -> bool:
    """Return whether others traded it before the session began: then it is in the opening figures."""
    return stated.order_id is None and not stated.lost_reference and stated.occurred_at < opened_at


def _parts(execution_id: str) -> tuple[str, int]:
    family, dot, version = execution_id.rpartition(".")
    return (family, int(version)) if dot and version.isdecimal() else (execution_id, 0)
