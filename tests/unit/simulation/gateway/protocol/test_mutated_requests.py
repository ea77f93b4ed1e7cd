"""Whatever a client sends, the gateway reads it or refuses it: it neither fails, hangs nor grows."""

import time
from collections.abc import Callable
from itertools import islice
from random import Random

import pytest

from robo_trader.simulation.gateway.protocol.frames import BadFrame, FrameReader, read_hello
from robo_trader.simulation.gateway.protocol.reading import read_request
from robo_trader.simulation.gateway.protocol.requests import UnknownRequest, UnreadableRequest
from tests.examples import frames
from tests.gateway_clients import VERSIONS
from tests.memory import resident_bytes
from tests.mutated_frames import MutatedFrames
from tests.night import TRIED
from tests.unit.simulation.gateway.protocol.test_hostile_bytes import GENUINE

pytestmark = pytest.mark.nightly

PARTS = 4  # of the frames, each with its seed: they run beside each other
PORTION = 50  # frames that arrive together
SECONDS_MAX = 2.0  # for them, on a machine that is busy with others
GROWTH_MAX = 32 << 20  # bytes
HELLOS = [b"v157..178\0", b"v100..9999 +PACEAPI\0", b"v178\0", b"API\0"]


@pytest.mark.parametrize("part", range(PARTS))
def test_requests_are_read_or_refused(part: int, record_property: Callable[[str, object], None]) -> None:
    count = frames(1_000_000) // PARTS
    broken = MutatedFrames(GENUINE, part)
    resident: list[int] = []
    kinds: set[type] = set()
    for begun in range(0, count, PORTION):
        version = broken.random.choice(VERSIONS)
        reader, began = FrameReader(prologue=b""), time.monotonic()
        for payload in reader.feed(b"".join(islice(broken, PORTION))):
            kinds.add(type(read_request(payload, version)))
        assert time.monotonic() - began < SECONDS_MAX, f"seed {part}, frame {begun}"
        if begun in {count // 2 // PORTION * PORTION, (count - 1) // PORTION * PORTION}:
            resident.append(resident_bytes())
    assert {UnreadableRequest, UnknownRequest} < kinds, "most of it must have been broken, and some of it not"
    assert resident[-1] - resident[0] < GROWTH_MAX, resident
    record_property(TRIED, count)


def test_lengths_that_lie_and_broken_hellos_become_frames_or_one_refusal(
    record_property: Callable[[str, object], None],
) -> None:
    count = frames(100_000) // 5
    random = Random(1)  # noqa: S311 - a seed must repeat
    broken, hellos = MutatedFrames(GENUINE, 1, lies=0.05), MutatedFrames(HELLOS, 2)
    refused = 0
    for _ in range(0, count, PORTION):
        reader = FrameReader(prologue=b"", bytes_max=100_000)
        stream, taken = b"".join(islice(broken, PORTION)), 0
        try:
            while stream:
                portion = random.choice((1, 7, 100, 4_096, 65_536))
                taken += sum(4 + len(payload) for payload in reader.feed(stream[:portion]))
                stream = stream[portion:]
                assert len(reader._held) <= 100_004 + portion
            read_hello(hellos.payload())
        except BadFrame:
            refused += 1
    assert refused
    record_property(TRIED, count)
