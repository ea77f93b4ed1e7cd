"""Who may be traded with: account, port and mode must fit together before a connection is made or an order leaves."""

from collections.abc import Sequence

LIVE_PORTS = {4001: "IB Gateway", 7496: "TWS"}
_PAPER_ACCOUNTS = ("DU", "DF")


def refuse_target(port: int, account: str) -> str | None:
    """Return in words why a paper run must not connect so; None if it may."""
    if port in LIVE_PORTS:
        return f"port {port} is where {LIVE_PORTS[port]} trades real money, and this is a paper run"
    if not account.startswith(_PAPER_ACCOUNTS):
        return f"account {account} is not a paper account: those begin with DU"
    return None


def refuse_login(account: str, managed: Sequence[str]) -> str | None:
    """Return in words why the login that was reached is not the one that was meant; None if it is."""
    if account in managed:
        return None
    return f"the login manages {', '.join(managed) or 'no account'}, and not {account}"
