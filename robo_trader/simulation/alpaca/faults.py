"""What the server is told to do wrong, and when. Each fault is used up by what it befalls."""

from dataclasses import dataclass, field
from enum import Enum

from robo_trader.simulation.alpaca.refusals import ApiRefusal


class Trouble(Enum):
    """What may befall a request."""

    LOSE_REQUEST = "LOSE_REQUEST"  # the connection breaks before anything is done
    LOSE_ANSWER = "LOSE_ANSWER"  # it is done, and the connection breaks before the answer
    ERROR_AFTER = "ERROR_AFTER"  # it is done, and the answer is an error 500
    ERROR_BEFORE = "ERROR_BEFORE"  # nothing is done, and the answer is an error 500
    TOO_MANY = "TOO_MANY"  # nothing is done, and the answer is an error 429
    KEEP_WAITING = "KEEP_WAITING"  # it is done, and there is no answer at all


@dataclass(slots=True)
class Faults:
    """The faults that wait. Requests are named by their method and the first word of their path: `POST orders`."""

    troubles: dict[str, list[Trouble]] = field(default_factory=dict)
    repeats_updates: bool = False  # each update is sent twice
    loses_updates: bool = False  # no update is sent, though the stream is open
    garbles_updates: bool = False  # each update is sent without the order it is about
    forgets_keys: bool = False  # the stream knows nobody's keys any more
    refuses_streams: bool = False  # nobody can connect to the stream

    def befall(self, request: str, *troubles: Trouble) -> None:
        """Let troubles befall the next requests of a name, one each."""
        self.troubles.setdefault(request, []).extend(troubles)

    def take(self, request: str) -> Trouble | None:
        """Return the trouble that befalls a request of a name."""
        waiting = self.troubles.get(request)
        return waiting.pop(0) if waiting else None


def too_many_requests() -> ApiRefusal:
    """Return the answer to more requests than the account may make."""
    return ApiRefusal(429, 42910000, "rate limit exceeded")


def internal_error() -> ApiRefusal:
    """Return the answer of a server that does not know what happened."""
    return ApiRefusal(500, 50010000, "internal server error occurred")
