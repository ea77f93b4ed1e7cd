"""Executions of the wire: one id a version, and which version of which it is."""

from ib_async.contract import Contract
from ib_async.objects import Execution

from robo_trader.adapters.brokers.interactive_brokers.translation import exact, nanos, side_of, symbol_of
from robo_trader.core.domain.fills import ExecutionId
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


def predecessor(execution_id: str) -> ExecutionId | None:
    """Return the id of the version before this one, None for a first one."""
    family, version = _parts(execution_id)
    width = len(execution_id) - len(family) - 1
    return ExecutionId(f"{family}.{version - 1:0{width}d}") if version > 1 else None


def stated_execution(
    contract: Contract, execution: Execution, order_id: OrderId | None, corrects: ExecutionId | None = None
) -> StatedExecution:
    """Return an execution as the gateway has it. order_id: ours, None if the order is not ours."""
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
    )


def _parts(execution_id: str) -> tuple[str, int]:
    family, dot, version = execution_id.rpartition(".")
    return (family, int(version)) if dot and version.isdigit() else (execution_id, 0)
