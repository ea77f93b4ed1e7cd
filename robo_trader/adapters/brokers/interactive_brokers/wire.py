"""The connection to the gateway: ib_async encodes and decodes, and keeps no books for us.

Its own record of orders is not used: it takes advisory codes for cancellations, forgets all on a disconnect, counts
corrections twice and loses fills of orders it does not know. Here every decoded message goes to `Ears` as it came.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from ib_async.contract import Contract
from ib_async.objects import (
    BarData,
    Execution,
    ExecutionFilter,
)
from ib_async.order import Order, OrderState

from robo_trader.adapters.brokers.interactive_brokers.answers import Answers
from robo_trader.adapters.brokers.interactive_brokers.circuit_breaker import CircuitBreaker
from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
from robo_trader.adapters.brokers.interactive_brokers.ears import COMPLETED, FIRST_REQUEST, OPEN, POSITIONS, TIME, Ears
from robo_trader.adapters.brokers.interactive_brokers.guarded_client import GuardedClient
from robo_trader.adapters.brokers.interactive_brokers.history_line import ask_history
from robo_trader.adapters.brokers.interactive_brokers.history_turns import HistoryQuestion
from robo_trader.adapters.brokers.interactive_brokers.pacing import Lane, Pacer, TurnDroppedError
from robo_trader.adapters.brokers.interactive_brokers.tracking import OrderTracker
from robo_trader.adapters.brokers.interactive_brokers.unreadable_messages import UnreadableMessages

# Kinds of messages that are rows of answers, by the question. None: of one with a number.
_ROWS = {"5": OPEN, "101": COMPLETED, "61": POSITIONS, "11": None, "63": None}


class GatewayWire:
    """One connection after the other; questions wait for their turn."""

    def __init__(
        self, tracker: OrderTracker, clock: MarketClock, time_zone: str = "US/Eastern", *, question_seconds: float
    ) -> None:
        """question_seconds: how long an answer may take."""
        self._question_seconds = question_seconds
        self._clock = clock
        self.answers = Answers()
        self.ears = Ears(tracker, self.answers, clock, time_zone)
        self.client = GuardedClient(self.ears)
        self.pacer = Pacer()
        self.breaker: CircuitBreaker | None = None  # of the questions that statements are made of
        self.lost = asyncio.Event()
        self.on_undecodable: Callable[[str], None] = lambda _words: None
        self._requests = FIRST_REQUEST
        self.client.apiEnd += self._end
        self._handler = UnreadableMessages(self._spoil)
        logging.getLogger("ib_async.Decoder").addHandler(self._handler)

    async def connect(self, host: str, port: int, client_id: int, seconds: float) -> list[str]:
        """Connect and shake hands; return the accounts of the login. Raises OSError or TimeoutError."""
        self.lost.clear()
        if self.breaker is not None:
            self.breaker.forget()
        await self.client.open(host, port, client_id, seconds)
        return list(self.client.getAccounts())

    def close(self) -> None:
        """Hang up."""
        logging.getLogger("ib_async.Decoder").removeHandler(self._handler)
        self.hang_up()

    def hang_up(self) -> None:
        """Hang up; another connection may follow."""
        self.client.disconnect()
        self._end()

    async def send(self, lane: Lane, speak: Callable[[], None]) -> None:
        """Wait for a turn and speak. Raises ConnectionError if there is no line."""
        try:
            await self.pacer.turn(lane)
        except TurnDroppedError:
            raise ConnectionError("the connection to the gateway was disturbed") from None
        if not self.client.isReady():
            raise ConnectionError("the connection to the gateway is gone")
        speak()

    @property
    def is_open(self) -> bool:
        """Whether there is a line."""
        return self.client.isReady()

    def place(self, wire_id: int, contract: Contract, order: Order) -> None:
        """Hand an order to the socket: a new one, or new terms of one that has this number. Has had its turn."""
        self.client.placeOrder(wire_id, contract, order)

    def cancel(self, wire_id: int) -> None:
        """Hand a cancel to the socket. Has had its turn."""
        self.client.cancelOrder(wire_id)

    async def positions(self) -> list[tuple[str, Contract, float, float]]:
        """Return account, contract, shares and average cost of every position."""
        return await self._ask_once(POSITIONS, self.client.reqPositions, self.client.cancelPositions)

    async def open_orders(self) -> list[tuple[Contract, Order, OrderState]]:
        """Return everybody's open orders."""
        return await self._ask(OPEN, self.client.reqAllOpenOrders)

    async def own_open_orders(self) -> list[tuple[Contract, Order, OrderState]]:
        """Return the open orders of this client id: they, and only they, tell their numbers."""
        return await self._ask(OPEN, self.client.reqOpenOrders)

    async def completed_orders(self) -> list[tuple[Contract, Order, OrderState]]:
        """Return the orders that ended today."""
        return await self._ask(COMPLETED, lambda: self.client.reqCompletedOrders(False))  # noqa: FBT003

    async def executions(self) -> list[tuple[Contract, Execution]]:
        """Return today's executions, of all clients."""
        key = self.number()
        return await self._ask(key, lambda: self.client.reqExecutions(key, ExecutionFilter()))

    async def account_values(self, tags: str) -> list[tuple[str, str, str, str]]:
        """Return account, tag, value and currency of chosen values."""
        key = self.number()
        return await self._ask_once(
            key,
            lambda: self.client.reqAccountSummary(key, "All", tags),
            lambda: self.client.cancelAccountSummary(key),
        )

    async def beat(self, seconds: float) -> None:
        """Ask for the time: whoever answers lives. Raises NoAnswerError."""
        await self.answers.ask(TIME, lambda: self.send(Lane.BEAT, self._ask_time), seconds)

    async def history(self, question: HistoryQuestion) -> list[BarData]:
        """Return bars up to now: where there is no connection for history."""
        key = self.number()
        ask = self.answers.ask
        return await ask(
            key, lambda: self.send(Lane.MARKET, lambda: ask_history(self.client, key, question)), self._question_seconds
        )

    async def keep_history(self, number: int, contract: Contract, bar_size: str, duration: str) -> None:
        """Ask for trades as bars of regular hours, up to now and on."""
        ask = self.client.reqHistoricalData
        await self.send(
            Lane.MARKET,
            lambda: ask(number, contract, "", duration, bar_size, "TRADES", 1, 2, True, []),  # noqa: FBT003
        )

    async def keep_ticks(self, number: int, contract: Contract, generic: str = "") -> None:
        """Ask for a line of ticks from now on. generic: numbers of further kinds, with commas."""
        ask = self.client.reqMktData
        await self.send(Lane.MARKET, lambda: ask(number, contract, generic, False, False, []))  # noqa: FBT003

    async def keep_stream(self, number: int, contract: Contract, kind: str) -> None:
        """Ask for every single tick of a kind from now on."""
        ask = self.client.reqTickByTickData
        await self.send(Lane.MARKET, lambda: ask(number, contract, kind, 0, False))  # noqa: FBT003

    async def ask_contract(self, number: int, contract: Contract) -> None:
        """Ask which contracts fit a description."""
        await self.send(Lane.QUERY, lambda: self.client.reqContractDetails(number, contract))

    async def ask_rule(self, rule: int) -> None:
        """Ask for the steps of prices."""
        await self.send(Lane.QUERY, lambda: self.client.reqMarketRule(rule))

    async def drop_history(self, number: int) -> None:
        """Want bars no more."""
        await self.send(Lane.MARKET, lambda: self.client.cancelHistoricalData(number))

    async def drop_ticks(self, number: int) -> None:
        """Want ticks no more."""
        await self.send(Lane.MARKET, lambda: self.client.cancelMktData(number))

    async def drop_stream(self, number: int) -> None:
        """Want single ticks no more."""
        await self.send(Lane.QUERY, lambda: self.client.cancelTickByTickData(number))

    def number(self) -> int:
        """Return a number for a question."""
        self._requests += 1
        return self._requests

    async def _ask(self, key: int | str, speak: Callable[[], None]) -> list[Any]:
        with nullcontext() if self.breaker is None else self.breaker.attempt():
            return await self.answers.ask(key, lambda: self.send(Lane.QUERY, speak), self._question_seconds)

    async def _ask_once(self, key: int | str, speak: Callable[[], None], enough: Callable[[], None]) -> list[Any]:
        """Ask what the gateway would go on telling, and say that it is enough, answered or not: few may be open."""
        try:
            return await self._ask(key, speak)
        finally:
            if self.is_open:
                await self.send(Lane.QUERY, enough)

    def _ask_time(self) -> None:
        self._clock.note_asked()
        self.client.reqCurrentTime()

    def _spoil(self, kind: str, words: str) -> None:
        """Take that a message could not be read: an answer that it was part of is none."""
        if kind in _ROWS:
            key = _ROWS[kind]
            self.answers.spoil_numbered() if key is None else self.answers.spoil(key)
        self.on_undecodable(words)

    def _end(self) -> None:
        self.answers.break_off()
        self.lost.set()
