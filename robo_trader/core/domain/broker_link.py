"""Whether the broker can be reached, and whether what he has is known."""

from enum import Enum

from msgspec import Struct


class LinkState(Enum):
    """How things stand between us and the broker. Orders leave while it is READY, and only then."""

    READY = "READY"  # connected, and orders, executions, positions and cash were told completely
    CONNECTING = "CONNECTING"
    SYNCHRONISING = "SYNCHRONISING"  # connected; what the broker has is being asked for
    BLIND = "BLIND"  # the gateway answers, and has lost the broker behind it
    RESTARTING = "RESTARTING"  # the hours in which the gateway may go away on purpose; it may be there or not
    DOWN = "DOWN"  # nobody answers
    REFUSED = "REFUSED"  # the broker was reached and must not be traded with: another account, another mode


class BrokerLinkChanged(Struct, frozen=True, kw_only=True, gc=False):
    """The way to the broker opened or closed. `epoch` counts the connections of one run."""

    state: LinkState
    reason: str
    epoch: int
    occurred_at: int
