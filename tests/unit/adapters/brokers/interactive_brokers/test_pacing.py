"""Forty turns in any second, ten of them for cancels alone, and cancels before everything that waits."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.adapters.brokers.interactive_brokers.pacing import (
    KEPT_FOR_CANCELS,
    KEPT_FROM_MARKET,
    MESSAGES_A_SECOND,
    Lane,
    Pacer,
    TurnDroppedError,
)
from tests.examples import examples
from tests.unit.adapters.brokers.interactive_brokers.virtual_time import run

LANES = list(Lane)
SLACK = 1e-6


async def turns_of(asks: list[tuple[float, Lane]]) -> list[tuple[float, Lane]]:
    """When turns are given to who asks after these pauses, in the order of giving."""
    pacer, given_turns = Pacer(), []
    loop = asyncio.get_running_loop()

    async def ask(lane: Lane) -> None:
        await pacer.turn(lane)
        given_turns.append((loop.time(), lane))

    async with asyncio.TaskGroup() as group:
        for pause, lane in asks:
            await asyncio.sleep(pause)
            group.create_task(ask(lane))
    return given_turns


def most_in_a_second(times: list[float]) -> int:
    return max((sum(first <= time < first + 1 - SLACK for time in times) for first in times), default=0)


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.4]), st.sampled_from(LANES)), max_size=200))
def test_no_second_sees_more_than_forty_nor_more_than_thirty_that_are_no_cancels(
    asks: list[tuple[float, Lane]],
) -> None:
    async def check() -> None:
        told = await turns_of(asks)
        assert len(told) == len(asks), "somebody never had his turn"
        assert most_in_a_second([time for time, _ in told]) <= MESSAGES_A_SECOND
        others = [time for time, lane in told if lane in {Lane.ORDER, Lane.QUERY, Lane.MARKET}]
        assert most_in_a_second(others) <= MESSAGES_A_SECOND - KEPT_FOR_CANCELS
        data = [time for time, lane in told if lane is Lane.MARKET]
        assert most_in_a_second(data) <= MESSAGES_A_SECOND - KEPT_FOR_CANCELS - KEPT_FROM_MARKET

    run(check())


def test_a_cancel_overtakes_two_hundred_orders() -> None:
    async def check() -> None:
        told = await turns_of([*[(0.0, Lane.ORDER)] * 200, *[(0.001, Lane.CANCEL)] * 10])
        assert max(time for time, lane in told if lane is Lane.CANCEL) < 0.1
        assert 5 < max(time for time, _ in told) < 7.5

    run(check())


def test_orders_and_questions_of_the_account_do_not_wait_for_two_hundred_of_market_data() -> None:
    async def check() -> None:
        soon = [(0.001, lane) for lane in (Lane.ORDER, Lane.QUERY) for _ in range(KEPT_FROM_MARKET // 2)]
        told = await turns_of([*[(0.0, Lane.MARKET)] * 200, *soon])
        assert max(time for time, lane in told if lane is not Lane.MARKET) < 0.1
        assert 9 < max(time for time, _ in told) < 11

    run(check())


def test_who_is_dropped_hears_it_and_the_beat_goes_on() -> None:
    async def check() -> None:
        pacer = Pacer()
        for _ in range(MESSAGES_A_SECOND - KEPT_FOR_CANCELS):
            await pacer.turn(Lane.ORDER)
        for _ in range(KEPT_FOR_CANCELS):
            await pacer.turn(Lane.CANCEL)
        lanes = (Lane.ORDER, Lane.CANCEL, Lane.BEAT, Lane.QUERY)
        waiting = [asyncio.ensure_future(pacer.turn(lane)) for lane in lanes]
        await asyncio.sleep(0)
        assert pacer.drop(Lane.ORDER, Lane.CANCEL) == 2
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(end) for end in ends] == [TurnDroppedError, TurnDroppedError, type(None), type(None)]

    run(check())


def test_who_gives_up_uses_no_turn() -> None:
    async def check() -> None:
        pacer = Pacer(a_second=2, kept_for_cancels=0, kept_from_market=0)
        await pacer.turn(Lane.ORDER)
        await pacer.turn(Lane.ORDER)
        gone = asyncio.ensure_future(pacer.turn(Lane.ORDER))
        stays = asyncio.ensure_future(pacer.turn(Lane.ORDER))
        await asyncio.sleep(0)
        gone.cancel()
        await stays
        await asyncio.wait_for(pacer.turn(Lane.ORDER), 0.01)

    run(check())
