"""How single fields are written: numbers, texts, times, and the protocol's "no value"."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from robo_trader.core.domain.bars import NANOS_PER_SECOND

Field = str | int | bool | Decimal | None  # None: an empty field
UNSET_DOUBLE = "1.7976931348623157E308"
UNSET_INTEGER = "2147483647"
UNSET_LONG = "9223372036854775807"
FRACTIONAL_SIZES = 163  # from this server version on, sizes may have decimals
TIMES_NAME_ZONES = 174  # from this one on, times of executions and bars name their zone
ZONE_NAME = "US/Eastern"  # of the pretend gateway's machine and login

_ZONE = ZoneInfo(ZONE_NAME)


def write_fields(fields: Iterable[Field]) -> bytes:
    """Return the payload that is made of these fields, each ended by a NUL."""
    return "".join([_written(field) + "\0" for field in fields]).encode("ascii")


def double_or_unset(value: Decimal | None) -> Field:
    """Return a price or an amount of money, or the largest double, which means that there is none."""
    return UNSET_DOUBLE if value is None else value


def integer_or_unset(value: int | None) -> Field:
    """Return a whole number, or the largest one, which means that there is none."""
    return UNSET_INTEGER if value is None else value


def size(value: Decimal, version: int) -> Field:
    """Return a size of the market, whole before version 163: the official client would end its session else."""
    return value if version >= FRACTIONAL_SIZES else int(value)


def text_with_backslashes(text: str) -> str:
    """Return a text that clients read as one with escapes, so that its own backslashes survive."""
    return text.replace("\\", "\\\\")


def seconds(at: int) -> int:
    """Return whole seconds since 1970 of UTC nanoseconds."""
    return at // NANOS_PER_SECOND


def local_time(at: int) -> datetime:
    """Return the gateway's local time of UTC nanoseconds, whole seconds."""
    return datetime.fromtimestamp(seconds(at), _ZONE)


def time_text(at: int, version: int) -> str:
    """Return a local time as executions and bars bear it: with its zone, or with two blanks and without."""
    local = local_time(at)
    if version >= TIMES_NAME_ZONES:
        return f"{local:%Y%m%d %H:%M:%S} {ZONE_NAME}"
    return f"{local:%Y%m%d  %H:%M:%S}"


def dashed_utc(at: int) -> str:
    """Return a time of UTC as date, dash and time."""
    return f"{datetime.fromtimestamp(seconds(at), UTC):%Y%m%d-%H:%M:%S}"


def dashed_local(at: int) -> str:
    """Return a local time as date, dash and time."""
    return f"{local_time(at):%Y%m%d-%H:%M:%S}"


def _written(field: Field) -> str:
    if field is None:
        return ""
    if isinstance(field, bool):
        return "1" if field else "0"
    if isinstance(field, Decimal):
        assert field.is_finite(), field
        return format(field, "f")
    if isinstance(field, int):
        return str(field)
    assert "\0" not in field, field
    return field if field.isascii() else "".join(map(_escaped, field))


def _escaped(character: str) -> str:
    if character.isascii():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
