"""The pretend disk: what was synced stays, what was not may go, and any call may fail."""

import asyncio
from collections.abc import Callable

import pytest

from robo_trader.simulation.world.disk import Disk, DiskFault
from robo_trader.simulation.world.loop import WorldLoop
from robo_trader.simulation.world.processes import Process


def a_disk(seed: int = 1) -> Disk:
    return Disk(WorldLoop(seed), seed)


def test_a_loss_of_power_leaves_what_was_synced_and_perhaps_more() -> None:
    left = set()
    for seed in range(30):
        disk = a_disk(seed)
        disk.append("file", b"safe")
        disk.sync("file")
        disk.append("file", b"lost?")
        disk.lose_power()
        left.add(disk.read("file"))
    assert all(data is not None and b"safelost?".startswith(data) and data.startswith(b"safe") for data in left)
    assert {b"safe", b"safelost?"} < left


def test_a_replaced_file_is_the_old_one_or_the_new_one() -> None:
    left = set()
    for seed in range(20):
        disk = a_disk(seed)
        disk.replace("file", b"old")
        disk.arm(DiskFault.ERROR, 1)
        with pytest.raises(OSError, match="input/output"):
            disk.replace("file", b"new")
        disk.lose_power()
        left.add(disk.read("file"))
    assert left == {b"old", b"new"}


def test_the_nth_call_fails_once() -> None:
    disk = a_disk()
    disk.arm(DiskFault.FULL, 2)
    disk.append("file", b"one")
    with pytest.raises(OSError, match="no space"):
        disk.append("file", b"two")
    disk.append("file", b"three")
    data = disk.read("file")
    assert data is not None
    assert data.startswith(b"one")
    assert data.endswith(b"three")


def test_a_bit_is_flipped_where_it_was_said() -> None:
    disk = a_disk()
    assert not disk.flip("file", 0.5, 0)  # there is none
    disk.append("file", b"\x00\x00\x00\x00")
    assert disk.flip("file", 0.5, 3)
    assert disk.read("file") == b"\x00\x00\x08\x00"


@pytest.mark.parametrize(("fault", "kept"), [(DiskFault.DEATH, (0, 8)), (DiskFault.POWER, (0, 8))])
def test_who_dies_in_a_call_comes_to_nothing_more(fault: DiskFault, kept: tuple[int, int]) -> None:
    def story(disk: Disk, process: Process) -> Callable[[], object]:
        async def write() -> None:
            try:
                disk.append("file", b"whatever")
            finally:
                disk.append("file", b" and more")

        async def main() -> None:
            disk.loop.spawn(process, write())
            await asyncio.sleep(1)

        return main

    disk, process = a_disk(), Process("writer")
    disk.arm(fault, 1)
    disk.loop.run_until_complete(story(disk, process)())  # type: ignore[arg-type]
    disk.loop.close()
    assert not process.is_alive
    data = disk.read("file") or b""
    assert kept[0] <= len(data) <= kept[1]
    assert b"whatever".startswith(data)
