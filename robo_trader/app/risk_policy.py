"""The risk policy of a run: read before it starts, and read again whenever its file changes."""

import time
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

import structlog

from robo_trader.app.settings import Settings
from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.core.domain.events import PolicyChanged
from robo_trader.core.domain.policies import NO_POLICY, Policy

ACTOR_LENGTH_MAX = 64
SETTLED_SECONDS = 0.2  # a file that is still being written is half a policy

log = structlog.get_logger()


def policy_of_settings(settings: Settings) -> Policy:
    """Return the policy that the settings name, an empty one if they name none.

    Raises InvalidConfig for a file that cannot be used, and for a limit that the run has no measure for.
    """
    if settings.risk.policy is None:
        return NO_POLICY
    from robo_trader.app.settings.policy_file import read_policy_file

    policy = read_policy_file(settings.risk.policy, Path.cwd()).policy
    wants_beta = any(limit.name == "beta_max" for limit in policy.limits)
    if wants_beta and settings.portfolio.benchmark is None:
        raise InvalidConfig(
            f"{settings.risk.policy} sets beta_max, and there is nothing to measure beta against",
            next_step="Set portfolio.benchmark, for example to SPY.",
        )
    return policy


def read_actor(name: str | None) -> str | None:
    """Return the name of who answers for a policy. Raises InvalidConfig for what is no name."""
    if name is None:
        return None
    actor = name.strip()
    if not actor or not actor.isprintable() or len(actor) > ACTOR_LENGTH_MAX:
        raise InvalidConfig(f"{name!r:.80} is no name", next_step="Say who answers: --approve-policy anna.")
    return actor


class PolicyWatch:
    """Looks at the policy's file between slices. A file that cannot be used changes nothing, and is told once."""

    def __init__(
        self, settings: Settings, *, approved_by: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """approved_by: who answers for what the policy loosens as the run starts. clock: seconds, never going back.

        Raises InvalidConfig if the policy cannot be used: nothing has started yet.
        """
        self._settings = settings
        self._approved_by = approved_by
        self._path = settings.risk.policy
        self._clock = clock
        self._read = self._seen = self._stamp()  # what the file was when it was read last, and when it was looked at
        self._seen_at = clock()
        self._policy = policy_of_settings(settings)

    def first(self, in_force: Policy, *, at: int) -> PolicyChanged | None:
        """Return the policy as the run starts, None if it is what is in force. at: UTC nanoseconds."""
        if self._path is None or self._policy == in_force:
            return None
        return self._change("read at the start", self._approved_by, at)

    def look(self, *, at: int) -> PolicyChanged | None:
        """Return the policy if its file has changed since it was read, has come to rest, and says something else."""
        if self._path is None:
            return None
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen, self._seen_at = stamp, self._clock()
        if stamp == self._read or self._clock() - self._seen_at < SETTLED_SECONDS:
            return None
        self._read = stamp
        try:
            policy = policy_of_settings(self._settings)
        except InvalidConfig as refused:
            log.error("risk policy cannot be used, the limits in force stay", reason=str(refused))  # noqa: TRY400
            return None
        if policy == self._policy:
            return None
        self._policy = policy
        return self._change("the file has changed", None, at)

    def _change(self, reason: str, actor: str | None, at: int) -> PolicyChanged:
        return PolicyChanged(policy=self._policy, actor=actor, reason=f"{self._path}: {reason}", occurred_at=at)

    def _stamp(self) -> tuple[int, int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def tell_strangers(policy: Policy, strategies: list[str], symbols: list[str]) -> None:
    """Warn of levels for strategies and symbols that the run does not have: a misspelled one tightens nothing."""
    for kind, names in (("strategy", strategies), ("symbol", symbols)):
        own = {limit.level.partition(".")[2] for limit in policy.limits if limit.level.startswith(f"{kind}.")}
        for name in sorted(own - set(names)):
            near = get_close_matches(name, names, n=1)
            log.warning(
                "the risk policy has limits for what does not run", level=f"{kind}.{name}",
                did_you_mean=f"{kind}.{near[0]}" if near else None,
            )  # fmt: skip
