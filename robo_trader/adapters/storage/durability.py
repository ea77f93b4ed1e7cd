"""Whether what a database says is stored can be relied on."""

from collections.abc import Sequence
from functools import cache

import structlog

from robo_trader.adapters.storage.sqlite_database import OLD_SQLITE
from robo_trader.core.domain.errors import JournalUnsafe

log = structlog.get_logger()


def demand_durable(faults: Sequence[str], *, is_live: bool, accepts_old_sqlite: bool) -> None:
    """Raise JournalUnsafe where real money would be traded on a database that may lose it; on paper, warn."""
    serious = [fault for fault in faults if not (accepts_old_sqlite and fault == OLD_SQLITE)]
    if is_live and serious:
        raise JournalUnsafe(
            f"no real money is traded on this database: {'; '.join(serious)}",
            next_step="Mend that, or keep the journal elsewhere: docs/storage.md says where.",
        )
    for fault in serious:
        _warn(fault)


@cache
def _warn(fault: str) -> None:
    log.warning("the journal may lose what it stored", reason=fault)
