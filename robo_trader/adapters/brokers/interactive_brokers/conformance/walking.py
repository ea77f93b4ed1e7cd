"""Takes the tour from its first step to its last, and leaves nothing open behind, however it ends."""

import contextlib
import logging
from collections.abc import Callable

from robo_trader import __version__
from robo_trader.adapters.brokers.interactive_brokers.conformance.frames import sequence
from robo_trader.adapters.brokers.interactive_brokers.conformance.itinerary import FILLING_STEPS, STEPS, Step
from robo_trader.adapters.brokers.interactive_brokers.conformance.recorder import UndecodableHandler
from robo_trader.adapters.brokers.interactive_brokers.conformance.recording import (
    FORMAT,
    FrameRecord,
    Header,
    Recording,
    StepRecord,
)
from robo_trader.adapters.brokers.interactive_brokers.conformance.tour import REFERENCE, Tour, TourPlan
from robo_trader.core.domain.errors import OrdersLeftOpen

_DECODER_LOG = logging.getLogger("ib_async.Decoder")
CONNECT, SWEEP = "connect", "nothing is left open"


class Walk:
    """One tour from beginning to end, and what was recorded of it so far."""

    def __init__(self, plan: TourPlan, tell: Callable[[str], None]) -> None:
        """tell: hears each step in words, before it is taken."""
        self._plan = plan
        self._tell = tell
        self._tour = Tour(plan)
        self._taken: dict[str, list[str]] = {}  # answers that never came, by step

    async def go(self) -> None:
        """Take every step.

        Raises BrokerError if the gateway is not reached or is another's, InvalidConfig without a price, and
        OrdersLeftOpen, which names what a person must see to.
        """
        undecodable = UndecodableHandler(self._tour.ears)
        _DECODER_LOG.addHandler(undecodable)
        try:
            await self._take(CONNECT, Tour.connect)
            for name, step in {**STEPS, **(FILLING_STEPS if self._plan.fills else {})}.items():
                await self._take(name, step)
        finally:
            try:
                await self._leave()
            finally:
                _DECODER_LOG.removeHandler(undecodable)

    def recording(self) -> Recording:
        """Return what was recorded so far, with private values replaced."""
        recorder = self._tour.recorder
        header = Header(
            format=FORMAT, program=__version__, server_version=self._tour.server_version,
            symbol=self._plan.symbol, fills=self._plan.fills,
        )  # fmt: skip
        frames = [
            FrameRecord(
                step=frame.step, at=round(frame.at, 3), direction=frame.direction.value, message=frame.kind,
                fields=recorder.placeholders.hide(frame),
            )
            for frame in recorder.frames
        ]  # fmt: skip
        steps = [
            StepRecord(
                step=name, sequence=sequence(frame for frame in recorder.frames if frame.step == name),
                unanswered=unanswered,
            )
            for name, unanswered in self._taken.items()
        ]  # fmt: skip
        return Recording(header=header, frames=frames, steps=steps)

    async def _take(self, name: str, step: Step) -> None:
        """Take a step. A connection that breaks is part of what is recorded, and a new one is begun.

        Raises OrdersLeftOpen where an order of the step cannot be ended, or has filled and left shares: no further
        one is placed then.
        """
        self._tell(name)
        tour = self._tour
        try:
            async with tour.step(name):
                if step is not Tour.connect and not tour.client.isReady():
                    await tour.connect()
                await step(tour)
        except ConnectionError:
            tour.unanswered.append("everything else: the connection broke")
        finally:
            self._taken[name] = tour.unanswered
        if tour.recorder.own.unended() and (left := await tour.sweep()):
            raise OrdersLeftOpen(f"{len(left)} open orders cannot be canceled, after the step {name}")
        if tour.held():
            raise OrdersLeftOpen(f"something filled in the step {name}, that should have been far from the market")

    async def _leave(self) -> None:
        """Cancel what is open, and say in words what could not be."""
        tour = self._tour
        if not tour.server_version:
            await tour.hang_up()
            return  # nobody was reached, or not the one that was meant: nothing was sent
        self._tell(SWEEP)
        try:
            async with tour.step(SWEEP):
                still_open = await tour.sweep()
            self._taken[SWEEP] = tour.unanswered
        finally:
            with contextlib.suppress(TimeoutError):
                await tour.hang_up()
        if still_open or tour.held():
            raise OrdersLeftOpen(
                f"of the tour are left: {len(still_open)} open orders, {tour.held():g} shares of {self._plan.symbol}",
                next_step=f"Look in TWS for the reference {REFERENCE!r}: cancel the orders, close the shares.",
            )
