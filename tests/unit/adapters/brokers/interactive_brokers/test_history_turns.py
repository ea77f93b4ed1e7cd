"""Questions for history come as quickly as they may and never quicker: the pretend gateway's own count is the judge."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from robo_trader.adapters.brokers.interactive_brokers.history_turns import OPEN_MAX, HistoryQuestion, HistoryTurns
from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.gateway.market.history_pacing import HistoryPacing
from tests.examples import examples
from tests.unit.adapters.brokers.interactive_brokers.virtual_time import run

QUESTIONS = [
    HistoryQuestion(Symbol(symbol), size, duration)
    for symbol in ("AAPL", "MSFT")
    for size in ("5 secs", "30 secs")
    for duration in ("1800 S", "3600 S", "1 D")
]


async def asked(questions: list[tuple[float, HistoryQuestion]], latency: float = 0.0) -> list[tuple[float, bool]]:
    """Ask after these pauses; return when each was heard, and whether the gateway's count allowed it."""
    loop = asyncio.get_running_loop()
    turns, judge = HistoryTurns(), HistoryPacing(loop.time)
    heard: list[tuple[float, bool]] = []

    async def ask(question: HistoryQuestion) -> None:
        async with turns.turn(question):
            await asyncio.sleep(latency)
            allowed = judge.allows(question, (question.symbol, "SMART", "TRADES"))
            heard.append((loop.time(), allowed))

    async with asyncio.TaskGroup() as group:
        for pause, question in questions:
            await asyncio.sleep(pause)
            group.create_task(ask(question))
    return heard


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.0, 0.3, 2.0, 16.0]), st.sampled_from(QUESTIONS)), max_size=80),
    st.sampled_from([0.0, 0.2]),
)
def test_small_bars_never_violate_the_pacing_rules(
    questions: list[tuple[float, HistoryQuestion]], latency: float
) -> None:
    async def check() -> None:
        heard = await asked(questions, latency)
        assert len(heard) == len(questions)
        assert all(allowed for _, allowed in heard)

    run(check())


def test_a_hundred_symbols_of_small_bars_take_as_long_as_they_must() -> None:
    async def check() -> None:
        questions = [(0.0, HistoryQuestion(Symbol(f"S{number}"), "30 secs", "1 D")) for number in range(100)]
        times = sorted(time for time, allowed in await asked(questions) if allowed)
        assert len(times) == 100
        assert times[59] < 1 and 600 < times[60] < 602

    run(check())


def test_bars_of_a_minute_wait_for_nothing_but_a_place() -> None:
    async def check() -> None:
        turns = HistoryTurns()
        loop = asyncio.get_running_loop()
        open_now = most = 0

        async def ask(number: int) -> None:
            nonlocal open_now, most
            async with turns.turn(HistoryQuestion(Symbol("AAPL"), "1 min", f"{1 + number % 2} D")):
                open_now += 1
                most = max(most, open_now)
                await asyncio.sleep(1.0)
                open_now -= 1

        async with asyncio.TaskGroup() as group:
            for number in range(4 * OPEN_MAX):
                group.create_task(ask(number))
        assert most == OPEN_MAX
        assert 3.9 < loop.time() < 4.1

    run(check())
