"""The market of a session through a gateway: its bars as slices once they are over, its quotes and prints."""

from robo_trader.adapters.brokers.interactive_brokers.bar_stream import BarStream
from robo_trader.adapters.brokers.interactive_brokers.broker import InteractiveBrokers
from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.runtime.live_records import LiveRecords
from robo_trader.runtime.missed_slices import GRACE_NANOS


class GatewayMarket:
    """Slices of the gateway's bars, as they are over, and its quotes and prints."""

    def __init__(self, broker: InteractiveBrokers, size: BarSize, sessions: SessionTable, *, after: int) -> None:
        """after: bars that end by then are known already, UTC ns."""
        self._broker = broker
        self._stream = BarStream(size, sessions, after=after)
        self.sessions = sessions
        self.records = LiveRecords(broker.records, sessions, self._stream.earliest_end)

    def take(self) -> set[Symbol]:
        """Take what was told of bars; return of which symbols."""
        told = self._broker.take_bars()
        for one in told:
            self._stream.take(one)
        return {one.symbol for one in told}

    def slices(self) -> list[BarSlice]:
        """Return the slices that are over and were not given yet."""
        self.take()
        broker = self._broker
        if not broker.is_watching:
            return []  # what is held may be half a bar, and the rest of it was missed
        return self._stream.closed(broker.bars_until if broker.is_simulated else broker.now() - GRACE_NANOS)
