"""Questions to the gateway and their answers. Each ends: with all rows, with a refusal, or with none in time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


class NoAnswerError(Exception):
    """Nothing came in time. It is not known what there is: no answer is never "nothing"."""


class RequestRefusedError(Exception):
    """The gateway refused a question."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class Answers:
    """Gathers rows until their end comes. Keys: the request's number, or a word where the wire knows no number."""

    def __init__(self) -> None:
        self._rows: dict[int | str, list[Any]] = {}
        self._ends: dict[int | str, asyncio.Future[None]] = {}
        self._one_at_a_time: dict[int | str, asyncio.Lock] = {}

    async def ask(self, key: int | str, send: Callable[[], Awaitable[None]], seconds: float) -> list[Any]:
        """Send a question; return the rows of its answer, in order.

        Raises NoAnswerError after so many seconds, RequestRefusedError, and ConnectionError where the line breaks.
        """
        async with self._one_at_a_time.setdefault(key, asyncio.Lock()):
            end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._ends[key] = end
            rows = self._rows[key] = []
            try:
                await send()
                async with asyncio.timeout(seconds):  # wait_for would lose a cancel that comes with the answer
                    await end
            except TimeoutError:
                raise NoAnswerError(f"no answer to {key} within {seconds:g} seconds") from None
            finally:
                self._ends.pop(key, None)
                self._rows.pop(key, None)
                if end.done() and not end.cancelled():
                    end.exception()  # looked at, also where the line broke while the question waited for its turn
        if isinstance(key, int):
            self._one_at_a_time.pop(key, None)
        return rows

    def add(self, key: int | str, row: object) -> None:
        """Take a row; of a question that nobody asked, or gave up, it is dropped."""
        rows = self._rows.get(key)
        if rows is not None:
            rows.append(row)

    def end(self, key: int | str) -> None:
        """Take the end of an answer."""
        end = self._ends.get(key)
        if end is not None and not end.done():
            end.set_result(None)

    def refuse(self, key: int, code: int, text: str) -> bool:
        """Take a refusal; return whether such a question is open."""
        end = self._ends.get(key)
        if end is None:
            return False
        if not end.done():
            end.set_exception(RequestRefusedError(code, text))
        return True

    def spoil(self, key: int | str) -> None:
        """Take that a row could not be read: whatever else comes, it is not all."""
        end = self._ends.get(key)
        if end is not None and not end.done():
            end.set_exception(NoAnswerError(f"the answer to {key} holds a message that could not be read"))

    def spoil_numbered(self) -> None:
        """Take the same of every question that has a number."""
        for key in [key for key in self._ends if isinstance(key, int)]:
            self.spoil(key)

    def break_off(self) -> None:
        """Let every question fail: the line is gone."""
        for end in self._ends.values():
            if not end.done():
                end.set_exception(ConnectionError("the connection to the gateway is gone"))
