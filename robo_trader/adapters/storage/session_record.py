"""What a journal is about: stored with it at the beginning, and held against what is asked for later."""

from decimal import Decimal

import msgspec

from robo_trader.core.domain.errors import SessionMismatch


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that decide what a session does. A journal continues with equal ones only."""

    account: str
    mode: str  # PAPER or LIVE
    broker: str
    bar_size: str
    strategy: str  # with its parameters, for people
    feeds: dict[str, str]  # symbol -> feed
    opening_cash: Decimal
    settings: dict[str, str]  # dotted key -> value, everything else that decides
    warm_up: dict[str, int] = {}  # symbol -> bars until all its features have a value; for people

    def demand_same(self, wanted: "SessionRecord") -> None:
        """Raise SessionMismatch naming every setting in which `wanted` differs from the journal."""
        stored, asked = _flat(self), _flat(wanted)
        different = [
            f"{key}: {stored.get(key, 'unset')} in the journal, {asked.get(key, 'unset')} now"
            for key in sorted(stored.keys() | asked.keys())
            if stored.get(key) != asked.get(key)
        ]
        if different:
            raise SessionMismatch(
                "this journal was begun with other settings: " + "; ".join(different),
                next_step="Begin another session with --database PATH, or repeat the settings it was begun with.",
            )


def _flat(record: SessionRecord) -> dict[str, str]:
    names = ("account", "mode", "broker", "bar_size", "opening_cash")
    own = {name: str(getattr(record, name)) for name in names}
    feeds = {f"feed of {symbol}": feed for symbol, feed in record.feeds.items()}
    return {**own, **feeds, **record.settings}
