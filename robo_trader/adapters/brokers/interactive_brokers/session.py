"""The life of the broker's process: connect, ask for all, follow, and begin again when the line breaks."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from robo_trader.adapters.brokers.interactive_brokers import speech
from robo_trader.adapters.brokers.interactive_brokers.answers import NoAnswerError, RequestRefusedError
from robo_trader.adapters.brokers.interactive_brokers.circuit_breaker import CircuitBreaker, Family
from robo_trader.adapters.brokers.interactive_brokers.clock import MarketClock
from robo_trader.adapters.brokers.interactive_brokers.codes import CodeKind, meaning
from robo_trader.adapters.brokers.interactive_brokers.errands import Errands
from robo_trader.adapters.brokers.interactive_brokers.history_batch import tell_batch
from robo_trader.adapters.brokers.interactive_brokers.history_line import TimedAnswer
from robo_trader.adapters.brokers.interactive_brokers.history_pool import build_pool
from robo_trader.adapters.brokers.interactive_brokers.history_turns import HistoryQuestion
from robo_trader.adapters.brokers.interactive_brokers.market import MarketWatch
from robo_trader.adapters.brokers.interactive_brokers.numbers import OrderNumbers
from robo_trader.adapters.brokers.interactive_brokers.ordering import Ordering, Say
from robo_trader.adapters.brokers.interactive_brokers.restart_window import RestartWindow
from robo_trader.adapters.brokers.interactive_brokers.routes import see_route
from robo_trader.adapters.brokers.interactive_brokers.safety import refuse_login, refuse_target
from robo_trader.adapters.brokers.interactive_brokers.statements import make_statement
from robo_trader.adapters.brokers.interactive_brokers.surroundings import THIS_MACHINE, Surroundings
from robo_trader.adapters.brokers.interactive_brokers.tracking import OrderTracker, TrackedOrder
from robo_trader.adapters.brokers.interactive_brokers.troubles import Troubles
from robo_trader.adapters.brokers.interactive_brokers.wire import GatewayWire
from robo_trader.core.domain.broker_link import BrokerLinkChanged, LinkState
from robo_trader.core.domain.clocks import ClocksCompared
from robo_trader.core.domain.risk_facts import FactsReported
from robo_trader.core.domain.statements import StatementReceived


class Session:
    """Keeps one connection to the gateway, and tells the engine what it learns."""

    def __init__(self, begin: speech.Begin, say: Say, around: Surroundings = THIS_MACHINE) -> None:
        """say: tells the engine. Raises OSError or ValueError if the file of numbers cannot be read."""
        self._begin = begin
        self._say = say
        self._patience = begin.patience
        self._around = around
        self._clock = MarketClock(around.wall)
        self._troubles = Troubles()
        self.tracker = OrderTracker(self._clock.now, begin.table.read, begin.opened_at, begin.client_id)
        self._wire = GatewayWire(self.tracker, self._clock, begin.time_zone, question_seconds=begin.patience.question)
        numbers = OrderNumbers(Path(begin.numbers_file), around.files)
        self.ordering = Ordering(begin, self._wire, self.tracker, self._clock, say, numbers)
        self.errands = Errands()
        self.market = self._wire.ears.market = MarketWatch(self._wire, self._clock, say, self.errands)
        self.market.retry_seconds = begin.patience.history_retry
        self.market.pool = self._pool = build_pool(begin, self._wire, say)
        self._wire.breaker = CircuitBreaker(Family.STATEMENTS, begin.patience, say)
        self._wire.ears.on_message = self._pass_on
        self._wire.ears.on_code = self._hear_code
        self._wire.on_undecodable = self._hear_undecodable
        self._state, self._reason = LinkState.DOWN, ""
        self._blinded = ""  # why the gateway has lost the broker behind it, while it has
        self._is_over = False
        self._connections = 0
        self._clock.note(begin.at)
        self._resync = asyncio.Event()
        self.tracker.know_executions(begin.executions)
        for known in begin.orders:
            order = known.order
            self.tracker.know(
                TrackedOrder(
                    order.order_id, known.reference, order.intent, known.terms, asked=known.asked,
                    is_accepted=known.is_accepted, is_cancel_asked=known.is_cancel_asked, sent_at=order.approved_at,
                )
            )  # fmt: skip

    def close(self) -> None:
        """Hang up, for good: whatever is under way ends, though nobody cancels it."""
        self._is_over = True
        self._pool.close()
        self._wire.close()

    async def say_words(self) -> None:
        """Tell the engine again and again that the process is there, whatever the gateway does."""
        while True:
            self._tell_alive()
            await asyncio.sleep(self._patience.word)

    async def run(self) -> None:
        """Connect, and connect again, until cancelled or refused."""
        begin = self._begin
        refusal = refuse_target(begin.allowed, begin.port, begin.account)
        if refusal is not None:
            self._enter(LinkState.REFUSED, refusal)
            return
        failures, delays = 0, self._patience.reconnect
        while not self._is_over:
            reason, was_ready = await self._connect_once()
            if self._state is LinkState.REFUSED:
                return
            failures = 1 if was_ready else failures + 1
            self._enter(LinkState.DOWN, self._troubles.explain(reason, failures=failures, at=self._around.wall()))
            delay = delays[-1] if self._window() else delays[min(failures, len(delays)) - 1]
            await asyncio.sleep(delay * self._around.between(0.8, 1.2))

    async def answer(self, asked: speech.AskStatement) -> None:
        """Make a statement and tell it; nothing is told while the line is not READY: no answer is no answer."""
        self._clock.note(asked.at)
        if self._state is not LinkState.READY:
            return
        try:
            statement, facts = await make_statement(
                self._wire,
                self.tracker,
                self._begin.account,
                self._begin.table.read,
                asked.parts,
                since=self._day_began(),
                opened_at=self._begin.opened_at,
            )
        except ConnectionError:
            return
        self._pass_on()
        if facts is not None:  # before the statement: what it lets leave is judged by them
            self._say(FactsReported(markets={}, account=facts, occurred_at=self._clock.now()))
        self._say(StatementReceived(statement=statement, asked_at=asked.at, occurred_at=self._clock.now()))

    async def tell_history(self, asked: speech.AskHistory) -> None:
        """Tell a batch of histories; while the line is not READY nothing is asked, and nobody connected to."""
        await tell_batch(asked, self._history, self._say)

    async def _history(self, question: HistoryQuestion) -> TimedAnswer:
        if self._state is not LinkState.READY:
            raise ConnectionError("the gateway is not reached, or has not told all yet")
        return await self._pool.history(question)

    async def _connect_once(self) -> tuple[str, bool]:
        """Return why the connection ended, and whether it had been READY."""
        begin, was_ready = self._begin, False
        self._troubles.begin()
        self._clock.forget_gateway()
        self._blinded = ""
        if self._state is not LinkState.DOWN or not self._reason:  # else it was said, and each attempt says nothing new
            self._enter(LinkState.CONNECTING, f"connecting to {begin.host}:{begin.port}")
        try:
            accounts = await self._wire.connect(begin.host, begin.port, begin.client_id, self._patience.connect)
            if self._is_over:
                return "it was hung up meanwhile", False
            refusal = refuse_login(begin.allowed, begin.account, accounts)
            if refusal is not None:
                self._enter(LinkState.REFUSED, refusal)
                return refusal, False
            self._connections += 1
            self._enter(LinkState.SYNCHRONISING, "asking for orders, executions and positions")
            await self._synchronise()
            self._enter(LinkState.READY, "all was told")
            was_ready = True
            self._mind_window()
            self.market.begin()
            self._look_at_routes()
            await self._follow()
        except TimeoutError:
            return "nobody answered in time", was_ready
        except ConnectionRefusedError:
            return f"nobody listens at {begin.host}:{begin.port}", was_ready
        except (OSError, NoAnswerError, RequestRefusedError) as error:
            return str(error) or type(error).__name__, was_ready
        finally:
            self.ordering.stop_sending()
            self.market.end()
            self._wire.hang_up()
        return "the gateway does not answer any more", was_ready

    async def _synchronise(self) -> None:
        """Ask for all that is; what was missed comes with the answers. Raises NoAnswerError where one is missing."""
        wire = self._wire
        self._resync.clear()
        self.tracker.forget_wire()
        await wire.beat(self._patience.beat)
        self._tell_alive()
        await wire.own_open_orders()
        await wire.open_orders()
        await wire.completed_orders()
        await wire.executions()
        await wire.positions()
        self.tracker.lapse(self._day_began())
        self.tracker.settle_changes()
        await self.ordering.resume(wire.ears.next_id)
        self._pass_on()

    def _look_at_routes(self) -> None:
        """See whether symbols are traded where their orders are to go; until that is known the gateway judges alone."""
        for symbol in self.ordering.routes.direct():
            self.errands.start(see_route(self.ordering.routes, self._pool, symbol, self._say))

    async def _follow(self) -> None:
        """Stay with a connection until it is lost."""
        misses = 0
        while not self._wire.lost.is_set():
            try:
                await self._wire.beat(self._patience.beat)
            except NoAnswerError:
                misses += 1
                if misses >= self._patience.misses_max:
                    return
                continue
            misses = 0
            self._tell_alive()
            self._mind_window()
            if self._state in {LinkState.BLIND, LinkState.RESTARTING}:
                self._resync.clear()  # when that is over all is asked for anyway
            elif self._resync.is_set():
                self._enter(LinkState.SYNCHRONISING, "the line was disturbed")
                self.ordering.stop_sending()
                await self._synchronise()
                self._enter(LinkState.READY, "all was told again")
                self.market.renew()  # bars may have ended meanwhile, whatever the gateway kept
            await self._rest()

    async def _rest(self) -> None:
        """Wait for the next beat, or for something that cannot wait."""
        waiting = [asyncio.ensure_future(self._wire.lost.wait()), asyncio.ensure_future(self._resync.wait())]
        try:
            await asyncio.wait(waiting, timeout=self._patience.beat, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    def _hear_code(self, about: int, code: int, text: str) -> None:
        kind = meaning(code).kind
        self._troubles.hear(about, code)
        self._say(speech.CodeHeard(code=code, about=about, text=text))
        if kind is CodeKind.LINK_LOST:
            self._blinded = f"{code}: {text}"
            if self._state in {LinkState.READY, LinkState.SYNCHRONISING}:
                self.ordering.stop_sending()
                self._enter(LinkState.BLIND, self._blinded)
        elif kind is CodeKind.LINK_BACK:
            self._blinded = ""
            if self._state is LinkState.BLIND:
                self._enter(LinkState.SYNCHRONISING, f"{code}: {text}")
            self._resync.set()

    def _window(self) -> RestartWindow | None:
        """Return the hours it is in, if the gateway may go away now; before it was heard nobody knows the time."""
        if not self._clock.was_heard:
            return None
        now = self._clock.now()
        return next((window for window in self._begin.windows if window.contains(now)), None)

    def _mind_window(self) -> None:
        """Hold all back while the gateway may go away, and begin again once these hours are over."""
        if self._window() is not None:
            self.ordering.stop_sending()
            self._enter(LinkState.RESTARTING, "")
        elif self._state is LinkState.RESTARTING:
            if self._blinded:
                self._enter(LinkState.BLIND, self._blinded)
            else:
                self._enter(LinkState.SYNCHRONISING, "the hours of restarts are over")
                self._resync.set()

    def _hear_undecodable(self, words: str) -> None:
        self._say(speech.AlarmRaised(words=f"a message of the gateway could not be read: {words}"))
        asyncio.get_running_loop().call_later(self._patience.resync, self._resync.set)

    def _tell_alive(self) -> None:
        is_simulated = self._clock.is_simulated if self._clock.was_heard else None
        self._say(speech.StillAlive(is_simulated=is_simulated))
        ahead = self._clock.gap.take_news()
        if ahead is not None:
            self._say(ClocksCompared(ahead_nanos=ahead, occurred_at=self._clock.now()))

    def _pass_on(self) -> None:
        """Tell the engine what was learnt of orders."""
        for report in self.tracker.take_reports():
            self._clock.note(report.occurred_at)
            self._say(report)
        for words in self.tracker.alarms:
            self._say(speech.AlarmRaised(words=words))
        self.tracker.alarms.clear()

    def _enter(self, state: LinkState, reason: str) -> None:
        window = self._window()
        if window is not None and state is not LinkState.REFUSED:
            # There or not: nothing is sent, nobody is alarmed, and what rests at the broker rests on.
            state, reason = LinkState.RESTARTING, f"the gateway may restart ({window.text}); orders wait for its end"
        if (state, reason) != (self._state, self._reason) or state is LinkState.REFUSED:
            self._state, self._reason = state, reason
            changed = BrokerLinkChanged(
                state=state, reason=reason, epoch=self._connections, occurred_at=self._clock.now()
            )
            self._say(changed)

    def _day_began(self) -> int:
        """Return midnight of the gateway's day, UTC: executions of before it may be missing in its answers."""
        day = datetime.fromtimestamp(self._clock.now() / 1e9, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return int(day.timestamp()) * 1_000_000_000
