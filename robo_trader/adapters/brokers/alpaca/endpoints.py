"""Where Alpaca answers. A paper configuration cannot name the address that trades real money."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from robo_trader.core.domain.errors import InvalidConfig

_PAPER_HOST, _LIVE_HOST, _DATA_HOST = "paper-api.alpaca.markets", "api.alpaca.markets", "data.alpaca.markets"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses of one trading API. Raises InvalidConfig for any pair that is not wholly paper, live or local."""

    rest_url: str
    stream_url: str
    data_url: str = f"https://{_DATA_HOST}"
    is_live: bool = False

    def __post_init__(self) -> None:
        rest, stream, data = urlsplit(self.rest_url), urlsplit(self.stream_url), urlsplit(self.data_url)
        hosts = (rest.hostname, stream.hostname, data.hostname)
        schemes = (rest.scheme, stream.scheme, data.scheme)
        trading = _LIVE_HOST if self.is_live else _PAPER_HOST
        is_alpaca = hosts == (trading, trading, _DATA_HOST) and schemes == ("https", "wss", "https")
        is_here = not self.is_live and set(hosts) <= set(_LOOPBACK)
        if not is_alpaca and not is_here:
            kind = "live" if self.is_live else "paper"
            raise InvalidConfig(
                f"{self.rest_url}, {self.stream_url} and {self.data_url} are no {kind} addresses of Alpaca",
                next_step="Use PAPER, or a server on this machine; LIVE is chosen by name alone.",
            )

    @property
    def is_local(self) -> bool:
        """Whether it is a server on this machine."""
        return urlsplit(self.rest_url).hostname in _LOOPBACK


PAPER = Endpoints(rest_url=f"https://{_PAPER_HOST}", stream_url=f"wss://{_PAPER_HOST}/stream")
LIVE = Endpoints(rest_url=f"https://{_LIVE_HOST}", stream_url=f"wss://{_LIVE_HOST}/stream", is_live=True)
