"""Whatever the gateway sends, the broker's process reads it or says that it cannot: it neither fails, hangs nor grows.

What it makes of a frame is looked at through its own session, with orders that are open and questions that wait.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from robo_trader.adapters.brokers.interactive_brokers.executions import KEPT_MAX
from robo_trader.adapters.brokers.interactive_brokers.guarded_client import FRAME_MAX
from robo_trader.adapters.brokers.interactive_brokers.translation import UnreadableError
from robo_trader.simulation.gateway.protocol import messages as said
from tests.examples import frames
from tests.memory import resident_bytes
from tests.mutated_frames import MutatedFrames
from tests.night import TRIED
from tests.unit.adapters.brokers.interactive_brokers.hostile_gateway import HostileGateway
from tests.unit.adapters.brokers.interactive_brokers.virtual_time import run

pytestmark = pytest.mark.nightly

PARTS = 4  # of the frames, each with its seed: they run beside each other
LIFE = 2_000  # frames that one session is told: then its orders have ended, and it has less to lose
ASKED_EVERY = 500  # frames
SECONDS_MAX = 2.0  # for one frame, on a machine that is busy with others
GROWTH_MAX = 64 << 20  # bytes
Tell = Callable[[str, object], None]


class Misread(logging.Handler):
    """Listens to what the library logs as unreadable: of our own code only the refusal may be among it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.refused = 0
        self.bugs: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        assert record.exc_info is not None
        error = record.exc_info[1]
        assert error is not None
        self.refused += 1
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        is_ours = trace is not None and "/robo_trader/" in trace.tb_frame.f_code.co_filename
        if is_ours and not isinstance(error, UnreadableError):
            self.bugs.append(f"{error!r} at {record.getMessage()[:300]}")


@contextmanager
def misread() -> Iterator[Misread]:
    logger, heard = logging.getLogger("ib_async.Decoder"), Misread()
    logger.addHandler(heard)
    was, logger.propagate = logger.propagate, False
    try:
        yield heard
    finally:
        logger.propagate = was
        logger.removeHandler(heard)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The library logs connections that end; they end here by the thousand."""
    logger = logging.getLogger("ib_async.client")
    was, logger.disabled = logger.disabled, True
    yield
    logger.disabled = was


def feed(gateway: HostileGateway, data: bytes, seed: object) -> None:
    began = time.monotonic()
    try:
        gateway.feed(data)
    except Exception as error:
        raise AssertionError(f"seed {seed}: {error!r} at {data[:300]!r}") from error
    assert time.monotonic() - began < SECONDS_MAX, f"seed {seed}: too long over {data[:300]!r}"


@pytest.mark.parametrize("part", range(PARTS))
def test_a_session_reads_or_refuses(part: int, tmp_path: Path, record_property: Tell) -> None:
    """Orders are open, bars are awaited, and every so often everything is asked for while rows are broken."""
    count = frames(400_000) // PARTS
    kinds: set[str] = set()

    async def one_life(seed: int, length: int) -> None:
        gateway = HostileGateway(tmp_path)
        gateway.connect()
        await gateway.watch()
        broken = MutatedFrames(gateway.frames(), seed)
        for number, data in enumerate(islice(broken, length), start=1):
            feed(gateway, data, seed)
            if number % ASKED_EVERY == 0:
                await gateway.ask(islice(MutatedFrames(gateway.frames(), seed + number), 20))
                assert not gateway.has_hung_up
        kinds.update(gateway.kinds)
        gateway.session.close()

    async def all_lives() -> None:
        for number, begun in enumerate(range(0, count, LIFE)):
            await one_life(part * 10_000_000 + number * LIFE, min(LIFE, count - begun))

    with misread() as heard:
        run(all_lives())
    assert not heard.bugs, heard.bugs[:5]
    assert heard.refused > count / 4, "most of it must have been broken"
    assert {"OrderExecuted", "OrderAccepted", "CommissionReported", "StatementReceived", "AlarmRaised"} <= kinds
    record_property(TRIED, count)


def test_one_session_does_not_grow(tmp_path: Path, record_property: Tell) -> None:
    """A gateway that names an execution, a commission and an order that nobody knew, again and again."""
    count = frames(100_000) // 5
    resident: list[int] = []

    async def live() -> None:
        gateway = HostileGateway(tmp_path)
        gateway.connect()
        execution, commission = gateway.life(1)[5:7]
        assert isinstance(execution, said.ExecutionDetails) and isinstance(commission, said.CommissionReport)
        broken = MutatedFrames(gateway.frames(), 1)
        for number in range(count):
            gateway.say(*gateway.renamed(execution, commission, f"{number:08}.{'x' * 60}.01"))
            feed(gateway, broken.next(), 1)
            if number in {count // 2, count - 1}:
                resident.append(resident_bytes())
        tracker = gateway.session.tracker
        assert len(tracker._commissions) == min(count, KEPT_MAX) or count < KEPT_MAX
        assert max(len(tracker._commissions), len(tracker._owners), len(tracker.versions._latest)) <= KEPT_MAX
        assert len(tracker._by_wire) + len(tracker._by_perm) < 100
        gateway.session.close()

    with misread():
        run(live())
    assert resident[1] - resident[0] < GROWTH_MAX, resident
    record_property(TRIED, count)


def test_lengths_that_lie_and_broken_handshakes_end_the_connection_or_are_read(
    tmp_path: Path, record_property: Tell
) -> None:
    """Bytes come in any portions; what is held is never more than one frame and a portion."""
    count = frames(100_000) // 5
    random = Random(7)  # noqa: S311 - a seed must repeat
    ended = 0

    async def live() -> None:
        nonlocal ended
        gateway = HostileGateway(tmp_path)
        client = gateway.session._wire.client
        gateway.connect()
        broken = MutatedFrames(gateway.frames(), 7, lies=0.02)
        for _ in range(count // 20):
            if random.random() < 0.2:
                gateway.begin_again()
            stream = b"".join(islice(broken, 20))
            while stream:
                portion = random.choice((1, 7, 100, 4_096, 65_536))
                feed(gateway, stream[:portion], 7)
                stream = stream[portion:]
                assert len(client._data) <= FRAME_MAX + 65_536
            if gateway.has_hung_up:
                ended += 1
            gateway.connect()
        gateway.session.close()

    with misread() as heard:
        run(live())
    assert not heard.bugs, heard.bugs[:5]
    assert ended
    record_property(TRIED, count)
