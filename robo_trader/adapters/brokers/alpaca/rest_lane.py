"""One lane to Alpaca's REST API: alpaca-py's blocking client in a thread of its own, one request at a time.

Left alone, alpaca-py asks again by itself after a 429 or 504, order or not, and waits for an answer for ever. Here each
request is sent once, with a time-out; whoever may ask twice says so (`reads.py`). Bodies and answers are plain JSON
(`raw_data`): the library's own models turn prices into floats, and break on words they do not know.
"""

import asyncio
import math
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import Any, TypeVar

import requests
from alpaca.common.exceptions import APIError

from robo_trader.adapters.brokers.alpaca.credentials import Credentials
from robo_trader.adapters.brokers.alpaca.endpoints import Endpoints
from robo_trader.adapters.brokers.alpaca.refusals import AlpacaRefused, AlpacaSilent, NotSent
from robo_trader.adapters.brokers.alpaca.request_budget import RequestBudget

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it imports a retired part of websockets, which we do not use
    from alpaca.trading.client import TradingClient

Answer = TypeVar("Answer")
TOO_MANY_PAUSE_SECONDS = 1.0  # after a 429; Alpaca gives no other hint in all its answers
_SERVER_ERROR = 500
_UNCLEAR = (408, 409, 425)  # the request may have been taken


class OneShotClient(TradingClient):
    """alpaca-py's client, asking once and not for ever."""

    def __init__(self, endpoints: Endpoints, credentials: Credentials, timeout_seconds: float) -> None:
        super().__init__(
            api_key=credentials.key_id, secret_key=credentials.secret_key, paper=not endpoints.is_live, raw_data=True,
            url_override=endpoints.rest_url,
        )  # fmt: skip
        self._timeout_seconds = timeout_seconds
        self._session.trust_env = not endpoints.is_local  # a proxy has no business between us and this machine

    def _one_request(self, method: str, url: str, opts: dict[str, Any], retry: int) -> dict[str, Any]:  # noqa: ARG002
        return super()._one_request(method, url, {**opts, "timeout": self._timeout_seconds}, retry=0)

    def close(self) -> None:
        """Close its connections."""
        self._session.close()


class RestLane:
    """Runs requests in one thread, in the order they come, and within the account's budget."""

    def __init__(
        self, name: str, endpoints: Endpoints, credentials: Credentials, budget: RequestBudget, timeout_seconds: float
    ) -> None:
        """timeout_seconds: for the connection, and for each silence of an answer."""
        self._client = OneShotClient(endpoints, credentials, timeout_seconds)
        self._budget = budget
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"alpaca-{name}")

    async def ask(
        self, question: Callable[[TradingClient], Answer], *, is_order: bool, within_seconds: float = math.inf
    ) -> Answer:
        """Return the answer to a question.

        is_order: whether it may use what the budget keeps for orders; within_seconds: how long it may wait here.

        Raises AlpacaRefused; AlpacaSilent where it is not known what was done; NotSent where it waited too long.
        """
        latest = monotonic() + within_seconds
        await self._budget.take(is_order=is_order)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, partial(_ask, self._client, question, latest))
        except AlpacaRefused as refusal:
            if refusal.is_too_many:
                self._budget.close_for(TOO_MANY_PAUSE_SECONDS)
            raise

    def close(self) -> None:
        """Let the request under way end, send no other, and close the connections."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._client.close()


def _ask(client: OneShotClient, question: Callable[[TradingClient], Answer], latest: float) -> Answer:
    if monotonic() > latest:
        raise NotSent("it waited too long here and was not sent")
    try:
        return question(client)
    except APIError as error:
        raise _named(error) from None  # what it hangs on to holds the request, and so the keys
    except requests.RequestException as error:
        raise AlpacaSilent(
            f"no answer from Alpaca: {type(error).__name__}",
            next_step="It is asked again where that is safe; an order is looked for in the next statement.",
        ) from None


def _named(error: APIError) -> AlpacaRefused | AlpacaSilent:
    status = error.status_code or _SERVER_ERROR
    if status >= _SERVER_ERROR or status in _UNCLEAR:
        return AlpacaSilent(
            f"Alpaca answered with error {status}",
            next_step="See status.alpaca.markets; an order is looked for in the next statement.",
        )
    try:
        code, said = int(error.code), str(error.message)
    except (ValueError, KeyError, TypeError):
        code, said = 0, str(error)[:200]
    return AlpacaRefused(status, code, said)
