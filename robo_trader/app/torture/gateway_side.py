"""The broker's side of the world: the pretend gateway on the pretend network, and what it saw of our orders."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from robo_trader.app.torture.stage import ACCOUNT, BAR_SIZE, HOST, OPENING_CASH, PORT, Stage, WallClock
from robo_trader.core.domain.bars import NANOS_PER_SECOND, Bar, BarSlice
from robo_trader.core.domain.instruments import Symbol
from robo_trader.core.domain.order_references import parse_reference
from robo_trader.core.market.commissions import IBKR_FIXED
from robo_trader.simulation.gateway.brokerage.brokerage import Brokerage
from robo_trader.simulation.gateway.brokerage.settings import BrokerageSettings, Listing
from robo_trader.simulation.gateway.brokerage.state import Arming
from robo_trader.simulation.gateway.market.market import Market
from robo_trader.simulation.gateway.market.settings import MarketSettings
from robo_trader.simulation.gateway.protocol import requests as asks
from robo_trader.simulation.gateway.server.desk import MarketEvent
from robo_trader.simulation.gateway.server.fault_book import FaultBook
from robo_trader.simulation.gateway.server.faults import Fault, FaultKind
from robo_trader.simulation.gateway.server.gateway_server import GatewayServer, GatewaySettings
from robo_trader.simulation.venue.venue import VenueSettings
from robo_trader.simulation.world.loop import WorldLoop
from robo_trader.simulation.world.processes import Process

TICK_SECONDS = 1.0
_SETTINGS = GatewaySettings(host=HOST, port=PORT, is_paced=True, tick_seconds=TICK_SECONDS)


class WireBroken(AssertionError):
    """What left is not what may leave."""


class WireEye:
    """Stands before the brokerage and holds every order of ours against what was durable when it came."""

    def __init__(self, install: str, is_durable: Callable[[int], bool]) -> None:
        self._install = install
        self._is_durable = is_durable
        self._numbers: dict[str, int] = {}  # on the wire, by reference
        self._names: dict[int, str] = {}
        self.orders = 0

    def look(self, asked: asks.PlaceOrder) -> None:
        """Hold an order against what came before. Raises WireBroken."""
        name = asked.ticket.order_ref
        reference = parse_reference(name)
        if reference is None or reference.install != self._install:
            raise WireBroken(f"an order with the reference {name!r} left")
        if not self._is_durable(reference.sequence):
            raise WireBroken(f"I01: order {name} left before its intention was durable")
        self.orders += name not in self._numbers
        if self._numbers.setdefault(name, asked.order_id) != asked.order_id:
            raise WireBroken(f"I02: order {name} left as number {self._numbers[name]} and {asked.order_id}")
        if self._names.setdefault(asked.order_id, name) != name:
            raise WireBroken(f"I02: number {asked.order_id} was used for {self._names[asked.order_id]} and {name}")


class _WatchedBrokerage(Brokerage):
    """The brokerage, with an eye before it."""

    def __init__(self, settings: BrokerageSettings, eye: WireEye) -> None:
        super().__init__(settings)
        self._eye = eye

    def handle(self, client_id: int, request: asks.Request, at: int) -> None:
        if isinstance(request, asks.PlaceOrder):
            self._eye.look(request)
        super().handle(client_id, request, at)


@dataclass(slots=True)
class Distortion:
    """What the feed makes of the market. The brokerage sees the truth."""

    frozen_until: dict[Symbol, int] = field(default_factory=dict)  # UTC ns
    factors: dict[Symbol, float] = field(default_factory=dict)  # of the next bar's last price and range
    ruined: dict[Symbol, float] = field(default_factory=dict)  # the next bar's last price

    def of(self, slice_: BarSlice) -> BarSlice:
        """Return what is shown of a slice."""
        shown = [self._bar(bar) for bar in slice_.bars if self.frozen_until.get(bar.symbol, 0) < slice_.ended_at]
        return replace(slice_, bars=tuple(shown))

    def _bar(self, bar: Bar) -> Bar:
        factor = self.factors.pop(bar.symbol, None)
        if factor is not None:
            last = round(bar.close * factor, 2)
            return replace(bar, close=last, high=max(bar.high, last), low=min(bar.low, last))
        if bar.symbol in self.ruined:
            return replace(bar, close=self.ruined.pop(bar.symbol))
        return bar


class _DistortedMarket(Market):
    """The market as a bad feed shows it."""

    def __init__(self, settings: MarketSettings, distortion: Distortion) -> None:
        super().__init__(settings)
        self._distortion = distortion

    def show(self, event: MarketEvent) -> None:
        super().show(self._distortion.of(event) if isinstance(event, BarSlice) else event)


class GatewaySide:
    """The gateway's process, which plays the market."""

    def __init__(self, loop: WorldLoop, stage: Stage, clock: WallClock, eye: WireEye) -> None:
        self._loop, self._stage, self._clock, self._eye = loop, stage, clock, eye
        self.process = Process("gateway")
        self.distortion = Distortion()
        listings = tuple(Listing(symbol=symbol) for symbol in stage.symbols)
        venue = VenueSettings(slippage_bps=1.0, participation_max=0.1, commissions=IBKR_FIXED)
        self.brokerage = _WatchedBrokerage(
            BrokerageSettings(
                venue=venue, sessions=stage.sessions, listings=listings, account=ACCOUNT, opening_cash=OPENING_CASH,
                answer_delay=NANOS_PER_SECOND // 10, commission_delay=NANOS_PER_SECOND // 5,
            ),
            eye,
        )  # fmt: skip
        market = _DistortedMarket(
            MarketSettings(sessions=stage.sessions, listings=listings, bar_size=BAR_SIZE), self.distortion
        )
        self._faults = FaultBook(seed=stage.seed)
        self.server = GatewayServer(
            {"brokerage": self.brokerage, "market": market}, _SETTINGS, clock=clock.market, faults=self._faults,
            real=loop.time,
        )  # fmt: skip

    async def main(self) -> None:
        """Serve, and raise the bug that ends it."""
        await self.server.start()
        await self.server.wait_closed()

    async def play(self, slices: list[BarSlice]) -> None:
        """Show slices as they end."""
        for slice_ in slices:
            await asyncio.sleep(max(0.0, (slice_.ended_at - self._clock.market()) / NANOS_PER_SECOND))
            self.server.show(slice_)

    def book(self) -> dict[str, Any]:
        """Return what is so."""
        return self.brokerage.book()

    def inject(self, fault: Mapping[str, Any]) -> None:
        """Let a fault happen to messages and sessions."""
        self.server.inject(Fault(**{**fault, "kind": FaultKind(fault["kind"])}))

    def calm(self) -> None:
        """Let all go well from here on."""
        self._faults.disarm()
        self.inject({"kind": "linger", "seconds": 0.0})
        self.inject({"kind": "refuse", "seconds": 0.0})
        arming, usual = self.brokerage.doings.arming, Arming()
        for name in usual.__struct_fields__:
            setattr(arming, name, getattr(usual, name))
        self.distortion.frozen_until.clear()
        self.distortion.factors.clear()
        self.distortion.ruined.clear()


def cents(amount: Decimal) -> Decimal:
    """Return dollars to the cent."""
    return amount.quantize(Decimal("0.01"))
