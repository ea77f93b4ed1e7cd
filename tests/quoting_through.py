"""The trader of `trading_through`, with a strategy that reads quotes: AAPL is traded, SPY is quoted beside it.

What is wanted stands in the sizes of the quotes, so that a program that begins again wants the same.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from robo_trader.adapters.brokers.interactive_brokers.speech import TicksWanted
from robo_trader.core.domain.bars import TradingSession
from robo_trader.core.domain.events import OrderDenied, QuoteArrived
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.market_data import DataState, MarketDataChanged
from robo_trader.core.domain.quotes import Quote
from robo_trader.core.domain.violations import Control
from robo_trader.core.engine.settings import EngineSettings
from robo_trader.core.market.bar_sizes import BarSize
from robo_trader.core.market.sessions import SessionTable
from robo_trader.core.portfolio.sizing import FixedShares
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.strategies.event_strategy import Desk, Values
from robo_trader.runtime.live_records import LiveRecords
from robo_trader.runtime.live_trading import LiveMarket, LiveTrading
from robo_trader.runtime.missed_slices import freshness
from tests.builders import AAPL, OPEN, a_quote, a_session, engine_settings
from tests.gateway_running import RunningGateway
from tests.trading_through import FULL, QUICK, SECOND, AsTold, Trader

SPY = Symbol("SPY")
SYMBOLS = (AAPL, SPY)
ENTER, LEAVE = 700.0, 300.0  # shares at the bid of any quote: hold AAPL, or none of it
USUAL_SIZE = 500.0
PATIENT = replace(QUICK, answer=4.0)  # an order may have to wait behind the subscriptions of the start
TICKS = TicksWanted(quotes=True, streams_max=2, silence_seconds=1.0, renew_seconds=1.0)


@dataclass(frozen=True)
class BySizes(AsTold):
    """Wants AAPL, or none of it, as the size of a bid says."""

    def on_quote(self, memory: list[str], quote: Quote, values: Values, desk: Desk) -> None:  # noqa: ARG002
        if quote.bid_size in {ENTER, LEAVE}:
            desk.want(AAPL, float(quote.bid_size == ENTER), "the size says so")


def settings_by_sizes(limits: RiskLimits | None = None) -> EngineSettings:
    """Orders of 100 shares at the market."""
    return engine_settings(
        strategy=BySizes(), sizer=FixedShares(quantity=float(FULL)), symbols=SYMBOLS, limits=limits
    )  # fmt: skip


class QuotingTrader(Trader):
    """A trader that is told quotes."""

    session = a_session()
    is_today = False  # whether quotes are of now by the wall's clock

    def begin_quotes(self, ticks: TicksWanted) -> None:
        """Ask for quotes of both symbols."""
        sessions = SessionTable([self.session])
        records = LiveRecords(self.broker.records, sessions, self._no_bar)
        self.trading = LiveTrading(
            self.loop, self.broker, self.reconciled, see_to=self._see_to_nothing,
            market=LiveMarket(self._take_slices, freshness(sessions, BarSize.HOUR_1), records),
        )  # fmt: skip
        self.broker.watch(SYMBOLS, BarSize.HOUR_1, "1 D", ticks)

    def quote(self, symbol: Symbol = AAPL, *, mid: float = 100.0, bid_size: float = USUAL_SIZE) -> Quote:
        """Let the market quote a symbol, a second later."""
        at = time.time_ns() if self.is_today else max(self.gateway.clock.at, OPEN) + SECOND
        quote = a_quote(symbol=symbol, at=at, bid=mid - 0.01, ask=mid + 0.01, bid_size=bid_size)
        self.gateway.show(QuoteArrived(quote=quote, session=self.session))
        return quote

    async def until_flowing(self, *symbols: Symbol) -> None:
        """Quote until the data of the symbols flows; of both, if none is named."""
        wanted = symbols or SYMBOLS

        def flows() -> bool:
            if all(self.data_state(symbol) is DataState.FLOWING for symbol in wanted):
                return True
            for symbol in wanted:
                self.quote(symbol)
            return False

        await self.until(flows, "data does not flow")
        for symbol in wanted:
            await self.catch_up(symbol)

    async def catch_up(self, symbol: Symbol = AAPL) -> None:
        """Quote a symbol once more, and hear of it: all before it was heard then."""
        self._marks += 1
        await self.ask_for(USUAL_SIZE + self._marks, by=symbol)

    async def until_state(self, state: DataState, symbol: Symbol = AAPL) -> None:
        await self.until(lambda: self.data_state(symbol) is state, f"{symbol} never became {state.value}")

    def data_state(self, symbol: Symbol = AAPL) -> DataState | None:
        """How the engine was told that things stand."""
        told = [event.state for event in self.heard(MarketDataChanged) if event.symbol == symbol]
        return told[-1] if told else None

    async def ask_for(self, bid_size: float, *, by: Symbol = AAPL) -> None:
        """Let a quote of a symbol say what is wanted, and be heard."""
        quote, seen = self.quote(by, bid_size=bid_size), len(self.heard(QuoteArrived))

        def is_heard() -> bool:
            told = [event.quote for event in self.heard(QuoteArrived)[seen:]]
            return any(one.symbol == by and one.bid_size == bid_size for one in told)

        await self.until(is_heard, f"nobody told of {quote}")

    async def hold(self) -> None:
        """Come to hold AAPL."""
        await self.ask_for(ENTER)
        await self.until(self._pursue_until(Decimal(FULL)), "it is not held")

    async def leave(self, *, by: Symbol = AAPL) -> None:
        """Come to hold none of it."""
        await self.ask_for(LEAVE, by=by)
        await self.until(self._pursue_until(Decimal(0)), "it is still held")

    def held(self) -> Decimal:
        return self.engine.account.ledger.position(AAPL).quantity

    def denials(self) -> set[Control]:
        return {one.control for event in self.decided(OrderDenied) for one in event.violations}

    def _pursue_until(self, shares: Decimal) -> Callable[[], bool]:
        def is_so() -> bool:
            if self.held() == shares and not self.engine.account.orders.open:
                return True
            self.quote()
            return False

        return is_so

    _marks = 0

    @staticmethod
    def _no_bar() -> None:
        """No bar is in the making: the test closes its own."""

    @staticmethod
    async def _see_to_nothing() -> None:
        """See to nothing besides."""


@asynccontextmanager
async def a_quoting_trader(  # noqa: PLR0913 - a test names only what matters to it
    gateway: RunningGateway,
    folder: Path,
    *,
    ticks: TicksWanted = TICKS,
    limits: RiskLimits | None = None,
    port: int | None = None,
    is_awaited: bool = True,
    today: TradingSession | None = None,
) -> AsyncIterator[QuotingTrader]:
    """A program that trades on quotes; orders may leave and data flows, if `is_awaited`.

    today: the session that is on by the wall's clock, if the gateway plays it.
    """
    trader = QuotingTrader(gateway, folder, port or gateway.port, settings_by_sizes(limits), PATIENT)
    if today is not None:
        trader.session, trader.is_today = today, True
    with closing(trader.journal):
        try:
            await trader.begin()
            trader.begin_quotes(ticks)
            await trader.until_ready()
            if is_awaited:
                await trader.until_flowing()
            yield trader
        finally:
            await trader.broker.stop()
