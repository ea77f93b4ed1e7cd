"""What stands behind the wire: desks that are told requests and the market, and say messages. No desk does I/O."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from robo_trader.core.domain.bars import BarSlice
from robo_trader.core.domain.corporate_actions import CorporateAction
from robo_trader.core.domain.events import QuoteArrived, TradePrinted
from robo_trader.simulation.gateway.protocol.messages import Message
from robo_trader.simulation.gateway.protocol.requests import Request

MarketEvent = BarSlice | QuoteArrived | TradePrinted | CorporateAction


class Desk(Protocol):
    """One part of the pretend firm. `at` is the simulated market's time, UTC nanoseconds; it never goes back."""

    def serves(self, request: Request) -> bool:
        """Tell whether the request is for this desk."""

    def attach(self, client_id: int, at: int) -> None:
        """A client has started its session. One desk, the brokerage, tells it the accounts and its next order id."""

    def detach(self, client_id: int, at: int) -> None:
        """Its session has ended, in whatever way."""

    def handle(self, client_id: int, request: Request, at: int) -> None:
        """A client asks for something."""

    def pass_time(self, at: int) -> None:
        """It is so late now, and nothing happened."""

    def show(self, event: MarketEvent) -> None:
        """The market has moved."""

    def take_messages(self) -> Sequence[tuple[int, Message]]:
        """Return what is to be said since the last call: to which client, and what, in order."""

    def book(self) -> Mapping[str, Any]:
        """Return what the desk holds to be true, as JSON can say it."""


@runtime_checkable
class Doer(Protocol):
    """A desk where things can happen that no client asked for."""

    def does(self, name: object) -> bool:
        """Return whether something of this name can happen here."""

    def do(self, doing: Mapping[str, Any], at: int) -> object:
        """Let something happen, by name; return its id, if it has one. Raises InvalidConfig."""
