"""What stands in the way of a connection, in words that a person can act on.

Interactive Brokers ends every login once a week, on Sunday at 01:00 New York time; after that a person must log in to
the gateway, with the second factor. Until then nobody listens, or nobody answers, as in any other outage: only the hour
tells them apart, so the words say "may".
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from robo_trader.adapters.brokers.interactive_brokers.codes import CodeKind, meaning

FAILURES_MAX = 5  # attempts in a row, about 15 seconds: more than a restart of the gateway's socket
READ_ONLY = 321
_NEW_YORK = ZoneInfo("America/New_York")
_WEEKLY_LOGIN_HOURS = timedelta(hours=32)  # from Sunday 01:00 to Monday 09:00: until somebody has sat down
_SUNDAY = 6
_DUE = (
    "a person may have to log in: Interactive Brokers ended all logins on Sunday at 01:00 New York time, and asks for "
    "the second factor"
)


class Troubles:
    """Listens to one attempt to connect after the other."""

    def __init__(self) -> None:
        self._heard: dict[int, str] = {}  # words by code, of the attempt at hand

    def begin(self) -> None:
        """Another attempt begins."""
        self._heard.clear()

    def hear(self, about: int, code: int) -> None:
        """Take a code of the gateway. about: the order or question it names; below 0 none."""
        found = meaning(code)
        if found.kind is CodeKind.LOGIN or (code == READ_ONLY and about < 0):
            self._heard[code] = f"{found.cause} ({code}): {found.next_step}"

    def explain(self, reason: str, *, failures: int, at: int) -> str:
        """Return why an attempt failed. failures: in a row, this one included; at: the wall's time, UTC ns."""
        return "; ".join([reason, *self._heard.values(), *_login_hint(failures, at)])


def is_weekly_login(at: int) -> bool:
    """Return whether the weekly login may be due. at: UTC ns."""
    now = datetime.fromtimestamp(at / 1e9, UTC).astimezone(_NEW_YORK)
    sunday = now.date() - timedelta(days=(now.weekday() - _SUNDAY) % 7)
    began = datetime(sunday.year, sunday.month, sunday.day, 1, tzinfo=_NEW_YORK)
    return timedelta(0) <= now - began < _WEEKLY_LOGIN_HOURS


def _login_hint(failures: int, at: int) -> list[str]:
    if failures < FAILURES_MAX:
        return []
    if is_weekly_login(at):
        return [_DUE]
    return ["look whether the gateway runs, and is logged in"]
