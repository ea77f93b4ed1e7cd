"""The engine's end of the line of quotes and prints: what was told and not taken, and what was lost on the way."""

from collections.abc import Callable

import structlog

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.core.domain.quotes import Quote, TradePrint

log = structlog.get_logger()


class ToldRecords:
    """Holds a batch until it is taken; the broker's process tells no more before that."""

    def __init__(self, say: Callable[[object], object]) -> None:
        """say: tells the broker's process."""
        self._say = say
        self._quotes: list[Quote] = []
        self._prints: list[TradePrint] = []
        self._lost = (0, 0, 0)  # conflated, dropped and refused, as they were told last
        self.conflated = self.dropped = 0  # by the process of now
        self.refused: dict[str, int] = {}  # likewise, by fault

    def hear(self, told: speech.RecordsTold) -> int:
        """Take what was told; return its latest time, UTC ns, 0 if there is none."""
        self._quotes += told.quotes
        self._prints += told.prints
        self.conflated, self.dropped, self.refused = told.conflated, told.dropped, told.refused
        self._tell_lost(told)
        return max([0, *(quote.at for quote in told.quotes[-1:]), *(trade.at for trade in told.prints[-1:])])

    def take(self) -> tuple[list[Quote], list[TradePrint]]:
        """Return what was told since the last call, each kind in order of time."""
        taken = self._quotes, self._prints
        self._quotes, self._prints = [], []
        return taken

    def done(self) -> None:
        """Say that all that was taken is dealt with."""
        self._say(speech.RecordsTaken())

    def _tell_lost(self, told: speech.RecordsTold) -> None:
        lost = (told.conflated, told.dropped, sum(told.refused.values()))
        if any(now < before for now, before in zip(lost, self._lost, strict=True)):
            self._lost = (0, 0, 0)  # another process counts anew
        if any(now >= 2 * max(before, 1) for now, before in zip(lost, self._lost, strict=True)):  # ever more seldom
            self._lost = lost
            log.warning(
                "quotes and prints that the engine does not see", conflated=told.conflated, dropped_prints=told.dropped,
                refused=told.refused,
            )  # fmt: skip
