"""What may be chosen about the web server, with defaults that are safe on one machine."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from robo_trader.core.domain.errors import InvalidConfig
from robo_trader.web.hub import HubLimits

STATIC_FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Certificate and key in PEM form."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who gets in, and for how long."""

    fixed_code: str | None = field(default=None, repr=False)  # chosen by the operator instead of made at each start
    logins_per_code: int = 3
    code_valid_seconds: float = 12 * 3600.0
    session_idle_seconds: float = 30 * 60.0
    session_seconds: float = 24 * 3600.0
    failures_max: int = 5  # wrong codes from one source within `lockout_seconds`, then locked out as long
    lockout_seconds: float = 300.0
    sessions_max: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """How much one source may ask for."""

    body_bytes_max: int = 64 * 1024
    body_seconds_max: float = 10.0
    requests_per_second: float = 50.0  # of the API, by source; twice that in a burst
    frame_bytes_max: int = 64 * 1024
    messages_per_second: float = 20.0
    sockets_max: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Settings of one server. Port 0 takes a free one.

    quiet_after_seconds: at most so long without news is called fresh; less where news came faster (see `watcher.py`).
    sessions_file: keeps sessions over restarts (see `session_file.py`); None keeps them in memory only.

    Raises InvalidConfig for a host that other machines can reach: there are no roles and no audit yet.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    tls: TlsFiles | None = None
    sessions_file: Path | None = None
    static_folder: Path = STATIC_FOLDER
    poll_seconds: float = 0.1
    heartbeat_seconds: float = 5.0
    quiet_after_seconds: float = 90.0
    access: Access = field(default_factory=Access)
    traffic: Traffic = field(default_factory=Traffic)
    hub: HubLimits = field(default_factory=HubLimits)

    def __post_init__(self) -> None:
        if not _is_loopback(self.host):
            raise InvalidConfig(
                f"the dashboard only listens on this machine, not on {self.host!r}",
                next_step="Use 127.0.0.1 and reach it from elsewhere through an SSH tunnel.",
            )
        if not 0 <= self.port <= 65535:
            raise InvalidConfig(f"a port is 0 to 65535, was {self.port}")

    @property
    def scheme(self) -> str:
        """Return http or https."""
        return "http" if self.tls is None else "https"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
