"""Historical bars as Alpaca's data API gives them: by symbol and timeframe, a page at a time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar
from robo_trader.simulation.alpaca.refusals import malformed
from robo_trader.simulation.alpaca.wording import written_time

BARS_MAX = 10_000
DAILY = "1Day"
_NEW_YORK = ZoneInfo("America/New_York")
History = Mapping[str, Sequence[Bar]]  # by timeframe, as "5Min"; all symbols together, in order of time


def listed_bars(history: History, query: Mapping[str, str]) -> dict[str, Any]:
    """Return a page of the bars of one symbol that start within [start, end]. Raises ApiRefusal."""
    symbol, timeframe = query.get("symbols", ""), query.get("timeframe", "")
    if not symbol or timeframe not in history:
        raise malformed(f"invalid timeframe or symbols: {timeframe} {symbol}")
    bars = [_bar_body(bar, timeframe) for bar in history[timeframe] if bar.symbol == symbol]
    wanted = [body for body in bars if query.get("start", "") <= body["t"] <= query.get("end", "9")]
    first, limit = int(query.get("page_token", "0")), min(int(query.get("limit", "1000")), BARS_MAX)
    page, rest = wanted[first : first + limit], wanted[first + limit :]
    return {"bars": {symbol: page} if page else {}, "next_page_token": str(first + limit) if rest else None}


def _bar_body(bar: Bar, timeframe: str) -> dict[str, Any]:
    """Return a bar as Alpaca writes it: a day's bar begins at midnight in New York."""
    started_at = bar.started_at
    if timeframe == DAILY:
        day = datetime.fromtimestamp(started_at // NANOS_PER_SECOND, UTC).astimezone(_NEW_YORK)
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
        started_at = int(midnight.timestamp()) * NANOS_PER_SECOND
    written = written_time(started_at).replace(".000000000Z", "Z")
    return {"t": written, "o": bar.open, "h": bar.high, "l": bar.low, "c": bar.close, "v": bar.volume}
