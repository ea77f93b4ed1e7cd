"""Messages on their way to clients. Who is not connected misses what is said."""

from collections.abc import Iterable, Sequence

from robo_trader.simulation.gateway.brokerage.state import Arming
from robo_trader.simulation.gateway.protocol.account_messages import ErrorMessage
from robo_trader.simulation.gateway.protocol.messages import Message


class Outbox:
    """What is said to whom, in order."""

    def __init__(self, arming: Arming) -> None:
        self.clients: set[int] = set()  # connected ones
        self._arming = arming
        self._messages: list[tuple[int, Message]] = []

    def say(self, client_id: int, message: Message) -> None:
        """Send a message to a client, if it is there and nobody muted it."""
        if client_id not in self.clients:
            return
        muted, kind = self._arming.muted, type(message).__name__
        if muted.get(kind):
            muted[kind] -= 1
            return
        self._messages.append((client_id, message))

    def say_all(self, client_ids: Iterable[int], message: Message) -> None:
        """Send a message to several clients."""
        for client_id in sorted(client_ids):
            self.say(client_id, message)

    def complain(self, client_id: int, about: int, code: int, text: str) -> None:
        """Send an error: about a request or an order by its id."""
        self.say(client_id, ErrorMessage(about=about, code=code, text=text))

    def take(self) -> Sequence[tuple[int, Message]]:
        """Return what was said since the last call."""
        messages, self._messages = self._messages, []
        return messages
