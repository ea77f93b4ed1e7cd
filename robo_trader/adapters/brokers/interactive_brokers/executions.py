"""Executions of the wire: one id a version, and which version of which it is."""

from collections.abc import Callable, Iterable

from ib_async.contract import Contract
from ib_async.objects import Execution

from robo_trader.adapters.brokers.interactive_brokers.translation import exact, nanos, side_of, symbol_of
from robo_trader.core.domain.fills import ExecutionId
from robo_trader.core.domain.order_references import LostOrder, NamedOrder, OurOrder
from robo_trader.core.domain.orders import OrderId
from robo_trader.core.domain.statements import StatedExecution


class ExecutionVersions:
    """Which executions are known. A correction has the id of what it corrects but for what follows the last dot."""

    def __init__(self) -> None:
        self._latest: dict[str, tuple[int, str]] = {}

    def is_new(self, execution_id: str) -> bool:
        """Return whether this version, or a later one, is not known yet."""
        family, version = _parts(execution_id)
        latest = self._latest.get(family)
        return latest is None or version > latest[0]

    def note(self, execution_id: str) -> ExecutionId | None:
        """Take a version in that is new; return the one that it replaces."""
        family, version = _parts(execution_id)
        before = self._latest.get(family)
        self._latest[family] = (version, execution_id)
        return None if before is None else ExecutionId(before[1])


def last_versions(told: Iterable[StatedExecution]) -> tuple[StatedExecution, ...]:
    """Return executions in the order of their first versions, each as it was told last: an answer holds all versions."""
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
    """Return an execution as the gateway has it."""
    order_id, lost = owner(execution.orderRef, read)
    return StatedExecution(
        execution_id=ExecutionId(execution.execId),
        order_id=order_id,
        broker_order_id=str(execution.permId),
        symbol=symbol_of(contract),
        side=side_of(execution.side),
        quantity=exact(execution.shares),
        price=exact(execution.price),
        occurred_at=nanos(execution.time),
        corrects=corrects,
        lost_reference=lost,
    )


def is_before(stated: StatedExecution, opened_at: int) -> bool:
    """Return whether others traded it before the session began: then it is in the opening figures."""
    return stated.order_id is None and not stated.lost_reference and stated.occurred_at < opened_at


def _parts(execution_id: str) -> tuple[str, int]:
    family, dot, version = execution_id.rpartition(".")
    return (family, int(version)) if dot and version.isdigit() else (execution_id, 0)
