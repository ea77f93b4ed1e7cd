"""Pretend bars of any symbol, from a seed; simulated data and never anything else."""

import asyncio
from collections.abc import Sequence

from robo_trader.core.domain.bars import Bar
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.market.bar_sizes import DAY_NANOS, BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.ports.market_feed import BarRequest


class SyntheticFeed:
    """Makes bars up as they are asked for; a bar is always the same for the same seed, symbol and time.

    It has no end of its own and knows no clock: whoever asks beyond the present gets the future.
    """

    name = "synthetic"

    def __init__(self, sessions: SessionTable, seed: int) -> None:
        self._sessions = sessions
        self._seed = seed

    def serves(self, symbol: Symbol, bar_size: BarSize) -> bool:  # noqa: ARG002 - the port asks for both
        """Whatever is asked for can be made up."""
        return True

    def last_bar_ends_at(self, symbol: Symbol, bar_size: BarSize) -> int | None:  # noqa: ARG002 - as above
        """None: there is always another session."""
        return None

    async def history(self, request: BarRequest) -> Sequence[Bar]:
        """Make the bars of the window, from 1998 on; a thread does it, for it may take seconds."""
        return await asyncio.to_thread(self._make, request)

    def _make(self, request: BarRequest) -> list[Bar]:
        from robo_trader.simulation.market.minute_bars import make_bars  # brings numpy

        # a day of margin on both sides, so that a session of which only a part is wanted is found
        touched = self._sessions.between(request.start - DAY_NANOS, request.end + DAY_NANOS)
        bars = make_bars(self._seed, request.symbol, touched, request.bar_size)
        return [bar for bar in bars if request.start <= bar.started_at and bar.ended_at <= request.end]
