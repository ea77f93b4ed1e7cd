"""A family that fails too often is let rest, tried with one request after a while, and asked again once that works."""

import asyncio

import pytest
from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.circuit_breaker import CircuitBreaker, Family, RestingError
from robo_trader.adapters.brokers.interactive_brokers.patience import USUAL
from robo_trader.adapters.brokers.interactive_brokers.speech import ServiceChanged
from tests.unit.adapters.brokers.interactive_brokers.virtual_time import run

PATIENCE = replace(USUAL, failures_max=3, rests=(10, 40))
JITTER = 0.2
SILENT = NoAnswerError("nothing came")
NO_CONTRACT = RequestRefusedError(200, "No security definition")
NO_DATA = RequestRefusedError(162, "HMDS query returned no data")
TOO_QUICK = RequestRefusedError(162, "Historical data request pacing violation")


class Watched:
    """A breaker, what it said, and how to ask through it."""

    def __init__(self) -> None:
        self.said: list[object] = []
        self.breaker = CircuitBreaker(Family.HISTORY, PATIENCE, self.said.append)

    def ask(self, *errors: BaseException | None) -> None:
        """Ask once for each; an error is how the asking ends."""
        for error in errors:
            if error is None:
                with self.breaker.attempt():
                    pass
                continue
            with pytest.raises(type(error)) as raised, self.breaker.attempt():
                raise error
            assert raised.value is error

    def is_resting(self) -> bool:
        try:
            self.ask(None)
        except RestingError:
            return True
        return False


@pytest.mark.parametrize("failure", [SILENT, TOO_QUICK], ids=["no answer", "too quick"])
def test_it_rests_after_three_failures_in_a_row_and_says_so_in_words(failure: Exception) -> None:
    async def check() -> None:
        watched = Watched()
        watched.ask(failure, failure, None, failure, failure)
        assert not watched.said, "an answer between them counts anew"
        watched.ask(failure)
        with pytest.raises(RestingError, match="history: not asked for, it failed too often; again in"):
            watched.ask(None)
        [told] = watched.said
        assert isinstance(told, ServiceChanged)
        assert (told.service, told.works) == ("history", False)
        assert "3 requests in a row failed" in told.words and str(failure) in told.words

    run(check())


@pytest.mark.parametrize("error", [NO_CONTRACT, NO_DATA, ConnectionError("gone"), asyncio.CancelledError()], ids=repr)
def test_what_says_nothing_about_the_family_never_lets_it_rest(error: BaseException) -> None:
    async def check() -> None:
        watched = Watched()
        watched.ask(*[error] * 10)
        watched.ask(None)
        assert not watched.said

    run(check())


def test_one_is_tried_after_the_rest_and_an_answer_ends_it() -> None:
    async def check() -> None:
        watched = Watched()
        watched.ask(*[SILENT] * 3)
        await asyncio.sleep(10 * (1 - JITTER) - 0.01)
        assert watched.is_resting()
        await asyncio.sleep(20 * JITTER + 0.02)
        early = pytest.raises(RestingError, match="before the one that is tried is answered")
        with watched.breaker.attempt(), early:
            watched.ask(None)
        watched.ask(SILENT, SILENT, None)
        assert [one.works for one in watched.said if isinstance(one, ServiceChanged)] == [False, True]

    run(check())


def test_a_failed_trial_lets_it_rest_longer_and_one_that_breaks_off_is_tried_again() -> None:
    async def check() -> None:
        watched = Watched()
        watched.ask(*[SILENT] * 3)
        await asyncio.sleep(10 * (1 + JITTER))
        watched.ask(ConnectionError("gone"))
        watched.ask(SILENT)
        await asyncio.sleep(40 * (1 - JITTER) - 0.01)
        assert watched.is_resting()
        await asyncio.sleep(80 * JITTER + 0.02)
        watched.ask(None)
        assert not watched.is_resting()

    run(check())


def test_an_answer_to_what_was_asked_before_ends_no_rest() -> None:
    async def check() -> None:
        watched = Watched()
        with watched.breaker.attempt():
            watched.ask(*[SILENT] * 3)
        assert watched.is_resting()
        watched.breaker.forget()
        watched.ask(None)

    run(check())
