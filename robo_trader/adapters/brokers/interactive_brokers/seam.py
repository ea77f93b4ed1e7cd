"""Where the past of a symbol and its stream meet: no bar may be missing between them, and none is told twice."""

from collections.abc import Sequence

from robo_trader.adapters.brokers.interactive_brokers.speech import BarTold


class Seam:
    """Waits for both sides of one symbol. They come over different connections, in either order."""

    def __init__(self) -> None:
        self._past: list[BarTold] | None = None
        self._stream: list[BarTold] | None = None
        self._is_past_sure = False

    @property
    def has_begun(self) -> bool:
        """Whether the stream has begun; a past that is asked for from then on leaves no gap."""
        return self._stream is not None

    def take_past(self, rows: Sequence[BarTold], *, is_sure: bool) -> None:
        """Take what lies before. is_sure: it was asked for when the stream had begun."""
        self._past, self._is_past_sure = list(rows), is_sure

    def take_stream(self, rows: Sequence[BarTold]) -> None:
        """Take what the stream begins with."""
        self._stream = list(rows)

    def take_update(self, row: BarTold) -> None:
        """Take what the stream goes on with."""
        assert self._stream is not None, row
        self._stream.append(row)

    @property
    def has_gap(self) -> bool:
        """Whether both are there and bars may be missing between them: the past has to be asked for once more."""
        if self._past is None or self._stream is None or self._is_past_sure:
            return False
        return not (self._past and self._stream and _at(self._past[-1]) >= _at(self._stream[0]))

    def joined(self) -> list[BarTold] | None:
        """Return all bars in order, the stream's own from where it begins; None while a side is missing."""
        if self._past is None or self._stream is None or self.has_gap:
            return None
        begun = _at(self._stream[0]) if self._stream else None
        return [row for row in self._past if begun is None or _at(row) < begun] + self._stream


def _at(row: BarTold) -> int:
    return int(row.date)
