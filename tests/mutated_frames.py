"""Frames of the socket protocol that went wrong, by seed: true frames of every kind, broken in one way or several.

The same seed gives the same bytes again. Whoever reads them may refuse; he may not fail, hang, or keep what he read.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from robo_trader.simulation.gateway.protocol.frames import LENGTH_BYTES

Fields = list[bytes]
_Break = Callable[["MutatedFrames", Fields], None]

EXTREMES = tuple(
    one.encode()
    for one in (
        "", "0", "-0", "-1", "1", "x", " ", "1.5", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
        "9223372036854775808", "99999999999999999999", "1E400", "1e308", "-1e308", "1.7976931348623157E308", "4.9E-324",
        "1e-30", "nan", "NaN", "inf", "-Infinity", "Infinite", "1_000", "0x10", "+1", "1,5", "true", "None", "20240231",
        "20240304 25:61:00 US/Eastern", "20240304 10:00:00 No/Zone", "99991231 23:59:59 UTC", "00010101 00:00:00 UTC",
        "253402300800", "-62135596801", "99999999999999",
    )
)  # fmt: skip
TEXTS = (
    b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\x01\x1b[2J", b"\r\n", b"%s%n{0}", b"\\u0000",
    "٣".encode(), b"AAPL", b"aapl", b"../../etc", b"BUY", b"Filled", b"Inactive", b"DU1234567", b"0123abcd.1.1",
    b"0123abcd.1.99", b"0123abcd..", b"00a1.0001.01.02", b"....", b"1.", b"9" * 60,
)  # fmt: skip
_HUGE = (b"9" * 5_000, b"x" * 70_000, b"\xff" * 3_000, b"1." + b"0" * 4_000, b"-" * 2_000)
_CALM = 0.02  # of the frames that are left as they are: state must go on changing


class MutatedFrames:
    """Draws one broken frame after the other."""

    def __init__(self, frames: Sequence[bytes], seed: int, *, lies: float = 0.0) -> None:
        """frames: payloads of true ones, without their lengths. lies: how often a length is not what follows."""
        self.random = Random(seed)  # noqa: S311 - a seed must repeat
        self._frames = [payload.split(b"\0")[:-1] for payload in frames]
        self._lies = lies

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield self.next()

    def next(self) -> bytes:
        """Return a frame with its length before it; the length may lie."""
        payload = self.payload()
        length = len(payload)
        if self._lies and self.random.random() < self._lies:
            length = self.random.choice((0, 1, length - 1, length + 1, length * 2, 1 << 21, 0x7FFFFFFF, 0xFFFFFFFF))
        return max(length, 0).to_bytes(LENGTH_BYTES, "big") + payload

    def payload(self) -> bytes:
        """Return what is in a frame."""
        random = self.random
        fields = self._frames[int(random.random() * len(self._frames))].copy()
        if random.random() >= _CALM:
            for _ in range(1 if random.random() < 0.7 else random.randrange(2, 6)):
                random.choices(_BREAKS, cum_weights=_WEIGHTS)[0](self, fields)
        payload = b"\0".join(fields) + b"\0"
        if random.random() < 0.04:  # cut
            payload = payload[: random.randrange(len(payload) + 1)]
        elif random.random() < 0.02:  # joined: two messages in one frame
            payload += b"\0".join(random.choice(self._frames)) + b"\0"
        return payload

    def place(self, fields: Fields) -> int:
        """Return where a field is."""
        return int(self.random.random() * len(fields))


def _extreme(of: MutatedFrames, fields: Fields) -> None:
    if fields:
        fields[of.place(fields)] = of.random.choice(EXTREMES)


def _text(of: MutatedFrames, fields: Fields) -> None:
    if fields:
        fields[of.place(fields)] = of.random.choice(TEXTS)


def _bytes(of: MutatedFrames, fields: Fields) -> None:
    if fields:
        place = of.place(fields)
        garbled = bytearray(fields[place] or b"0")
        garbled[int(of.random.random() * len(garbled))] ^= 1 << int(of.random.random() * 8)
        fields[place] = bytes(garbled)  # one bit: it may become a NUL, and so two fields


def _missing(of: MutatedFrames, fields: Fields) -> None:
    if fields:
        place = of.place(fields)
        del fields[place : place + 1 + int(of.random.random() * 3)]


def _extra(of: MutatedFrames, fields: Fields) -> None:
    place = of.place(fields)
    fields[place:place] = [of.random.choice(EXTREMES)] * of.random.randrange(1, 4)


def _many(of: MutatedFrames, fields: Fields) -> None:
    fields += [of.random.choice(EXTREMES)] * of.random.randrange(20, 400)


def _nul(of: MutatedFrames, fields: Fields) -> None:
    if fields:
        fields[of.place(fields)] += b"\0"


def _huge(of: MutatedFrames, fields: Fields) -> None:
    if fields:
        fields[of.place(fields)] = of.random.choice(_HUGE)


def _swapped(of: MutatedFrames, fields: Fields) -> None:
    if fields:
        here, there = of.place(fields), of.place(fields)
        fields[here], fields[there] = fields[there], fields[here]


def _of_another_kind(of: MutatedFrames, fields: Fields) -> None:
    if fields:
        fields[0] = str(of.random.randrange(-2, 120)).encode()


_BREAKS: tuple[_Break, ...] = (
    _extreme, _text, _bytes, _missing, _extra, _swapped, _nul, _of_another_kind, _many, _huge,
)  # fmt: skip
_WEIGHTS = (34, 48, 60, 69, 78, 86, 91, 96, 98, 99)  # sums: most are small, for those come deepest
