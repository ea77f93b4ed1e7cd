"""`robo-trader risk show|check`."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import typer

from robo_trader.app.console import print_json, print_rows
from robo_trader.app.joining import build_limits
from robo_trader.app.settings import Settings
from robo_trader.app.settings.allowed import describe_allowed
from robo_trader.app.settings.explaining import toml_text
from robo_trader.app.settings.policy_file import PolicyFile, read_policy_file
from robo_trader.app.settings.risk_section import RiskSettings
from robo_trader.core.domain.policies import ACCOUNT_LEVEL, NO_POLICY
from robo_trader.core.risk.limits import RiskLimits
from robo_trader.core.risk.policies import tightest


@dataclass(frozen=True, slots=True)
class ShownLimit:
    """One line of `risk show`."""

    level: str
    limit: str
    value: str | None  # as it is written in the settings; None is off
    must_be: str
    from_: str  # the policy's line, or the settings


def show_limits(settings: Settings, *, as_json: bool) -> None:
    """Print the limits in force. Raises InvalidConfig if the policy cannot be used."""
    name = settings.risk.policy
    read = read_policy_file(name, Path.cwd()) if name else PolicyFile(NO_POLICY, {})
    rows = list(limits_in_force(build_limits(settings), read))
    if as_json:
        print_json([{key.rstrip("_"): value for key, value in asdict(row).items()} for row in rows])
    else:
        print_rows("Limits", [_told(row) for row in rows], columns=("level", "limit", "value", "from_"), as_json=False)


def check_policy(file: Path, *, as_json: bool) -> None:
    """Say that a policy is sound. Raises InvalidConfig with every mistake if it is not."""
    policy = read_policy_file(file, Path.cwd()).policy
    levels = sorted({limit.level for limit in policy.limits})
    if as_json:
        print_json({"valid": True, "limits": len(policy.limits), "levels": levels})
    else:
        typer.echo(f"The risk policy is sound: {len(policy.limits)} limits ({', '.join(levels) or 'no level'}).")


def limits_in_force(limits: RiskLimits, read: PolicyFile) -> Iterator[ShownLimit]:
    """Yield every limit of the account, then those that hold tighter for a strategy or a symbol."""
    account = tightest(limits, read.policy, ACCOUNT_LEVEL)
    for field in fields(RiskLimits):
        is_own = getattr(account, field.name) != getattr(limits, field.name)
        yield _shown(ACCOUNT_LEVEL, field.name, account, read if is_own else None)
    for limit in read.policy.limits:
        if limit.level == ACCOUNT_LEVEL:
            continue
        in_force = tightest(limits, read.policy, ACCOUNT_LEVEL, limit.level)
        is_own = getattr(in_force, limit.name) != getattr(account, limit.name)
        yield _shown(limit.level, limit.name, in_force, read if is_own else None)


def _shown(level: str, name: str, limits: RiskLimits, read: PolicyFile | None) -> ShownLimit:
    origin = (
        str(read.origins[level, name])
        if read
        else "settings"
        if level == ACCOUNT_LEVEL
        else "account, which is tighter"
    )
    text = toml_text(getattr(limits, name))
    return ShownLimit(level, name, text or None, describe_allowed(RiskSettings.model_fields[name]), origin)


def _told(row: ShownLimit) -> ShownLimit:
    return ShownLimit(row.level, row.limit, row.value or "off", row.must_be, row.from_)
