"""Whether live trading is armed: without that no entry leaves, and those that work are canceled. Exits go on.

What a person permitted ends by itself: at its time, whatever the shell does, and before that once the shell says so.
"""

from robo_trader.core.domain.arming import ArmingChanged
from robo_trader.core.engine.account import Account
from robo_trader.core.engine.instruction_desk import cancel_entries


def follow_arming(event: ArmingChanged, account: Account) -> None:
    """Remember what is permitted from now on; where nothing is, end the orders that could open a position."""
    account.arming = event
    if account.needs_arming and why_not_armed(account, now=event.occurred_at):
        cancel_entries(account, at=event.occurred_at)


def why_not_armed(account: Account, *, now: int) -> str:
    """Return in words why no entry may leave; empty where it may. now: UTC ns, the market's."""
    if not account.needs_arming:
        return ""
    if account.arming is None:
        return "nobody has armed live trading"
    if not account.arming.expires_at:
        return account.arming.reason
    return "the arming has expired" if now >= account.arming.expires_at else ""
