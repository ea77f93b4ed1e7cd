"""What goes wrong with market data without anybody's doing, on demand: for tests and for scripts of faults.

Only what is told changes: the tape, and what orders fill at, stay as they are.
"""

from decimal import Decimal

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.instruments import Symbol
from robo_trader.simulation.gateway.market.board import ASK, BID
from robo_trader.simulation.gateway.market.floor import Floor
from robo_trader.simulation.gateway.market.line_desk import LineDesk
from robo_trader.simulation.gateway.market.stream_desk import BID_ASK, StreamDesk
from robo_trader.simulation.gateway.protocol.market_messages import (
    MarketDataKind,
    TickByTickMessage,
    TickGeneric,
    TickPrice,
)
from robo_trader.simulation.gateway.protocol.values import WireTick

HALTED_TICK = 49
RUNNING, HALTED, PAUSED = 0, 1, 2  # as the tick numbers them: a halt by the exchange, a pause for volatility


class MarketDoings:
    """Disturbs what clients are told. An empty symbol means all of them."""

    def __init__(self, floor: Floor, lines: LineDesk, streams: StreamDesk) -> None:
        self._floor = floor
        self._lines = lines
        self._streams = streams

    def freeze_ticks(self, symbol: str = "") -> None:
        """Tell no tick of a symbol any more, in lines and streams; the connection and everything else go on."""
        self._floor.frozen |= self._meant(symbol)

    def thaw_ticks(self, symbol: str = "") -> None:
        """Tell ticks again."""
        self._floor.frozen -= self._meant(symbol)

    def change_data_kind(self, kind: int, symbol: str = "") -> None:
        """Say that lines have another kind of data from now on: 1 live, 2 frozen, 3 delayed, 4 delayed and frozen."""
        if kind not in {1, 2, 3, 4}:
            raise InvalidConfig(f"there is no kind {kind} of market data", next_step="Kinds are 1 to 4.")
        for client_id, request_id in self._lines.askers_of(self._meant(symbol)):
            self._floor.outbox.say(client_id, MarketDataKind(request_id=request_id, kind=kind))

    def halt(self, symbol: str, kind: int = HALTED) -> None:
        """Say that a symbol is halted (1), paused for volatility (2), or trades again (0)."""
        if kind not in {RUNNING, HALTED, PAUSED}:
            raise InvalidConfig(f"there is no halt of kind {kind}", next_step="Kinds are 0, 1 and 2.")
        for client_id, request_id in self._lines.askers_of(self._meant(symbol)):
            tick = TickGeneric(request_id=request_id, tick_type=HALTED_TICK, value=Decimal(kind))
            self._floor.outbox.say(client_id, tick)

    def tell_quote(
        self,
        symbol: str,
        bid: Decimal,
        ask: Decimal,
        *,
        bid_size: Decimal = Decimal(100),
        ask_size: Decimal = Decimal(100),
    ) -> None:
        """Tell a quote that the market does not have: far away, crossed, or no quote at all."""
        meant, outbox, at = self._meant(symbol), self._floor.outbox, self._floor.now
        for client_id, request_id in self._lines.askers_of(meant):
            outbox.say(client_id, TickPrice(request_id=request_id, tick_type=BID, price=bid, size=bid_size))
            outbox.say(client_id, TickPrice(request_id=request_id, tick_type=ASK, price=ask, size=ask_size))
        tick = WireTick(at=at, bid=bid, ask=ask, bid_size=bid_size, ask_size=ask_size)
        for client_id, request_id in self._streams.askers_of(meant, BID_ASK):
            outbox.say(client_id, TickByTickMessage(request_id=request_id, kind=BID_ASK, tick=tick))

    def _meant(self, symbol: str) -> set[Symbol]:
        known = {listing.symbol for listing in self._floor.settings.listings}
        if symbol and symbol not in known:
            raise InvalidConfig(f"there is no stock {symbol!r}", next_step="Name a symbol of the feed.")
        return {Symbol(symbol)} if symbol else known
