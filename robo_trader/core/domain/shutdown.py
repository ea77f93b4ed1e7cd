"""The program is about to end."""

from enum import Enum

from msgspec import Struct


class OpenOrders(Enum):
    """What becomes of open orders when the program ends."""

    LEAVE = "LEAVE"
    CANCEL = "CANCEL"  # all but protective ones, which guard what is held while nobody looks


class ShutdownBegun(Struct, frozen=True, kw_only=True, gc=False):
    """The program was asked to stop: it decides on no bar any more, and hears what the broker still has to say."""

    orders: OpenOrders
    occurred_at: int
