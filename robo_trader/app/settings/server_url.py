"""The address of a database server, as a setting names it."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from robo_trader.app.settings.fields import Wording, refusal

SCHEME = "postgresql+asyncpg"
URL_LENGTH_MAX = 500
_WORDS = f"an address such as {SCHEME}://USER@HOST:5432/DATABASE, without a password"


def _check_url(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        password, port, host = parts.password, parts.port, parts.hostname
    except ValueError:
        raise refusal("it is no address of a database") from None
    if password is not None:
        raise refusal("a password does not belong in it: ~/.pgpass or PGPASSWORD is the place for it")
    if parts.scheme != SCHEME or not host or port == 0 or not parts.path.strip("/"):
        raise refusal("it names no scheme, host or database that can be used")
    return text


OptionalServerUrl = Annotated[
    Annotated[str, Field(max_length=URL_LENGTH_MAX)] | None, AfterValidator(_check_url), Wording(_WORDS)
]
