"""Trading with real money: what is allowed, and where settings of other sections contradict it."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from robo_trader.adapters.brokers.interactive_brokers.safety import (
    LIVE_PORTS,
    AllowedTargets,
    TradingMode,
    is_paper_account,
    refuse_account,
    refuse_port,
)
from robo_trader.app.settings.fields import ACCOUNT_GRAMMAR, Wording, refusal
from robo_trader.app.settings.section import Section

_ACCOUNTS_MAX = 20
_PORTS_MAX = 20


def _read_accounts(value: object) -> object:
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list | tuple):
        return value
    accounts = [item.strip() if isinstance(item, str) else "" for item in listed]
    if not all(ACCOUNT_GRAMMAR.fullmatch(account) for account in accounts):
        raise refusal("must be accounts at Interactive Brokers, such as U1234567")
    paper = [account for account in accounts if is_paper_account(account)]
    if paper:
        raise refusal(f"{', '.join(paper)} is a paper account; those need no permission")
    return tuple(accounts)


def _read_ports(value: object) -> object:
    listed = value.split(",") if isinstance(value, str) else value
    if isinstance(listed, int):
        listed = [listed]
    if not isinstance(listed, list | tuple):
        return value
    texts = [str(item).strip() for item in listed if not isinstance(item, bool)]
    if len(texts) < len(listed) or not all(text.isascii() and text.isdigit() and len(text) <= 5 for text in texts):
        raise refusal("must be TCP ports, such as 4001")
    return tuple(map(int, texts))


Accounts = Annotated[
    tuple[str, ...],
    Field(max_length=_ACCOUNTS_MAX),
    BeforeValidator(_read_accounts),
    Wording("accounts such as U1234567, as a list or separated by commas"),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}),
]
Ports = Annotated[
    tuple[Annotated[int, Field(ge=1, le=65_535)], ...],
    Field(min_length=1, max_length=_PORTS_MAX),
    BeforeValidator(_read_ports),
    Wording("TCP ports from 1 to 65535, as a list or separated by commas"),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "string"}]}),
]


class LiveSettings(Section):
    """What `execution.mode = "live"` may trade with real money. `robo-trader arm` is needed as well: docs/live.md."""

    accounts: Accounts = Field(
        default=(), description="Accounts that may be traded with real money; no other is, whatever else is set."
    )
    ports: Ports = Field(
        default=LIVE_PORTS,
        description="TCP ports where real money is traded: a live run connects to no other, a paper run to none of "
        "them, nor to 4001 and 7496.",
    )


def allowed_targets(mode: str, live: LiveSettings) -> AllowedTargets:
    """Return what the settings allow. mode: `execution.mode`."""
    return AllowedTargets(mode=TradingMode(mode.upper()), accounts=live.accounts, ports=live.ports)


def connection_problems(allowed: AllowedTargets, *, account: str | None, port: int | None) -> Iterator[tuple[str, str]]:
    """Yield key and reason for each part of a connection that is not allowed. None: nobody has set it."""
    refused_account = refuse_account(allowed, account) if account else None
    if refused_account is not None:
        yield "ibkr.account", refused_account
    refused_port = None if port is None else refuse_port(allowed, port)
    if refused_port is not None:
        yield "ibkr.port", refused_port
