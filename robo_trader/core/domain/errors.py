"""Named errors: what happened, and what to do next.

    RoboTraderError
    |- InvalidConfig        a setting that cannot be meant
    |- DataError            market data that cannot be used
    |  `- UnknownSymbol     no feed of this run serves the symbol
    |- StrategyError        a strategy answered with what is no strength
    |- JournalError         the journal cannot be trusted or written
    |  |- JournalBusy       somebody else holds it
    |  |  `- JournalTakenOver  another program has begun to write it since
    |  |- JournalUnwritable the disk refused; nothing of the batch was acknowledged
    |  |- JournalUnsafe     what it is kept in may lose what was stored
    |  `- JournalDamaged    what is stored is not what was written
    |     `- JournalRegressed  it ends before what was acknowledged, or is not the one that was written here
    |- SessionMismatch      the journal was begun with other settings
    `- BrokerError          the broker cannot be reached, or is not the one that was meant
       `- OrdersLeftOpen    an order or a share may be left that nobody follows

A bug is an assertion, never one of these.
"""


class RoboTraderError(Exception):
    """Something the world refused. `next_step` tells the user what to do about it."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


class InvalidConfig(RoboTraderError):
    """A setting is unknown, malformed or out of bounds."""


class DataError(RoboTraderError):
    """Market data is missing or cannot be read."""


class UnknownSymbol(DataError):
    """No feed of this run serves the symbol."""


class StrategyError(RoboTraderError):
    """A strategy answered with something that is no strength, or reads what it cannot know."""


class BrokerError(RoboTraderError):
    """The broker cannot be reached, or is not the one that was meant."""


class OrdersLeftOpen(BrokerError):
    """An order or a share is left at the broker, or may be, that no program follows: a person must look."""


class JournalError(RoboTraderError):
    """The journal cannot be used."""


class JournalBusy(JournalError):
    """Another process holds the journal."""


class JournalTakenOver(JournalBusy):
    """Another program has begun to write the journal since this one did; nothing of the batch was stored."""


class JournalUnwritable(JournalError):
    """The disk or the database refused to store a batch; nothing of it was acknowledged."""


class JournalDamaged(JournalError):
    """What is stored differs from what was written, or replays to other decisions."""


class JournalRegressed(JournalDamaged):
    """The journal is sound in itself, and older than what was acknowledged, or another than the one written here."""


class JournalUnsafe(JournalError):
    """What the journal is kept in may lose what it said was stored; real money is not traded on it."""


class SessionMismatch(JournalError):
    """The journal was begun with settings that would decide differently."""
