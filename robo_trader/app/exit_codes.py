"""What the program's exit code says. Stable: scripts rely on it. Documented in docs/command_line.md."""

from enum import IntEnum

from robo_trader.core.domain.errors import (
    BrokerError,
    DataError,
    InvalidConfig,
    JournalBusy,
    JournalDamaged,
    JournalError,
    JournalUnwritable,
    OrdersLeftOpen,
    RoboTraderError,
    SessionMismatch,
    StrategyError,
)
from robo_trader.runtime.invariants.broken import InvariantBroken


class ExitCode(IntEnum):
    """One number for each thing a script may want to react to."""

    OK = 0
    BUG = 1  # an assertion or an unforeseen error; please report it
    CONFIGURATION = 2  # a setting or an argument is wrong; nothing was started
    DATA = 3  # market data is missing or unreadable
    BUSY = 4  # another program holds the database
    DISK = 5  # the database could not be written; nothing unacknowledged was sent
    DAMAGED = 6  # the journal is not what was written, or replays to other decisions
    MISMATCH = 7  # the journal was begun with other settings
    NO_SESSION = 8  # there is no journal to read
    STRATEGY = 9  # a strategy answered with what is no strength, or looks ahead
    INVARIANT = 10  # something that must always hold does not: stop trading, and report it
    BROKER = 11  # the broker cannot be reached, or is not the one that was meant; nothing was sent
    DIFFERENT = 12  # a conformance tour went otherwise than the recorded one
    LEFT_OPEN = 13  # a conformance tour may have left an order or a share: a person must look
    GAVE_UP = 14  # the engine died again and again, and is not started any more
    ENGINE_LOST = 15  # the watchdog found the engine frozen or dead


class NoSession(RoboTraderError):
    """There is no journal to read yet."""


class UnknownReference(InvalidConfig):
    """The journal knows no order, execution or symbol of this name."""


_BY_ERROR: tuple[tuple[type[RoboTraderError], ExitCode], ...] = (
    (InvalidConfig, ExitCode.CONFIGURATION),
    (DataError, ExitCode.DATA),
    (JournalBusy, ExitCode.BUSY),
    (JournalUnwritable, ExitCode.DISK),
    (JournalDamaged, ExitCode.DAMAGED),
    (SessionMismatch, ExitCode.MISMATCH),
    (OrdersLeftOpen, ExitCode.LEFT_OPEN),
    (BrokerError, ExitCode.BROKER),
    (NoSession, ExitCode.NO_SESSION),
    (StrategyError, ExitCode.STRATEGY),
    (InvariantBroken, ExitCode.INVARIANT),
    (JournalError, ExitCode.DISK),
)


def exit_code_of(error: RoboTraderError) -> ExitCode:
    """Return the exit code of a named error."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), ExitCode.BUG)
