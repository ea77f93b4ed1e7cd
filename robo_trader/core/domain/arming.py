"""Permission to trade real money: given by a person, for one account and a short time."""

from msgspec import Struct


class ArmingChanged(Struct, frozen=True, kw_only=True, gc=False):
    """Live trading was armed, armed for another time, or is armed no more."""

    account: str
    expires_at: int  # UTC ns; entries may leave before it. 0: it is not armed
    actor: str  # who armed it; empty where nobody did
    reason: str  # why it is armed, or why not
    occurred_at: int
