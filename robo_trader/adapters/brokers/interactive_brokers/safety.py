"""Who may be traded with: mode, account and port must fit together before a connection is made or an order leaves.

Asked three times: of the settings, in the broker's process before it connects, and there again once the login has said
which accounts it manages. Everything that is not said to be allowed is refused.
"""

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct

LIVE_PORTS = (4001, 7496)  # of IB Gateway and TWS, as they come
_PROGRAMS = {4001: "IB Gateway", 7496: "TWS"}
_PAPER_ACCOUNTS = ("DU", "DF")


class TradingMode(Enum):
    """Whose money is traded with."""

    PAPER = "PAPER"
    LIVE = "LIVE"


class AllowedTargets(Struct, frozen=True, kw_only=True, gc=False):
    """What a person has allowed this run to trade."""

    mode: TradingMode = TradingMode.PAPER
    accounts: tuple[str, ...] = ()  # of real money
    ports: tuple[int, ...] = LIVE_PORTS  # where real money is traded

    @property
    def is_live(self) -> bool:
        """Whether it is real money."""
        return self.mode is TradingMode.LIVE


PAPER_ONLY = AllowedTargets()


def is_paper_account(account: str) -> bool:
    """Return whether an account of this name holds no real money."""
    return account.startswith(_PAPER_ACCOUNTS)


def refuse_account(allowed: AllowedTargets, account: str) -> str | None:
    """Return in words why an account must not be traded; None if it may."""
    if not allowed.is_live:
        if is_paper_account(account):
            return None
        return f"account {account} is not a paper account: those begin with DU or DF, and this is a paper run"
    if is_paper_account(account):
        return f"account {account} is a paper account, and this is a run with real money"
    if account not in allowed.accounts:
        return f"account {account} is not among the accounts that may be traded live"
    return None


def refuse_port(allowed: AllowedTargets, port: int) -> str | None:
    """Return in words why a port must not be connected to; None if it may. A paper run opens no live port."""
    if not allowed.is_live:
        if port not in {*LIVE_PORTS, *allowed.ports}:
            return None
        return f"port {port} is where {_PROGRAMS.get(port, 'a gateway')} trades real money, and this is a paper run"
    if port in allowed.ports:
        return None
    return f"port {port} is not one where real money is traded: {', '.join(map(str, allowed.ports)) or 'there is none'}"


def refuse_target(allowed: AllowedTargets, port: int, account: str) -> str | None:
    """Return in words why a run must not connect so; None if it may."""
    return refuse_port(allowed, port) or refuse_account(allowed, account)


def refuse_login(allowed: AllowedTargets, account: str, managed: Sequence[str]) -> str | None:
    """Return in words why the login that was reached is not the one that was meant; None if it is."""
    if account not in managed:
        return f"the login manages {', '.join(managed) or 'no account'}, and not {account}"
    others = [one for one in managed if is_paper_account(one) is allowed.is_live]
    if others:
        kind = "a paper one" if allowed.is_live else "one of real money"
        return f"the login is {kind}: it manages {', '.join(others)}"
    return None
