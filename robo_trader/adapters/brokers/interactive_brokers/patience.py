"""How long is waited for what, before it counts as not coming."""

from msgspec import Struct

from robo_trader.core.domain.orders import OrderIntent, OrderPurpose


class Patience(Struct, frozen=True, kw_only=True, gc=False):
    """Times in seconds. Delays grow from attempt to attempt; the last of them stays for ever."""

    answer: float = 10.0  # an order that nobody answers for so long is unknown
    guard: float = 4.0  # and one that guards a position, for so long: the shares are bare meanwhile
    question: float = 10.0  # the gateway has so long for everything that it is asked
    connect: float = 4.0
    beat: float = 5.0  # between two questions whether the gateway lives
    misses_max: int = 2  # of those, until it counts as gone
    resync: float = 5.0  # after a message that could not be read, until everything is asked for again
    reconnect: tuple[float, ...] = (0.5, 1, 2, 4, 8, 16, 32, 60)
    hangs: float = 20.0  # without a word the broker's process counts as hung
    restart: tuple[float, ...] = (0.2, 1, 2, 5, 15, 60)  # from the end of a process to the next one
    healthy: float = 60.0  # a process that lived so long begins the delays anew
    finish: float = 3.0  # a process that is told to end has so long
    history: float = 30.0  # the gateway has so long for one history
    history_retry: float = 10.0  # after a history that was refused, or not answered again and again
    history_idle: float = 30.0  # connections for history that nothing is asked on are closed after so long
    failures_max: int = 5  # requests of a family in a row, until it is let rest
    rests: tuple[float, ...] = (10, 20, 40, 80, 160, 300)

    def answer_to(self, intent: OrderIntent) -> float:
        """Return how long an order's answer is waited for before it is unknown."""
        return min(self.guard, self.answer) if intent.purpose is OrderPurpose.PROTECTION else self.answer

    @property
    def word(self) -> float:
        """Return how often the broker's process says that it is there, whatever the gateway does."""
        return self.hangs / 4


USUAL = Patience()
