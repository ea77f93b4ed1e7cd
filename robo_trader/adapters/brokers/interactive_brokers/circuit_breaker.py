"""Families of requests that are let rest where they fail: not asked for a while, then tried with one.

A family is what fails together: a data farm that is gone fails every history and no statement. What rests is refused at
once and in words; the questions of other families, orders and cancels never notice.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.patience import Patience

TOO_QUICK = frozenset({100, 322})
HISTORY_ERROR = 162


class Family(Enum):
    """What is asked for; the value is how people call it."""

    HISTORY = "history"
    CONTRACTS = "contract details"
    STATEMENTS = "statements"


class RestingError(NoAnswerError):
    """A family of requests is let rest: nothing was asked."""


def is_too_quick(error: RequestRefusedError) -> bool:
    """Return whether the gateway refuses for the number of questions, and not for what is asked.

    The one code of everything that is wrong with a history says by its text alone which it is.
    """
    return error.code in TOO_QUICK or (error.code == HISTORY_ERROR and "pacing" in str(error).lower())


class CircuitBreaker:
    """Watches one family: closed, all are asked; open, none; then one, whose answer closes it again."""

    def __init__(self, family: Family, patience: Patience, say: Callable[[object], None]) -> None:
        """say: tells the engine when a family begins to rest, and when it is answered again."""
        self._family = family
        self._patience = patience
        self._say = say
        self._failures = 0  # in a row
        self._rests = 0  # in a row
        self._until: float | None = None  # by the loop's clock; None while all are asked
        self._is_trying = False

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Ask within this block. Raises RestingError where the family rests.

        No answer, and a refusal for asking too quickly, are failures; other refusals are answers. A line that breaks,
        or a question that is given up, says nothing about the family.
        """
        is_trial = self._admit()
        try:
            yield
        except RequestRefusedError as error:
            if is_too_quick(error):
                self._fail(str(error), is_trial=is_trial)
            else:
                self._heal(is_trial=is_trial)
            raise
        except NoAnswerError as error:
            self._fail(str(error), is_trial=is_trial)
            raise
        else:
            self._heal(is_trial=is_trial)
        finally:
            self._is_trying &= not is_trial

    def forget(self) -> None:
        """Ask again at once: the connection is another one."""
        self._failures = self._rests = 0
        self._until = None

    def _admit(self) -> bool:
        """Return whether this is the one that is tried."""
        if self._until is None:
            return False
        left = self._until - asyncio.get_running_loop().time()
        if left > 0:
            raise RestingError(f"{self._family.value}: not asked for, it failed too often; again in {left:.0f} seconds")
        if self._is_trying:
            raise RestingError(f"{self._family.value}: not asked for before the one that is tried is answered")
        self._is_trying = True
        return True

    def _fail(self, words: str, *, is_trial: bool) -> None:
        self._failures += 1
        if not is_trial and (self._until is not None or self._failures < self._patience.failures_max):
            return
        pauses = self._patience.rests
        pause = pauses[min(self._rests, len(pauses) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311 - spreads attempts
        self._rests += 1
        self._until = asyncio.get_running_loop().time() + pause
        self._tell(
            works=False,
            words=f"{self._failures} requests in a row failed, the last with: {words}; none is sent for {pause:.0f} "
            "seconds, then one is tried",
        )

    def _heal(self, *, is_trial: bool) -> None:
        if is_trial:
            self.forget()
            self._tell(works=True, words="answered again")
        elif self._until is None:
            self._failures = 0

    def _tell(self, *, works: bool, words: str) -> None:
        self._say(speech.ServiceChanged(service=self._family.value, works=works, words=words))
