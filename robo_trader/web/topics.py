"""The two kinds of topic: tables, of which only the latest value counts, and streams, of which every item does.

A topic knows nothing of viewers. It answers one question: what does somebody need who holds rev R? The answer
is encoded once and kept until the topic changes, so ten viewers at the same rev cost what one does.

A table remembers for each row the rev that last changed it, and for some time which rows were deleted when.
That makes a change from *any* earlier rev, not only from the last tick, and needs no log of changes.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, Literal

import msgspec

from robo_trader.web.protocol import Cell, Key

TableRow = tuple[Cell, ...]

DELETED_KEYS_MAX: Final = 1_000


def encode(value: object) -> str:
    """Return compact JSON. A float that is not finite becomes null."""
    return msgspec.json.encode(value).decode()


class _Answers:
    """Encoded answers by the rev they start from; valid for one rev of the topic."""

    def __init__(self) -> None:
        self._rev = -1
        self._texts: dict[int, str] = {}
        self.encoded = 0  # how often something had to be encoded: the tests hold "once for all viewers" to it

    def find(self, start: int, rev: int) -> str | None:
        if rev != self._rev:
            self._rev = rev
            self._texts.clear()
        return self._texts.get(start)

    def keep(self, start: int, text: str) -> str:
        self.encoded += 1
        self._texts[start] = text
        return text


_WHOLE: Final = -1  # the start under which a snapshot is kept


class Table:
    """Rows by key, the key being the first cell. `rows_max` keeps only the newest keys (bars)."""

    kind: Literal["table"] = "table"

    def __init__(self, name: str, columns: Sequence[str], *, rows_max: int | None = None) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.rev = 0
        self.ready = False  # nothing is sent before the first read, lest "not read yet" look like "empty"
        self._rows_max = rows_max
        self._rows: dict[Key, TableRow] = {}
        self._changed: dict[Key, int] = {}  # in order of rev
        self._deleted: dict[Key, int] = {}  # in order of rev
        self._floor = 0  # whoever holds a lower rev may have missed a row that is gone without trace
        self.answers = _Answers()

    def rows(self) -> list[TableRow]:
        """Return the rows as they are, oldest key first."""
        return list(self._rows.values())

    def put(self, row: TableRow) -> None:
        """Set the row of a key. An equal row is no change."""
        key = _key_of(row)
        if self._rows.get(key) == row:
            return
        self.rev += 1
        self._rows[key] = row
        self._changed.pop(key, None)
        self._changed[key] = self.rev
        self._deleted.pop(key, None)
        self._evict()

    def drop(self, key: Key) -> None:
        """Delete a row; a key that is not there is no change."""
        if self._rows.pop(key, None) is None:
            return
        self.rev += 1
        del self._changed[key]
        self._deleted[key] = self.rev
        if len(self._deleted) > DELETED_KEYS_MAX:
            self._floor = max(self._floor, self._deleted.pop(next(iter(self._deleted))))

    def _evict(self) -> None:
        if self._rows_max is None or len(self._rows) <= self._rows_max:
            return
        oldest = next(iter(self._rows))
        del self._rows[oldest]
        self._floor = max(self._floor, self._changed.pop(oldest))

    def holds(self, rev: int) -> bool:
        """Whether a holder of `rev` can be brought up to date by a change alone."""
        return self._floor <= rev <= self.rev

    def snap(self) -> str:
        """Return a `snap` frame."""
        return self.answers.find(_WHOLE, self.rev) or self.answers.keep(
            _WHOLE, _snap_frame(self.name, self.kind, self.rev, self.columns, self.rows())
        )

    def change(self, prev: int) -> str:
        """Return this table's part of a `d` frame, for a holder of `prev`, which the table must hold."""
        assert self.holds(prev), (prev, self._floor, self.rev)
        return self.answers.find(prev, self.rev) or self.answers.keep(prev, self._encode_change(prev))

    def _encode_change(self, prev: int) -> str:
        up = [self._rows[key] for key in _newer(self._changed, prev)]
        gone = list(_newer(self._deleted, prev))
        return f"{encode(self.name)}:{encode({'prev': prev, 'rev': self.rev, 'up': up[::-1], 'del': gone})}"


class Stream:
    """Items with ids 1, 2, 3…; the ring keeps the newest `ring` of them. `rev` is the id of the last one."""

    kind: Literal["stream"] = "stream"

    def __init__(self, name: str, columns: Sequence[str], *, ring: int) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.rev = 0
        self.ready = False
        self._items: deque[TableRow] = deque(maxlen=ring)
        self.answers = _Answers()

    @property
    def first(self) -> int:
        """The id of the oldest item in the ring; `rev + 1` if there is none."""
        return self.rev - len(self._items) + 1

    def append(self, row: TableRow) -> None:
        """Add an item."""
        self.rev += 1
        self._items.append(row)

    def holds(self, rev: int) -> bool:
        """Whether all items after `rev` are still in the ring."""
        return self.first - 1 <= rev <= self.rev

    def snap(self) -> str:
        """Return a `snap` frame with what the ring holds."""
        return self.answers.find(_WHOLE, self.rev) or self.answers.keep(
            _WHOLE, _snap_frame(self.name, self.kind, self.rev, self.columns, self._items)
        )

    def items(self, prev: int) -> str:
        """Return an `ev` frame with all items after `prev`, which the ring must hold."""
        assert self.holds(prev), (prev, self.first, self.rev)
        return self.answers.find(prev, self.rev) or self.answers.keep(prev, self._encode_items(prev))

    def _encode_items(self, prev: int) -> str:
        newer = list(islice(self._items, prev + 1 - self.first, None))
        return encode({"type": "ev", "topic": self.name, "first": prev + 1, "last": self.rev, "items": newer})

    def gap(self, prev: int) -> str:
        """Return a `gap` frame naming the items after `prev` that the ring has lost."""
        return encode({"type": "gap", "topic": self.name, "from": prev + 1, "to": self.first - 1})


Topic = Table | Stream


def _key_of(row: TableRow) -> Key:
    key = row[0]
    assert isinstance(key, str | int), row
    return key


def _newer(revs: dict[Key, int], prev: int) -> Iterator[Key]:
    """Yield the keys changed after `prev`, newest first, in time proportional to their number."""
    for key in reversed(revs):
        if revs[key] <= prev:
            return
        yield key


def _snap_frame(name: str, kind: str, rev: int, columns: Sequence[str], rows: Sequence[TableRow]) -> str:
    snap = {"type": "snap", "topic": name, "kind": kind, "rev": rev, "columns": columns, "rows": list(rows)}
    return encode(snap)
