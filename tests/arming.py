"""Arms an account as the command does, without the person."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from robo_trader.adapters.calendars.session_cache import cached_sessions
from robo_trader.app.arming import Arming, ArmingFile
from robo_trader.app.running import last_session_date


def arming_file(environment: Mapping[str, str], account: str) -> ArmingFile:
    """The file of an account, with the exchange's sessions of these weeks."""
    first = datetime.now(UTC).date().replace(day=1).isoformat()
    cache = Path(environment["XDG_DATA_HOME"]) / "cache"
    return ArmingFile(environment, account, cached_sessions(first, last_session_date(), cache))


def arm(environment: Mapping[str, str], account: str, *, until: int = 0) -> None:
    """Allow entries until a time, UTC ns, which may be over, or the latest that may be."""
    file, now = arming_file(environment, account), time.time_ns()
    latest = file.latest_expiry(now)
    expires_at = min(until or latest, latest)
    file.write(Arming(account=account, actor="anna", armed_at=min(now, expires_at - 1), expires_at=expires_at))
