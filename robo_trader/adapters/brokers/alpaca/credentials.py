"""The keys of an Alpaca account: from the environment alone, and shown to nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from robo_trader.core.domain.errors import InvalidConfig

KEY_ID_NAME, SECRET_KEY_NAME = "APCA_API_KEY_ID", "APCA_API_SECRET_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A pair of keys. Its repr shows neither."""

    key_id: str = field(repr=False)
    secret_key: str = field(repr=False)


def credentials_from(environment: Mapping[str, str]) -> Credentials:
    """Return the keys of an environment. Raises InvalidConfig if one is missing; the message names no value."""
    missing = [name for name in (KEY_ID_NAME, SECRET_KEY_NAME) if not environment.get(name, "").strip()]
    if missing:
        raise InvalidConfig(
            f"the environment has no {' and no '.join(missing)}",
            next_step="Set both to the keys that Alpaca's dashboard made for this account; paper keys for paper.",
        )
    return Credentials(key_id=environment[KEY_ID_NAME].strip(), secret_key=environment[SECRET_KEY_NAME].strip())
