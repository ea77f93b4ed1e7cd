"""How clients write times."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from robo_trader.core.domain.bars import NANOS_PER_SECOND

_NEW_YORK = ZoneInfo("America/New_York")
_LEGACY_ZONES: dict[str, tzinfo] = {"EST": _NEW_YORK, "EDT": _NEW_YORK, "US/Eastern": _NEW_YORK, "UTC": UTC}


def read_time(text: str) -> int:
    """Return the time that a client means, UTC nanoseconds; New York's where it names no zone, 0 for no text.

    Raises ValueError or KeyError for what is no time.
    """
    if not text:
        return 0
    is_utc = "-" in text  # the form 20240304-14:30:00
    day, clock, *zone = text.replace("-", " ").split()
    naive = datetime.strptime(f"{day} {clock}", "%Y%m%d %H:%M:%S")  # noqa: DTZ007 - its zone comes next
    try:
        where = UTC if is_utc else _zone(zone[0]) if zone else _NEW_YORK
        return int(naive.replace(tzinfo=where).timestamp()) * NANOS_PER_SECOND
    except (OSError, OverflowError) as error:  # a folder of zones; a year that no zone reaches
        raise ValueError(text) from error


def _zone(name: str) -> tzinfo:
    return _LEGACY_ZONES.get(name) or ZoneInfo(name)
