"""The pretend loop: time jumps, order is a process's own, a seed draws what is left open, and the dead do nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from robo_trader.simulation.world.loop import Stuck, WorldLoop
from robo_trader.simulation.world.processes import Death, Process

Main = Callable[[WorldLoop], Awaitable[None]]


def play(main: Main, seed: int = 1) -> WorldLoop:
    """Run a story to its end."""
    loop = WorldLoop(seed)
    try:
        loop.run_until_complete(main(loop))
    finally:
        loop.close()
    return loop


def test_an_hour_of_sleep_takes_an_hour_of_its_own_time_and_two_callbacks() -> None:
    async def main(_: WorldLoop) -> None:
        await asyncio.sleep(3600)

    loop = play(main)
    assert loop.time() == 3600
    assert loop.steps < 10


def interleaved(seed: int) -> list[str]:
    """Which of two processes said which of five words, in the order they were said."""
    said: list[str] = []

    async def speak(name: str) -> None:
        for number in range(5):
            said.append(f"{name}{number}")
            await asyncio.sleep(0)

    async def main(loop: WorldLoop) -> None:
        for name in "ab":
            loop.spawn(Process(name), speak(name))
        await asyncio.sleep(1)

    play(main, seed)
    return said


def test_each_process_keeps_its_order_and_the_seed_draws_who_is_next() -> None:
    orders = {tuple(interleaved(seed)) for seed in range(20)}
    assert len(orders) > 5
    for order in orders:
        for name in "ab":
            own = [word for word in order if word[0] == name]
            assert own == sorted(own)
    assert interleaved(7) == interleaved(7)


def test_timers_of_one_moment_keep_the_order_they_were_set_in() -> None:
    rung: list[int] = []

    async def main(loop: WorldLoop) -> None:
        for number in range(20):
            loop.call_later(1.0, rung.append, number)
        await asyncio.sleep(2)

    play(main)
    assert rung == list(range(20))


def test_a_killed_process_unwinds_and_waits_no_more() -> None:
    heard: list[str] = []

    async def live() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(5)  # it would wait for somebody; nobody waits for the dead
            heard.append("lived on")

    async def main(loop: WorldLoop) -> None:
        process = Process("short")
        process.at_death.append(lambda: heard.append("reset"))
        loop.spawn(process, live())
        await asyncio.sleep(1)
        loop.kill(process)
        assert process.died.is_set()
        assert all(task.done() for task in process.tasks)
        await asyncio.sleep(120)

    play(main)
    assert heard == ["reset"]


def test_death_in_a_callback_ends_its_process_alone() -> None:
    async def die() -> None:
        raise Death

    async def main(loop: WorldLoop) -> None:
        dying, other = Process("dying"), Process("other")
        loop.spawn(dying, die())
        loop.spawn(other, asyncio.sleep(5))
        await asyncio.sleep(1)
        assert not dying.is_alive
        assert other.is_alive

    play(main)


def test_a_frozen_process_goes_on_where_it_stood() -> None:
    woken: list[float] = []

    async def wake(loop: WorldLoop) -> None:
        await asyncio.sleep(1)
        woken.append(loop.time())

    async def main(loop: WorldLoop) -> None:
        process = Process("stopped")
        loop.spawn(process, wake(loop))
        await asyncio.sleep(0.5)
        loop.freeze(process, 30)
        await asyncio.sleep(60)

    play(main)
    assert woken == [30.5]


def test_a_world_where_nobody_waits_for_anything_is_told() -> None:
    async def main(_: WorldLoop) -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        play(main)


def test_there_are_no_threads() -> None:
    async def main(loop: WorldLoop) -> None:
        with pytest.raises(AssertionError, match="threads"):
            loop.run_in_executor(None, print)

    play(main)
