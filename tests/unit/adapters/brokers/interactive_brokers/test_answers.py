"""A question ends, and a cancel is never lost: whoever is told to stop would else go on for ever."""

import asyncio

import pytest

from robo_trader.adapters.brokers.interactive_brokers.answers import Answers


async def nothing() -> None:
    """Send it."""


async def test_a_cancel_that_comes_with_the_answer_is_obeyed() -> None:
    answers = Answers()
    asking = asyncio.create_task(answers.ask("the time", nothing, 60.0))
    await asyncio.sleep(0)
    answers.end("the time")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
