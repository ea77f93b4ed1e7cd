"""What an operator asks of the engine."""

from enum import Enum


class InstructionKind(Enum):
    """Send nothing; send only what takes risk away; trade again."""

    HALT = "HALT"
    REDUCE = "REDUCE"
    RESUME = "RESUME"
