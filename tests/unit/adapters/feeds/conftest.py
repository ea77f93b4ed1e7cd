"""Two sessions, and a directory of files made for one test."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from robo_trader.adapters.feeds.files import FilesFeed
from robo_trader.core.domain.bars import NANOS_PER_SECOND, TradingSession
from robo_trader.core.market.sessions import SessionTable

MakeFeed = Callable[..., FilesFeed]


def nanos(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * NANOS_PER_SECOND


@pytest.fixture(scope="session")
def thanksgiving() -> SessionTable:
    """The Wednesday before Thanksgiving 2012, a whole day, and the Friday after, a half one."""
    return SessionTable(
        [
            TradingSession(date=date, opens_at=nanos(f"{date}T14:30:00Z"), closes_at=nanos(f"{date}T{closes}:00Z"))
            for date, closes in (("2012-11-21", "21:00"), ("2012-11-23", "18:00"))
        ]
    )


@pytest.fixture
def make_feed(tmp_path: Path, thanksgiving: SessionTable) -> MakeFeed:
    """Return a feed over files given as path and content."""

    def make(files: dict[str, str], *, naive_zone: str | None = None) -> FilesFeed:
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content, encoding="utf-8")
        return FilesFeed(tmp_path, thanksgiving, naive_zone=naive_zone)

    return make
